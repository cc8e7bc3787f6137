"""The mapping that an import uses: what is sure, what a template says and what a person says, and what stops it."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches
from workbench.model.contract import Contract, Field
from workbench.model.derivation import CodeOf, CountOf, FirstOf, FromWindow, Joined
from workbench.model.errors import (
    AmbiguousColumns,
    ForbiddenColumns,
    MissingColumns,
    NothingToFilterBy,
    NotLenient,
    Unconfirmed,
    UnknownField,
    UnknownHeader,
    WrongValue,
)
from workbench.model.kinds import KINDS, chosen
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping, Template
from workbench.model.wording import first_of
from workbench.prepare.mapping.excluded import dropped, secrets
from workbench.prepare.mapping.headers import key, same_headers
from workbench.prepare.mapping.suggesting import TRUST, Suggestion, suggest


def resolve(  # noqa: PLR0913
    headers: Iterable[str],
    sample: Chunk,
    contract: Contract,
    *,
    template: Template | None = None,
    manual: Pairs[str, str] | None = None,
    constants: Pairs[str, str] | None = None,
    value_maps: Pairs[str, Pairs[str, str]] | None = None,
    clears: Iterable[str] = (),
    forms: Pairs[str, str] | None = None,
    lenient: Iterable[str] | None = None,
    repairs: Iterable[str] | None = None,
    window: str | None = None,
    mode: str | None = None,
    repeated: Iterable[tuple[str, str]] = (),
) -> Mapping:
    """The mapping that an import uses: what is sure, what the template says and, above both, what a person says now.

    `manual` is header -> field, with "" for a column that is left out, or that the template has and the sheet no more;
    `forms` is field or header -> form. Guesses are
    not used: that of an optional field is only reported (`suggest`), that of a required one stops the import. Mode
    update requires the key alone. `lenient` and `repairs` are the template's where they are None.

    Raises UnknownHeader, UnknownField, NotLenient, WrongValue, ForbiddenColumns, AmbiguousColumns, MissingColumns,
    Unconfirmed and NothingToFilterBy.
    """
    headers = tuple(headers)
    saved = template.mapping if template is not None else Mapping()
    gone = [name for name in _without_column(saved.columns, headers) if _is_left_out(name, manual or {})]
    keys = set(map(key, gone))
    said = {_header(name, headers): target for name, target in (manual or {}).items() if key(name) not in keys}
    left_out = {*same_headers(saved.left_out, headers)} - said.keys() | {name for name in said if not said[name]}
    left_out |= {*dropped(headers, contract)} - said.keys()
    mapping = Mapping(
        value_maps=_merged(saved.value_maps, value_maps or {}),
        constants={name: text for name, text in (saved.constants | dict(constants or {})).items() if text},
        clears=tuple(dict.fromkeys((*saved.clears, *clears, *_erasing(contract)))),
        lenient=tuple(dict.fromkeys(saved.lenient if lenient is None else lenient)),
        repairs=tuple(dict.fromkeys(saved.repairs if repairs is None else repairs)),
        left_out=(*(header for header in headers if header in left_out), *gone),
        confirmed=saved.confirmed,
        lines=saved.lines,
    )
    _check_fields(contract, (*filter(None, said.values()), *saved.columns.values(), *mapping.clears))
    _check_cells(contract, mapping)
    _check_values(contract, mapping)
    _check_secrets(contract, headers, left_out)
    suggestions = [
        replace(given, field=said[given.header], method="manual") if given.header in said else given
        for given in suggest(headers, sample, contract, template, repeated=repeated)
        if given.header not in left_out
    ]
    columns = _columns(suggestions)
    mapping = replace(mapping, columns=columns, forms=saved.forms | by_field(forms or {}, columns, contract))
    _check_forms(contract, mapping.forms)
    _check_required(contract, mapping, suggestions, headers, window, mode)
    _check_filters(contract, mapping, headers)
    _check_window(contract, mapping, window)
    return mapping


def _erasing(contract: Contract) -> tuple[str, ...]:
    """The fields that a blank cell always erases."""
    return tuple(target.name for target in contract.fields if target.erases)


def check(contract: Contract, mapping: Mapping) -> None:
    """Raises UnknownField, NotLenient and WrongValue where a mapping speaks of fields and values that the contract has
    not."""
    _check_fields(contract, (*mapping.columns.values(), *mapping.clears))
    _check_cells(contract, mapping)
    _check_values(contract, mapping)
    _check_forms(contract, mapping.forms)


def by_field(forms: Pairs[str, str], columns: Pairs[str, str], contract: Contract) -> dict[str, str]:
    """The forms by field, where some were said of the headers of columns (header -> field)."""
    fields = {target.name for target in contract.fields}
    by_key = {key(header): name for header, name in columns.items()}
    return {name if name in fields else by_key.get(key(name), name): form for name, form in forms.items()}


def lacking(
    contract: Contract, there: Iterable[str], window: str | None = None, mode: str | None = None
) -> tuple[Field, ...]:
    """The required fields, and those of the key, that nothing would fill: no field that is `there`, no derivation.
    Mode update makes no record, and needs the key alone."""
    names = set(there)
    required = [
        target for target in contract.fields if target.name in contract.key or (target.required and mode != "update")
    ]
    return tuple(target for target in required if not _filled(target, contract, names, window))


def open_points(
    contract: Contract, said: Mapping, window: str | None = None, mode: str | None = None
) -> tuple[str, ...]:
    """What a person still has to say before a mapping can be used, in sentences; none when it can."""
    twice: dict[str, list[str]] = {}
    for header, name in said.columns.items():
        twice.setdefault(name, []).append(header)
    filled = (*said.columns.values(), *(name for name, text in said.constants.items() if text))
    missing = lacking(contract, filled, window, mode)
    return (
        *(f"No column for the required {_or_else(target, 'a window')}." for target in _told(missing)),
        *(f"{_listed(headers)} would all fill {name}: keep one." for name, headers in twice.items() if headers[1:]),
    )


def _without_column(names: Iterable[str], headers: tuple[str, ...]) -> Iterator[str]:
    """The saved names that no header is meant by."""
    return (name for name in names if not list(same_headers((name,), headers)))


def _is_left_out(name: str, manual: Pairs[str, str]) -> bool:
    return any(key(header) == key(name) and not target for header, target in manual.items())


# --- what a person says ---


def _merged(saved: Pairs[str, Pairs[str, str]], new: Pairs[str, Pairs[str, str]]) -> dict[str, dict[str, str]]:
    """The value maps of both; the new ones come first, and the first that fits a text counts."""
    return {
        name: dict(new.get(name, {})) | _without(saved.get(name, {}), new.get(name, {})) for name in {**saved, **new}
    }


def _without(saved: Pairs[str, str], new: Pairs[str, str]) -> dict[str, str]:
    return {text: meaning for text, meaning in saved.items() if text not in new}


# --- what stops an import ---


def _header(name: str, headers: tuple[str, ...]) -> str:
    same = tuple(same_headers((name,), headers))
    if len(same) != 1:
        raise UnknownHeader(header=name, known=_listed(headers))
    return same[0]


def _check_fields(contract: Contract, names: Iterable[str]) -> None:
    known = [target.name for target in contract.importable]
    for name in names:
        if name not in known:
            raise UnknownField(dataset=contract.name, field=name, known=", ".join(known))


def _check_cells(contract: Contract, mapping: Mapping) -> None:
    """Raises UnknownField, and NotLenient for a field whose wrong cell costs more than that cell."""
    _check_fields(contract, (*mapping.lenient, *mapping.repairs))
    for name in mapping.lenient:
        refuse_lenient(contract, name)


def refuse_lenient(contract: Contract, name: str) -> None:
    """Raises NotLenient for a field that no record can do without, that says which records are spoken of, or that is
    an ingredient of another."""
    target = contract.field(name)
    if contract.requires(target):
        raise NotLenient(field=name, why="no record can do without it.")
    if name == contract.slice_by or (contract.removal is not None and name in contract.removal.scope):
        raise NotLenient(field=name, why="it says which records are spoken of.")
    if not target.stored:
        raise NotLenient(field=name, why="other fields are made of it.")


def may_be_lenient(contract: Contract, name: str) -> bool:
    """Whether a wrong cell of a field may cost that cell alone."""
    try:
        refuse_lenient(contract, name)
    except NotLenient:
        return False
    return True


def _check_values(contract: Contract, mapping: Mapping) -> None:
    """Raises UnknownField, and WrongValue where a constant, or what a text is to mean, is no value of its field."""
    _check_fields(contract, (*mapping.constants, *mapping.value_maps))
    for name, text in mapping.constants.items():
        _check_value(contract.field(name), text)
    for name, meanings in mapping.value_maps.items():
        for meaning in meanings.values():
            _check_value(contract.field(name), meaning)


def _check_forms(contract: Contract, forms: Pairs[str, str]) -> None:
    """Raises UnknownField, and WrongValue where a field's column cannot be written in such a form."""
    _check_fields(contract, forms)
    for name, form in forms.items():
        kind = KINDS[contract.field(name).kind]
        if form not in kind.forms:
            known = ", ".join(kind.forms)
            why = f"its form is one of {known}." if known else "it is neither a date nor a number."
            raise WrongValue(field=name, value=form, why=why)


def _check_secrets(contract: Contract, headers: tuple[str, ...], left_out: set[str]) -> None:
    open_secrets = [header for header in secrets(headers, contract) if header not in left_out]
    if open_secrets:
        raise ForbiddenColumns(headers=_listed(open_secrets))


def _check_value(target: Field, text: str) -> None:
    kind = KINDS[target.kind]
    value = kind.parse(pa.array([text], pa.string()))
    if value.null_count:
        return
    if target.choices:
        good = pc.is_in(chosen(value, target.choices), pa.array(target.choices, pa.string()))
    else:
        good = matches(value, kind.pattern)
    if not good[0].as_py():
        why = f"it is one of {', '.join(target.choices)}." if target.choices else f"{kind.message}."
        raise WrongValue(field=target.name, value=f"'{text}'", why=why)


def _columns(suggestions: Iterable[Suggestion]) -> dict[str, str]:
    """Header -> field for all that is sure, the surest column of each field; raises AmbiguousColumns."""
    fields: dict[str, list[Suggestion]] = {}
    for given in suggestions:
        if given.sure and given.field is not None:
            fields.setdefault(given.field, []).append(given)
    columns: dict[str, str] = {}
    for name, candidates in fields.items():
        trust = min(TRUST[given.method] for given in candidates)
        best = [given.header for given in candidates if TRUST[given.method] == trust]
        if len(best) > 1:
            raise AmbiguousColumns(headers=_listed(best), field=name)
        columns[best[0]] = name
    return columns


def _check_required(
    contract: Contract,
    mapping: Mapping,
    suggestions: list[Suggestion],
    headers: tuple[str, ...],
    window: str | None,
    mode: str | None,
) -> None:
    """Raises MissingColumns or Unconfirmed where nothing could fill a required field, or one of the key."""
    there = {*mapping.columns.values(), *mapping.constants}
    unsure = [given for given in suggestions if given.field is not None and not given.sure]
    open_fields = lacking(contract, there, window, mode)
    guessed = there | {given.field for given in unsure if given.field is not None}
    missing = lacking(contract, guessed, window, mode)
    if missing:
        told = ", ".join(map(_or_else, _told(missing)))
        changes = (
            bool(contract.table) and "update" in contract.modes and not lacking(contract, guessed, window, "update")
        )
        or_else = "; or --mode update, which changes known records alone" if changes else ""
        raise MissingColumns(fields=told, dataset=contract.name, found=_listed(headers), or_else=or_else)
    if open_fields:
        needed = {name for target in open_fields for name in (target.name, *target.ingredients)}
        shown = [f"'{given.header}={given.field}' ({given.reason})" for given in unsure if given.field in needed]
        raise Unconfirmed(suggestions=", ".join(shown))


def _check_filters(contract: Contract, mapping: Mapping, headers: tuple[str, ...]) -> None:
    """Raises NothingToFilterBy where rows are to be left out by a field that nothing fills: none of them would be."""
    there = {*mapping.columns.values(), *mapping.constants}
    for name, told in contract.settings_told(mapping.constants).items():
        by = contract.field(name).filters
        if by and by not in there:
            raise NothingToFilterBy(told=told, field=by, found=_listed(headers), setting=name)


def _check_window(contract: Contract, mapping: Mapping, window: str | None) -> None:
    """Raises WrongValue where the window is to be a field's value in every row, and is none."""
    there = {*mapping.columns.values(), *mapping.constants}
    for target in contract.fields:
        if isinstance(target.derive, FromWindow) and target.name not in there and window:
            _check_value(target, window)


def _filled(target: Field, contract: Contract, there: set[str], window: str | None) -> bool:
    """Whether a field has a column or a constant, or what it is derived from."""
    if target.name in there:
        return True
    if isinstance(target.derive, FromWindow):
        return bool(window)
    sources = [contract.field(name) for name in target.ingredients]
    if isinstance(target.derive, FirstOf):
        return any(_filled(source, contract, there, window) for source in sources)
    if isinstance(target.derive, CountOf):
        return bool(there & {target.derive.single, target.derive.packs})
    return bool(sources) and all(_filled(source, contract, there, window) for source in sources)


def _told(missing: Iterable[Field]) -> list[Field]:
    """The missing fields without the codes of which the name is missing too."""
    missing = tuple(missing)
    names = [target.name for target in missing]
    return [target for target in missing if not isinstance(target.derive, CodeOf) or target.derive.field not in names]


def _or_else(target: Field, window: str = "--window") -> str:
    """A missing field, and what else would do."""
    match target.derive:
        case Joined(fields=names):
            return f"{target.name} (or {' and '.join(names)})"
        case FirstOf(fields=names):
            return f"{target.name} (or {' or '.join(names)})"
        case CountOf(single=single, packs=packs):
            return f"{target.name} (or {single} or {packs})"
        case FromWindow():
            return f"{target.name} (or {window})"
    return target.name


def _listed(headers: Iterable[str], most: int = 30) -> str:
    """Headers in a sentence; the first of very many."""
    return first_of(tuple(headers), most)
