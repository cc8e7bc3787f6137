"""Rows that wait and say what is no longer so: an import that came later has said otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.model.batch import Batch
from workbench.model.wording import many


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """Unmatched rows of one sheet whose records a later import has written otherwise."""

    sheet: Batch
    """The batch that has the rows."""
    lines: list[int]
    by: Batch
    """The later import."""

    @property
    def reason(self) -> str:
        """Why they may stay out, as a person may say it of them."""
        return f"Brought since by {self.by.file_name}, which is newer."


def told(found: Iterable[Outdated]) -> str:
    """What a person is told of them, a sentence; "" of none."""
    found = list(found)
    rows = sum(len(each.lines) for each in found)
    if not rows:
        return ""
    files = list(dict.fromkeys(each.by.file_name for each in found))
    stay, say = ("stays", "says") if rows == 1 else ("stay", "say")
    have = "has" if len(files) == 1 else "have"
    of = "it is" if rows == 1 else "they are"
    return (
        f"{many(rows, 'row')} {stay} out, though what {'it names' if rows == 1 else 'they name'} is there by now: "
        f"{' and '.join(files)} {have} newer values for the same records than {'it' if rows == 1 else 'they'} {say}, "
        f"so {of} to be explained."
    )
