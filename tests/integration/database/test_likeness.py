"""The server picks by a pattern what is then compared letter by letter: it never leaves out what would be found."""

import random

import psycopg
import pytest
from psycopg.sql import SQL, Composable, Literal

from workbench.database.likeness import distances, may_have, words_of

pytestmark = pytest.mark.both_servers

WORDS = ("park", "moss", "dunn", "okafor", "lindqvist", "thogersen", "ada.park", "example.com", "jose", "angel")


def slipped(word: str, chance: random.Random) -> str:
    """A word with a letter wrong, missing, added or in its neighbour's place."""
    at = chance.randrange(len(word) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyzé")
    return chance.choice(
        (
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def test_no_slip_that_counts_is_missed(url: str) -> None:
    chance = random.Random(7)
    questions: list[Composable] = []
    for word in WORDS * 40:
        half = len(word) // 2
        in_both = len(word) >= 8 and chance.random() < 0.7  # two slips in one half are one too many
        said = slipped(word[:half], chance) + slipped(word[half:], chance) if in_both else slipped(word, chance)
        words = words_of(word)
        if distances(words, [said]):
            text = Literal(f'["x@y.example","{said.title()}","7"]')
            questions.append(
                SQL("select {}, {}, {} is true").format(Literal(word), Literal(said), may_have(text, words))
            )
    assert len(questions) > 300
    with psycopg.connect(url) as connection:
        found = connection.execute(SQL(" union all ").join(questions)).fetchall()
    assert [(word, said) for word, said, may in found if not may] == []
