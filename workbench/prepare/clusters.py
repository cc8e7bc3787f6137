"""Values of a column that are probably the same, written differently: found, shown to a person, never changed here.

Two ways, as in OpenRefine: values with the same fingerprint (key collision), and values that have the same one but for
slips in their words (nearest neighbour).
"""

import unicodedata
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from workbench.prepare.fingerprint import fingerprints, plain_words, solid
from workbench.prepare.slips import TIMES_IN_TEXT, right_words

_COMPARED = 100_000
"""So many of the most frequent values are compared with each other; key collision looks at all of them."""
_SHORT_CODE = 3
"""Letters of a word that may well be written in capitals."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Values that are probably the same."""

    values: tuple[tuple[str, int], ...]
    """Each with its rows, the most frequent first: that is probably the right one. Of two with as many rows that one
    is, which is better written."""

    @property
    def keep(self) -> str:
        """What all of them should probably be: the first, without stray blanks."""
        return _tidy(self.values[0][0])

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
    of_solid = pa.table({"key": keys, "solid": solid(texts)}).filter(pc.is_valid(keys)).group_by("solid")
    several = of_solid.aggregate([("key", "distinct"), ("key", "count_distinct")])
    for group in several.filter(pc.greater(several["key_count_distinct"], 1))["key_distinct"].to_pylist():
        for key in group[1:]:
            same.join(group[0], key)
    return _clusters(values, same.standing_for(keys))


def nearest(values: pa.Table) -> tuple[Cluster, ...]:
    """The values (`text`, `rows`; each text once) that have the same fingerprint when the probable slips in their words
    are put right, those with the most rows first. Those with the same fingerprint as they are come with others only.

    Numbers have to be the same, and words of up to three letters unless one lacks a letter of another beside the same
    other words: "Room 12" is not "Room 13", "Algebra I" not "Algebra II", but "Kansas Cty" is "Kansas City". The work
    is bounded; of very many values the most frequent are compared.
    """
    values = values.take(pc.select_k_unstable(values, k=_COMPARED, sort_keys=[("rows", "descending")]))
    texts = values["text"].combine_chunks()
    mended = _mended(texts, values["rows"].combine_chunks())
    keys = pa.table({"mended": mended, "key": fingerprints(texts)}).group_by("mended")
    several = keys.aggregate([("key", "count_distinct")]).filter(pc.field("key_count_distinct") > 1)
    return _clusters(values, pc.if_else(pc.is_in(mended, several["mended"].combine_chunks()), mended, None))


def _mended(texts: pa.StringArray, rows: pa.Int64Array) -> pa.StringArray:
    """The fingerprints of the texts with the right word for each that is probably a slip."""
    plain = plain_words(texts)
    lists = pc.split_pattern_regex(plain, " +")
    words = pc.list_flatten(lists)
    known = pa.table({"word": words, "rows": rows.take(pc.list_parent_indices(lists))})
    known = known.group_by("word").aggregate([("rows", "sum"), ("rows", "count")]).combine_chunks()
    of, in_rows, in_values = (known[name].combine_chunks() for name in ("word", "rows_sum", "rows_count"))
    slips = right_words(of, in_rows, in_values, pc.is_in(of, plain))
    sure, in_text = (slips.filter(pc.equal(slips["in_text"], flag)).combine_chunks() for flag in (False, True))
    mended, _ = _with_right(lists, words, sure)
    keys = fingerprints(_joined(lists, mended))
    mended, slips_of = _with_right(lists, mended, in_text)
    is_several = pc.fill_null(pc.match_substring(keys, " "), False)
    where = pc.and_(pc.equal(slips_of, 1), is_several)
    others = fingerprints(_joined(lists, mended).filter(where))
    return _believed(keys, pc.replace_with_mask(keys, where, others), rows)


def _believed(keys: pa.StringArray, others: pa.StringArray, rows: pa.Int64Array) -> pa.StringArray:
    """The keys, and in the place of one the other, where that is a value's in far more rows."""
    counted = pa.table({"key": keys, "rows": rows}).group_by("key").aggregate([("rows", "sum")]).combine_chunks()
    known, of_key = counted["key"].combine_chunks(), counted["rows_sum"].combine_chunks()
    theirs, own = (of_key.take(pc.index_in(each, known)) for each in (others, keys))
    often = pc.greater_equal(theirs, pc.multiply(own, TIMES_IN_TEXT))
    return pc.if_else(pc.fill_null(often, False), others, keys)


def _with_right(lists: pa.ListArray, words: pa.StringArray, slips: pa.Table) -> tuple[pa.StringArray, pa.Int64Array]:
    """The words with the right one for each slip, and how many slips each of the lists has."""
    right = slips["right"].combine_chunks().take(pc.index_in(words, slips["word"].combine_chunks()))
    counted = pc.list_parent_indices(lists).filter(pc.is_valid(right)).value_counts()
    number = counted.field("counts").take(pc.index_in(pa.array(range(len(lists))), counted.field("values")))
    return pc.coalesce(right, words), pc.fill_null(number, 0)


def _joined(lists: pa.ListArray, words: pa.StringArray) -> pa.StringArray:
    return pc.binary_join(pa.ListArray.from_arrays(lists.offsets, words), " ")


def _clusters(values: pa.Table, groups: pa.StringArray) -> tuple[Cluster, ...]:
    """The groups of more than one value."""
    grouped = values.append_column("group", groups).filter(pc.is_valid(groups)).group_by("group")
    found = grouped.aggregate([("text", "list"), ("rows", "list")])
    found = found.filter(pc.greater(pc.list_value_length(found["text_list"]), 1)).to_pylist()
    clusters = [
        Cluster(values=tuple(sorted(zip(one["text_list"], one["rows_list"], strict=True), key=_from_the_right_one)))
        for one in found
    ]
    return tuple(sorted(clusters, key=lambda cluster: (-cluster.rows, cluster.values)))


def _from_the_right_one(value: tuple[str, int]) -> tuple[int, bool, bool, bool, int, str]:
    """The most frequent first; then as names are written, without stray blanks and wide letters, and with accents: what
    was written by hand has them, what went through a machine may have lost them."""
    text, rows = value
    shouted = text.isupper() and len(text) > _SHORT_CODE
    accents = sum(map(unicodedata.combining, unicodedata.normalize("NFD", text))) > 0
    return -rows, text != unicodedata.normalize("NFKC", _tidy(text)), text.islower(), shouted, -accents, text


def _tidy(text: str) -> str:
    return " ".join(text.split())


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
