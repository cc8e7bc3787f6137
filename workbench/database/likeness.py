"""Records whose names and addresses are written nearly so as a person types them: with a letter wrong, missing, added
or in its neighbour's place."""

import re
from collections.abc import Sequence

import numpy as np
from psycopg.sql import SQL, Composable, Identifier, Literal
from rapidfuzz import process
from rapidfuzz.distance import OSA

from workbench.database.store import Store
from workbench.database.titles import Found, tables
from workbench.model.accents import plain
from workbench.model.answer import WHOLE_WORD

_MOST = 5_000
"""So many records of a table are compared; the server picks them by a pattern for each word."""
_LONG = 8
"""From so many letters on, each half of a word may have a slip."""
_APART = re.compile(r"[^\w.]+")
_ACCENTED = frozenset("acdeilnorstuyz")


def find(store: Store, text: str, limit: int) -> list[Found]:
    """The records that nearly have every word of a text in their names and e-mail addresses, the nearest first."""
    words = words_of(text)
    if not words:
        return []
    found: list[tuple[int, str, Found]] = []
    with store.transaction() as connection:
        connection.execute("set local enable_indexscan = off; set local enable_bitmapscan = off; set local jit = off")
        for (schema, table), contracts in tables().items():
            names = {
                field.target
                for contract in contracts
                for field in contract.stored
                if field.kind in ("name", "email") and field.reference is None
            }
            if not names:
                continue
            said = SQL("concat_ws(' ', {})").format(SQL(", ").join(map(Identifier, sorted(names))))
            statement = SQL("select id, {} as said from {} where {} limit {}").format(
                said, Identifier(schema, table), may_have(said, words), Literal(_MOST)
            )
            rows = connection.execute(statement).fetchall()
            near = distances(words, [row["said"] for row in rows])
            found += [
                (near[place], row["said"], (schema, table, row["id"]))
                for place, row in enumerate(rows)
                if place in near
            ]
    return [record for _, _, record in sorted(found, key=lambda each: each[:2])[:limit]]


def words_of(text: str) -> list[str]:
    """The words of a question in which a slip is forgiven; none where all are short, or where there is a number, for
    one that is nearly so is another one."""
    words = _words(text)
    asked = any(len(word) >= WHOLE_WORD for word in words) and not any(word.isdigit() for word in words)
    return words if asked else []


def may_have(said: Composable, words: Sequence[str]) -> Composable:
    """Whether a text may have all of the words nearly so, which `distances` tells surely."""
    longest_first = sorted(words, key=lambda word: len(word) < WHOLE_WORD)
    return SQL("({})").format(SQL(" and ").join(_may_have(said, word) for word in longest_first))


def _words(text: str) -> list[str]:
    """The words of a text, without case and accents."""
    return [word for word in _APART.split(plain(text.casefold())) if word]


def _may_have(said: Composable, word: str) -> Composable:
    """Whether a text may have a word that is nearly that one.

    A piece of it at least is as it was typed, which is told much quicker than the pattern of all slips.
    """
    lower = SQL('lower({} collate "C")').format(said)
    middle, third = len(word) // 2, len(word) // 3
    if len(word) < WHOLE_WORD:
        return SQL("{} ~ {}").format(lower, Literal(_letters(word, _ACCENTED)))
    if len(word) < _LONG:
        changed = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
        pieces, pattern = [word[:middle], word[middle:], changed], _slip(word)
    else:
        pieces = [word[:third], word[third:-third], word[-third:]]
        # letters that have changed places across two pieces leave neither as it was typed
        pieces += [f"{word[at - 2]}{word[at]}{word[at - 1]}{word[at + 1]}" for at in (third, len(word) - third)]
        pattern = _slip(word[:middle]) + _slip(word[middle:])
    like = [f"%{''.join(c if c.isascii() and c.isalnum() else '_' for c in piece)}%" for piece in pieces]
    # in this order: the planner would take the pattern for the cheaper question
    return SQL("case when {} like any({}) then {} ~ {} end").format(lower, Literal(like), lower, Literal(pattern))


def _slip(word: str) -> str:
    """A word with one slip anywhere: a letter is none, another or two; or two neighbours have changed places."""
    slips = [f"{_letters(word[:at])}.{{0,2}}{_letters(word[at + 1 :])}" for at in range(len(word))]
    slips += [f"{_letters(word[:at])}..{_letters(word[at + 2 :])}" for at in range(len(word) - 1)]
    return f"(?:{'|'.join(slips)})"


def _letters(word: str, written_otherwise: frozenset[str] = frozenset()) -> str:
    """The letters of a word; any letter in the place of those that the server may know otherwise."""
    return "".join("." if not c.isascii() or c in written_otherwise else c if c.isalnum() else f"\\{c}" for c in word)


def distances(words: Sequence[str], said: Sequence[str]) -> dict[int, int]:
    """How many slips are between the words and each text, by its place; those that have too many are left out."""
    texts = [_words(text) for text in said]
    tokens = {token: place for place, token in enumerate(dict.fromkeys(token for text in texts for token in text))}
    if not tokens:
        return {}
    slips = process.cdist(words, list(tokens), scorer=OSA.distance, dtype=np.int32)
    allowed = np.array([0 if len(word) < WHOLE_WORD else 1 if len(word) < _LONG else 2 for word in words])
    found: dict[int, int] = {}
    for place, text in enumerate(texts):
        if not text:
            continue
        nearest = slips[:, [tokens[token] for token in text]].min(axis=1)
        if (nearest <= allowed).all():
            found[place] = int(nearest.sum())
    return found
