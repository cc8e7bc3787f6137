"""Expressions of a recipe say what PostgreSQL says, wherever they mean the same."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from psycopg import Connection, connect
from psycopg.errors import NumericValueOutOfRange
from psycopg.rows import tuple_row

from workbench.prepare.cleaning.expression import Expression

pytestmark = pytest.mark.both_servers

TEXTS = st.text(alphabet="abAB1 -.€_%", max_size=6)
Rows = list[tuple[str, str, str, str]]
NUMBERS = st.decimals(-9999, 9999, places=2).map(str)
ROWS = st.lists(st.tuples(TEXTS, TEXTS.filter(bool), NUMBERS, NUMBERS), min_size=1, max_size=5)
"""Rows of the columns a (may be blank), b (never blank), m and n (numbers)."""
WHOLE = st.integers(-7, 7)
PLACES = WHOLE.filter(bool)
PATTERNS = st.sampled_from(["a", "[a-z]", "[0-9]+", "^a", "b$", ".", "a|b", "(a)(b)?", "-", "A"])


def quoted(text: str) -> str:
    return f"'{text}'"


LITERAL = TEXTS.map(quoted)
SOME = TEXTS.filter(bool).map(quoted)


def of_text(text: Any, number: Any, flag: Any) -> Any:
    """Expressions that are texts, of smaller ones."""
    unary = st.sampled_from(["lower", "upper", "initcap"])
    return st.one_of(
        st.builds("{}({})".format, unary, text),
        st.builds("{}({}, {})".format, st.sampled_from(["trim", "ltrim", "rtrim"]), text, SOME),
        st.builds("trim({} {} from {})".format, st.sampled_from(["leading", "trailing", "both"]), SOME, text),
        st.builds("replace({}, {}, {})".format, text, SOME, LITERAL),
        st.builds("regexp_replace({}, '{}', '<x>'{})".format, text, PATTERNS, st.sampled_from(["", ", 'g'", ", 'gi'"])),
        st.builds("split_part({}, {}, {})".format, text, SOME, PLACES),
        st.builds("substring({} from {} for {})".format, text, WHOLE, st.integers(0, 9)),
        st.builds("substring({}, {})".format, text, WHOLE),
        st.builds("{}({}, {})".format, st.sampled_from(["left", "right"]), text, WHOLE),
        st.builds("({} || {})".format, text, text),
        st.builds("concat({}, {})".format, text, text),
        st.builds("concat_ws('/', b, {})".format, st.sampled_from(["b", "m", "n"])),
        st.builds("case when {} then {} else {} end".format, flag, text, text),
        st.builds("case {} when {} then 'same' else b end".format, text, text),
    )


def of_number(text: Any, number: Any) -> Any:
    return st.one_of(
        st.builds("length({})".format, text),
        st.builds("({} {} {})".format, number, st.sampled_from(["+", "-", "*"]), number),
        st.builds("round({}, {})".format, number, st.integers(-3, 6)),
        st.builds("abs({})".format, number),
        st.builds("(- {})".format, number),
        st.builds("cast({} as integer)".format, number),
        st.builds("round({} / 8.0, 6)".format, number),
    )


def of_flag(text: Any, number: Any, flag: Any) -> Any:
    compared = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    liked = st.sampled_from(["like", "not like", "ilike"])
    return st.one_of(
        st.builds("({} {} {})".format, text, compared, text),
        st.builds("({} {} {})".format, number, compared, number),
        st.builds("({} {} '{}%')".format, text, liked, TEXTS),
        st.builds("({} {} '{}')".format, text, st.sampled_from(["~", "~*", "!~"]), PATTERNS),
        st.builds("({} in ({}, {}))".format, text, LITERAL, LITERAL),
        st.builds("({} between {} and {})".format, number, number, number),
        st.builds("({} between {} and {})".format, text, text, text),
        st.builds("({} {} {})".format, flag, st.sampled_from(["and", "or"]), flag),
        st.builds("(not {})".format, flag),
    )


def deeper(kinds: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    text, number, flag = kinds
    return (
        st.one_of(text, of_text(text, number, flag)),
        st.one_of(number, of_number(text, number)),
        st.one_of(flag, of_flag(text, number, flag)),
    )


FIRST = (
    st.one_of(st.sampled_from(["a", "b"]), LITERAL),
    st.sampled_from(["m::decimal", "n::decimal", "2.5", "3"]),
    st.just("true"),
)
TEXT, NUMBER, FLAG = deeper(deeper(FIRST))


def by_the_database(connection: Connection[Any], expression: str, rows: Rows) -> list[str]:
    question = f"""
    with cell as (
      select a collate "C" as a, b collate "C" as b, m, n, place
      from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) with ordinality as t (a, b, m, n, place)
    )
    select ({expression.replace("%", "%%")})::text from cell order by place"""
    cells = [list(column) for column in zip(*rows, strict=True)]
    try:
        return [one for (one,) in connection.execute(question.encode(), cells)]
    except NumericValueOutOfRange:  # its integers are small; here there are none
        reject()


def here(expression: str, rows: Rows) -> list[str]:
    cells = zip(*rows, strict=True)
    columns = {name: pa.array(column, pa.string()) for name, column in zip("abmn", cells, strict=True)}
    return Expression(expression).texts(columns, len(rows)).to_pylist()


@pytest.fixture(scope="module")
def connection(server: str) -> Iterator[Connection[Any]]:
    with connect(server, autocommit=True, row_factory=tuple_row) as opened:
        yield opened


examples = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples
@given(expression=TEXT, rows=ROWS)
def test_a_text_is_the_databases(connection: Connection[Any], expression: str, rows: Rows) -> None:
    assert here(expression, rows) == by_the_database(connection, expression, rows)


@examples
@given(expression=FLAG, rows=ROWS)
def test_what_is_true_is_so_in_the_database(connection: Connection[Any], expression: str, rows: Rows) -> None:
    assert here(expression, rows) == by_the_database(connection, expression, rows)


@examples
@given(expression=NUMBER, rows=ROWS)
def test_a_number_is_the_databases_to_six_places(connection: Connection[Any], expression: str, rows: Rows) -> None:
    theirs = by_the_database(connection, expression, rows)
    for ours, their in zip(here(expression, rows), theirs, strict=True):
        assert abs(Decimal(ours) - Decimal(their)) <= Decimal("0.00001")


def test_every_number_is_a_decimal_where_the_database_has_integers(connection: Connection[Any]) -> None:
    rows: Rows = [("", "b", "7", "2")]
    assert (here("7 / 2", rows), by_the_database(connection, "7 / 2", rows)) == (["3.5"], ["3"])
    assert here("m / n", rows) == [str(Decimal("3.5"))]
    assert here("cast(m / n as integer)", rows) == by_the_database(
        connection, "cast(m::decimal / n::decimal as integer)", rows
    )
