"""Words in texts, in any case and whatever accents their letters have: "electricite" is in "Électricité"."""

import re

from psycopg.sql import SQL, Composable, Literal

from workbench.model.accents import MARKS, STROKES, WITHOUT, plain

_BARE = "bfmpqvx"
"""Letters that no language writes with an accent."""


def contains(said: Composable, word: str, odd: Composable | None = None) -> Composable:
    """Whether a text has a word, in any case and with any accents.

    Nearly all texts are of ASCII letters alone, which are compared as they are. Only those that are not, as `odd` tells
    (by itself: any of whose letters takes more than a byte), are taken apart for it: that takes ten times as long.
    """
    asked = plain(word) or word.lower()  # an accent alone
    is_odd = odd if odd is not None else SQL("octet_length({said}) <> length({said})").format(said=said)
    if not asked.isascii():  # letters of other alphabets, whose case the server need not know
        return SQL("case when {} then {} ~ {} end").format(is_odd, _plain(said), Literal(in_any_case(asked)))
    like = "%" + "".join(f"\\{c}" if c in "\\%_" else c for c in asked) + "%"
    loose = "".join("_" if c.isalpha() and c not in _BARE else c for c in like)  # most odd texts have not even that
    return SQL(
        '(lower({said} collate "C") like {like}'
        ' or (({odd}) and lower({said} collate "C") like {loose} and {plain} like {like}))'
    ).format(said=said, like=Literal(like), loose=Literal(loose), odd=is_odd, plain=_plain(said))


def in_any_case(word: str) -> str:
    """The pattern of a word in a text whose letters of ASCII are small."""
    return "".join(
        f"[{c}{c.upper()}]" if not c.isascii() and len(c.upper()) == 1 and c.isalpha() else re.escape(c)
        for c in word.lower()
    )


def contains_as_typed(said: Composable, word: str) -> Composable:
    """Whether a text has a word, in any case and with just these accents, which a million long rows are soon asked."""
    quick = "".join("_" if ord(c) > 127 else f"\\{c}" if c in "\\%_" else c for c in word.lower())
    test = SQL('lower({} collate "C") like {}').format(said, Literal(f"%{quick}%"))
    if word.isascii():
        return test
    exact = "".join(f"\\{c}" if c in "\\%_" else c for c in word)
    return SQL("case when {} then {} ilike {} end").format(test, said, Literal(f"%{exact}%"))


def is_odd(columns: list[Composable]) -> Composable:
    """Whether any of some columns has a letter that takes more than a byte."""
    tests = [SQL("octet_length({column}) <> length({column})").format(column=column) for column in columns]
    return SQL(" or ").join(tests) if tests else SQL("false")


def _plain(said: Composable) -> Composable:
    apart = SQL("regexp_replace(normalize({}, NFKD), {}, '', 'g')").format(said, Literal(MARKS.pattern))
    return SQL('lower(translate({}, {}, {}) collate "C")').format(apart, Literal(STROKES), Literal(WITHOUT))
