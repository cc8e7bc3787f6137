"""How a page says things: texts of others as Markdown shows them, numbers, times, and what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from workbench.model.batch import Batch
from workbench.model.wording import many

__all__ = ["blank", "many", "part", "sheet", "short", "text", "titled", "told", "visible", "when"]


def text(value: object) -> str:
    """Text of a file or a person, as Markdown shows it and never obeys it."""
    return "".join(
        f"\\{character}" if character in "\\`*_{}[]()<>#+-.!|$~:&@" else character for character in str(value)
    )


def visible(value: str) -> str:
    """A text as Markdown shows it, with the blanks around it to be seen, and those of nothing else said."""
    inner = value.strip()
    if not inner:
        return "*(blank)*"
    before, after = value.index(inner[0]), len(value.rstrip())
    shown = text("␣" * before + inner + "␣" * (len(value) - after))
    return shown.replace("\\@", "\u2060@")  # an address is no link


def when(moment: datetime | None) -> str:
    """A time to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def short(batch: UUID | None) -> str:
    """The beginning of a batch's id, which is enough to name it."""
    return str(batch)[:18]


def part(batch: Batch) -> str:
    """The dataset of a part, within its run's family."""
    return batch.dataset.partition(".")[2]


def sheet(batch: Batch) -> str:
    """The sheet that a part of a run is: its worksheet, else its file."""
    return str(batch.reading.get("sheet") or batch.file_name)


def titled(batch: Batch, title: str) -> str:
    """One line that tells a batch from another; its title says what is imported."""
    return f"{batch.file_name} · {title} · {when(batch.created_at)} · {batch.state}"


def told(issues: Sequence[Mapping[str, str]]) -> str:
    """Issues in words."""
    return "; ".join(
        f"{issue['field']}: {issue['message']}" if issue["field"] else issue["message"] for issue in issues
    )


def blank(value: object) -> str:
    """A value of a record, also where there is none."""
    return "(blank)" if value in (None, "") else str(value)
