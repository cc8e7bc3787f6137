"""Which column fills which field: suggested, confirmed by a person, remembered in a template.

A column whose header is a field's name, or one of its aliases, is sure. What only looks like a field, by its header or
by its values, is a guess: it is shown with a score and a reason, and never used before a person has said so.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from workbench.model.arrays import matches
from workbench.model.contract import CodeOf, Contract, CountOf, Field, FirstOf, FromWindow, Joined
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
from workbench.model.kinds import KINDS, chosen, spelling
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping, Template
from workbench.model.trimming import trimmed
from workbench.model.wording import first_of
from workbench.prepare import looks

__all__ = [
    "Mapping",
    "Method",
    "Suggestion",
    "Template",
    "by_hand",
    "key",
    "lacking",
    "may_be_lenient",
    "open_points",
    "refuse_lenient",
    "resolve",
    "secrets",
    "suggest",
    "suggest_values",
]

Method = Literal["manual", "template", "exact", "alias", "similar", "values", "none"]

_TRUST: dict[Method, int] = {"manual": 0, "template": 1, "exact": 2, "alias": 2}
"""What needs no confirmation, the surest first: of two columns for one field the surer one counts."""

_SIMILAR = 0.8
"""From this likeness of names on, a header is taken for a slip of a name."""
_LOOKED_AT = 200
"""Rows and headers whose values are looked at: enough to say, and a sheet of 10,000 columns stays quick."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What one column is taken for, how surely and why."""

    header: str
    field: str | None
    """None where it is not imported."""
    score: float
    """0 to 1."""
    method: Method
    reason: str

    @property
    def sure(self) -> bool:
        """Whether it is used without a person's confirmation."""
        return self.field is not None and self.method in _TRUST

    def to_dict(self) -> dict[str, Any]:
        """As the command line shows it."""
        return asdict(self)


def suggest(
    headers: Iterable[str],
    sample: Chunk,
    contract: Contract,
    template: Template | None = None,
    *,
    repeated: Iterable[tuple[str, str]] = (),
) -> tuple[Suggestion, ...]:
    """What each column is taken for, in the order of the headers; `sample` holds some rows of the same columns.

    A header that the source has more than once (`repeated`: what the further one is called, and its own name) is taken
    for what the first one is.

    In this order: the template, the field's own name, its aliases (both also after the dataset's noun: "Student
    Email"), the likeness of names, the look of the values. A field that has a sure column is not guessed again, and
    no guess names a field twice.
    """
    headers = tuple(headers)
    sure = {said.header: said for said in _sure(headers, contract, template)}
    sure |= _once_more(sure, repeated)
    rest = [header for header in headers if header not in sure]
    taken = {said.field for said in sure.values()}
    guessed: dict[str, Suggestion] = {}
    for guess in (_similar, _by_values):
        open_fields = [
            candidate for candidate in contract.importable if candidate.name not in taken and not candidate.setting
        ]
        open_headers = [header for header in rest if header not in guessed]
        found = guess(open_headers, open_fields, contract, sample)
        guessed |= {said.header: said for said in found}
        taken |= {said.field for said in found}
    nothing = f"reads like no field of {contract.name}"
    return tuple(
        sure.get(header) or guessed.get(header) or _suggestion(header, None, 0, "none", nothing) for header in headers
    )


def by_hand(header: str, name: str | None, sample: Chunk, contract: Contract) -> Suggestion:
    """What a column is taken for when a person chooses a field for it, or leaves it out (no name): how well it fits by
    its name and by its values, and which of them says so."""
    if not name:
        return _suggestion(header, None, 0, "manual", "you left it out")
    target = contract.field(name)
    names = list(dict.fromkeys((target.name, *_called(target))))
    scores = _likeness([header], names)[0]
    likeness, written = float(scores.max()), names[scores.argmax()]
    cells = trimmed(sample.cells[header].slice(0, _LOOKED_AT)).drop_null()
    share, look = looks.look(cells, target) if len(cells) else (0.0, "")
    if look and likeness < _SIMILAR:
        why = f"{share:.0%} of the values that were looked at are {look}"
        return _suggestion(header, name, share, "manual", f"you chose it: {why}")
    why = f'is "{written}"' if likeness == 1 else f'is {likeness:.0%} like "{written}"'
    return _suggestion(header, name, likeness, "manual", f"you chose it: its header {why}")


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
    left_out = {*_same_headers(saved.left_out, headers)} - said.keys() | {name for name in said if not said[name]}
    left_out |= {*dropped(headers, contract)} - said.keys()
    mapping = Mapping(
        value_maps=_merged(saved.value_maps, value_maps or {}),
        constants={name: text for name, text in (saved.constants | dict(constants or {})).items() if text},
        clears=tuple(dict.fromkeys((*saved.clears, *clears, *_erasing(contract)))),
        lenient=tuple(dict.fromkeys(saved.lenient if lenient is None else lenient)),
        repairs=tuple(dict.fromkeys(saved.repairs if repairs is None else repairs)),
        left_out=(*(header for header in headers if header in left_out), *gone),
        confirmed=saved.confirmed,
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


def suggest_values(target: Field, texts: Iterable[str]) -> dict[str, tuple[str, float]]:
    """For each text that is one of the field's choices, or like one: that choice, and a score of 0 to 1.

    A text that is like none is left out, and so is a choice's opposite ("Inactive" for active).
    """
    texts = tuple(dict.fromkeys(texts))
    if not texts or not target.choices:
        return {}
    written = spelling(pc.fill_null(trimmed(pa.array(texts, pa.string())), "")).to_pylist()
    known = spelling(pa.array(target.choices, pa.string())).to_pylist()
    scores = process.cdist(written, known, scorer=fuzz.ratio) / 100
    best = scores.argmax(axis=1)
    return {
        text: (target.choices[choice], round(float(row[choice]), 2))
        for text, as_written, choice, row in zip(texts, written, best, scores, strict=True)
        if row[choice] >= _SIMILAR and not _opposite(as_written, known[choice])
    }


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


def secrets(headers: Iterable[str], contract: Contract) -> tuple[str, ...]:
    """The headers of columns that carry secrets: they are never imported, and nothing of them is kept."""
    return tuple(header for header in headers if _secret(header, contract))


def dropped(headers: Iterable[str], contract: Contract) -> tuple[str, ...]:
    """The headers of columns that are left out without being said: what no file says, and what carries secrets where
    the contract has it so."""
    return tuple(
        header
        for header in headers
        if not_said(header, contract) is not None or (contract.drops_secrets and _secret(header, contract))
    )


def not_said(header: str, contract: Contract) -> Field | None:
    """The field that a header means and that no file says; None of any other header."""
    if len(contract.importable) == len(contract.fields):
        return None
    name = _names(contract).get(key(header), ("", "none", ""))[0]
    return contract.field(name) if name and not contract.field(name).imported else None


def not_taken(target: Field, contract: Contract) -> str:
    """Why a column is not imported whose field no file says."""
    begins = f"begins with {target.default}" if target.default else "has none"
    return f"is not taken from a file: a new {contract.noun} {begins}"


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


def key(text: str) -> str:
    """A header as it is compared: its letters and digits, without case, so that "E-Mail Address" is "email address"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).casefold()))


# --- what is sure ---


def _sure(headers: tuple[str, ...], contract: Contract, template: Template | None) -> Iterator[Suggestion]:
    saved = template.mapping if template is not None else Mapping()
    by_template = {header: saved.columns[name] for name in saved.columns for header in _same_headers((name,), headers)}
    left_out = set(_same_headers(saved.left_out, headers)) - by_template.keys()
    says = ""
    if template is not None:
        says = f'the template "{template.name}" says so' if template.id else f"the {template.name} says so"
    known = _names(contract)
    for header in headers:
        name, method, written = known.get(key(header), ("", "none", ""))
        if header in by_template:
            yield _suggestion(header, by_template[header], 1, "template", says)
        elif header in left_out:
            yield _suggestion(header, None, 1, "template", f"is left out: {says}")
        elif _secret(header, contract):
            yield _suggestion(header, None, 0, "none", "carries a secret, and is never imported")
        elif name and not contract.field(name).imported:
            yield _suggestion(header, None, 0, "none", not_taken(contract.field(name), contract))
        elif name in by_template.values():
            yield _suggestion(header, None, 0, "none", f"the template takes another column for {name}")
        elif name:
            reason = "is the field's own name" if method == "exact" else f'"{written}" is another name of {name}'
            yield _suggestion(header, name, 1, method, reason)


def _once_more(sure: Pairs[str, Suggestion], repeated: Iterable[tuple[str, str]]) -> dict[str, Suggestion]:
    """The repeated headers that mean a field because the first one of the name does."""
    return {
        header: replace(sure[own], header=header, reason=f"is called {own} as well")
        for header, own in repeated
        if header not in sure and own in sure and sure[own].sure and sure[own].method != "template"
    }


def _names(contract: Contract) -> dict[str, tuple[str, Method, str]]:
    """Every header that surely means a field, as it is compared: the field, exact or alias, and the name as written."""
    known: dict[str, tuple[str, Method, str]] = {}
    for target in contract.fields:
        known.setdefault(key(target.name), (target.name, "exact", target.name))
    for noun in ("", contract.noun, contract.dataset):
        for target in contract.fields:
            for name in _called(target):
                written = f"{noun} {name}".strip()
                known.setdefault(key(written), (target.name, "alias", written))
    return known


def _called(target: Field) -> tuple[str, ...]:
    """The names of a field, as people write them."""
    own = (target.name, target.column) if target.column else (target.name,)
    return (*(name.replace("_", " ") for name in own), *target.aliases)


def _same_headers(names: Iterable[str], headers: tuple[str, ...]) -> Iterator[str]:
    """The headers that are meant by saved names: the same, or else the same but for case and punctuation."""
    for name in names:
        same = [name] if name in headers else [header for header in headers if key(name) and key(header) == key(name)]
        yield from same


def _without_column(names: Iterable[str], headers: tuple[str, ...]) -> Iterator[str]:
    """The saved names that no header is meant by."""
    return (name for name in names if not list(_same_headers((name,), headers)))


def _is_left_out(name: str, manual: Pairs[str, str]) -> bool:
    return any(key(header) == key(name) and not target for header, target in manual.items())


_SECRET_WORDS = {"pswd", "pwd", "pwds", "secret", "secrets", "token", "totp"}
"""A header that has one of these among its words names a secret: "totp_enabled", not "Secretary"."""
_SECRET_ANYWHERE = (
    *("password", "pasword", "passwrd", "passwd", "passwort", "kennwort", "contrasena", "motdepasse"),
    *("passphrase", "passcode", "privatekey", "apikey"),
)
"""No other word has these within it, so that "passwordhash" is found as "password_hash" is."""
_SECRET_COMPOUND = re.compile(
    r"(?:access|auth|authentication|authorization|encryption|oauth|secret|signing|ssh)keys?$"
    r"|(?:access|api|auth|bearer|csrf|login|oauth|refresh|reset|security|session|verification)tokens?"
    r"|tokens?(?:created|data|expir|hash|issued|key|secret|url|valid|value)"
    r"|^secret(?:answer|code|hash|id|question|value)"
    r"|^(?:login|pass|pin|pw|pwd)(?:hash|hashed|hashes|salt|salts)$|^hashed?(?:pass|pin|pw|pwd)$"
    r"|hash(?:es)?salts?$|salts?hash(?:es)?$"
    r"|(?:access|api|auth|aws|client|database|login|oauth)credentials?$"
)
"""One word of a header, or two of them joined, that name a secret together: "Auth_Key", "tokenexpires"."""
_SECRET_ALONE = {"hash", "hashes", "pin", "pins", "salt", "salts"}
"""What is a secret as the whole of a header where the rows are people, who sign in somewhere, and not where they are
goods: a shop sells salt, and pins. A "PIN code" is also the postal code of an address."""
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


def _secret(header: str, contract: Contract) -> bool:
    """Whether a header ends with a forbidden name ("User Password"), or names a secret by its words, whatever their
    accents, and is no name of a field."""
    composed = unicodedata.normalize("NFKC", header)
    if key(composed) in _names(contract):
        return False
    plain = _without_accents(composed)
    name = key(plain)
    forbidden = tuple(map(key, contract.forbidden))
    ends = name.endswith(forbidden) or name.removesuffix("s").endswith(forbidden)
    return ends or any(each in name for each in _SECRET_ANYWHERE) or _has_secret_words(plain, contract)


def _without_accents(text: str) -> str:
    """A text in plain letters, and without what nobody sees."""
    signs = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in signs if unicodedata.category(sign) not in ("Cf", "Mn"))


def _has_secret_words(header: str, contract: Contract) -> bool:
    """Whether one of the words of a header is that of a secret, or two that stand together are."""
    words = re.findall(r"[^\W\d_]+", _CAPITAL.sub(" ", header).casefold())
    if _SECRET_WORDS & {*words} or {"salt", "hash"} <= {*words}:
        return True
    pairs = ("".join(pair) for pair in pairwise(words))
    if any(_SECRET_COMPOUND.search(word) for word in (*words, *pairs)):
        return True
    if len(words) != 1:
        return False
    of_people = contract.drops_secrets or any(field.name.endswith("email") for field in contract.fields)
    return (of_people and words[0] in _SECRET_ALONE) or (contract.drops_secrets and words[0] == "credentials")


# --- guesses ---


def _similar(headers: list[str], fields: list[Field], contract: Contract, _: Chunk) -> list[Suggestion]:
    names = [(target.name, name) for target in fields for name in _called(target)]
    if not headers or not names:
        return []
    scores = _likeness(headers, [name for _, name in names])
    pairs = [
        (float(scores[row, column]), headers[row], *names[column])
        for row, column in zip(*(scores >= _SIMILAR).nonzero(), strict=True)
    ]
    pairs.sort(key=lambda pair: -pair[0])
    return _each_once(
        _suggestion(header, target, min(score, 0.99), "similar", f'reads like "{name}"')
        for score, header, target, name in pairs
    )


def _likeness(headers: list[str], names: list[str]) -> NDArray[np.floating[Any]]:
    """How alike each header and each name are, 0 to 1, as one word or as words in any order."""
    as_one = process.cdist([key(header) for header in headers], [key(name) for name in names], scorer=fuzz.ratio)
    as_words = process.cdist(
        [header.casefold() for header in headers],
        [name.casefold() for name in names],
        scorer=fuzz.token_sort_ratio,
    )
    return as_one.clip(min=as_words) / 100


def _by_values(headers: list[str], fields: list[Field], contract: Contract, sample: Chunk) -> list[Suggestion]:
    """Guesses from what stands in the columns; 0.6 at most, because many columns can hold e-mail addresses."""
    found = []
    for header in headers[:_LOOKED_AT]:
        cells = trimmed(sample.cells[header].slice(0, _LOOKED_AT)).drop_null()
        seen = [(target, *looks.look(cells, target)) for target in fields] if len(cells) else []
        for target, share, look in seen:
            if share >= looks.MOST:
                reason = f"{share:.0%} of the values that were looked at are {look}"
                found.append(_suggestion(header, target.name, 0.6 * share, "values", reason))
                break
    return _each_once(found)


def _each_once(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """The first suggestion of each header and of each field."""
    kept: list[Suggestion] = []
    headers: set[str] = set()
    fields: set[str | None] = set()
    for given in suggestions:
        if given.header not in headers and given.field not in fields:
            kept.append(given)
            headers.add(given.header)
            fields.add(given.field)
    return kept


def _suggestion(header: str, target: str | None, score: float, method: Method, reason: str) -> Suggestion:
    return Suggestion(header=header, field=target, score=round(score, 2), method=method, reason=reason)


_NEGATIONS = ("in", "un", "non", "not", "no", "dis")


def _opposite(text: str, choice: str) -> bool:
    return any(key(text) == negation + key(choice) for negation in _NEGATIONS)


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
    same = tuple(_same_headers((name,), headers))
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
        trust = min(_TRUST[given.method] for given in candidates)
        best = [given.header for given in candidates if _TRUST[given.method] == trust]
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
