"""What has changed in a source's columns since a template was made of them (seed 001, Column Change Procedure)."""

from dataclasses import replace
from typing import Any

from workbench.model.contract import Contract
from workbench.model.sheet import Sheet
from workbench.model.template import Template
from workbench.prepare import mapping


def header_change(sheet: Sheet, contract: Contract, template: Template, known: set[str]) -> dict[str, Any] | None:
    """The template's headers that are `missing`, the sheet's that are `new`, and `suggestions` which of them mean the
    same: was, header, field, score, reason. None when all the headers are known.

    `known` are headers that imports have had before, though the template does not speak of them. Headers are the same
    but for case and punctuation.
    """
    here = {mapping.key(header): header for header in sheet.headers}
    said = template.mapping
    missing = [header for header in said.columns if mapping.key(header) not in here]
    told = {mapping.key(header) for header in (*said.columns, *said.left_out, *known)}
    new = [header for key, header in here.items() if key not in told]
    if not missing and not new:
        return None
    return {"missing": missing, "new": new, "suggestions": _suggestions(sheet, contract, template, missing, new)}


def _suggestions(
    sheet: Sheet, contract: Contract, template: Template, missing: list[str], new: list[str]
) -> list[dict[str, Any]]:
    """For each missing header the new column that seems to fill its field, by its header or by its values."""
    asked = {template.mapping.columns[header]: header for header in missing}
    left = replace(contract, fields=tuple(field for field in contract.fields if field.name in asked))
    sample = sheet.sample()
    cells = sample.cells.select(new)
    found = mapping.suggest(new, replace(sample, cells=cells), left) if asked and new else ()
    return [
        {"was": asked[one.field], "header": one.header, "field": one.field, "score": one.score, "reason": one.reason}
        for one in found
        if one.field is not None
    ]
