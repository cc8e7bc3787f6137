"""Which dataset a sheet is, told by its headers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from workbench.datasets import catalog
from workbench.model.arrays import any_true
from workbench.model.contract import Contract, Field
from workbench.model.errors import LooksLikeAnother, NoSheets, SheetsAlike, WrongRecipe
from workbench.model.kinds import KINDS, could_be
from workbench.model.sheet import Chunk, Sheet
from workbench.model.template import Template
from workbench.model.trimming import trimmed
from workbench.model.wording import first_of
from workbench.prepare import mapping
from workbench.prepare.cleaning import headers_after
from workbench.prepare.mapping import Suggestion

RECOGNISED = 0.5
"""From this score on, a sheet is taken for the dataset; below it somebody has to say which it is."""

_NAMED = 1.1
"""How much more a dataset counts when the file is called after it: enough where the headers leave two of them."""
_MOST = 0.75
"""The share of a dataset's columns that a file has where they are common ones."""
_LISTED = 5
_SEVERAL = 3
"""So many columns that a row names are enough to know it as a header."""
_SAID = "said with the import"
"""A window: what it fills is missing in no source, for a person says it of the whole import."""
CERTAIN = 0.75
"""From this score on, a source is refused under another playbook that it is not recognised as, and imported where
nobody says what it is."""
_LIKE = 0.6
"""A source that has this share of a template's columns is like those that the template was made of."""
_APART = 0.03
"""So far what it is has to be from what it might be besides."""


def recognise(sheet: Sheet) -> list[tuple[str, float, str]]:
    """Every dataset that stands behind no playbook, and every form of a playbook's source, with a score of 0 to 1 and a
    reason, the likeliest first.

    The score is the share of the sheet's columns that are fields of the dataset and of the dataset's fields that have a
    column, as sure as the suggestions are, less for each required field without one. Where the headers leave a choice,
    the file's name decides.
    """
    return _ranked(sheet, sheet.sample(200), (*catalog.CONTRACTS.values(), *catalog.FORMS.values()))


def _ranked(sheet: Sheet, sample: Chunk, candidates: Iterable[Contract]) -> list[tuple[str, float, str]]:
    scored = [(known.name, *_score(sheet, sample, known)) for known in candidates if not known.behind]
    return sorted(scored, key=lambda scored: -scored[1])


def sure(scored: Sequence[tuple[str, float, str]]) -> tuple[str, str] | None:
    """What a source plainly is, with the reason, of what `recognise` says; None where a person has to be asked, for it
    fits nothing well, or several things nearly as well."""
    (name, score, reason), *others = scored
    second = others[0][1] if others else 0.0
    return (name, reason) if score >= CERTAIN and score - second >= _APART else None


def titled(sheet: Sheet, scored: Sequence[tuple[str, float, str]]) -> tuple[str, str] | None:
    """What a source of several sheets says that one of them is, by its title, with the reason, where its columns do not
    speak against it; None where it is called after nothing of what `recognise` says, or its columns are of another."""
    title = mapping.key(called(sheet))
    for name, score, reason in scored:
        if title in (mapping.key(name), mapping.key(name.partition(".")[2])) and score >= RECOGNISED:
            return name, reason
    return None


def called(sheet: Sheet) -> str:
    """What a source calls a sheet: a worksheet by its title, where there are several, a file by its name without the
    ending."""
    return (sheet.reading.sheet or "") if _is_titled(sheet) else PurePath(sheet.name).stem


def _is_titled(sheet: Sheet) -> bool:
    """Whether a sheet is called by its own title, for its file has others beside it."""
    return len(sheet.reading.sheets) > 1 and bool(sheet.reading.sheet)


def likely(sheet: Sheet) -> list[tuple[str, float, str]]:
    """What a source may be, the likeliest first: what it is taken for, and what fits it nearly as well."""
    return likeliest(recognise(sheet))


def likeliest(scored: Sequence[tuple[str, float, str]]) -> list[tuple[str, float, str]]:
    """The same, of what `recognise` says; of several, a person has to say which one it is."""
    recognised = [each for each in scored if each[1] >= RECOGNISED]
    return [each for each in recognised if recognised[0][1] - each[1] < _APART]


def template_of(sheet: Sheet, templates: Sequence[Template], *, wholly: bool = False) -> Template | None:
    """The template that was plainly made of a source with these columns: of those that have each of their columns in
    it the one that knows the most of its columns, `wholly` all of them; None where none does, or several do as well."""
    here = {template.id: set(map(mapping.key, _headers(sheet, template))) for template in templates}
    known = {
        template.id: len(here[template.id] & set(map(mapping.key, (*said.columns, *said.left_out))))
        for template in templates
        if (said := template.mapping).columns and set(map(mapping.key, said.columns)) <= here[template.id]
    }
    most = max(known.values(), default=0)
    best = [each for each in templates if known.get(each.id) == (len(here[each.id]) if wholly else most) and most]
    return best[0] if len(best) == 1 else None


def missing_of(sheet: Sheet, template: Template) -> tuple[str, ...] | None:
    """The columns of a template that a source has not, which is like those that it was made of; None for another."""
    columns = template.mapping.columns
    there = set(map(mapping.key, _headers(sheet, template)))
    missing = tuple(header for header in columns if mapping.key(header) not in there)
    return missing if columns and len(missing) <= (1 - _LIKE) * len(columns) else None


def _headers(sheet: Sheet, template: Template) -> tuple[str, ...]:
    """The headers of a sheet as an import under a template has them."""
    if sheet.recipe is not None or template.mapping.recipe is None:
        return sheet.headers
    try:
        return headers_after(sheet.headers, template.mapping.recipe)
    except WrongRecipe:  # of a later version, or for other columns
        return sheet.headers


def refuse_another(sheet: Sheet, meant: Contract) -> None:
    """Raises LooksLikeAnother for a source that is not recognised as what it is meant to be, and plainly is another of
    the same family: exports of one program share columns, and nothing would come of its rows."""
    sample = sheet.sample(200)
    if any(score >= RECOGNISED for _, score, _ in _ranked(sheet, sample, [meant])):
        return  # as nearly every source: the others are not looked at, which would take most of a second
    everything = (*catalog.CONTRACTS.values(), *catalog.FORMS.values())
    scored = _ranked(sheet, sample, [each for each in everything if each.family == meant.family])
    likely, score, reason = scored[0]
    if likely != meant.name and score >= CERTAIN:
        option = "--playbook" if likely in catalog.FORMS else "--dataset"
        raise LooksLikeAnother(source=sheet.name, likely=likely, reason=reason, meant=meant.name, option=option)


def sheets_of(sheets: Sequence[Sheet], datasets: Sequence[str], source: str) -> dict[str, Sheet]:
    """Which dataset each of several sheets is: the one that it is called after, else the likeliest; those that are none
    are left out. Raises NoSheets when all are, SheetsAlike when two are the same."""
    contracts = [catalog.contract(dataset) for dataset in datasets]
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        dataset = _dataset_of(sheet, contracts)
        if dataset in found:
            first, second = (each.reading.sheet or each.name for each in (found[dataset], sheet))
            raise SheetsAlike(first=first, second=second, source=sheet.name, dataset=dataset)
        if dataset is not None:
            found[dataset] = sheet
    if not found:
        names = ", ".join(sheet.reading.sheet or sheet.name for sheet in sheets)
        raise NoSheets(source=sheets[0].name if sheets else "", playbook=source, sheets=names)
    if len(found) == 1:
        return found
    return {name: replace(each, reading=each.reading.with_others()) for name, each in found.items()}


def is_header(cells: Sequence[str]) -> bool:
    """Whether cells name every column that one of the playbooks' sources cannot be without, and are columns of it: all
    of them, or several, for a word alone is a title or a cell too."""
    there = set(filter(None, map(mapping.key, cells)))
    return any(_names_all(there, form) for form in catalog.FORMS.values())


def _names_all(there: set[str], form: Contract) -> bool:
    named = {field.name for field in form.fields if there & set(map(mapping.key, (field.name, *field.aliases)))}
    return len(named) >= min(_SEVERAL, len(there)) and all(f.name in named for f in form.fields if form.requires(f))


def _dataset_of(sheet: Sheet, contracts: Sequence[Contract]) -> str | None:
    title = mapping.key(sheet.reading.sheet or PurePath(sheet.name).stem)
    called = [known.name for known in contracts if title in (mapping.key(known.dataset), mapping.key(known.name))]
    if called:
        return called[0]
    sample = sheet.sample(200)
    score, name = max((_score(sheet, sample, known)[0], known.name) for known in contracts)
    return name if score >= RECOGNISED else None


def _score(sheet: Sheet, sample: Chunk, contract: Contract) -> tuple[float, str]:
    suggested = mapping.suggest(sheet.headers, sample, contract)
    found = [given for given in suggested if given.field is not None and _may_be(sample, given, contract)]
    there = [given.field for given in found if given.field is not None]
    known = {mapping.key(header) for header in contract.beside}
    beside = [header for header in sheet.headers if mapping.key(header) in known]
    lacking = mapping.lacking(contract, there, window=_SAID)
    weight = sum(given.score for given in found)
    required = sum(contract.requires(field) for field in contract.fields)
    usual = {field.name for field in contract.fields if not contract.template or contract.requires(field)}
    usual |= set(contract.template)  # what a file has of it that somebody makes
    own = max(len(sheet.headers) - len(beside), 1)
    fit = 0.75 * min(weight / own, 1) + 0.25 * min(weight / len(usual), 1)
    named = bool(found) and _called_after(sheet, contract)
    says_little = contract.common_headers and not named and weight < _MOST * len(usual)
    score = 0.0 if says_little else fit * (1 - len(lacking) / required) * (_NAMED if named else 1)
    by_window = contract.by_window
    said = (
        by_window.name if by_window is not None and contract.requires(by_window) and by_window.name not in there else ""
    )
    return round(min(score, 1.0), 2), _reason(sheet, found, lacking, said, named)


def _may_be(sample: Chunk, given: Suggestion, contract: Contract) -> bool:
    """Whether a column can be what its header says, where that is Salesforce's id of a record: Id is a common header,
    and that one looks like nothing else."""
    kind = contract.field(given.field or "").kind
    if kind != "salesforce_id":
        return True
    cells = sample.cells[given.header]
    return trimmed(cells).null_count == len(cells) or any_true(could_be(KINDS[kind], cells))


def _reason(sheet: Sheet, found: Sequence[Suggestion], lacking: Sequence[Field], said: str, named: bool) -> str:
    if not found:
        return "None of its columns is a field of it."
    columns = f"{len(found)} of {len(sheet.headers)} columns {'is a field' if len(found) == 1 else 'are fields'} of it"
    parts = [f"{columns} ({first_of([str(given.field) for given in found], _LISTED)})"]
    unsure = sum(not given.sure for given in found)
    if unsure:
        parts.append(f"{'all' if unsure == len(found) else unsure} of them only by their look")
    parts.append(
        f"no column for {first_of([field.name for field in lacking], _LISTED)}"
        if lacking
        else f"the import's window says its {said}"
        if said
        else "nothing required is missing"
    )
    if named:
        parts.append(f"and the {'sheet' if _is_titled(sheet) else 'file'} is called after it")
    return ", ".join(parts) + "."


def _called_after(sheet: Sheet, contract: Contract) -> bool:
    stem = mapping.key(called(sheet))
    return any(mapping.key(word) in stem for word in (contract.dataset, contract.noun))
