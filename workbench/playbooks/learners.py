"""Learners with their courses: one sheet that is students, courses and enrollments at once."""

from workbench.datasets.elevate import LEARNERS as FORM
from workbench.model.figure import Figure
from workbench.model.playbook import Part, Playbook

_COURSE = ("course_code", "course_name")

LEARNERS = Playbook(
    name=FORM.name,
    title=FORM.title,
    about="One sheet of learners with their courses: students, courses and enrollments.",
    form=FORM,
    parts=(
        Part(
            dataset="elevate.students",
            columns={name: name for name in ("email", "first_name", "last_name", "phone", "external_id")},
            repeats=True,
        ),
        # a code alone only names a course, which then has to be there
        Part(
            dataset="elevate.courses",
            columns={"code": "course_code", "name": "course_name"},
            where=("course_name",),
            repeats=True,
        ),
        Part(
            dataset="elevate.enrollments",
            columns={"student_email": "email", "course_code": "course_code", "status": "status"},
            where=(*_COURSE, "status"),
        ),
    ),
    figures=(
        Figure(name="Students created", part="elevate.students", outcomes=("created",)),
        Figure(name="Students updated", part="elevate.students", outcomes=("updated",)),
        Figure(name="Courses created", part="elevate.courses", outcomes=("created",)),
        Figure(name="Courses updated", part="elevate.courses", outcomes=("updated",)),
        Figure(name="Enrollments created", part="elevate.enrollments", outcomes=("created",)),
        Figure(name="Enrollments updated", part="elevate.enrollments", outcomes=("updated",)),
    ),
)
