"""What a template knows of the lines of a file: said for a person who has said nothing of them, and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import streamlit as st

from workbench import Workbench
from workbench.doors.web import layout, uploads
from workbench.model.errors import UnreadableSheet, WorkbenchError
from workbench.model.known_lines import KnownLines, Lines
from workbench.model.lines import Ranges, joined
from workbench.model.sheet import Layout, Sheet
from workbench.model.template import Template
from workbench.prepare import known_lines, recognition
from workbench.prepare.known_lines import FIRST, LAST
from workbench.settings import Settings
from workbench.sources import first_lines, last_lines


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What one template, or several that say the same, knows of the lines of an upload."""

    template: Template
    layout: Layout
    told: tuple[str, ...]
    """What is said by it, in words."""
    lacking: tuple[str, ...]
    """What it knows and this file has not, in words."""

    @property
    def counts(self) -> bool:
        """Whether the file is read so; a person may have said otherwise."""
        return self.layout == layout.said()


def recall(wb: Workbench, upload: str, title: str | None) -> Recalled | None:
    """What the template of the address, else any that fits, knows of an upload's lines.

    It is put into the address where nobody has said how they are read. None where no template knows such a file, or
    several say different things of it. Raises UnknownUpload.
    """
    known = [each for each in wb.templates.all() if each.mapping.lines is not None and not each.unusable]
    if not known:
        return None
    named = [each for each in known if each.id == st.query_params.get("template")]
    asked = named or known
    found = uploads.get(wb.settings, upload)
    as_of = tuple(f"{each.id} {each.updated_at}" for each in asked)
    fitting = _recalled(str(wb.settings.home), found.id, found.name, title, as_of, asked, wb.settings)
    if not fitting or any(each.layout != fitting[0].layout for each in fitting):
        return None
    recalled = fitting[0]
    if "layout" not in st.query_params and recalled.layout != Layout():
        layout.say(recalled.layout)
    return recalled


def of_sheet(sheet: Sheet) -> KnownLines | None:
    """What a template keeps of the layout that somebody said of a sheet."""
    said = sheet.reading.layout
    return known_lines.known_lines(said, *_ends(sheet), **_as_read(sheet)) if said != Layout() else None


def forgotten(sheet: Sheet) -> tuple[int, ...]:
    """The lines that somebody left out of a sheet, and that no template keeps."""
    said = sheet.reading.layout
    return known_lines.forgotten(said, *_ends(sheet), **_as_read(sheet)) if said.skip_lines else ()


class _AsRead(TypedDict, total=False):
    header_line: int
    left_out: Ranges


def _as_read(sheet: Sheet | None) -> _AsRead:
    """What the reader itself found of a sheet's lines, if there is one."""
    if sheet is None:
        return {}
    left_out = joined((each.first, each.last) for each in sheet.reading.left_out)
    return {"header_line": sheet.reading.header_line, "left_out": left_out}


@st.cache_data(max_entries=50, show_spinner=False)
def _recalled(
    home: str,
    upload: str,
    name: str,
    title: str | None,
    as_of: Sequence[str],
    _templates: Sequence[Template],
    _settings: Settings,
) -> list[Recalled]:
    sheet, (first, last) = _as_found(_settings, upload, title)
    found = []
    for template in _templates:
        if template.mapping.lines is None:
            continue
        encoding = sheet.reading.encoding if sheet is not None else None
        known = known_lines.found(template.mapping.lines, first, last, encoding=encoding, **_as_read(sheet))
        so = sheet if known.layout == Layout() else _read(_settings, upload, title, known.layout)
        if so is not None and recognition.missing_of(so, template) == ():
            found.append(
                Recalled(template=template, layout=known.layout, told=known.told, lacking=known.lacking),
            )
    return found


def _as_found(configuration: Settings, upload: str, title: str | None) -> tuple[Sheet | None, tuple[Lines, Lines]]:
    """An upload as it is read where nobody says anything, if it can be read, with its first and its last lines."""
    refused = 1
    try:
        sheet = uploads.opened(configuration, upload, sheet=title)
        return sheet, _ends(sheet)
    except UnreadableSheet as refusal:
        refused = int(str(refusal.coordinates["line"]))
    except WorkbenchError:
        return None, ((), ())
    first, last = (
        [(number, [text]) for number, text in uploads.lines_around(configuration, upload, line, Layout(), around)]
        for line, around in ((1, FIRST - 1), (refused, LAST))
    )
    at_end = [each for each in last if each[0] >= refused]
    return None, (first, last[-LAST:] if len(at_end) <= LAST else ())


def _read(configuration: Settings, upload: str, title: str | None, said: Layout) -> Sheet | None:
    """An upload read so; None where it cannot be."""
    try:
        return uploads.opened(configuration, upload, sheet=title, layout=said)
    except WorkbenchError:
        return None


def _ends(sheet: Sheet) -> tuple[Lines, Lines]:
    """The first and the last lines of a sheet as they stand."""
    return first_lines(sheet, max(FIRST, sheet.reading.header_line + 5)), last_lines(sheet, LAST)
