"""Who of one list may be who of another: for each person the candidates, with how they were found, a score that says
why, and whether it is so plain that no person has to be asked.

Four passes, the surest first: the same identifier, the same e-mail address, the same name at the same school, and
whoever is alike (nicknames, middle names, parts of surnames, first and last name in each other's place, slips). The
last is never more than a suggestion. Nobody is compared with everybody: only those who share a key of a block are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import replaced
from workbench.model.matching import PASSES, Compared, Threshold
from workbench.model.trimming import by_distinct
from workbench.prepare import levels, nicknames, person_name

SUGGESTED = 0.75
"""From this score on somebody is a candidate. Found by an identifier or an address, anybody is."""
AGREES = 0.9
"""From this on given names agree, and surnames: nicknames, middle names, a slip."""
ENOUGH = 5.0
"""So much has to be compared before a score is whole: a name, or as much as one."""
MOST = 5
"""So many candidates are kept of each person."""

_KEY_PAIRS = 10_000
"""A key that more pairs share than these tells nobody from another."""
_PAIRS = 6_000_000
"""So many pairs are compared, those of the most telling blocks first."""
_AT_ONCE = 200_000
_SWAPPED = 0.92

_Rewrite = Callable[[pa.StringArray], pa.StringArray]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_STRING = pa.string()


def candidates(
    left: pa.Table,
    right: pa.Table,
    compared: Sequence[Compared],
    *,
    open_: Flags | None = None,
    taken: Flags | None = None,
    most: int = MOST,
) -> pa.Table:
    """Whom of `right` each of `left` may be: `left` and `right` (their places), `pass`, `score`, `automatic`, and for
    each compared field a word for how the two agree ("" where one side has no value). The best of each come first.

    The tables have a column for each compared field, blank or null where nothing is known. Only those of `left` are
    looked for that are `open_`; whoever of `right` is `taken` is found, but never decided. All of both count when it
    is asked whether there is only one of a name.
    """
    these, those = _People(left, compared), _People(right, compared)
    open_ = np.ones(len(left), bool) if open_ is None else open_
    taken = np.zeros(len(right), bool) if taken is None else taken
    compared = these.compared
    found = pa.concat_tables(
        [_found(these, those, pairs, compared) for pairs in _chunks(_pairs(these, those, open_))]
        or [_found(these, those, np.zeros((2, 0), np.int64), compared)]
    )
    found = found.append_column("automatic", pa.array(_decided(found, these, those, taken)))
    found = found.sort_by(
        [("left", "ascending"), ("rank", "ascending"), ("score", "descending"), ("right", "ascending")]
    )
    places = found["left"].to_numpy()
    within = np.arange(len(places)) - np.searchsorted(places, places)
    return found.filter(pa.array(within < most)).drop_columns(["rank"])


def thresholds(scores: Sequence[float], same: Sequence[bool]) -> list[Threshold]:
    """What each of those scores would have been worth as a threshold, for pairs that people have decided, the lowest
    first. Nothing is known of pairs that nobody was asked about."""
    order = np.argsort(np.asarray(scores, float))[::-1]
    said, points = np.asarray(same, bool)[order], np.asarray(scores, float)[order]
    right, pairs = np.cumsum(said), np.arange(1, len(said) + 1)
    last = np.flatnonzero(np.diff(points, append=-1.0))
    return [
        Threshold(
            score=round(float(points[at]), 3),
            precision=float(right[at] / pairs[at]),
            recall=float(right[at] / max(right[-1], 1)),
            pairs=int(pairs[at]),
        )
        for at in last[::-1]
    ]


class _People:
    """One of the two lists as it is compared, column by column."""

    def __init__(self, table: pa.Table, compared: Sequence[Compared]) -> None:
        self.count = len(table)
        self.values: dict[str, pa.StringArray] = {}
        self.kinds: dict[str, str] = {}
        self.compared: tuple[Compared, ...] = ()
        self.generation = pa.nulls(self.count, _STRING)
        for each in compared:
            cells = _cells(table[each.name])
            if each.kind in ("name", "given", "surname"):
                self.generation = pc.coalesce(self.generation, person_name.generation(cells))
            plain = by_distinct(cells, _PLAIN[each.kind])
            plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, _STRING), plain)
            if each.kind == "name":
                given, surname = person_name.parts(plain)
                self._add(Compared(name="given", kind="given"), given)
                self._add(Compared(name="surname", kind="surname"), surname)
            else:
                self._add(each, plain)
        given, surname = (self._first(kind) for kind in ("given", "surname"))
        self.given = pc.replace_substring_regex(given, " .*$", "")
        self.surname = surname
        last = _together(person_name.core(surname))
        first = pc.replace_substring(given, " ", "")
        turned = pc.less(first, last)
        self.name = pc.binary_join_element_wise(pc.if_else(turned, first, last), pc.if_else(turned, last, first), "|")
        """Without initials, and whichever of the two comes first."""

    def _add(self, compared: Compared, values: pa.StringArray) -> None:
        self.values[compared.name] = values
        self.kinds[compared.name] = compared.kind
        self.compared += (compared,)

    def of_kind(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def _first(self, kind: str) -> pa.StringArray:
        names = self.of_kind(kind)
        return self.values[names[0]] if names else pa.nulls(self.count, _STRING)


def _cells(column: pa.ChunkedArray) -> pa.StringArray:
    cells = column.cast(_STRING).combine_chunks()
    return cells if isinstance(cells, pa.Array) else cells.chunk(0)


def _together(texts: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring(texts, " ", "")


def _words(texts: pa.StringArray) -> pa.StringArray:
    return replaced(
        pc.utf8_normalize(pc.utf8_lower(texts), "NFKD"),
        (r"\p{M}+|['\x{2019}.]", ""),
        (r"&", " and "),
        (r"[^\p{L}\p{N}]+", " "),
        (r"^ +| +$", ""),
    )


def place(texts: pa.StringArray) -> pa.StringArray:
    """Names of schools and organizations as they are compared: without case and punctuation, and without the word
    school or a company's form; words that are often cut short are."""
    return replaced(
        _words(texts),
        (r"\b(?:inc|incorporated|llc|ltd|co|corp|corporation|company|group|school)\b", ""),
        (r"\belementary\b", "elem"),
        (r"\bsaint\b", "st"),
        (r"\b(?:and|the|of)\b", ""),
        (r" +", " "),
        (r"^ +| +$", ""),
    )


def _digits_and_letters(texts: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(pc.utf8_lower(texts), r"[^\p{L}\p{N}]+", "")


_PLAIN: dict[str, _Rewrite] = {
    "name": person_name.normalized,
    "given": person_name.normalized,
    "surname": person_name.normalized,
    "identifier": _digits_and_letters,
    "email": lambda texts: pc.utf8_lower(pc.utf8_trim_whitespace(texts)),
    "place": place,
    "text": _words,
    "day": _digits_and_letters,
    "code": _digits_and_letters,
}


# --- who is compared with whom ---


@dataclass(frozen=True)
class _Keys:
    """Keys of a list's people: some have several, some none."""

    rows: Integers
    keys: pa.StringArray


_Block = Callable[[_People], list[_Keys]]


def _pairs(these: _People, those: _People, open_: Flags) -> Integers:
    """The places of those who share a key of any block, as two rows; each pair once."""
    known = np.zeros(0, np.int64)
    for block in _BLOCKS:
        for left, right in zip(block(these), block(those), strict=True):
            if len(known) < _PAIRS:
                met = _meetings(left, right, open_, those.count, _PAIRS - len(known))
                known = _distinct(np.concatenate([known, met]))
    return np.stack(np.divmod(known, max(those.count, 1)))


def _meetings(left: _Keys, right: _Keys, open_: Flags, width: int, room: int) -> Integers:
    wanted = open_[left.rows]
    rows, keys = left.rows[wanted], left.keys.filter(pa.array(wanted))
    both = pc.dictionary_encode(pa.concat_arrays([keys, right.keys]))
    codes = np.asarray(both.indices)
    these, those = codes[: len(keys)], codes[len(keys) :]
    order = np.argsort(those, kind="stable")
    those = those[order]
    first, last = np.searchsorted(those, these, "left"), np.searchsorted(those, these, "right")
    count = last - first
    shared = np.bincount(these, minlength=len(both.dictionary))[these] * count
    keep = np.flatnonzero((shared > 0) & (shared <= _KEY_PAIRS))
    keep = keep[np.argsort(shared[keep], kind="stable")]
    keep = keep[np.cumsum(count[keep]) <= room]
    count, first = count[keep], first[keep]
    steps = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return _distinct(np.repeat(rows[keep], count) * width + right.rows[order][np.repeat(first, count) + steps])


def _distinct(values: Integers) -> Integers:
    """Sorted, each once; numpy's own hashes them, and takes a hundred times as long for numbers like these."""
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])[: len(values)]]


def _keys(*parts: pa.StringArray) -> _Keys:
    """One key of each person who has all of the parts."""
    keys = pc.binary_join_element_wise(*parts, "|")
    has = np.flatnonzero(np.asarray(pc.is_valid(keys)))
    return _Keys(has, keys.take(pa.array(has)))


def _of_fields(
    kind: str, shortest: int = 1, change: Callable[[pa.StringArray], pa.StringArray] = lambda values: values
) -> Any:
    """A key of each field of a kind: its value, when it has so many letters."""

    def block(people: _People) -> list[_Keys]:
        return [_keys(_or_null(change(people.values[name]), shortest)) for name in people.of_kind(kind)]

    return block


def _or_null(values: pa.StringArray, shortest: int) -> pa.StringArray:
    return pc.if_else(pc.greater_equal(pc.utf8_length(values), shortest), values, pa.scalar(None, _STRING))


def _surname_words(people: _People) -> tuple[Integers, pa.StringArray]:
    """Every word of a surname but initials and the smallest, with whose it is; and the whole as one word."""
    words = pc.split_pattern(pc.fill_null(people.surname, ""), " ")
    rows, flat = np.asarray(pc.list_parent_indices(words)), pc.list_flatten(words)
    keep = np.asarray(pc.greater(pc.utf8_length(flat), 2))
    whole = _together(person_name.core(people.surname))
    has = np.flatnonzero(np.asarray(pc.fill_null(pc.greater(pc.utf8_length(whole), 0), False)))
    return (
        np.concatenate([rows[keep], has]).astype(np.int64),
        pa.concat_arrays([flat.filter(pa.array(keep)), whole.take(pa.array(has))]),
    )


def _joined(rows: Integers, one: pa.StringArray, other: pa.StringArray | str) -> _Keys:
    keys = pc.binary_join_element_wise(one, other, "|")
    has = np.flatnonzero(np.asarray(pc.is_valid(keys)))
    distinct = pa.table({"row": rows[has], "key": keys.take(pa.array(has))}).group_by(["row", "key"]).aggregate([])
    return _Keys(distinct["row"].to_numpy(), _cells(distinct["key"]))


def _by_names(people: _People) -> list[_Keys]:
    """By surname and the names that the given name may stand for; by surname and initial; by given name and how the
    surname begins, or ends; by both names in either order."""
    rows, surnames = _surname_words(people)
    given = people.given.take(pa.array(rows))
    roots = pa.table({"place": np.arange(len(rows)), "form": given}).join(nicknames.ROOTS, "form", join_type="inner")
    places = pa.concat_arrays([_integers(np.arange(len(rows))), _integers(roots["place"].to_numpy())])
    root = pa.concat_arrays([given, _cells(roots["root"])])
    short = pc.less_equal(pc.utf8_length(surnames), 5)  # whose every piece a slip may have changed
    begins, ends = (pc.utf8_slice_codeunits(surnames, *at) for at in ((0, 3), (-3, None)))
    sorted_ = [
        pc.if_else(pc.less(given, surnames), one, other) for one, other in ((given, surnames), (surnames, given))
    ]
    return [
        _joined(rows[np.asarray(places)], surnames.take(places), root),
        _joined(rows, *sorted_),
        _joined(rows, surnames, pc.utf8_slice_codeunits(given, 0, 1)),
        _joined(rows, given, begins),
        _joined(rows, given, ends),
        _joined(rows, given, pc.if_else(short, pc.utf8_slice_codeunits(surnames, 0, 1), pa.scalar(None, _STRING))),
    ]


def _integers(values: Integers) -> pa.Int64Array:
    return pa.array(values, pa.int64())


def _by_place(people: _People) -> list[_Keys]:
    """By school and given name, and by school and how both names begin."""
    begins = [pc.utf8_slice_codeunits(each, 0, 2) for each in (people.given, people.surname)]
    where = [people.values[name] for name in people.of_kind("place")]
    return [keys for each in where for keys in (_keys(each, people.given), _keys(each, *begins))]


def _by_parts(people: _People) -> list[_Keys]:
    """By a code or a text together with how the surname begins, or the given name."""
    begins = [pc.utf8_slice_codeunits(each, 0, 2) for each in (people.surname, people.given)]
    fields = [people.values[name] for name in people.of_kind("code", "text", "place")]
    return [_keys(field, each) for field in fields for each in begins]


def _by_words(people: _People) -> list[_Keys]:
    """Where there are no names of people: by each word of a place, and how the place begins."""
    if people.of_kind("given", "surname"):
        return []
    blocks = []
    for name in people.of_kind("place"):
        words = pc.split_pattern(pc.fill_null(people.values[name], ""), " ")
        rows, flat = np.asarray(pc.list_parent_indices(words)).astype(np.int64), pc.list_flatten(words)
        blocks += [_joined(rows, _or_null(flat, 3), ""), _keys(pc.utf8_slice_codeunits(people.values[name], 0, 3))]
    return blocks


_BLOCKS: tuple[_Block, ...] = (
    _of_fields("identifier"),
    _of_fields("email"),
    _by_names,
    _of_fields("email", 3, levels.local),
    _by_place,
    _of_fields("day"),
    _by_parts,
    _by_words,
)
"""Who has the same key is compared; the most telling first."""


def _chunks(pairs: Integers) -> Iterator[Integers]:
    for at in range(0, pairs.shape[1], _AT_ONCE):
        yield pairs[:, at : at + _AT_ONCE]


# --- how far two agree ---


def _found(these: _People, those: _People, pairs: Integers, compared: Sequence[Compared]) -> pa.Table:
    """The pairs that are candidates, with their scores."""
    left, right = pairs
    agreed = {
        each.name: levels.agreement(
            each.kind,
            these.values[each.name].take(_integers(left)),
            those.values[each.name].take(_integers(right)),
        )
        for each in compared
    }
    _swap(these, those, pairs, agreed)
    total, weight = np.zeros(len(left)), np.zeros(len(left))
    for each in compared:
        found = agreed[each.name]
        agrees, differs = each.weights
        counts = np.where(found.there, differs + found.score * (agrees - differs), 0)
        total, weight = total + counts * found.score, weight + counts
    score = total / np.maximum(weight, 1e-6) * np.minimum(weight / ENOUGH, 1)
    rank = _rank(these, agreed, len(left))
    keep = np.flatnonzero((score >= SUGGESTED) | (rank < PASSES.index("name")))
    return pa.table(
        {
            "left": _integers(left[keep]),
            "right": _integers(right[keep]),
            "rank": pa.array(rank[keep], pa.int8()),
            "pass": pa.array(np.asarray(PASSES, object)[rank[keep]], _STRING),
            "score": pa.array(np.round(score[keep].astype(float), 3)),
            **{name: pa.array(each.how[keep], _STRING) for name, each in agreed.items()},
        }
    )


def _swap(these: _People, those: _People, pairs: Integers, agreed: dict[str, levels.Agreement]) -> None:
    """Takes names for the same that are so with first and last name in each other's place."""
    names = [these.of_kind(kind) for kind in ("given", "surname")]
    if not all(names):
        return
    given, surname = (agreed[name[0]] for name in names)
    places = np.flatnonzero(given.there & surname.there & ((given.score < AGREES) | (surname.score < AGREES)))
    left, right = (_integers(each[places]) for each in pairs)
    one = levels.agreement("surname", these.given.take(left), those.surname.take(right))
    other = levels.agreement("surname", these.surname.take(left), those.given.take(right))
    both = np.minimum(one.score, other.score)
    better = both > np.minimum(given.score[places], surname.score[places])
    better &= both >= AGREES
    for each in (given, surname):
        each.score[places[better]] = _SWAPPED * both[better]
        each.how[places[better]] = "swapped"


def _rank(people: _People, agreed: dict[str, levels.Agreement], count: int) -> npt.NDArray[np.int8]:
    """The pass that finds each pair, by its place in PASSES."""

    def same(*kinds: str) -> list[Flags]:
        return [np.asarray(agreed[name].how == levels.SAME) for name in people.of_kind(*kinds)]

    nobody = np.zeros(count, bool)
    rank = np.full(count, PASSES.index("fuzzy"), np.int8)
    names, places = same("given", "surname"), same("place")
    if len(names) == 2 and places:
        rank[names[0] & names[1] & np.logical_or.reduce(places)] = PASSES.index("name")
    rank[np.logical_or.reduce([nobody, *same("email")])] = PASSES.index("email")
    rank[np.logical_or.reduce([nobody, *same("identifier")])] = PASSES.index("identifier")
    return rank


# --- what is so plain that nobody has to be asked ---


def _decided(found: pa.Table, these: _People, those: _People, taken: Flags) -> Flags:
    """Which candidates are decided by the program itself.

    One identifier, one address with an agreeing name, or one name at one school; each on both sides once, and nothing
    that speaks against it: no other generation (Jr. and Sr.), and for an address of one of several who have the name,
    no other school. Who is found by a surer pass, be it in vain, is not decided by another.
    """
    left, right, rank = (found[name].to_numpy() for name in ("left", "right", "rank"))
    how = {name: np.asarray(found[name].to_pylist(), object) for name in these.kinds}
    plain = (rank < PASSES.index("fuzzy")) & ~taken[right]
    against = np.zeros(len(left), bool)
    for name in these.of_kind("identifier", "day"):
        against |= (how[name] != levels.SAME) & (how[name] != "")
    names = [how[name] for kind in ("given", "surname") for name in these.of_kind(kind)[:1]]
    agreeing = (
        np.logical_and.reduce([np.isin(each, _AGREEING) for each in names]) if len(names) == 2 else ~plain & False
    )
    unnamed = np.logical_or.reduce([each == "" for each in names]) if names else np.ones(len(left), bool)
    is_ = {name: rank == PASSES.index(name) for name in PASSES}
    plain &= ~is_["identifier"] | agreeing | unnamed
    plain &= ~is_["email"] | agreeing
    for name in these.of_kind("identifier", "email"):
        alone = _alone(these.values[name])[left] & _alone(those.values[name])[right]
        plain &= ~(is_[these.kinds[name]] & (how[name] == levels.SAME)) | alone
    named_alone = _alone(these.name)[left] & _alone(those.name)[right]
    plain &= ~is_["name"] | named_alone
    there = [how[name] == levels.SAME for name in these.of_kind("place")]
    plain &= ~is_["email"] | named_alone | np.logical_or.reduce([np.zeros(len(left), bool), *there])
    generations = (side.generation.take(_integers(at)) for side, at in ((these, left), (those, right)))
    against |= np.asarray(pc.fill_null(pc.not_equal(*generations), False))
    for side in (left, right):  # of two who may be meant nobody is picked
        plain &= ~is_["name"] | (np.bincount(side[agreeing], minlength=side.max(initial=0) + 1)[side] == 1)
    for name in these.of_kind("email"):
        one, other = (
            levels.domain(side.values[name]).take(_integers(at)) for side, at in ((these, left), (those, right))
        )
        # one organization gives a person one address: two of its addresses are two people's
        two = np.asarray(pc.fill_null(pc.equal(one, other), False)) & (how[name] != levels.SAME)
        against |= is_["name"] & two
    plain &= ~against
    for side in (left, right):
        plain &= _best(side, rank) == rank
    counts = [np.bincount(side[plain], minlength=side.max(initial=0) + 1)[side] for side in (left, right)]
    return plain & (counts[0] == 1) & (counts[1] == 1)


_AGREEING = np.asarray([levels.SAME, "nickname", "middle name", "part of the surname", "initial", "one slip"], object)


def _alone(values: pa.StringArray) -> Flags:
    """Whose value nobody else has."""
    encoded = values.dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
    return (np.bincount(codes, minlength=1)[codes] == 1) & np.asarray(pc.is_valid(values))


def _best(side: Integers, rank: Any) -> Any:
    """The surest pass that finds each one's person at all."""
    best = np.full(side.max(initial=0) + 1, len(PASSES), np.int8)
    np.minimum.at(best, side, rank)
    return best[side]
