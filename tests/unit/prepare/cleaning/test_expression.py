"""Expressions are a small part of SQL, over the columns of a row; everything else is refused by its name."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.errors import WrongRecipe
from workbench.prepare.cleaning.expression import Expression

CELLS = {"a": ["Xx", "", "12.50", "a-b"], "b": ["3", "2.5", "0", "zz"], "Phone Number": ["1", "2", "3", "4"]}


def found(expression: str, cells: dict[str, list[str]] = CELLS) -> list[str]:
    columns = {name: pa.array(column, pa.string()) for name, column in cells.items()}
    return Expression(expression).texts(columns, len(next(iter(columns.values())))).to_pylist()


@pytest.mark.parametrize(
    "expression, texts",
    [
        ("lower(a) || ' ' || \"Phone Number\"", ["xx 1", " 2", "12.50 3", "a-b 4"]),
        ("upper(trim(concat(' ', a)))", ["XX", "", "12.50", "A-B"]),
        ("initcap(a)", ["Xx", "", "12.50", "A-B"]),
        ("initcap('1ST ' || a || ' o''neil 2nd')", [f"1st {a} O'Neil 2nd" for a in ("Xx", "", "12.50", "A-B")]),
        ("ltrim(a, '1')", ["Xx", "", "2.50", "a-b"]),
        ("trim(both 'x' from lower(a))", ["", "", "12.50", "a-b"]),
        ("replace(a, '-', '+')", ["Xx", "", "12.50", "a+b"]),
        ("regexp_replace(a, '[a-z]', '*')", ["X*", "", "12.50", "*-b"]),
        ("regexp_replace(a, '[A-Z]', '*', 'gi')", ["**", "", "12.50", "*-*"]),
        ("regexp_replace(a, '(.)-(.)', '\\2-\\1')", ["Xx", "", "12.50", "b-a"]),
        ("split_part(a, '-', 2)", ["", "", "", "b"]),
        ("substring(a from 2 for 2)", ["x", "", "2.", "-b"]),
        ("left(a, 2) || right(a, 1)", ["Xxx", "", "120", "a-b"]),
        ("length(a)", ["2", "0", "5", "3"]),
        ("coalesce(a, b)", ["Xx", "2.5", "12.50", "a-b"]),
        ("nullif(a, 'Xx')", ["", "", "12.50", "a-b"]),
        ("concat_ws('/', a, b)", ["Xx/3", "2.5", "12.50/0", "a-b/zz"]),
        ("concat_ws('/', a, a)", ["Xx/Xx", "", "12.50/12.50", "a-b/a-b"]),
        ("b || concat_ws('/', a, a)", ["3Xx/Xx", "2.5", "012.50/12.50", "zza-b/a-b"]),
        ("case when a like 'X%' then 'x' when b = 'zz' then b else '-' end", ["x", "-", "-", "zz"]),
        ("case a when 'Xx' then 1 end", ["1", "", "", ""]),
        ("round(a * 1.5, 1)", ["", "", "18.8", ""]),
        ("b + 1", ["4", "3.5", "1", ""]),
        ("12 / b", ["4", "4.8", "", ""]),
        ("-b - 0.1", ["-3.1", "-2.6", "-0.1", ""]),
        ("abs(b - 3)", ["0", "0.5", "3", ""]),
        ("round(b)", ["3", "3", "0", ""]),
        ("cast(b as integer)", ["3", "3", "0", ""]),
        ("round(a, -1)", ["", "", "10", ""]),
        ("round(999999999999999999.9)", ["", "", "", ""]),
        ("left(a, -1)", ["X", "", "12.5", "a-"]),
        ("right(a, -1)", ["x", "", "2.50", "-b"]),
        ("right(a, 0)", ["", "", "", ""]),
        ("substring(a from -1 for 3)", ["X", "", "1", "a"]),
        ("left(a, 99999999999)", ["Xx", "", "12.50", "a-b"]),
        ("split_part(a, '-', 99999999999)", ["", "", "", ""]),
        ("split_part(a, '-', -1)", ["Xx", "", "12.50", "b"]),
        ("split_part(a, '-', -2)", ["", "", "", "a"]),
        ("7 / 2", ["3.5"] * 4),
        ("1e5", ["100000"] * 4),
        ("b * 1.5e-3", ["0.0045", "0.00375", "0", ""]),
        ("999999999999.999999", ["999999999999.999999"] * 4),
        ("a::text || (b::decimal)", ["Xx3", "2.5", "12.500", "a-b"]),
    ],
)
def test_an_expression_is_evaluated_on_whole_columns(expression: str, texts: list[str]) -> None:
    assert found(expression) == texts


def test_a_number_of_eighteen_digits_is_one() -> None:
    cells = {"a": ["4006381333931", "12", "-3", "999999999999999999"], "b": ["12", "7", "4", "2"]}
    assert found("case when a >= 1000 then 'big' when a < 1000 then 'small' end", cells) == [
        "big",
        "small",
        "small",
        "big",
    ]
    assert found("a * b", cells) == ["48076576007172", "84", "-12", ""]
    assert found("round(a / b, 2)", cells)[:3] == ["333865111160.92", "1.71", "-0.75"]


@pytest.mark.parametrize(
    "expression, rows",
    [
        ("a = ''", [1]),
        ("a is null", [1]),
        ("a is not null", [0, 2, 3]),
        ("a <> 'Xx'", [1, 2, 3]),
        ("b > 2", [0, 1]),
        ("b <> 3", [1, 2, 3]),
        ("b < 1e3", [0, 1, 2]),
        ("b < 1e-3", [2]),
        ("b < 999999999999", [0, 1, 2]),
        ("a < 'a'", [0, 1, 2]),
        ("b between 1 and 3", [0, 1]),
        ("a in ('Xx', 'a-b')", [0, 3]),
        ("a not in ('Xx', 'a-b')", [1, 2]),
        ("a ilike 'x_'", [0]),
        ("a not ilike 'x_'", [1, 2, 3]),
        ("a not like 'X%'", [1, 2, 3]),
        ("a ~ '^[0-9.]+$'", [2]),
        ("a !~* 'X'", [1, 2, 3]),
        ("not (a = 'Xx' or b = 'zz') and true", [1, 2]),
    ],
)
def test_an_expression_says_of_which_rows_it_is_true(expression: str, rows: list[int]) -> None:
    assert [row for row, text in enumerate(found(expression)) if text == "true"] == rows


@pytest.mark.parametrize(
    "expression, named",
    [
        ("(select 1)", "has (SELECT 1), which is not among what there is: case"),
        ("pg_sleep(3)", "has pg_sleep(), which"),
        ("pg_read_file('/etc/passwd')", "pg_read_file"),
        ("current_date", "CURRENT_DATE"),
        ("t.a", "write a column whose name has a point in double quotes"),
        ("upper(a) as x", "two names beside each other"),
        ("if(a, b, b)", "if"),
        ("sum(b)", "sum"),
        ("a over ()", ""),
        ("row_number() over ()", ""),
        ("cast(a as date)", "write cast(value as decimal), where it can become text, decimal or integer"),
        ("a; drop table students", "is not one expression"),
        ("drop table students", "drop"),
        ("select a from students", "select"),
        ("a, b", "cannot be read from character"),
        ("'", "cannot be read"),
        ("", "is not one expression"),
        ("replace(a, b, 'x')", "write replace(text, 'old', 'new'), where each of the two is a text in single"),
        ("a like b", "write text like 'pattern', where the pattern is a text in single quotes"),
        ("a ~ '(?=x)'", "is no pattern that RE2 knows"),
        ("regexp_replace(a, '(', '')", "is no pattern that RE2 knows"),
        ("regexp_replace(a, '(x)', '\\2')", "with '\\\\2' in its place"),
        ("a ~ '(a{1000}){1000}'", "is too large a pattern"),
        ("b < 5000000000000000000", "has the number 5000000000000000000, which cannot be counted with"),
        ("b < 1e18", "has the number 1e18"),
        ("b < 1e999999999", "has the number 1e999999999"),
        ("b * 0.0000001", "has the number 0.0000001"),
        ("substring(a from '([0-9]+)')", "write substring(text, start, length), where both are whole numbers"),
        ("substring(a, 2.5)", "write substring(text, start, length), where both are whole numbers"),
        ("substring(a from 1 for -1)", "and the length is 0 at least"),
        ("substring(a)", "write substring(text, start, length)"),
        ("left(a, b)", "write left(text, number), where the number is a whole one, the same for all rows"),
        ("left(a)", "write left(text, number)"),
        ("left(a, 99999999999999999999)", "write left(text, number), where the number is a whole one"),
        ("right(a, 99999999999999999999)", "write right(text, number), where the number is a whole one"),
        ("split_part(a, '-', 99999999999999999999)", "write split_part(text, 'separator', number)"),
        ("split_part(a, '-', 0)", "the number is a whole one, the same for all rows, not 0"),
        ("split_part(a, 1, 1)", "where the separator is a text in single quotes"),
        ("split_part(a, '-')", "write split_part(text, 'separator', number)"),
        ("length(a, b)", "write length(text)"),
        ("upper()", "write upper(text)"),
        ("round(b, 1.5)", "write round(number, places), where the places are a whole number"),
        ("regexp_replace(a, 'x', 'y', 'm')", "and the last is g, i or both"),
        ("initcap(a, 'x')", "write initcap(text)"),
        ("concat_ws('-')", "write concat_ws('separator', text, text)"),
        ("concat_ws(b, a)", "where the separator is a text in single quotes"),
        ("cast(b as numeric(5, 1))", "without a size"),
        ("case a end", "write case when condition then value else value end"),
        ("a in b", "write value in ('one', 'two')"),
        ("a in ()", "write value in ('one', 'two')"),
        ("a b", "two names beside each other"),
        ("b % 2", "has b % 2, which is not among what there is"),
        ("lpad(a, 5, '0')", "has lpad(), which is not among what there is"),
        ("a||" * 1200 + "a", "has more than 100 operations within each other"),
        ("(" * 2000 + "a" + ")" * 2000, "cannot be read"),
        ("a || " * 2000 + "a", "longer than"),
    ],
)
def test_what_an_expression_may_not_have_is_refused_by_its_name(expression: str, named: str) -> None:
    with pytest.raises(WrongRecipe) as error:
        Expression(expression)
    assert named in str(error.value)


def test_an_expression_knows_its_columns() -> None:
    assert Expression('a || "Phone Number" || upper(a)').columns == ("a", "Phone Number")


DECIMALS = st.decimals(-10_000, 10_000, places=3)


@settings(deadline=None, max_examples=50)
@given(one=DECIMALS, other=DECIMALS)
def test_numbers_are_exact_to_six_places(one: Decimal, other: Decimal) -> None:
    cells = {"a": [f"{one:f}"], "b": [f"{other:f}"]}
    assert [Decimal(found(f"a {sign} b", cells)[0]) for sign in "+-*"] == [one + other, one - other, one * other]
    assert found("a::decimal < b", cells) == [str(one < other).lower()]


@settings(deadline=None, max_examples=200)
@given(text=st.text(max_size=20))
def test_whatever_somebody_types_is_evaluated_or_refused(text: str) -> None:
    try:
        expression = Expression(text)
    except WrongRecipe:
        return
    columns = {name: pa.array(["1", "x"]) for name in expression.columns}
    assert len(expression.texts(columns, 2)) == 2


PARTS = "a b 'x' 1 ( ) , || + / = case when then end in not like lower( coalesce( split_part( substring( round( is null"
PARTS += " and - ::int trim( concat_ws( regexp_replace( left( between or ~ *"


@settings(deadline=None, max_examples=300)
@given(parts=st.lists(st.sampled_from(PARTS.split()), min_size=1, max_size=8))
def test_whatever_is_put_together_is_evaluated_or_refused(parts: list[str]) -> None:
    test_whatever_somebody_types_is_evaluated_or_refused.hypothesis.inner_test(" ".join(parts))  # type: ignore[attr-defined]
