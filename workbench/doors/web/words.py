"""How a page says things: texts of others as Markdown shows them, numbers, times, and what is wrong."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.errors import AmbiguousBatch, UnknownBatch
from workbench.model.wording import cut, many, named

__all__ = [
    "blank",
    "brief",
    "dataset",
    "field",
    "here",
    "label",
    "many",
    "no_import",
    "part",
    "sheet",
    "short",
    "text",
    "titled",
    "told",
    "unlinked",
    "whole",
]


def text(value: object) -> str:
    """Text of a file or a person, as Markdown shows it and never obeys it."""
    as_it_is = _as_it_is(str(value))
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-.!|$~:&@" else sign for sign in as_it_is)


def _as_it_is(value: str) -> str:
    """A text of which nothing is put in the place of letters, and no link is made: the pages look for icons, smileys,
    arrows and addresses in what Markdown has made of a text, where no backslash is left."""
    return _REPLACED.sub(lambda sign: f"{sign[0][0]}\u2060{sign[0][1:]}", value)


_REPLACED = re.compile(
    r"""(?a::(?=(?:\d*[a-zA-Z_-][\w-]*|\+1|100|1234):)|:(?=material/))  # :smile:, :100:, :material/home:
    |(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)
    |:(?=//)|(?i:www)(?=\.)  # an address, which whoever wrote the file would lead people to
    """,
    re.VERBOSE,
)
"""Signs that the pages replace by others, or make a link of."""


def label(value: str) -> str:
    """A text as the label of a box: Streamlit tells it twice, as Markdown on the screen and as it stands to those who
    do not see, so that only what Markdown would obey is escaped, and nothing in it is set in colours. Blanks that would
    not be seen, or not told from one space, are shown."""
    inner = _UNSEEN.sub(lambda blanks: "␣" * len(blanks[0]), value.strip())
    if not inner:
        return "(blank)"
    around = "␣" * (len(value) - len(value.lstrip())), "␣" * (len(value) - len(value.rstrip()))
    plain = _OBEYED.sub(r"\\\g<0>", _as_it_is(inner))
    plain = plain.replace("@", "\u2060@").replace(":/", ":\u2060/").replace("www.", "www\u2060.")
    return plain.join(around)


BRIEF = 80
"""So many letters of a value are shown in a line of a page."""
_WHOLE = 5_000


def brief(value: str) -> str:
    """A value of a column for the eye, as the label of a box: of a long one its beginning, and how many letters it
    has."""
    return label(value) if len(value) <= BRIEF else f"{label(value[:BRIEF])}… ({len(value):,} letters)"


def whole(value: str) -> str | None:
    """What is told beside a value that is cut for the eye: all of it; None where all of it is in sight."""
    return text(cut(value, _WHOLE)) if len(value) > BRIEF else None


_UNSEEN = re.compile(r"\s{2,}|[^\S ]")
_OBEYED = re.compile(
    r"""[\\`*\[\]<$~|]            # what begins something wherever it stands
    |(?<![^\W_])_|_(?![^\W_])     # emphasis, which no word has inside
    |:(?=[a-zA-Z])|&(?=[#a-zA-Z])  # an icon, a colour; an entity
    |^(?:[#>+-](?=\s|$|\#|-))|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)|(?<=^\d\d\d)[.)](?=\s)""",
    re.VERBOSE,
)
"""Signs that are more to Markdown than themselves."""


def unlinked(value: object) -> str:
    """A text as Markdown shows it, whose addresses are no links: nobody gets to them by a key or a slip."""
    shown = text(value).replace("\\@", "\u2060@").replace("\\:/", "\u2060\\:/")
    return shown.replace("www\\.", "www\u2060\\.")


def here(moment: datetime | None) -> str:
    """A time to the minute in the reader's zone, which is named: 2026-11-26 23:02 CET."""
    return f"{moment.astimezone(zone()):%Y-%m-%d %H:%M %Z}" if moment else ""


def zone() -> tzinfo:
    """The zone of the reader's browser; UTC where it does not tell."""
    said = st.context.timezone
    try:
        return ZoneInfo(said) if isinstance(said, str) and said else UTC  # a page's tests have something else there
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def short(batch: UUID | None) -> str:
    """The beginning of a batch's id, which is enough to name it."""
    return str(batch)[:18]


def part(batch: Batch) -> str:
    """What a part's dataset is called, within its run's family."""
    return dataset(batch.dataset)


def dataset(name: str) -> str:
    """What a dataset is called within its family: commerce.invoice_headers is "Invoices"."""
    return catalog.called(name)


def sheet(batch: Batch) -> str:
    """The sheet that a part of a run is: its worksheet, else its file."""
    return str(batch.reading.get("sheet") or batch.file_name)


def no_import(refusal: UnknownBatch | AmbiguousBatch) -> str:
    """That an address or a person names no import of this tenant, or several, and why that may be."""
    said = str(refusal.coordinates["batch"])
    if isinstance(refusal, AmbiguousBatch):
        return text(f"The address names several imports, for it is cut off: {said}")
    return text(f"There is no import {said} here. Its address may be cut off, or of another tenant.")


def titled(batch: Batch, title: str) -> str:
    """One line that tells a batch from another; its title says what is imported."""
    undo = "Undo of " if batch.undo_of is not None else ""
    return f"{undo}{batch.file_name} · {title} · {here(batch.created_at)} · {batch.state}"


def told(issues: Sequence[Mapping[str, str]]) -> str:
    """Issues in words, their times in the reader's zone."""
    return in_zone("; ".join(named(issue["field"], issue["message"], field(issue["field"])) for issue in issues))


def in_zone(said: str) -> str:
    """A sentence that tells times in UTC, as they are in the reader's zone."""
    return _IN_UTC.sub(_told_here, said)


def _told_here(time: re.Match[str]) -> str:
    with suppress(ValueError):
        return here(datetime.fromisoformat(f"{time[1]}+00:00"))
    return time[0]  # no time, whatever it looks like


_IN_UTC = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


def field(name: str, of: str = "") -> str:
    """A field's name as people write it, full_name is "full name"; what the dataset that it is `of` calls it, where
    that is said."""
    known = catalog.CONTRACTS.get(of) or catalog.FORMS.get(of)
    titles = {name: each.title for each in known.fields for name in (each.target, each.name)} if known else {}
    return titles.get(name, name.replace("_", " "))


def discarded(batch: Batch) -> str:
    """When an import was put away, at the end of a sentence; nothing of one that an earlier version has put away."""
    at = batch.summary.get("discarded_at")
    return f", {here(datetime.fromisoformat(at))}" if at else ""


def blank(value: object) -> str:
    """A value of a record, also where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(blank)" if value in (None, "") else str(value)
