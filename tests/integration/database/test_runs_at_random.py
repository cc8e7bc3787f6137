"""Random sheets of learners against a reckoning row by row: outcomes, dry run, undo, and the order of the parts."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.imports import ask, outcome, outcomes
from workbench import Workbench, open_sheet, playbooks
from workbench.model.batch import OUTCOMES
from workbench.playbooks.learners import LEARNERS

Row = tuple[str, str, str, str, str, str]
HEADER = ("email", "first_name", "last_name", "course_code", "course_name", "status")
KNOWN = ("KNOWN",)
"""Courses that are there before."""

emails = st.sampled_from(["a@b.org", "c@d.org", "e@f.org", "bad", ""])
people = st.sampled_from([("Ada", "Park"), ("Ada", "Park"), ("Ben", "Oka"), ("", "")])
courses = st.sampled_from(
    [("", ""), ("X1", "One"), ("X1", "One"), ("X1", "Other"), ("X2", "Two"), ("X2", ""), ("KNOWN", "")]
)
statuses = st.sampled_from(["", "active", "active", "completed", "odd"])
rows = st.builds(lambda email, name, course, status: (email, *name, *course, status), emails, people, courses, statuses)
sheets = st.lists(rows, min_size=1, max_size=12)

Imported = Callable[[list[Row]], AbstractContextManager[tuple[Workbench, Path]]]

numbers = count(1)

MANY = int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")) // 20 or 1  # each is five imports
RANDOM = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain would trace every line
)


def reckoned(sheet: list[Row], there: tuple[str, ...] = KNOWN) -> list[str]:
    """The outcome of each row, asked one by one: what the playbook says in words."""
    lines = [row for row in sheet if any(row)]
    invalid = [is_invalid(row) for row in lines]
    refused = [bad or contradicts(lines, invalid, place) for place, bad in enumerate(invalid)]
    invalid = list(refused)
    unmatched = [False] * len(lines)
    nameless = [False] * len(lines)
    while True:  # what is refused makes no course, and whoever refers to that is refused as well
        made = {row[3] for row, out in zip(lines, refused, strict=True) if row[4] and not out} | {*there}
        missing = [bool(enrolls(row) and row[3] and row[3] not in made) for row in lines]
        # a learner's name is needed once, on a row that is written
        named = {row[0] for row, out in zip(lines, refused, strict=True) if has_name(row) and not out}
        nameless = [not has_name(row) and row[0] not in named for row in lines]
        further = [any(each) for each in zip(refused, missing, nameless, strict=True)]
        # a row that is refused names its own course as if it came, and is not unmatched for that
        unmatched = [lacks and not (row[4] and out) for row, out, lacks in zip(lines, refused, missing, strict=True)]
        if further == refused:
            break
        refused = further
    seen: set[tuple[str, str]] = set()
    ended = []
    for place, row in enumerate(lines):
        if invalid[place] or nameless[place]:
            ended.append("invalid")
        elif unmatched[place]:
            ended.append("unmatched")
        else:
            new = {("student", row[0])} if has_name(row) else set()
            if row[4]:
                new.add(("course", row[3]))
            if enrolls(row):
                new.add(("enrollment", f"{row[0]} {row[3]}"))
            ended.append("created" if new - seen - {("course", known) for known in there} else "skipped")
            seen |= new
    return ended


def is_invalid(row: Row) -> bool:
    email, _, _, code, _, status = row
    return "@" not in email or (enrolls(row) and (not code or status == "odd"))


def has_name(row: Row) -> bool:
    return bool(row[1] or row[2])


def enrolls(row: Row) -> bool:
    return any(row[3:])


def contradicts(lines: list[Row], invalid: list[bool], place: int) -> bool:
    """Whether a part of the row says what the first row of its key, whatever became of that, does not say; the first
    row of an enrollment waits with those that contradict it, as nothing else leans on it."""
    row = lines[place]

    def first(key: Callable[[Row], object], is_right: Callable[[Row], bool]) -> Row | None:
        return next((one for one in lines[:place] if is_right(one) and key(one) == key(row)), None)

    def student_is_right(one: Row) -> bool:
        return "@" in one[0] and bool(one[1] or one[2])

    def enrollment_is_right(one: Row) -> bool:
        return enrolls(one) and "@" in one[0] and bool(one[3]) and one[5] != "odd"

    if student_is_right(row):
        before = first(lambda one: one[0], student_is_right)
        if before and before[1:3] != row[1:3]:
            return True
    if row[4]:
        before = first(lambda one: one[3], lambda one: bool(one[4]))
        if before and before[4] != row[4]:
            return True
    if enrollment_is_right(row):
        before = first(lambda one: (one[0], one[3]), enrollment_is_right)
        if before and row[5] and before[5] != row[5]:
            return True
        same = [one for one in lines[place + 1 :] if enrollment_is_right(one) and (one[0], one[3]) == (row[0], row[3])]
        if not before and any(one[5] not in ("", row[5]) for one in same):
            return True
    return False


@pytest.fixture
def imported(wb: Workbench, url: str, home: Path, tmp_path: Path) -> Imported:
    """Opens a new tenant with one course, and writes a sheet down as a file."""

    @contextmanager
    def one(sheet: list[Row]) -> Iterator[tuple[Workbench, Path]]:
        number = next(numbers)
        known = tmp_path / "known.csv"
        known.write_text("code,name\n" + "".join(f"{code},Known\n" for code in KNOWN))
        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join(map(",".join, [HEADER, *sheet])) + "\n")
        with Workbench.open(home=home, database_url=url, tenant=f"t{number}", user="ana") as of_tenant:
            of_tenant.import_sheet(open_sheet(known), "elevate.courses")
            yield of_tenant, path

    return one


def state(wb: Workbench, url: str) -> list[tuple[object, ...]]:
    """What the tables hold of the tenant, times aside."""
    tenant = wb._store.tenant_id
    question = """
        select 'student', email, full_name from elevate.profiles where tenant_id = %(t)s
        union all select 'course', course_code, course_name from elevate.courses where tenant_id = %(t)s
        union all select 'enrollment', p.email || c.course_code, e.status from elevate.enrollments e
            join elevate.profiles p on p.id = e.user_id join elevate.courses c on c.id = e.course_id
            where e.tenant_id = %(t)s
        order by 1, 2"""
    return ask(url, question.replace("%(t)s", "%s"), tenant, tenant, tenant)


@settings(RANDOM, max_examples=MANY)
@given(sheet=sheets)
@example(
    sheet=[
        ("a@b.org", "Ada", "Park", "", "", ""),
        ("e@f.org", "Ben", "Oka", "X2", "", ""),
        ("a@b.org", "Ben", "Oka", "X2", "Two", ""),
    ]
).via("a course that only a refused row would make")
@example(
    sheet=[
        ("a@b.org", "", "", "X1", "Other", ""),
        ("a@b.org", "Ada", "Park", "X1", "One", ""),
        ("c@d.org", "Ada", "Park", "X1", "Other", ""),
    ]
).via("a course whose first good row comes after one that contradicts")
@example(sheet=[("a@b.org", "Ben", "Oka", "X1", "One", "")]).via("a sheet of one row with a blank at its end")
@example(
    sheet=[
        ("a@b.org", "Ada", "Park", "X1", "One", ""),
        ("a@b.org", "Ada", "Park", "X1", "One", "active"),
    ]
).via("an enrollment that says nothing, and another that says something of it")
def test_every_row_ends_as_reckoned_the_dry_run_is_the_commit_and_the_undo_restores(
    imported: Imported, url: str, sheet: list[Row]
) -> None:
    prove(imported, url, [row for row in sheet if any(row)] or [("a@b.org", "Ada", "Park", "", "", "")])


def prove(imported: Imported, url: str, sheet: list[Row]) -> None:
    with imported(sheet) as (wb, path):
        before = state(wb, url)
        planned = wb.import_sheet(open_sheet(path), "elevate.learners", dry_run=True)
        meant = outcomes(wb, planned)
        assert [said.partition(":")[0] for _, said in meant] == reckoned(sheet)
        assert state(wb, url) == before
        done = wb.commit(planned, skip_errors=True)
        assert outcomes(wb, done) == meant
        assert done.processed == sum(rows or 0 for rows in outcome(done)) == len(sheet)
        again = wb.import_sheet(open_sheet(path), "elevate.learners", skip_errors=True)
        assert (again.created, again.updated) == (0, 0)
        undone = wb.undo(done)
        assert state(wb, url) == before
        parts = wb.batches.parts(done)
        assert undone.updated == sum((part.created or 0) + (part.updated or 0) for part in parts)


@settings(RANDOM, max_examples=MANY // 3 or 1)
@given(sheet=sheets)
def test_the_order_of_parts_that_do_not_refer_to_each_other_does_not_matter(
    imported: Imported, monkeypatch: pytest.MonkeyPatch, url: str, sheet: list[Row]
) -> None:
    sheet = [row for row in sheet if any(row)] or [("a@b.org", "Ada", "Park", "", "", "")]
    students, courses_, enrollments = LEARNERS.parts
    found = []
    for parts in ((students, courses_, enrollments), (courses_, students, enrollments)):
        monkeypatch.setitem(playbooks.PLAYBOOKS, LEARNERS.name, replace(LEARNERS, parts=parts))
        with imported(sheet) as (wb, path):
            batch = wb.import_sheet(open_sheet(path), "elevate.learners", skip_errors=True)
            counts = {part.dataset: outcome(part) for part in wb.batches.parts(batch)}
            ended = [said.partition(":")[0] for _, said in outcomes(wb, batch)]
            found.append((ended, counts, state(wb, url), [getattr(batch, name) for name in OUTCOMES]))
    assert found[0] == found[1]
