"""Values of a column that are probably the same, written differently: found, shown to a person, never changed here.

Two ways, as in OpenRefine: values with the same fingerprint (key collision), and values whose fingerprints, or their
words, are nearly the same (nearest neighbour).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

LIKENESS = 0.9
"""From this likeness of two fingerprints on (1 is the same), their values are neighbours."""

_COMPARED = 10_000
"""So many of the most frequent values are compared with each other; key collision looks at all of them."""
_BLOCK = 1_000
_PAIRS = 20_000_000
_SHORTEST = 4  # characters of a fingerprint that can be like another
_SHORT_WORD, _LONG_WORD = 5, 9
"""Letters from which on a word can have one letter that is another, and two."""
_CROWD = 3
"""Two words that both have more neighbours than that are not probably the same: surnames are near to one another."""
_MANY, _CHAINED = 200, 0.1
"""Of more than so many values, no more than that share may be near one another only by way of others."""
_BETWEEN = r"[-/_\x{2010}-\x{2015}\x{2212}]+"
"""What stands between words; between digits it is a part of the number."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Values that are probably the same."""

    values: tuple[tuple[str, int], ...]
    """Each with its rows, the most frequent first: that is probably the right one."""

    @property
    def rows(self) -> int:
        """The rows that have one of them."""
        return sum(rows for _, rows in self.values)


def key_collision(values: pa.Table) -> tuple[Cluster, ...]:
    """The values (`text`, `rows`; each text once) that differ only in case, accents, punctuation, in where words are
    joined, or in their order and repetition; those with the most rows first."""
    texts = values["text"].combine_chunks()
    keys = fingerprints(texts)
    same = _Same()
    of_solid = pa.table({"key": keys, "solid": _solid(texts)}).filter(pc.is_valid(keys)).group_by("solid")
    several = of_solid.aggregate([("key", "distinct"), ("key", "count_distinct")])
    for group in several.filter(pc.greater(several["key_count_distinct"], 1))["key_distinct"].to_pylist():
        for key in group[1:]:
            same.join(group[0], key)
    return _clusters(values, same.standing_for(keys))


def nearest(values: pa.Table, *, likeness: float = LIKENESS) -> tuple[Cluster, ...]:
    """The values (`text`, `rows`; each text once) whose fingerprints are alike but not the same, or have words that
    are: one letter is another in a word of 5 to 8, two in a longer one.

    Only those with the same digits, the same short words and the same beginning or end are compared: "Room 101" is not
    "Room 102", and "Level I" not "Level II". All of a cluster are near its most frequent value, and not only near one
    another: Smith is not Smithers by way of Smithe. A column in which that makes a difference to many values (surnames)
    has no clusters. The work is bounded; of very many values the most frequent are compared.
    """
    values = values.take(pc.select_k_unstable(values, k=_COMPARED, sort_keys=[("rows", "descending")]))
    keys = fingerprints(values["text"].combine_chunks())
    different = keys.unique().drop_null().to_pylist()
    heads = _around_heads([*_near(different, likeness), *_with_words_alike(different)], different)
    alike = {*heads, *heads.values()}
    groups = [heads.get(key, key) if key in alike else None for key in keys.to_pylist()]
    return _clusters(values, pa.array(groups, pa.string()))


def fingerprints(texts: pa.StringArray) -> pa.StringArray:
    """What is left of each text without case, accents, punctuation and the order of words; null where nothing is."""
    plain = pc.replace_substring_regex(_in_words(texts), r"[^\p{L}\p{N}\s]+", "")
    words = pc.split_pattern_regex(pc.utf8_trim_whitespace(plain), r"\s+")
    table = pa.table({"row": pc.list_parent_indices(words), "word": pc.list_flatten(words)})
    table = table.group_by(["row", "word"]).aggregate([]).sort_by([("row", "ascending"), ("word", "ascending")])
    joined = table.group_by("row", use_threads=False).aggregate([("word", "list")])
    keys = pc.binary_join(joined["word_list"].combine_chunks(), " ")
    keys = pc.if_else(pc.equal(keys, ""), pa.scalar(None, pa.string()), keys)
    return keys.take(pc.index_in(pa.array(range(len(texts)), table["row"].type), joined["row"].combine_chunks()))


def _in_words(texts: pa.StringArray) -> pa.StringArray:
    """The texts without case, and with spaces for what stands between words."""
    plain = pc.utf8_normalize(pc.utf8_lower(texts), "NFKD")
    for pattern, by in ((rf"([^\p{{N}}]){_BETWEEN}", r"\1 "), (rf"{_BETWEEN}([^\p{{N}}]|$)", r" \1")):
        plain = pc.replace_substring_regex(plain, pattern, by)
    return plain


def _solid(texts: pa.StringArray) -> pa.StringArray:
    """The texts as one word each, but for numbers, which stay apart: "K-12", "K 12" and "K12" are the same."""
    solid = pc.replace_substring_regex(_in_words(texts), r"[^\p{L}\p{N}\s]+", "")
    for pattern in (r"([^\p{N}])\s+", r"\s+([^\p{N}]|$)"):
        solid = pc.replace_substring_regex(solid, pattern, r"\1")
    return solid


def _clusters(values: pa.Table, groups: pa.StringArray) -> tuple[Cluster, ...]:
    """The groups of more than one value."""
    grouped = values.append_column("group", groups).filter(pc.is_valid(groups)).group_by("group")
    found = grouped.aggregate([("text", "list"), ("rows", "list")])
    found = found.filter(pc.greater(pc.list_value_length(found["text_list"]), 1)).to_pylist()
    clusters = [
        Cluster(values=tuple(sorted(zip(one["text_list"], one["rows_list"], strict=True), key=lambda v: (-v[1], v[0]))))
        for one in found
    ]
    return tuple(sorted(clusters, key=lambda cluster: (-cluster.rows, cluster.values)))


def _blocks(keys: list[str]) -> Iterator[list[str]]:
    """The fingerprints that are worth comparing with each other, the small blocks first."""
    blocks: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for key in keys:
        if len(key) >= _SHORTEST:
            exact = _exact(key)
            blocks["begins", exact, key[:3]].append(key)
            blocks["ends", exact, key[-3:]].append(key)
    yield from sorted((block[:_BLOCK] for block in blocks.values() if len(block) > 1), key=len)


def _exact(key: str) -> str:
    """What has to be the same in two values that are alike: digits, and words so short that they are codes."""
    words = (word for word in key.split() if len(word) < _SHORTEST)
    return " ".join((*words, "".join(filter(str.isdigit, key))))


def _near(keys: list[str], likeness: float) -> Iterator[tuple[str, str]]:
    """The fingerprints that are alike as a whole."""
    left = _PAIRS
    for block in _blocks(keys):
        left -= len(block) ** 2
        if left < 0:
            return
        scores = process.cdist(block, block, scorer=fuzz.ratio, score_cutoff=100 * likeness)
        yield from _pairs(block, scores > 0)


def _with_words_alike(keys: list[str]) -> Iterator[tuple[str, str]]:
    """The fingerprints that are the same but for a letter or two of their words, each with the first of them."""
    words = dict.fromkeys(word for key in keys for word in key.split() if len(word) >= _SHORT_WORD and word.isalpha())
    heads = _around_heads(_words_alike(sorted(words)), list(words))
    first: dict[str, str] = {}
    for key in keys:
        mended = " ".join(sorted({heads.get(word, word) for word in key.split()}))
        if first.setdefault(mended, key) != key:
            yield first[mended], key


def _words_alike(words: list[str]) -> Iterator[tuple[str, str]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for word in words:
        blocks[word[:3]].append(word)
    left = _PAIRS
    for block in sorted((block[:_BLOCK] for block in blocks.values() if len(block) > 1), key=len):
        left -= len(block) ** 2
        if left < 0:
            return
        letters = np.fromiter(map(len, block), np.int32)
        most = np.where(np.minimum.outer(letters, letters) >= _LONG_WORD, 2, 1)
        found = np.triu(process.cdist(block, block, scorer=Levenshtein.distance, score_cutoff=2) <= most, 1)
        near = found.sum(axis=0) + found.sum(axis=1)
        yield from _pairs(block, found & (np.minimum.outer(near, near) <= _CROWD))


def _pairs(block: list[str], near: npt.NDArray[np.bool_]) -> Iterator[tuple[str, str]]:
    for row, column in zip(*near.nonzero(), strict=True):
        if row < column:
            yield block[row], block[column]


def _around_heads(pairs: Iterable[tuple[str, str]], order: list[str]) -> dict[str, str]:
    """Each that is near an earlier one, with the first such that is near no earlier one itself: what is most frequent
    is probably right. None where so many are near one another by way of others that they are so by nature."""
    near: dict[str, set[str]] = defaultdict(set)
    chains = _Same()
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
        chains.join(one, other)
    heads: dict[str, str] = {}
    taken: set[str] = set()
    for key in order:
        if key in near and key not in taken:
            some = near[key] - taken
            heads |= dict.fromkeys(some, key)
            taken |= {key, *some}
    of_chain: dict[str, set[str]] = defaultdict(set)
    for key in near:
        of_chain[chains.first(key)].add(heads.get(key, key))
    chained = sum(len(of_chain[chains.first(key)]) > 1 for key in near)
    return {} if len(order) > _MANY and chained > _CHAINED * len(order) else heads


class _Same:
    """Which keys were joined with which: the first of each group stands for it."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def standing_for(self, keys: pa.StringArray) -> pa.StringArray:
        """For each key the one that stands for it."""
        joined = pa.array(self._above, pa.string())
        firsts = pa.array([self.first(key) for key in self._above], pa.string())
        return pc.coalesce(firsts.take(pc.index_in(keys, joined, skip_nulls=True)), keys)

    def first(self, key: str) -> str:
        above = self._above.setdefault(key, key)
        while above != self._above[above]:
            above = self._above[above]
        self._above[key] = above
        return above

    def join(self, one: str, other: str) -> None:
        self._above[self.first(other)] = self.first(one)
