"""What `workbench demo` does: the shipped samples, imported one after the other, each with its story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.model.batch import Batch
from workbench.model.resources import samples
from workbench.sources import open_sheet
from workbench.workbench import Workbench

STUDENT = "ben.okafor@example.com"
"""A student whom two of the imports touch."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that the demonstration has just done."""

    title: str
    story: str
    batch: Batch
    earlier: Batch | None = None
    """The batch that imported the same bytes before."""


def new_tenant() -> str:
    """A tenant of its own for every demonstration: each begins with an empty database, and nobody's data is touched."""
    return f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"[:-3]


def steps(wb: Workbench) -> Iterator[Step]:
    """Does one thing after the other, and tells of each when it is done."""
    yield Step(
        title="Courses come first",
        story="courses.csv: one course has no code and gets one made of its name; one course stands there twice, and "
        "is skipped the second time.",
        batch=_import(wb, "courses"),
    )
    students = _import(wb, "students")
    yield Step(
        title="Students: held, because two rows are invalid",
        story="students.csv: two e-mail addresses are wrong, so nothing is written before a person has decided.",
        batch=students,
    )
    decision = "Two rows with wrong e-mail addresses were left out."
    wb.note(students, notes=decision, follow_ups="Correct them at their source, and import again.")
    yield Step(
        title="Students: the good rows go on",
        story="The person decides: the good rows now, the two others when they are corrected at their source.",
        batch=wb.commit(students, skip_errors=True),
    )
    enrollments = _import(wb, "enrollments")
    yield Step(
        title="Enrollments find their students and courses",
        story="enrollments.csv: BAKE101 is no course, so its row is unmatched; nothing is invented for it.",
        batch=enrollments,
    )
    wb.explain(
        enrollments, wb.rows.unexplained(enrollments), "BAKE101 was cancelled before it began; told the registrar."
    )
    wb.note(enrollments, notes="The row for BAKE101 was explained.", follow_ups="The registrar takes BAKE101 out.")
    yield Step(
        title="Enrollments: explained, and so done",
        story="A person says why the unmatched row may stay out. Created + updated + skipped is now all there is.",
        batch=wb.batches.get(enrollments),
    )
    again = _import(wb, "students", "students_2.csv")
    yield Step(
        title="Students again: corrected, and a few of them changed",
        story="students_2.csv: the two addresses are corrected, three students changed; rows that say what is known "
        "already write nothing.",
        batch=again,
    )
    yield Step(
        title="The same file once more",
        story="The same bytes: a warning, and a batch in which every row is skipped as unchanged.",
        batch=_import(wb, "students", "students_2.csv"),
        earlier=again,
    )

    learners = _import(wb, "learners")
    yield Step(
        title="One sheet, three datasets: learners with their courses",
        story="learners.csv: each row is a student, a course and an enrollment. One row calls a course otherwise than "
        "another does, one address is wrong, and one course is not there: nothing of these rows is written.",
        batch=wb.commit(learners, skip_errors=True),
    )

    yield Step(
        title="Another family: the teachers of an academic year",
        story="teacher_roster.csv: who counts in 2026-2027. What a session's teacher is looked for in.",
        batch=_import(wb, "teacher_roster", family="polaris", constants={"district": "KCKPS"}),
    )
    sessions = _import(wb, "virtual_sessions", family="polaris", window="2026-2027")
    yield Step(
        title="Virtual sessions: events, their teachers and their presenters",
        story="virtual_sessions.csv: three lines stand above its header, 2/5 is a day of 2027, and 1:00 PM PM is one "
        "o'clock. One day cannot be read, and Eve Stone is in no roster: her row waits for it, the event does not.",
        batch=wb.commit(sessions, skip_errors=True),
    )


def _import(wb: Workbench, dataset: str, file: str | None = None, *, family: str = "elevate", **options: Any) -> Batch:
    sheet = open_sheet(samples() / family / (file or f"{dataset}.csv"))
    return wb.import_sheet(sheet, f"{family}.{dataset}", source="demo", **options)
