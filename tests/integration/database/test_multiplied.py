"""A recipe that makes several rows of one, inside an import: a run whose rows are the source's, of one part with the
rows that were made of them."""

from collections.abc import Callable

import pytest

from tests.imports import ask, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import Unbalanced, WrongRecipe
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

PEOPLE = """\
mails,name,phone,note
ann@example.com; ann@work.example,Ann Ash,call 555-123-4567,x
bob@example.com,Bob Birch,555-987-6543,
nobody; cy@example.com,Cy Cedar,,
,,,
"""
TRIM = Step(operation="replace", columns=("phone",), options={"find": "call ", "by": ""})
SPLIT = Step(operation="split_rows", columns=("mails",), options={"separator": ";"})
NAME = Step(operation="rename", columns=("mails",), options={"to": "email"})
RECIPE = Recipe(steps=(TRIM, SPLIT, NAME))

MARKS = """\
student,CNA101,WLD200,note
ann@example.com,active,completed,
bob@example.com,,active,
cy@example.com,,,absent all year
"""
UNPIVOT = Step(operation="unpivot", columns=("CNA101", "WLD200"), options={"name": "course", "value": "status"})


@pytest.fixture
def done(wb: Workbench, sheet: Given) -> Batch:
    return wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE, skip_errors=True)


def part_of(wb: Workbench, batch: Batch) -> Batch:
    (part,) = wb.batches.parts(batch)
    return part


def test_the_rows_of_the_source_have_one_outcome_each_and_those_made_of_them_theirs(
    wb: Workbench, done: Batch, url: str
) -> None:
    assert (done.stage, done.processed, outcome(done)) == ("completed", 3, (2, 0, 0, 0, 1))
    assert wb.reconcile(done).balanced
    part = part_of(wb, done)
    assert (part.dataset, part.derived, part.processed, outcome(part)) == ("elevate.students", True, 5, (3, 0, 1, 0, 1))
    assert records(url, "elevate.profiles", "email", "name", "phone") == [
        ("ann@example.com", "Ann Ash", "555-123-4567"),
        ("ann@work.example", "Ann Ash", "555-123-4567"),
        ("bob@example.com", "Bob Birch", "555-987-6543"),
    ]
