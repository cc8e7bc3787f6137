"""The texts in wrong cells, at the command line: the most frequent with their rows, and what is to be said of each."""

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.wording import many, quoted

if TYPE_CHECKING:
    from workbench import Workbench

_NAMED = 3
"""So many texts of a kind of issues are named."""
_KINDS = 5
"""Of so many kinds of issues: the texts of each are looked up."""
_UNKNOWN = ("bad_choice", "bad_boolean")
"""Issues of texts that mean something which nobody has said yet, be it in one row."""
_TAIL = " reads as no value: "


def sentence(wb: "Workbench", sheet: Batch, issue: Mapping[str, Any]) -> str:
    """What is wrong, of a kind of issues: where some text stands in several rows, with the most frequent and the rows
    of each, and without what is true of one of them alone."""
    message = str(issue["message"])
    found, number = _found(wb, sheet, issue) if _is_of_texts(issue) else ([], 0)
    if number < 2 or found[0]["rows"] == 1:
        return message
    if _TAIL in message:
        message = message.rpartition(_TAIL)[0].rpartition(". '")[0]
    told = [f"{quoted(found[0]['text'])} in {many(found[0]['rows'])}"]
    told += [f"{quoted(each['text'])} in {each['rows']:,}" for each in found[1:]]
    others = f" and {many(number - len(found), 'other text')}" if number > len(found) else ""
    return f"{message}: {', '.join(told)}{others}"


def options(wb: "Workbench", sheet: Batch) -> Iterator[str]:
    """The options that say what the most frequent texts mean that no field of theirs knows."""
    kinds = [each for each in wb.rows.issue_counts(sheet) if _is_of_texts(each)]
    for issue in kinds[:_KINDS]:
        found, number = _found(wb, sheet, issue)
        if issue["code"] in _UNKNOWN and not found:
            yield value_maps(issue["field"], {"TEXT": "..."})
        for each in found:
            if issue["code"] not in _UNKNOWN and each["rows"] == 1:
                break  # a slip of one cell, which is corrected
            means = each["means"] or ("" if _is_nothing(sheet, issue["field"], each["text"]) else "...")
            rows = f"  # {many(each['rows'])}" if number > 1 else ""
            yield f"{value_maps(issue['field'], {each['text']: means})}{rows}"


def value_maps(field: str, meanings: Mapping[str, str]) -> str:
    """The options that say what texts of a field mean."""
    return " ".join(f"--value-map {shlex.quote(f'{field}:{text}={to}')}" for text, to in meanings.items())


def _is_of_texts(issue: Mapping[str, Any]) -> bool:
    return bool(issue["field"]) and str(issue["code"]).startswith("bad_")


def _found(wb: "Workbench", sheet: Batch, issue: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    found, number = wb.rows.wrong_values(sheet, code=issue["code"], field=issue["field"], limit=_NAMED)
    return [each for each in found if each["text"]], number


def _is_nothing(sheet: Batch, field: str, text: str) -> bool:
    """Whether a text stands for no value, which its field can do without."""
    import pyarrow as pa

    from workbench.model.texts import stand_for_nothing

    contract = catalog.contract(sheet.dataset)
    known = next((each for each in contract.fields if each.name == field), None)
    return known is not None and not contract.requires(known) and stand_for_nothing(pa.array([text]))[0].as_py()
