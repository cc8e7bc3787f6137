"""What somebody who has got hold of the program's role makes up between a plan and its commit, and what refuses it.

Outcomes are only ever added. So a forgery is a plan of its own: what the one that counts says, but of one row, under
the next number and with figures that fit, which the program then executes as if it had made it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from psycopg.types.json import Jsonb

from tests.imports import ask, fingerprint, outcome
from tests.integration.database.test_database_rules import as_program
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import StalePlan, Unbalanced
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Forged = Mapping[int, Mapping[str, object]]

NO_GROUND = "have no ground in its rows"
NOT_OF_PARTS = "have another outcome than their parts have"
ALONE = "are withheld of source rows that are not refused"
NO_LONGER = "no longer holds"

STUDENTS = "email,full_name\nada@example.com,Ada Park\nben@example.com,Ben Ruiz\nada@example.com,Ada Park\n"
LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Oka,CNA101,Nursing,active
bad,Bad,Mail,CNA101,Nursing,active
"""
KNOWN = "".join(LEARNERS.splitlines(keepends=True)[:3])
ROSTER = "Teacher Email,Teacher Name,School,Grade,Academic Year\nada@kck.example,Ada Park,Argentine,7,2025-2026\n"
STOCK = "Warehouse,Batch,SKU,Unit quantity\nMain,B1,FRA1023,12\nMain,B2,FRA1023,5\nMain,B3,ITA2040,5\n"
SKUS = "sku,name\nFRA1023,Chablis\nITA2040,Barbera\n"

SKIPPED = {"outcome": "skipped", "record_id": None, "seen": None, "errors": None}
REFUSED = {"outcome": "invalid", "reason": None, "record_id": None, "seen": None, "errors": None}
ISSUE = [{"code": "conflict", "field": "email", "message": "Made up", "severity": "error"}]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A forgery, by its part (0 for the run's own rows) and line, and what refuses it; where nothing does, why."""

    text: str
    dataset: str
    forged: Mapping[int, Forged]
    refused: str = ""
    before: tuple[tuple[str, str], ...] = ()
    """What was imported before: texts and what they are."""
    of_other: bool = False
    """Whether the row is told to be of the record of another one."""
    why: str = field(default="", repr=False)


def skipped(reason: str | None, **more: object) -> Mapping[str, object]:
    return SKIPPED | {"reason": reason} | more


CASES = {
    # --- one sheet under its contract ---
    "a duplicate of nothing": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped("duplicate")}}, refused=NO_GROUND
    ),
    "both of two duplicates": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {2: skipped("duplicate")}}, refused=NO_GROUND
    ),
    "added up where nothing is": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {4: skipped("added_up")}}, refused=NO_GROUND
    ),
    "added up with nothing": Case(
        text=STOCK,
        dataset="commerce.inventory",
        forged={0: {4: skipped("added_up")}},
        refused=NO_GROUND,
        before=((SKUS, "commerce.skus"),),
    ),
    "unchanged without a record": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped("unchanged")}}, refused=NO_GROUND
    ),
    "unchanged, of another's record": Case(
        text=STUDENTS.replace("ben@", "cy@"),
        dataset="elevate.students",
        forged={0: {3: skipped("unchanged")}},
        before=((STUDENTS, "elevate.students"),),
        of_other=True,
        refused=NO_LONGER,
    ),
    "unchanged, though it says otherwise": Case(
        text=STUDENTS.replace("Ben Ruiz", "Ben Reis"),
        dataset="elevate.students",
        forged={0: {3: {"outcome": "skipped", "reason": "unchanged"}}},
        before=((STUDENTS, "elevate.students"),),
        why="What a record says is compared by the plan alone: the database knows that there is one of this key.",
    ),
    "filtered where all comes in": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped("filtered")}}, refused=NO_GROUND
    ),
    "withheld without a run": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped("withheld")}}, refused=NO_GROUND
    ),
    "explained by a plan": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped("explained")}}, refused=NO_GROUND
    ),
    "skipped for no reason": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: skipped(None)}}, refused=NO_GROUND
    ),
    "unmatched without a word": Case(
        text=STUDENTS,
        dataset="elevate.students",
        forged={0: {3: REFUSED | {"outcome": "unmatched", "reason": "student"}}},
        refused=NO_GROUND,
    ),
    "invalid without a word": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: REFUSED}}, refused=NO_GROUND
    ),
    "invalid with a word that is made up": Case(
        text=STUDENTS,
        dataset="elevate.students",
        forged={0: {3: REFUSED | {"errors": ISSUE}}},
        why="It stands there as invalid with what it is told to be, and somebody has to reject it before it is signed.",
    ),
    "created, though it was read as invalid": Case(
        text=STUDENTS + "bad,Bad Mail\n",
        dataset="elevate.students",
        forged={0: {5: skipped("duplicate")}},
        refused=NO_GROUND,
    ),
    "updated, though there is no record": Case(
        text=STUDENTS, dataset="elevate.students", forged={0: {3: {"outcome": "updated"}}}, refused=NO_LONGER
    ),
    # --- a run: the rows of its parts ---
    "a part's duplicate of nothing": Case(
        text=LEARNERS, dataset="elevate.learners", forged={3: {3: skipped("duplicate")}}, refused=NO_GROUND
    ),
    "a part's duplicate of nothing that others refer to": Case(
        text=LEARNERS, dataset="elevate.learners", forged={1: {3: skipped("duplicate")}}, refused=NO_LONGER
    ),
    "a part's withheld row beside what is written": Case(
        text=LEARNERS, dataset="elevate.learners", forged={3: {3: skipped("withheld")}}, refused=ALONE
    ),
    "a part's unchanged row without a record": Case(
        text=LEARNERS, dataset="elevate.learners", forged={3: {3: skipped("unchanged")}}, refused=NO_GROUND
    ),
    "a part's filtered row": Case(
        text=LEARNERS, dataset="elevate.learners", forged={3: {3: skipped("filtered")}}, refused=NO_GROUND
    ),
    "a part's invalid row without the run's": Case(
        text=LEARNERS,
        dataset="elevate.learners",
        forged={3: {3: REFUSED | {"errors": ISSUE}}},
        refused=NOT_OF_PARTS,
    ),
    "a part's unmatched row without a word": Case(
        text=LEARNERS,
        dataset="elevate.learners",
        forged={3: {3: REFUSED | {"outcome": "unmatched", "reason": "course"}}},
        refused=NO_GROUND,
    ),
    # --- a run: its own rows ---
    "a run's duplicate whose parts are written": Case(
        text=LEARNERS, dataset="elevate.learners", forged={0: {3: skipped("duplicate")}}, refused=NOT_OF_PARTS
    ),
    "a run's invalid row whose parts are written": Case(
        text=LEARNERS, dataset="elevate.learners", forged={0: {3: REFUSED | {"errors": ISSUE}}}, refused=NOT_OF_PARTS
    ),
    **{
        f"a run's row that is {reason} where its parts are unchanged": Case(
            text=KNOWN,
            dataset="elevate.learners",
            forged={0: {3: skipped(reason)}},
            before=((KNOWN, "elevate.learners"),),
            refused=NOT_OF_PARTS,
        )
        for reason in ("duplicate", "filtered", "explained", "withheld", "kept")
    },
    "all rows of a run that are filtered where their parts are unchanged": Case(
        text=KNOWN,
        dataset="elevate.learners",
        forged={0: {2: skipped("filtered"), 3: skipped("filtered")}},
        before=((KNOWN, "elevate.learners"),),
        refused=NOT_OF_PARTS,
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_what_is_made_up_between_plan_and_commit_is_refused_or_it_is_known_why_not(
    what: str, wb: Workbench, sheet: Given, url: str
) -> None:
    case = CASES[what]
    for number, (text, dataset) in enumerate(case.before):
        wb.import_sheet(sheet(text, f"before {number}.csv"), dataset)
    batch = wb.plan(wb.stage(sheet(case.text), case.dataset, skip_errors=True)).batch
    forge(wb, url, batch, case)
    before = fingerprint(url)
    forged = wb.batches.get(batch)
    assert forged.plan == batch.plan + 1
    if case.refused:
        with pytest.raises((Unbalanced, StalePlan), match=case.refused):
            wb.commit(batch)
        assert (fingerprint(url), wb.batches.get(batch).stage) == (before, "planned")
        wb.plan(batch)
    else:
        assert case.why
    assert wb.commit(batch).stage == "completed"


def forge(wb: Workbench, url: str, batch: Batch, case: Case) -> None:
    """Makes the plan of a case that of all the run's batches."""
    for place, part in enumerate((batch, *wb.batches.parts(batch))):
        rows = {line: dict(said) for line, said in case.forged.get(place, {}).items()}
        if case.of_other and rows:
            (other,) = ask(
                url,
                "select record_id, seen::text from workbench.import_outcome "
                "where batch_id = %s and reason = 'unchanged' limit 1",
                part.id,
            )
            rows = {line: said | {"record_id": str(other[0]), "seen": other[1]} for line, said in rows.items()}
        with as_program(url, batch=part.id) as connection:
            connection.execute(
                "insert into workbench.import_outcome select (jsonb_populate_record(o, "
                "jsonb_build_object('plan', o.plan + 1) || coalesce(%s::jsonb -> o.line::text, '{}'))).* "
                "from workbench.import_outcome o where batch_id = %s and plan = %s",
                (Jsonb(rows), part.id, part.plan),
            )
            connection.execute(_FIGURES, {"batch": part.id})


_FIGURES = """
update workbench.import_batch b set plan = b.plan + 1, created = o.created, updated = o.updated, skipped = o.skipped,
    unmatched = o.unmatched, invalid = o.invalid
from (
    select count(*) filter (where outcome = 'created') as created,
           count(*) filter (where outcome = 'updated') as updated,
           count(*) filter (where outcome = 'skipped') as skipped,
           count(*) filter (where outcome = 'unmatched') as unmatched,
           count(*) filter (where outcome = 'invalid') as invalid
    from workbench.import_outcome o join workbench.import_batch b on b.id = o.batch_id and o.plan = b.plan + 1
    where o.batch_id = %(batch)s
) o where b.id = %(batch)s
"""


def test_a_plan_that_is_copied_as_it_is_holds(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.plan(wb.stage(sheet(LEARNERS), "elevate.learners", skip_errors=True)).batch
    forge(wb, url, batch, Case(text=LEARNERS, dataset="elevate.learners", forged={}))
    assert outcome(wb.commit(batch)) == (2, 0, 0, 0, 1)


def test_what_is_told_of_parts_that_repeat_each_other_holds(wb: Workbench, sheet: Given, url: str) -> None:
    """A course on several lines, a learner too: duplicates in their parts, each with a line that counts."""
    text = KNOWN + "ada@example.com,Ada,Park,WELD1,Welding,active\n" + "ada@example.com,Ada,Park,WELD1,Welding,active\n"
    for told in ((3, 0, 1), (0, 0, 4)):
        batch = wb.import_sheet(sheet(text), "elevate.learners")
        assert outcome(batch)[:3] == told
