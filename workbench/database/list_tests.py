"""What is asked of the rows of a list, as SQL: words in any of their texts, and the text of one column."""

from collections.abc import Sequence

from psycopg.sql import SQL, Composable, Literal

from workbench.database.accents import contains
from workbench.model.row_query import CellTest


def has_words(texts: Sequence[Composable], asked: str) -> list[Composable]:
    """Whether every word is in some of the texts: a test for each word."""
    said = SQL("concat_ws(' ', {})").format(SQL(", ").join(texts))
    return [contains(said, word) for word in asked.replace("\0", "").split()]


def has_cell(text: Composable, asked: CellTest) -> Composable:
    """Whether a text is as it is to be."""
    said, wanted = SQL("btrim(coalesce({}, ''))").format(text), asked.text.replace("\0", "").strip()
    if asked.test == "blank":
        return SQL("{} = ''").format(said)
    return SQL("{} = {}").format(said, Literal(wanted)) if asked.test == "equals" else contains(said, wanted)


def every(tests: Sequence[Composable]) -> Composable:
    """Whether all tests hold; of none, true."""
    return SQL(" and ").join(SQL("({})").format(test) for test in tests) if tests else SQL("true")
