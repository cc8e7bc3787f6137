"""Words in texts, in any case and whatever accents their letters have: "electricite" is in "Électricité"."""

import re
from collections.abc import Sequence

from psycopg.sql import SQL, Composable, Literal

from workbench.model.accents import MARKS, STROKES, WITHOUT, plain


def contains(
    said: Composable, word: str, *, parts: Sequence[Composable] | None = None, odd: Composable | None = None
) -> Composable:
    """Whether a text has a word, in any case and with any accents.

    Nearly all texts are of ASCII letters alone, which are compared as they are. Only those that are not are taken apart
    for it, which takes ten times as long: of several `parts` of the text those that are not, where a word is in one of
    them or in none. `odd` tells which are, where that is not asked of each itself: letters that take more than a byte.
    """
    asked = plain(word) or word.lower()  # an accent alone
    some = [said] if parts is None else parts
    tests = [odd if odd is not None else _is_odd(part) for part in some]
    if not asked.isascii():  # letters of other alphabets, whose case the server need not know
        any_odd = SQL(" or ").join(tests or [SQL("false")])
        return SQL("case when {} then {} ~ {} end").format(any_odd, _plain(said), Literal(in_any_case(asked)))
    like = f"%{escaped(asked)}%"
    # most odd texts have not even the letters in that order, whatever stands between them
    loose = "".join(f"%{'_' if c in WITHOUT else escaped(c)}" for c in asked) + "%"
    taken_apart = [
        SQL('({test}) and lower(normalize({part}, NFKD) collate "C") like {loose} and {plain} like {like}').format(
            test=test, part=part, loose=Literal(loose), plain=_plain(part), like=Literal(like)
        )
        for test, part in zip(tests, some, strict=True)
    ]
    as_it_is = SQL('lower({} collate "C") like {}').format(said, Literal(like))
    return SQL("({})").format(SQL(" or ").join([as_it_is, *taken_apart]))


def in_any_case(word: str) -> str:
    """The pattern of a word in a text whose letters of ASCII are small."""
    return "".join(
        f"[{c}{c.upper()}]" if not c.isascii() and len(c.upper()) == 1 and c.isalpha() else re.escape(c)
        for c in word.lower()
    )


def contains_as_typed(said: Composable, word: str) -> Composable:
    """Whether a text has a word, in any case and with just these accents, which a million long rows are soon asked."""
    quick = "".join("_" if ord(c) > 127 else escaped(c) for c in word.lower())
    test = SQL('lower({} collate "C") like {}').format(said, Literal(f"%{quick}%"))
    if word.isascii():
        return test
    return SQL("case when {} then {} ilike {} end").format(test, said, Literal(f"%{escaped(word)}%"))


def _is_odd(text: Composable) -> Composable:
    return SQL("octet_length({text}) <> length({text})").format(text=text)


def contains_every(said: Composable, text: str, parts: Sequence[Composable] | None = None) -> Composable:
    """Whether a text has every word of another."""
    tests = [contains(said, word, parts=parts) for word in text.split()]
    return SQL("({})").format(SQL(" and ").join(tests or [SQL("true")]))


def small_and_plain(said: Composable, parts: Sequence[Composable]) -> Composable:
    """A text in small letters without accents, of which some `parts` may have any."""
    small = SQL('lower({} collate "C")').format(said)
    if not parts:
        return small
    any_odd = SQL(" or ").join(map(_is_odd, parts))
    return SQL("case when {} then {} else {} end").format(any_odd, _plain(said), small)


def escaped(text: str) -> str:
    """A text as a pattern of `like` that fits it alone."""
    return "".join(f"\\{c}" if c in "\\%_" else c for c in text)


def _plain(said: Composable) -> Composable:
    apart = SQL("regexp_replace(normalize({}, NFKD), {}, '', 'g')").format(said, Literal(MARKS.pattern))
    return SQL('lower(translate({}, {}, {}) collate "C")').format(apart, Literal(STROKES), Literal(WITHOUT))
