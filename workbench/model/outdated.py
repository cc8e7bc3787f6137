"""Rows that wait and say what is no longer so: an import that came later has said otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.model.batch import Batch
from workbench.model.wording import many


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """Unmatched rows of one sheet whose records a later import has written otherwise, or has no longer."""

    sheet: Batch
    """The batch that has the rows."""
    lines: list[int]
    by: Batch
    """The later import."""
    gone: bool = False
    """Whether that is a full file which does not name their records."""

    @property
    def reason(self) -> str:
        """Why they may stay out, as a person may say it of them."""
        if self.gone:
            return f"Not in {self.by.file_name}, which is a newer full file."
        return f"Brought since by {self.by.file_name}, which is newer."


def told(found: Iterable[Outdated]) -> str:
    """What a person is told of them, a sentence for each kind; "" of none."""
    found = list(found)
    kinds = [[each for each in found if each.gone == gone] for gone in (False, True)]
    return " ".join(_told(kind) for kind in kinds if kind)


def _told(found: list[Outdated]) -> str:
    rows = sum(len(each.lines) for each in found)
    files = list(dict.fromkeys(each.by.file_name for each in found))
    one, single = rows == 1, len(files) == 1
    names = " and ".join(files)
    if found[0].gone:
        why = (
            f"{names} {'is a newer full file' if single else 'are newer full files'}, and "
            f"{'its record is' if one else 'their records are'} not in {'it' if single else 'them'}"
        )
    else:
        why = (
            f"{names} {'has' if single else 'have'} newer values for the same records than "
            f"{'it says' if one else 'they say'}"
        )
    return (
        f"{many(rows, 'row')} {'stays' if one else 'stay'} out, though what {'it names' if one else 'they name'} is "
        f"there by now: {why}, so {'it is' if one else 'they are'} to be explained."
    )
