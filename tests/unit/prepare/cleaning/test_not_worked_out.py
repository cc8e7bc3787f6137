"""A step says in how many rows its expression could not be worked out."""

import pytest

from tests.recipes import sheet_of, with_steps
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Tally
from workbench.prepare.cleaning import drifts
from workbench.prepare.cleaning.expression import Expression

PAID = {"a": ["1", "", "x", "999999999999999999", "4"], "b": ["0", "0", "2", "10", "2"]}


@pytest.mark.parametrize(
    "expression, rows",
    [
        ("a / b", 2),
        ("a * b", 2),
        ("a::decimal", 1),
        ("1 / 0", 5),
        ("a || b", 0),
        ("concat('is ', a / b)", 2),
        ("coalesce(a / b, 'none')", 0),
        ("coalesce(a / b, '')", 2),
        ("case when b = '0' then 'none' else a / b end", 1),
        ("case when a ~ '^[0-9]+$' and a::decimal > 2 then 'more' else '' end", 0),
        ("case when a ~ '^[a-z]*$' or a::decimal > 2 then 'more' else '' end", 0),
        ("case when a::decimal is null then 'none' else 'a number' end", 0),
        ("a = 4", 0),
    ],
)
@pytest.mark.parametrize("rows_in_a_chunk", [2, 1000])
def test_rows_count_in_which_a_part_that_counts_could_not_be_worked_out(
    expression: str, rows: int, rows_in_a_chunk: int
) -> None:
    assert Expression(expression)
    step = Step(operation="set", options={"into": "c", "expression": expression})
    tally = Tally()
    for _ in with_steps(sheet_of(PAID, rows_in_a_chunk), step).chunks(tally):
        pass
    assert tally.steps[0].unworked == rows
    told = [each for each in drifts(Recipe(steps=(step,)), tally.steps, 5) if each.code == "step_not_worked_out"]
    assert [(each.rows, each.holds) for each in told] == [(rows, False)] * bool(rows)
