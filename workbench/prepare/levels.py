"""How far two values agree: a level in words, and a number from 0 to 1 for it. Whole columns of pairs at a time; each
distinct pair is compared once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from workbench.model.arrays import replaced
from workbench.prepare import nicknames, person_name

Numbers = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

SAME, OTHER = "same", "other"
ALIKE = 0.7
"""From this share of letters on that are the same and in their places, two words may be one with slips: corr and
correa, clay and clayton are below it."""
ALIKE_TEXT = 80
"""From this likeness on (100 is the same), two addresses or names of schools are alike."""
_SLIP_FROM, _TWO_SLIPS_FROM = 4, 8
"""Letters that a word needs to be the same but for one slip, and for two."""


@dataclass(frozen=True)
class Agreement:
    """How pairs of values agree: a number and a word for each; the number is null where one side has no value."""

    score: Numbers
    how: npt.NDArray[np.object_]
    there: Flags
    """Whether both sides have a value."""


def agreement(kind: str, these: pa.StringArray, those: pa.StringArray) -> Agreement:
    """How the values of pairs agree, compared as those of a kind in `KINDS`."""
    there = pc.and_(pc.is_valid(these), pc.is_valid(those))
    these, those = these.dictionary_encode(), those.dictionary_encode()
    width = max(len(those.dictionary), 1)
    codes = np.asarray(these.indices.fill_null(0)).astype(np.int64) * width + np.asarray(those.indices.fill_null(0))
    distinct, back = np.unique(codes[np.asarray(there)], return_inverse=True)
    left = these.dictionary.take(pa.array(distinct // width))
    right = those.dictionary.take(pa.array(distinct % width))
    score, how = KINDS[kind](left, right)
    flags = np.asarray(there)
    whole = np.zeros(len(flags), np.float32)
    words = np.full(len(flags), "", object)
    whole[flags], words[flags] = score[back], how[back]
    return Agreement(whole, words, flags)


class _Levels:
    """The first level that fits each pair."""

    def __init__(self, pairs: int) -> None:
        self.score = np.zeros(pairs, np.float32)
        self.how = np.full(pairs, OTHER, object)
        self._open = np.ones(pairs, bool)

    def are(self, fits: Any, score: float | Numbers, how: str) -> None:
        fits = np.asarray(fits) & self._open
        self.score[fits] = score[fits] if isinstance(score, np.ndarray) else score
        self.how[fits] = how
        self._open &= ~fits

    def slips(self, these: pa.StringArray, those: pa.StringArray) -> None:
        """One slip or two: a letter wrong, missing, added, or in its neighbour's place."""
        distance = _distance(these, those)
        longer, shorter = _lengths(these, those)
        self.are((distance == 1) & (longer >= _SLIP_FROM) & (shorter > 1), 0.9, "one slip")
        self.are((distance == 2) & (shorter >= _TWO_SLIPS_FROM - 1), 0.85, "two slips")

    def alike(self, these: pa.StringArray, those: pa.StringArray) -> None:
        """Most letters are the same, and in their places."""
        longer, shorter = _lengths(these, those)
        likeness = (1 - _distance(these, those) / np.maximum(longer, 1)).astype(np.float32)
        self.are((likeness >= ALIKE) & (shorter >= _SLIP_FROM), likeness, "alike")

    @property
    def found(self) -> tuple[Numbers, npt.NDArray[np.object_]]:
        return self.score, self.how


def _distance(these: pa.StringArray, those: pa.StringArray) -> Any:
    if not len(these):
        return np.zeros(0, np.int32)
    return process.cpdist(these.to_pylist(), those.to_pylist(), scorer=OSA.distance, dtype=np.int32)


def _lengths(these: pa.StringArray, those: pa.StringArray) -> tuple[Any, Any]:
    one, other = np.asarray(pc.utf8_length(these)), np.asarray(pc.utf8_length(those))
    return np.maximum(one, other), np.minimum(one, other)


def _given(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    levels.are(nicknames.related(these, those), 0.95, "nickname")
    _, shorter = _lengths(these, those)
    first = pc.equal(pc.utf8_slice_codeunits(these, 0, 1), pc.utf8_slice_codeunits(those, 0, 1))
    levels.are(np.asarray(first) & (shorter == 1), 0.9, "initial")
    levels.slips(these, those)
    levels.alike(these, those)
    begin = pc.equal(pc.utf8_slice_codeunits(these, 0, 3), pc.utf8_slice_codeunits(those, 0, 3))
    levels.are(np.asarray(begin) & (shorter >= 3), 0.8, "begins alike")
    return levels.found


def _surname(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    levels = _Levels(len(these))
    whole, others = _together(these), _together(those)
    levels.are(pc.equal(whole, others), 1.0, SAME)
    these, those = person_name.core(these), person_name.core(those)
    levels.are(pc.equal(these, those), 0.98, "middle name")
    levels.are(_ends_with(these, those) | _ends_with(those, these), 0.96, "middle name")
    levels.are(_begins_with(these, those) | _begins_with(those, these), 0.94, "part of the surname")
    whole, others = _together(these), _together(those)
    levels.slips(whole, others)
    levels.are(pc.equal(_last(these), _last(those)), 0.8, "other middle name")
    levels.alike(whole, others)
    return levels.found


def _together(texts: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring(texts, " ", "")


def _last(texts: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(texts, r"^.* ", "")


def _ends_with(texts: pa.StringArray, ends: pa.StringArray) -> Flags:
    """Which texts end with the words of the other."""
    return np.strings.endswith(_plain(texts), _plain(pc.binary_join_element_wise(" ", ends, "")))


def _begins_with(texts: pa.StringArray, begins: pa.StringArray) -> Flags:
    """Which texts begin with the words of the other."""
    return np.strings.startswith(_plain(texts), _plain(pc.binary_join_element_wise(begins, " ", "")))


def _plain(texts: pa.StringArray) -> Any:
    return np.asarray(texts.to_pylist(), dtype=np.dtypes.StringDType())


def _identifier(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    _, shorter = _lengths(these, those)
    levels.are((_distance(these, those) == 1) & (shorter >= _SLIP_FROM), 0.8, "one slip")
    return levels.found


def _email(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    """Equal is equal: what differs in a +tag, or after the @, may well be somebody else's."""
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    one, other = untagged(these), untagged(those)
    levels.are(pc.equal(one, other), 0.8, "same but for the +tag")
    levels.are(pc.equal(local(one), local(other)), 0.7, "same before the @")
    return levels.found


def untagged(emails: pa.StringArray) -> pa.StringArray:
    """Addresses without what stands after a + before the @."""
    return pc.replace_substring_regex(emails, r"\+[^@]*@", "@")


def local(emails: pa.StringArray) -> pa.StringArray:
    """The letters and digits of addresses before the @."""
    return replaced(emails, (r"@.*$", ""), (r"[^\p{L}\p{N}]+", ""))


def domain(emails: pa.StringArray) -> pa.StringArray:
    """What stands after the @ of addresses."""
    return pc.replace_substring_regex(emails, r"^.*@", "")


def _place(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    """Names of schools and organizations: a number in them tells one from another."""
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    one, other = (replaced(each, (r"[^0-9]+", " ")) for each in (these, those))
    likeness = _likeness(these, those)
    levels.are((likeness >= ALIKE_TEXT) & np.asarray(pc.equal(one, other)), likeness / np.float32(100), "alike")
    return levels.found


def _text(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    likeness = _likeness(these, those)
    levels.are(likeness >= ALIKE_TEXT, likeness / np.float32(100), "alike")
    return levels.found


def _likeness(these: pa.StringArray, those: pa.StringArray) -> Any:
    """From 0 to 100: in whatever order their words are, and wherever they are divided."""
    if not len(these):
        return np.zeros(0, np.float32)
    words = process.cpdist(these.to_pylist(), those.to_pylist(), scorer=fuzz.token_sort_ratio, dtype=np.float32)
    one, other = _together(these).to_pylist(), _together(those).to_pylist()
    return np.maximum(words, process.cpdist(one, other, scorer=fuzz.ratio, dtype=np.float32))


def _code(these: pa.StringArray, those: pa.StringArray) -> tuple[Numbers, npt.NDArray[np.object_]]:
    """Short codes and days, as digits: one wrong, two in each other's place."""
    levels = _Levels(len(these))
    levels.are(pc.equal(these, those), 1.0, SAME)
    distance = _distance(these, those)
    longer, _ = _lengths(these, those)
    levels.are((distance == 1) & (longer >= _SLIP_FROM), 0.85, "one slip")
    levels.are((distance == 2) & (longer >= _TWO_SLIPS_FROM), 0.6, "two slips")
    return levels.found


KINDS: dict[str, Callable[[pa.StringArray, pa.StringArray], tuple[Numbers, npt.NDArray[np.object_]]]] = {
    "given": _given,
    "surname": _surname,
    "identifier": _identifier,
    "email": _email,
    "place": _place,
    "text": _text,
    "day": _code,
    "code": _code,
}
"""How the values of each kind of field are compared."""
