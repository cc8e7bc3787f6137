"""What has changed in a source's columns since a template was made of them (seed 001, Column Change Procedure)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workbench.model.contract import Contract
from workbench.model.sheet import Sheet
from workbench.model.template import Template
from workbench.model.written_rows import own_headers
from workbench.prepare import mapping
from workbench.prepare.cleaning import headers_after, likely, missed, others, taken_by
from workbench.prepare.mapping import Suggestion


def header_change(sheet: Sheet, contract: Contract, template: Template, known: set[str]) -> dict[str, Any] | None:
    """The template's headers that are `missing`, the sheet's that are `new`, and `suggestions` which field a new one
    seems to fill: was (the missing header that filled it; "" where none did), header, field, score, reason. None when
    all the headers are known, and for a template that speaks of no columns.

    `known` are headers that imports have had before, though the template does not speak of them. Headers are the same
    but for case and punctuation; of those that a step of the sheet's recipe took away it is said by which (`taken`).
    Columns of the source that the recipe knows under another name, as it seems, are `renamed` (the name it knows, the
    new one), and what of the missing comes back with them is `brought`. A header is not missing where another one of
    the template's fills its field, and one that carries secrets is never new: it is refused by itself; nor are those
    that Workbench adds to a file of rows.
    """
    here = {mapping.key(header): header for header in sheet.headers}
    said = template.mapping
    if not said.columns and not said.left_out:
        return None
    filled = {name for header, name in said.columns.items() if mapping.key(header) in here}
    missing = [header for header, name in said.columns.items() if name not in filled]
    told = {mapping.key(header) for header in (*said.columns, *said.left_out, *known)}
    others = {*mapping.secrets(sheet.headers, contract), *sheet.headers[len(own_headers(sheet.headers)) :]}
    new = [header for key, header in here.items() if key not in told and header not in others]
    if not missing and not new:
        return None
    was = {said.columns[header]: header for header in missing}
    found = [
        {"was": was.get(str(one.field), ""), **{part: getattr(one, part) for part in _SUGGESTED}}
        for one in _suggested(sheet, contract, new, list(was), filled)
    ]
    taken = {mapping.key(header): step for header, step in taken_by(sheet).items()}
    by = {header: taken[mapping.key(header)] for header in missing if mapping.key(header) in taken}
    change = {"missing": missing, "new": new, "suggestions": found} | ({"taken": by} if by else {})
    return change | _renamed(
        sheet, contract, said.columns, missing, [header for header in sheet.headers if header not in new]
    )


def in_words(change: Mapping[str, Any]) -> str:
    """ "gone: Phone (by step 2 of the recipe (rename)); new: Mobile"; "" where there is nothing to tell."""
    taken = change.get("taken", {})
    gone = [f"{header} (by {taken[header].lower()})" if header in taken else header for header in change["missing"]]
    parts = {"gone": gone, "new": change["new"]}
    return "; ".join(f"{what}: {', '.join(headers)}" for what, headers in parts.items() if headers)


def _renamed(
    sheet: Sheet, contract: Contract, fields: Mapping[str, str], missing: list[str], known: list[str]
) -> dict[str, Any]:
    """The columns of the source that the recipe of a sheet knows under another name, as it seems, and which of the
    missing headers come back under those; nothing where that is not so."""
    if sheet.recipe is None or sheet.came is None or not (lost := missed(sheet.recipe, sheet.source_headers)):
        return {}
    new = others(sheet.recipe, sheet.source_headers, known)
    found = likely(lost, new, sheet.recipe, sheet.came.sample(), fields, contract)
    after = set(map(mapping.key, headers_after((*sheet.source_headers, *found), sheet.recipe)))
    brought = [header for header in missing if mapping.key(header) in after]
    return {"renamed": found, "brought": brought} if found else {}


_SUGGESTED = ("header", "field", "score", "reason")


def _suggested(
    sheet: Sheet, contract: Contract, new: list[str], missed: list[str], filled: set[str]
) -> Iterator[Suggestion]:
    """The fields that new columns seem to fill, by their headers or their values: first those that have lost their
    column, then any other."""
    sample = sheet.sample()
    others = [field.name for field in contract.fields if field.name not in (*missed, *filled)]
    for names in (missed, others):
        if not names or not new:
            continue
        left = replace(contract, fields=tuple(field for field in contract.fields if field.name in names))
        found = mapping.suggest(new, replace(sample, cells=sample.cells.select(new)), left)
        yield from (one for one in found if one.field is not None)
        new = [one.header for one in found if one.field is None]
