"""Values of a column that are probably the same, written differently: found, shown to a person, never changed here.

Two ways, as in OpenRefine: values with the same fingerprint (key collision), and values whose fingerprints are nearly
the same (nearest neighbour).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

LIKENESS = 0.9
"""From this likeness of two fingerprints on (1 is the same), their values are neighbours."""

_COMPARED = 10_000
"""So many of the most frequent values are compared with each other; key collision looks at all of them."""
_BLOCK = 1_000
_PAIRS = 20_000_000
_SHORTEST = 4  # characters of a fingerprint that can be like another


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
    """The values (`text`, `rows`; each text once) that differ only in case, accents, punctuation, or the order and
    repetition of words; those with the most rows first."""
    return _clusters(values, fingerprints(values["text"].combine_chunks()))


def nearest(values: pa.Table, *, likeness: float = LIKENESS) -> tuple[Cluster, ...]:
    """The values (`text`, `rows`; each text once) whose fingerprints are alike but not the same.

    Only those with the same digits and the same beginning or end are compared: "Room 101" is not "Room 102". The work
    is bounded; of very many values the most frequent are compared.
    """
    values = values.take(pc.select_k_unstable(values, k=_COMPARED, sort_keys=[("rows", "descending")]))
    keys = fingerprints(values["text"].combine_chunks())
    same = _Same()
    left = _PAIRS
    for block in _blocks(keys.unique().drop_null().to_pylist()):
        left -= len(block) ** 2
        if left < 0:
            break
        for one, other in _alike(block, likeness):
            same.join(one, other)
    groups = pa.array(
        [same.first(key) if key is not None and key in same else None for key in keys.to_pylist()], pa.string()
    )
    return _clusters(values, groups)


def fingerprints(texts: pa.StringArray) -> pa.StringArray:
    """What is left of each text without case, accents, punctuation and the order of words; null where nothing is."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(pc.utf8_lower(texts), "NFKD"), r"[^\p{L}\p{N}\s]+", "")
    words = pc.split_pattern_regex(pc.utf8_trim_whitespace(plain), r"\s+")
    table = pa.table({"row": pc.list_parent_indices(words), "word": pc.list_flatten(words)})
    table = table.group_by(["row", "word"]).aggregate([]).sort_by([("row", "ascending"), ("word", "ascending")])
    joined = table.group_by("row", use_threads=False).aggregate([("word", "list")])
    keys = pc.binary_join(joined["word_list"].combine_chunks(), " ")
    keys = pc.if_else(pc.equal(keys, ""), pa.scalar(None, pa.string()), keys)
    return keys.take(pc.index_in(pa.array(range(len(texts)), table["row"].type), joined["row"].combine_chunks()))


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
            digits = "".join(filter(str.isdigit, key))
            blocks["begins", digits, key[:3]].append(key)
            blocks["ends", digits, key[-3:]].append(key)
    yield from sorted((block[:_BLOCK] for block in blocks.values() if len(block) > 1), key=len)


def _alike(block: list[str], likeness: float) -> Iterator[tuple[str, str]]:
    scores = process.cdist(block, block, scorer=fuzz.ratio, score_cutoff=100 * likeness)
    for row, column in zip(*scores.nonzero(), strict=True):
        if row < column:
            yield block[row], block[column]


class _Same:
    """Which keys were joined with which: the first of each group stands for it."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._above

    def first(self, key: str) -> str:
        above = self._above.setdefault(key, key)
        while above != self._above[above]:
            above = self._above[above]
        self._above[key] = above
        return above

    def join(self, one: str, other: str) -> None:
        self._above[self.first(other)] = self.first(one)
