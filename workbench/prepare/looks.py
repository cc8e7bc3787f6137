"""What values look like, whatever their column is called."""

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates
from workbench.model.arrays import matches
from workbench.model.contract import Field
from workbench.model.kinds import KINDS, chosen, could_be
from workbench.model.texts import are_errors, read_as_nothing
from workbench.model.trimming import bytes_of
from workbench.prepare.normalize import has_meaning

MOST = 0.8
"""From this share of a column's values on, they say what it is."""
FEWEST = 2
"""So many values have to say it before a column is doubted: one alone is a wrong cell."""

TELLING = {
    "email": "e-mail addresses",
    "uuid": "UUIDs",
    "academic_year": "academic years",
    "day": "dates",
    "timestamp": "dates or times",
    "phone": "phone numbers",
}
"""The kinds that values give away. Nearly everything is a text, and many things are numbers."""
_CALLABLE = r"^\+|^\(|^[0-9]{3}[-. ]"
"""How a phone number begins that is no other number, nor a date."""
_PERHAPS = dict.fromkeys(("day", "timestamp"), dates.PERHAPS) | {"academic_year": "^[0-9]{2,4} *[^0-9]+ *[0-9]{2,4}$"}
"""What a text has to have that may be of a kind whose own pattern takes long to ask for."""
_NUMBER = r"^[-+($ ]*[0-9][0-9., ]*[)% ]*$"
_GIVEN = r"^[A-Za-z]{0,4}[-_ ]?[0-9]{5,}$"
"""An identifier of more digits than the code of a course has."""
_NAME = r"^\p{L}[\p{L}\p{M}'\x{2019}.-]*(?: \p{L}[\p{L}\p{M}'\x{2019}.-]*){1,4}$|^\p{Lu}[\p{Ll}\p{M}'\x{2019}-]+$"
"""Some words of letters, or one with a capital."""


def look(cells: pa.StringArray, target: Field) -> tuple[float, str]:
    """The share of cells that look like a field's values, and what they look like; 0 for fields that no look tells."""
    if target.choices:
        known = pc.is_in(chosen(cells, target.choices), pa.array(target.choices, pa.string()))
        return share(known), f"choices of {target.name}"
    if target.kind not in TELLING:
        return 0.0, ""
    return _share_of(target.kind, cells), TELLING[target.kind]


_KNOWN = 2_000
_known: dict[tuple[str, bytes], float] = {}
"""Of the columns that were looked at last, by kind and digest: the same few rows are looked at for every dataset that
they may be of, and again at each click."""


def _share_of(kind: str, cells: pa.StringArray) -> float:
    """The share of cells that are of a kind which values give away."""
    lengths = pc.binary_length(cells).to_numpy(zero_copy_only=False).tobytes()
    key = kind, blake2b(lengths + bytes_of(cells), digest_size=16).digest()
    known = _known.get(key)
    if known is None:
        if len(_known) >= _KNOWN:
            _known.clear()
        known = _known[key] = share(_are(kind)(cells))
    return known


def share(flags: pa.BooleanArray) -> float:
    """The share of them that is true."""
    return float(pc.mean(flags).as_py())


def _are(kind: str) -> Callable[[pa.StringArray], pa.BooleanArray]:
    """Which cells are of a kind that values give away."""

    def are(cells: pa.StringArray) -> pa.BooleanArray:
        if kind in _PERHAPS and share(matches(cells, _PERHAPS[kind])) < MOST:
            return pa.repeat(pa.scalar(False), len(cells))
        fits = could_be(KINDS[kind], cells)
        return pc.and_(fits, matches(cells, _CALLABLE)) if kind == "phone" else fits

    return are


def are_measured_or_given(texts: pa.StringArray) -> pa.BooleanArray:
    """Which texts are numbers, days, or what is given to one alone (an address, a telephone, an identifier): a column
    of them has no list of values."""
    found = pc.or_(matches(texts, _NUMBER), matches(texts, _GIVEN))
    for kind in ("email", "uuid", "timestamp"):
        found = pc.or_(found, could_be(KINDS[kind], texts))
    return pc.or_(found, pc.and_(could_be(KINDS["phone"], texts), matches(texts, _CALLABLE)))


# --- what no value of a field looks like ---

_LOOKS: dict[str, tuple[str, Callable[[pa.StringArray], pa.BooleanArray]]] = {
    "email": (TELLING["email"], _are("email")),
    "uuid": (TELLING["uuid"], _are("uuid")),
    "academic_year": (TELLING["academic_year"], _are("academic_year")),
    "date": (TELLING["day"], _are("timestamp")),
    "phone": (TELLING["phone"], _are("phone")),
    "number": ("numbers", lambda cells: matches(cells, _NUMBER)),
    "name": ("names", lambda cells: matches(cells, _NAME)),
}
"""In words, and which cells look so; of several looks the first counts."""
_OF_KIND = {name: name for name in ("email", "uuid", "academic_year", "phone", "name")}
_OF_KIND |= {"day": "date", "timestamp": "date"}
_ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("integer", "decimal", "money", "amount", "percent"), ("number",)),
    **dict.fromkeys(("academic_year", "day", "timestamp"), ("number",)),  # 2024, and a spreadsheet's days
    **dict.fromkeys(("choice", "boolean"), ("number", "name")),  # a code or a word that nobody has explained yet
}
"""What wrong values of a kind may look like and still be meant for it."""


@cache
def expected(target: Field) -> str | None:
    """What a field's values look like, by its kind, or as its examples do where any text would do; None where they
    have no look of their own."""
    if target.choices or target.kind != "text":
        return None if target.choices else _OF_KIND.get(target.kind)
    found = {_look_of(pa.array([example], pa.string())) for example in filter(None, target.examples)}
    return found.pop() if len(found) == 1 else None


def stranger(cells: pa.StringArray, target: Field, meanings: Iterable[str]) -> tuple[str, int, int] | None:
    """What a column's values plainly are that is nothing for a field: the look, how many have it, of how many; None
    where they may well be the field's.

    `cells` are trimmed and without blanks. Plainly is: MOST of them, and FEWEST different ones, look so, and as many
    cannot be read as the field's kind, if not nearly every text is of it. What reads as no value does not count, nor
    does a text with a meaning. Identifiers look like anything.
    """
    if target.kind in ("identifier", "lookup", "sku", "json"):
        return None
    cells = cells.filter(pc.invert(pc.or_(read_as_nothing(cells, any_case=True), are_errors(cells))))
    if len(cells.unique()) < FEWEST:
        return None
    found = _look_of(cells, _doubtful(cells, target, meanings))
    if found is None or not {found, _look_of(cells)}.isdisjoint(_may_look(target)):
        return None
    return found, int(pc.sum(_LOOKS[found][1](cells)).as_py()), len(cells)


def in_words(found: str) -> str:
    """What values are that have a look, e.g. "e-mail addresses"."""
    return _LOOKS[found][0]


def _doubtful(cells: pa.StringArray, target: Field, meanings: Iterable[str]) -> tuple[str, ...]:
    """The looks that would be none of a field's, as far as it can read its cells."""
    kind = _kind_of(target)
    if kind in _FREE:  # of a text whose examples look like nothing, digits are as good: a shelf, a course's number
        return tuple(look for look in _LOOKS if look != "name" and (look != "number" or kind == "name"))
    if share(_wrong(cells, target, kind, meanings)) >= MOST:
        return tuple(_LOOKS)
    return ("date",) if kind == "phone" else ()  # whose digits would do for a phone number


_FREE = ("name", "text")
"""The kinds that nearly every text is of."""


def _look_of(cells: pa.StringArray, looks: Iterable[str] = tuple(_LOOKS)) -> str | None:
    """The first look of these that most of the cells have."""
    return next((name for name in looks if len(cells) and share(_LOOKS[name][1](cells)) >= MOST), None)


@cache
def _may_look(target: Field) -> set[str | None]:
    """What a field's values may look like: as its kind does, and as its examples do."""
    examples = [pa.array([example], pa.string()) for example in filter(None, target.examples)]
    allowed = _ALLOWED.get("choice" if target.choices else target.kind, ())
    free = ("name",) if _kind_of(target) in _FREE else ()
    return {expected(target), *allowed, *free, *map(_look_of, examples)}


def _kind_of(target: Field) -> str:
    """Its kind; of a text, the kind that its examples are of."""
    own = expected(target)
    if target.kind != "text" or own is None or target.choices:
        return "choice" if target.choices else target.kind
    return own if own in KINDS else {"date": "timestamp"}.get(own, "text")


def _wrong(cells: pa.StringArray, target: Field, kind: str, meanings: Iterable[str]) -> pa.BooleanArray:
    """Which cells are no values of a field, and have no meaning that somebody gave them."""
    if target.choices:
        fits = pc.is_in(chosen(cells, target.choices), pa.array(target.choices, pa.string()))
    else:
        fits = could_be(KINDS[kind], cells)
    return pc.and_not(pc.invert(fits), has_meaning(cells, meanings))
