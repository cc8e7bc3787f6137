"""Words that are probably slips of others: a letter wrong, missing, added, or in its neighbour's place.

Nobody knows from two words alone that one is wrong (Austin and Tustin are two cities), so it is asked how often each
is there: what is rare beside what is frequent is probably a slip of it.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from workbench.model.trimming import is_ascii
from workbench.prepare.fingerprint import plain_words

_SHORT, _LONG, _LONGEST = 5, 8, 40
"""Below so many letters a slip is believed seldom, from so many on two are; longer words are no words."""
_FEWEST, _LEFT_OUT = 3, 7
"""So many letters has the shortest word that lacks one, and the shortest that is compared without two of its own."""
_TWICE, _OFTEN, _FAR_MORE = 2, 4, 10
"""In so many times as many rows the right word is at least: for one slip within a word, half of it where the slip is in
one row only; for two, or one at the first or last letter, where other words (Gambia, Zambia) and other forms (numeral,
numerals) are; for a short word, or one that is in more values than `_OWN`."""
_OWN = 3
TIMES_IN_TEXT = 8
"""In so many times as many rows is a text at least, of which another has a word with a slip that is believed only
beside the same other words: Kansas Cty, Reading Buddys."""
_MANY, _BY_NATURE, _FEW = 200, 0.5, 0.03
"""Of more than so many values of one word, if that part of the likeness is by nature; few pairs are always shown."""
_ALIKE = 0.0005
"""If so many of all pairs of frequent values are near by nature, and more, the values are alike as names of people are,
and a slip cannot be told from another name. With fewer they are only many, as names of places are: then what
is a slip is judged strictly. (Places of the United States, Germany, Britain and India have 0.0001 to 0.0004;
given names and surnames of the United States, Germany, France and Spain 0.0005 to 0.002, so have places in Pinyin.)"""
_VARIANTS = 2_000_000
"""So many words with two letters left out are compared, those of the most frequent words, and a tenth as many of words
of `_LEFT_OUT` letters."""
_LETTERS = rf"^[^\P{{L}}\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Hangul}}]{{{_FEWEST},{_LONGEST}}}$"
"""Words in which slips are looked for. A sign that is a syllable or a word is nobody's slip, nor is a number."""
_LETTERS_OF_ASCII = f"^[A-Za-z]{{{_FEWEST},{_LONGEST}}}$"
"""The same, where no word has other letters: all that there are take long to learn."""

_FARTHEST = 3
"""So many slips are between two texts at most, and one for each `_SHORTEST` letters."""
_SHORTEST = 4
"""Words of fewer letters have to be the same: they are codes."""

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def right_words(words: pa.StringArray, rows: pa.Int64Array, values: pa.Int64Array, alone: pa.BooleanArray) -> pa.Table:
    """The words that are probably slips (`word`), each with the one that is meant (`right`), and whether they are
    only where the other words of a text are the same, too (`in_text`).

    Of each word: in how many rows of the column it is, in how many different values, and whether it is a value alone.
    """
    known = pa.table({"word": words, "rows": rows, "values": values, "alone": alone})
    known = known.filter(pc.match_substring_regex(words, _LETTERS_OF_ASCII if is_ascii(words) else _LETTERS))
    known = known.sort_by([("rows", "descending"), ("values", "descending"), ("word", "ascending")]).combine_chunks()
    near = _near(known["word"].combine_chunks())
    usual = pc.greater(pc.utf8_length(known["word"]), _FEWEST).to_numpy()
    nature = _by_nature(near, known["alone"].to_numpy() & usual)
    slips = _each_with_its_word(near[:0] if nature > _ALIKE else near[_are_slips(near, known, is_strict=nature > 0)])
    in_text = _each_with_its_word(near[:0] if nature else near[_may_be_slips(near, known)])
    in_text = in_text[~np.isin(in_text[:, 0], slips[:, 0])]
    found = np.concatenate([slips, in_text])
    table = {name: known["word"].take(pa.array(found[:, at])) for at, name in enumerate(("word", "right"))}
    return pa.table({**table, "in_text": pa.array(np.arange(len(found)) >= len(slips))})


def _each_with_its_word(near: Numbers) -> Numbers:
    """Of pairs of words for each slip the nearest right word, of several the most frequent."""
    near = near[~np.isin(near[:, 1], near[:, 0])]  # what is a slip itself is not what another meant
    near = near[np.lexsort((near[:, 1], near[:, 2], near[:, 0]))]
    _, first = np.unique(near[:, 0], return_index=True)
    return near[first]


def _near(words: pa.StringArray) -> Numbers:
    """Pairs of words that are one or two slips apart, the most frequent come first: a row for each, with the place of
    the rarer one, of the other, and the slips.

    Words that are nearly the same are the same without a letter or two of each; nothing has to begin alike, and only
    words with such a variant in common are compared, each with the most frequent of them.
    """
    variants = pa.concat_tables(_variants(words)).group_by("variant").aggregate([("word", "min"), ("word", "list")])
    variants = variants.filter(pc.greater(pc.list_value_length(variants["word_list"]), 1)).combine_chunks()
    lists = variants["word_list"].combine_chunks()
    rarer = pc.list_flatten(lists).to_numpy()
    right = variants["word_min"].combine_chunks().take(pc.list_parent_indices(lists)).to_numpy()
    pairs = np.unique((rarer * len(words) + right)[rarer > right])
    rarer, right = pairs // max(len(words), 1), pairs % max(len(words), 1)
    these, those = (words.take(pa.array(places)).to_pylist() for places in (rarer, right))
    slips = process.cpdist(these, those, scorer=OSA.distance, dtype=np.int64) if these else rarer
    return np.column_stack([rarer, right, slips])[slips <= 2]


def _variants(words: pa.StringArray) -> Iterator[pa.Table]:
    """The words (`variant`, and the place of the `word`), without each of their letters, and long ones without two."""
    places = pa.array(np.arange(len(words)), pa.int64())
    yield pa.table({"variant": words, "word": places})
    letters = pc.utf8_length(words).to_numpy()
    two = _within(_VARIANTS, letters, letters >= _LONG) | _within(_VARIANTS // 10, letters, letters == _LEFT_OUT)
    for first in range(letters.max(initial=0)):
        some = letters > first
        without, of = _without(words.filter(pa.array(some)), first), places.filter(pa.array(some))
        yield pa.table({"variant": without, "word": of})
        for second in range(first, letters[two].max(initial=0) - 1):
            long = pa.array(two[some] & (letters[some] - 1 > second))
            yield pa.table({"variant": _without(without.filter(long), second), "word": of.filter(long)})


def _within(most: int, letters: Numbers, some: Flags) -> Flags:
    """Which of some words are the first whose variants without two letters are so many together at most."""
    return some & (np.cumsum(np.where(some, letters * (letters - 1) // 2, 0)) <= most)


def _without(words: pa.StringArray, at: int) -> pa.StringArray:
    return pc.utf8_replace_slice(words, at, at + 1, "")


def _are_slips(near: Numbers, known: pa.Table, *, is_strict: bool) -> Flags:
    """Which of the pairs are a word and a slip of it; where it is strict, one row is no excuse, and the right word is
    in twice as many rows."""
    rarer, right, slips = near.T
    shorter, longer, begin, end = _compared(near, known)
    rows, values = known["rows"].to_numpy(), known["values"].to_numpy()
    times = np.where(begin & end & (slips == 1), _TWICE, _OFTEN)
    times = np.where((longer < _SHORT) | (values[rarer] > _OWN), _FAR_MORE, times)
    times = 2 * times if is_strict else np.where((rows[rarer] == 1) & (slips == 1), times // 2, times)
    believed = (shorter > _FEWEST) & ((slips == 1) | (begin & (shorter >= _LONG)))
    return believed & (rows[right] >= times * rows[rarer])


def _may_be_slips(near: Numbers, known: pa.Table) -> Flags:
    """Which of the pairs are a word and a slip of it, if the texts that they are in are the same otherwise: a word of
    three letters that lacks one, or a longer one with another letter as well; they begin and end alike, and the slip is
    in few values."""
    shorter, longer, begin, end = _compared(near, known)
    lacks = (near[:, 2] == 1) & (shorter == _FEWEST) | (near[:, 2] == 2) & (longer >= _LEFT_OUT)
    few = known["values"].to_numpy()[near[:, 0]] <= _OWN
    return lacks & (longer == shorter + 1) & begin & end & few


def _compared(near: Numbers, known: pa.Table) -> tuple[Numbers, Numbers, Flags, Flags]:
    """The letters of the shorter and of the longer word of each pair, and whether they begin and end alike."""
    these, those = (known["word"].combine_chunks().take(pa.array(places)) for places in near[:, :2].T)
    shorter, longer = np.sort([pc.utf8_length(these).to_numpy(), pc.utf8_length(those).to_numpy()], axis=0)
    begin, end = (
        pc.equal(*(pc.utf8_slice_codeunits(words, at, stop) for words in (these, those))).to_numpy(zero_copy_only=False)
        for at, stop in ((0, 1), (-1, None))
    )
    return shorter, longer, begin, end


def _by_nature(near: Numbers, alone: Flags) -> float:
    """Which part of the pairs of values of one word is near without any slip, as surnames are; 0 where it is slips that
    make them so. By nature the most frequent ones, of which few are slips, are like one another nearly as often as the
    others are like them."""
    near = near[(near[:, 2] == 1) & alone[near[:, 0]] & alone[near[:, 1]]]
    rarer, right = (np.cumsum(alone) - 1)[near[:, :2]].T
    many = int(alone.sum())
    if many <= _MANY:
        return 0
    frequent = many // 5
    flags = np.zeros(many, bool)
    flags[rarer[right < frequent]] = True
    flags[right[rarer < frequent]] = True
    among, others = flags[:frequent].mean(), flags[frequent:].mean()
    if others <= _FEW or among <= _BY_NATURE * others:
        return 0
    return float(np.count_nonzero(rarer < frequent) / (frequent * (frequent - 1) / 2))


def meant(texts: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """The texts that are probably a slip of one known text, each with that one; none that several are as near to."""
    these, those = (plain_words(pa.array(each, pa.string())).to_pylist() for each in (texts, known))
    joined, others = ([text.replace(" ", "") for text in each] for each in (these, those))
    distances = process.cdist(joined, others, scorer=OSA.distance, score_cutoff=_FARTHEST, dtype=np.int32)
    found = {}
    for text, words, row in zip(texts, these, distances, strict=True):
        places = np.flatnonzero(row <= min(_FARTHEST, len(words) // _SHORTEST)).tolist()
        near = [(row[at], at) for at in places if _may_be(words.split(), those[at].split())]
        nearest = [at for slips, at in near if slips == min(near)[0]]
        if len(nearest) == 1:
            found[text] = known[nearest[0]]
    return found


def _may_be(these: list[str], those: list[str]) -> bool:
    """Whether words may be others with slips: each the one in its place, or all one where a blank is too many."""
    if len(these) != len(those):
        these, those = ["".join(these)], ["".join(those)]
    return all(OSA.distance(one, other) <= _most_slips(one, other) for one, other in zip(these, those, strict=True))


def _most_slips(one: str, other: str) -> int:
    """How many slips there may be between two words: none in a number or a code."""
    numbers, letters = zip(*(_taken_apart(word) for word in (one, other)), strict=True)
    if numbers[0] != numbers[1] or max(letters) < _SHORTEST:
        return 0
    return 2 if min(letters) >= _LONG and one[0] == other[0] else 1


def _taken_apart(word: str) -> tuple[str, int]:
    """The digits of a word, and how many letters it has."""
    digits = "".join(filter(str.isdigit, word))
    return digits, len(word) - len(digits)
