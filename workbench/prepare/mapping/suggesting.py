"""What each column is taken for, and what a text of a choice is taken for, with a score and a reason.

A column whose header is a field's name, or one of its aliases, is sure. What only looks like a field, by its header or
by its values, is a guess: it is never used before a person has said so.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from workbench.model.contract import Contract, Field
from workbench.model.kinds import spelling
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping, Template
from workbench.model.trimming import trimmed
from workbench.prepare import looks
from workbench.prepare.mapping.excluded import is_secret, not_taken
from workbench.prepare.mapping.headers import Method, called, key, meanings, same_headers

TRUST: dict[Method, int] = {"manual": 0, "template": 1, "exact": 2, "alias": 2}
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
        return self.field is not None and self.method in TRUST

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
        found = guess(open_headers, open_fields, sample)
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
    names = list(dict.fromkeys((target.name, *called(target))))
    scores = _likeness([header], names)[0]
    likeness, written = float(scores.max()), names[scores.argmax()]
    cells = trimmed(sample.cells[header].slice(0, _LOOKED_AT)).drop_null()
    share, look = looks.look(cells, target) if len(cells) else (0.0, "")
    if look and likeness < _SIMILAR:
        why = f"{share:.0%} of the values that were looked at are {look}"
        return _suggestion(header, name, share, "manual", f"you chose it: {why}")
    why = f'is "{written}"' if likeness == 1 else f'is {likeness:.0%} like "{written}"'
    return _suggestion(header, name, likeness, "manual", f"you chose it: its header {why}")


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


def _sure(headers: tuple[str, ...], contract: Contract, template: Template | None) -> Iterator[Suggestion]:
    saved = template.mapping if template is not None else Mapping()
    by_template = {header: saved.columns[name] for name in saved.columns for header in same_headers((name,), headers)}
    left_out = set(same_headers(saved.left_out, headers)) - by_template.keys()
    says = ""
    if template is not None:
        says = f'the template "{template.name}" says so' if template.id else f"the {template.name} says so"
    known = meanings(contract)
    for header in headers:
        name, method, written = known.get(key(header), ("", "none", ""))
        if header in by_template:
            yield _suggestion(header, by_template[header], 1, "template", says)
        elif header in left_out:
            yield _suggestion(header, None, 1, "template", f"is left out: {says}")
        elif is_secret(header, contract):
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


def _similar(headers: list[str], fields: list[Field], _: Chunk) -> list[Suggestion]:
    names = [(target.name, name) for target in fields for name in called(target)]
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


def _by_values(headers: list[str], fields: list[Field], sample: Chunk) -> list[Suggestion]:
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
