"""The sheets of an upload that has several: what each looks like, what a person says of it, and the runs of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors.web import uploads, words
from workbench.doors.web.uploads import Upload
from workbench.model.batch import Batch
from workbench.model.errors import UnknownBatch, UnreadableSheet, WorkbenchError
from workbench.model.sheet import Sheet
from workbench.playbooks import loads, of_package
from workbench.playbooks.loads import Load
from workbench.prepare import mapping, recognition
from workbench.settings import Settings

Kinds = Mapping[str, str | None]
"""What each sheet is imported as, by its name: "" where it is left out, None where somebody has to say it."""

SAID_BELOW = "said below"
"""Where the session counts how often somebody has said of a sheet that is shown alone what it is: the list of the
sheets then begins with that."""

_COUNTING = ("queued", "staging", "staged", "planned", "held", "completed")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One of several sheets, and what it looks like."""

    name: str
    rows: int
    headers: tuple[str, ...]
    hidden: bool
    """Whether its workbook hides it."""
    may_be: tuple[str, ...]
    """The datasets and playbooks that it may be, the likeliest first; one where that is plain."""
    why: str
    """Why it is taken for the first of them."""
    refused: str = ""
    """Why it cannot be read through."""

    @property
    def usual(self) -> str | None:
        """What it is imported as where nobody says otherwise: what it plainly is; what is hidden, without rows or like
        no dataset is left out."""
        if self.hidden or self.refused or not self.rows or not self.may_be:
            return ""
        return self.may_be[0] if len(self.may_be) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One of the runs that the sheets of an upload are, one after the other."""

    what: str
    """The dataset, the playbook, or the family."""
    sheets: dict[str, str]
    """What each sheet is called, by its dataset, in the order of import."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Which sheet becomes what, one by one."""
        return tuple(f"{sheet} → {catalog.contract(name).title}" for name, sheet in self.sheets.items())


@st.cache_resource(ttl="15m", max_entries=2, show_spinner="Opening its sheets ...")
def _opened(upload: str, name: str, _settings: Settings) -> list[Sheet]:
    return uploads.every_sheet(_settings, upload)


@st.cache_data(max_entries=50, show_spinner="Looking at its sheets ...", show_time=True)
def listed(upload: str, name: str, _settings: Settings) -> tuple[Listed, ...]:
    """Every sheet of an upload that has a cell, where there are several and they are no program's own package; none of
    any other upload, or of one that cannot be opened so."""
    try:
        given = _opened(upload, name, _settings)
    except WorkbenchError:
        return ()
    if len(given) < 2 or (given[0].package is not None and of_package(given[0].package) is not None):
        return ()
    found = [_looked_at(sheet) for sheet in given]
    families = Counter(each.may_be[0].partition(".")[0] for each in found if len(each.may_be) == 1)
    family = families.most_common(1)[0][0] if families else ""
    return tuple(_of_family(each, family) for each in found)


def _looked_at(sheet: Sheet) -> Listed:
    scored = recognition.recognise(sheet)
    plain = recognition.sure(scored) or recognition.titled(sheet, scored)
    may_be = [plain] if plain is not None else [(name, why) for name, _, why in recognition.likeliest(scored)]
    rows, refused = 0, ""
    try:
        rows = sheet.tally().rows
    except UnreadableSheet as refusal:
        refused = str(refusal)
    return Listed(
        name=loads.called(sheet),
        rows=rows,
        headers=sheet.headers,
        hidden=sheet.reading.hidden,
        may_be=tuple(name for name, _ in may_be),
        why=may_be[0][1] if may_be else "",
        refused=refused,
    )


def _of_family(each: Listed, family: str) -> Listed:
    """A sheet that nobody can tell is what it is called after, or may be, in the family of the others."""
    if len(each.may_be) == 1 or not family:
        return each
    title = mapping.key(each.name)
    called = [known.name for known in catalog.family(family) if title == mapping.key(known.dataset)]
    own = [name for name in each.may_be if name.startswith(f"{family}.")] or called
    if len(own) != 1:
        return each
    why = each.why if each.may_be and own[0] == each.may_be[0] else "It is called so, and the other sheets are of it."
    return Listed(
        name=each.name,
        rows=each.rows,
        headers=each.headers,
        hidden=each.hidden,
        may_be=(own[0],),
        why=why,
        refused=each.refused,
    )


def one_of(upload: str, name: str, sheet: Sheet, settings: Settings) -> tuple[Listed | None, str | None]:
    """A sheet as it is listed with the others of its upload, and what it is imported as, "" where it is left out; None
    and None of one that is alone, and None where somebody has to say it."""
    found = next((each for each in listed(upload, name, settings) if each.name == loads.called(sheet)), None)
    return found, uploads.get(settings, upload).kinds.get(found.name, found.usual) if found is not None else None


def empty(upload: str, name: str, settings: Settings) -> tuple[str, ...]:
    """The worksheets of a workbook that have no cell."""
    given = _opened(upload, name, settings)
    there = {loads.called(sheet) for sheet in given}
    return tuple(title for title in given[0].reading.sheets if title not in there)


def kinds(found: Sequence[Listed], upload: Upload) -> dict[str, str | None]:
    """What each sheet is imported as: as somebody has said, else as it looks."""
    return {each.name: upload.kinds.get(each.name, each.usual) for each in found}


def begun(wb: Workbench, upload: Upload, found: Sequence[Listed]) -> dict[str, Batch]:
    """The last import of each sheet that still counts, by the sheet's name."""
    names = {each.name for each in found}
    imports: dict[str, Batch] = {}
    for identifier in upload.batches:
        with suppress(UnknownBatch):  # of a database that is there no more
            batch = wb.batches.get(identifier)
            if batch.state in _COUNTING:
                alone = "sheet" in batch.reading
                of = [words.sheet(batch)] if alone else batch.reading.get("sheets", ())
                imports |= {name: batch for name in of if name in names}
    return imports


def turns(upload: str, name: str, said: Kinds, settings: Settings) -> tuple[Turn, ...]:
    """The runs that those of the sheets are of which it is said what they are, in their order."""
    return tuple(
        Turn(what=load.what, sheets={dataset: loads.called(sheet) for dataset, sheet in load.sheets.items()})
        for load in _loads(upload, name, said, settings)
    )


def load(upload: str, name: str, said: Kinds, place: int, settings: Settings) -> Load:
    """One of these runs, to be begun."""
    return _loads(upload, name, said, settings)[place]


def _loads(upload: str, name: str, said: Kinds, settings: Settings) -> tuple[Load, ...]:
    return loads.of_sheets(_opened(upload, name, settings), {sheet: what or "" for sheet, what in said.items()}).loads


def left(wb: Workbench, upload: str, *, but: Sequence[str] = ()) -> bool:
    """Whether sheets of an upload are still to be imported, but for those that are begun just now."""
    known = uploads.get(wb.settings, upload)
    found = listed(upload, known.name, wb.settings)
    chosen = [name for name, what in kinds(found, known).items() if what != ""]
    done = begun(wb, known, found)
    return any(name not in done and name not in but for name in chosen)
