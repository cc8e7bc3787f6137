"""Which dataset a sheet is, told by its headers."""

from collections.abc import Sequence
from pathlib import PurePath

from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.sheet import Chunk, Sheet
from workbench.prepare import mapping
from workbench.prepare.mapping import Suggestion

RECOGNISED = 0.5
"""From this score on, a sheet is taken for the dataset; below it somebody has to say which it is."""

_NAMED = 1.1
"""How much more a dataset counts when the file is called after it: enough where the headers leave two of them."""
_LISTED = 5


def recognise(sheet: Sheet) -> list[tuple[str, float, str]]:
    """Every dataset with a score of 0 to 1 and a reason, the likeliest first.

    The score is the share of the sheet's columns that are fields of the dataset and of the dataset's fields that have a
    column, as sure as the suggestions are, less for each required field without one. Where the headers leave a choice,
    the file's name decides.
    """
    sample = sheet.sample(200)
    scored = [(known.name, *_score(sheet, sample, known)) for known in catalog.CONTRACTS.values()]
    return sorted(scored, key=lambda scored: -scored[1])


def _score(sheet: Sheet, sample: Chunk, contract: Contract) -> tuple[float, str]:
    found = [given for given in mapping.suggest(sheet.headers, sample, contract) if given.field is not None]
    lacking = mapping.lacking(contract, [given.field for given in found if given.field is not None])
    weight = sum(given.score for given in found)
    required = sum(field.required or field.name in contract.key for field in contract.fields)
    fit = 0.75 * weight / max(len(sheet.headers), 1) + 0.25 * weight / len(contract.fields)
    named = bool(found) and _called_after(sheet.name, contract)
    score = fit * (1 - len(lacking) / required) * (_NAMED if named else 1)
    return round(min(score, 1.0), 2), _reason(sheet.headers, found, lacking, named)


def _reason(headers: Sequence[str], found: Sequence[Suggestion], lacking: Sequence[Field], named: bool) -> str:
    if not found:
        return "None of its columns is a field of it."
    columns = f"{len(found)} of {len(headers)} columns {'is a field' if len(found) == 1 else 'are fields'} of it"
    parts = [f"{columns} ({_few([str(given.field) for given in found])})"]
    unsure = sum(not given.sure for given in found)
    if unsure:
        parts.append(f"{'all' if unsure == len(found) else unsure} of them only by their look")
    parts.append(
        f"no column for {_few([field.name for field in lacking])}" if lacking else "nothing required is missing"
    )
    if named:
        parts.append("and the file is called after it")
    return ", ".join(parts) + "."


def _called_after(name: str, contract: Contract) -> bool:
    stem = mapping.key(PurePath(name).stem)
    return any(mapping.key(word) in stem for word in (contract.dataset, contract.noun))


def _few(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
