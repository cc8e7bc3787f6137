"""What two writings of the same value have in common: letters, digits and words."""

from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.trimming import is_ascii

_BETWEEN = r"[-/_\x{2010}-\x{2015}\x{2212}]+"
"""What stands between words; between digits it is a part of the number."""
_SIGNS = r"[^\p{L}\p{N}\p{M}\s-]+"
_BESIDE_WORDS = (
    (r"\p{Cf}+", ""),
    (rf"([^\p{{N}}]){_BETWEEN}", r"\1 "),
    (rf"{_BETWEEN}([^\p{{N}}]|$)", r" \1"),
    (_BETWEEN, "-"),
    (rf"(^|[\p{{L}}\p{{M}}\s-]){_SIGNS}", r"\1"),
    (rf"{_SIGNS}([\p{{L}}\p{{M}}\s]|$)", r"\1"),
    (r"\s+", " "),
)
"""Signs that are left out; those between two digits stay, where they make another number: 1.5 and 1-5 are not 15."""
_BEFORE_NUMBERS = (
    (r"^[-\x{2212}]([^\p{L}\p{N}\p{M}\s]*[\p{N}])", r"minus \1"),
    (r"(^|[^\p{L}\p{N}\p{M}.,])\.([\p{N}])", r"\10.\2"),
)
"""Signs that make another number of the one they stand before: -5 and .5 are not 5."""
_SHORT = r"(?:^| )[\p{L}]{1,2}(?: |$)"
_HAS_ORDER = rf"[\p{{N}}][^ ]* .*[\p{{N}}]|{_SHORT}.*[\p{{N}}]|[\p{{N}}].*{_SHORT}"
"""Several numbers, or one beside a word of a letter or two, which is a part of a code: A 1 is not 1 A."""
_ACCENTS = r"[\x{300}-\x{36f}\x{591}-\x{5c7}\x{64b}-\x{652}]+"
"""Marks that are left out at times, also of Hebrew and Arabic; those of other scripts make another letter."""
_NOT_TAKEN_APART = (("ø", "o"), ("ł", "l"), ("đ", "d"), ("\u0131", "i"), ("ß", "ss"), ("æ", "ae"), ("œ", "oe"))


def fingerprints(texts: pa.StringArray) -> pa.StringArray:
    """What is left of each text without case, accents, punctuation and the order of words; null where nothing is. The
    words of a text with several numbers, or with a code, have their order."""
    plain = plain_words(texts)
    words = pc.split_pattern_regex(plain, " +")
    table = pa.table({"row": pc.list_parent_indices(words), "word": pc.list_flatten(words)})
    table = table.group_by(["row", "word"]).aggregate([]).sort_by([("row", "ascending"), ("word", "ascending")])
    joined = table.group_by("row", use_threads=False).aggregate([("word", "list")])
    keys = pc.binary_join(joined["word_list"].combine_chunks(), " ")
    keys = pc.if_else(pc.equal(keys, ""), pa.scalar(None, pa.string()), keys)
    keys = keys.take(pc.index_in(pa.array(range(len(texts)), table["row"].type), joined["row"].combine_chunks()))
    return pc.if_else(pc.match_substring_regex(plain, _for(plain)(_HAS_ORDER)), plain, keys)


def plain_words(texts: pa.StringArray) -> pa.StringArray:
    """The words of each text, one blank between, without case, accents and punctuation."""
    plain = pc.utf8_normalize(pc.utf8_lower(texts), "NFKD")
    for letter, by in _NOT_TAKEN_APART:
        plain = pc.replace_substring(plain, letter, by)
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, _ACCENTS, ""))
    of_these = _for(plain)
    for pattern, by in (*_BEFORE_NUMBERS, *_BESIDE_WORDS):
        plain = pc.replace_substring_regex(plain, of_these(pattern), by)
    return pc.utf8_trim_whitespace(plain)


def solid(texts: pa.StringArray) -> pa.StringArray:
    """The texts as one word each, but for numbers, which stay apart: "K-12", "K 12" and "K12" are the same."""
    joined = plain_words(texts)
    of_these = _for(joined)
    for pattern in (r"([^\p{N}]) ", r" ([^\p{N}])"):
        joined = pc.replace_substring_regex(joined, of_these(pattern), r"\1")
    return joined


def _for(texts: pa.StringArray) -> Callable[[str], str]:
    """What a pattern is for these texts: to learn all letters that there are takes longer than to read a column."""
    return _of_ascii if is_ascii(texts) else str


@cache
def _of_ascii(pattern: str) -> str:
    """A pattern whose classes ask of letters, digits and marks as they are in ASCII."""
    for of_all, of_ascii in ((r"\p{L}", "A-Za-z"), (r"\p{N}", "0-9"), (r"\p{M}", "")):
        pattern = pattern.replace(of_all, of_ascii)
    return pattern
