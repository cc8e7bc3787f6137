"""The steps of Salesforce's imports and the sequences of them (seed 001, Daily Import Script): declarations."""

from collections.abc import Collection

from workbench.model.errors import UnknownStep
from workbench.model.sequence import Step, ordered
from workbench.playbooks import playbook

STEPS: tuple[Step, ...] = (
    Step(name="organizations", title="Organizations", playbooks=("salesforce.organizations",)),
    Step(name="schools", title="Districts and schools", playbooks=("salesforce.schools",)),
    Step(name="classes", title="Classes", playbooks=("salesforce.classes",), needs=("schools",)),
    Step(name="teachers", title="Teachers", playbooks=("salesforce.teachers",), needs=("schools",)),
    Step(
        name="students",
        title="Students",
        playbooks=("salesforce.students",),
        needs=("schools", "classes", "teachers"),
    ),
    Step(name="volunteers", title="Volunteers", playbooks=("salesforce.volunteers",), needs=("organizations",)),
    Step(
        name="affiliations",
        title="Affiliations",
        playbooks=("salesforce.affiliations",),
        needs=("organizations", "volunteers"),
    ),
    Step(
        name="events",
        title="Events and their volunteers and teachers",
        playbooks=("salesforce.events", "salesforce.participations"),
        needs=("organizations", "schools", "teachers"),
    ),
    Step(
        name="student_participations",
        title="Student participations",
        playbooks=("salesforce.student_participations",),
        needs=("events", "students"),
    ),
    Step(
        name="history", title="History", playbooks=("salesforce.history",), needs=("events", "volunteers", "students")
    ),
    Step(
        name="unaffiliated_events",
        title="Unaffiliated events",
        playbooks=("salesforce.unaffiliated_events",),
        needs=("events",),
    ),
)
"""In the order that satisfies what each needs, which is not the order in which the seed lists them."""

_DAILY = ("organizations", "volunteers", "affiliations", "events", "history")
SEQUENCES: dict[str, tuple[str, ...]] = {
    "daily": _DAILY,
    "weekly": (*_DAILY, "schools", "classes", "teachers"),
    "full": tuple(step.name for step in STEPS),
    "students": ("students", "student_participations"),
}
"""What runs under each name. Students are in the full one alone, for there are very many of them."""


def chosen(
    sequence: str | None = None, *, only: Collection[str] = (), exclude: Collection[str] = ()
) -> tuple[Step, ...]:
    """The steps of a sequence, one step, a playbook as one, or those that are named, in the order that they need;
    raises UnknownStep, UnknownPlaybook.

    A sequence can be narrowed by `only` and `exclude`; without one `only` chooses among all steps.
    """
    known = {step.name: step for step in STEPS}
    for name in (*only, *exclude):
        if name not in known:
            raise UnknownStep(step=name, known=", ".join(known))
    if sequence is not None and sequence not in SEQUENCES:
        return (known[sequence] if sequence in known else of_playbook(sequence),)
    names = SEQUENCES[sequence] if sequence is not None else tuple(known)
    return ordered([known[name] for name in names if (not only or name in only) and name not in exclude], STEPS)


def of_playbook(name: str) -> Step:
    """A playbook of Salesforce as a step of its own, which needs what the step needs that it belongs to.

    Raises UnknownPlaybook, and UnknownStep for one that does not read from Salesforce.
    """
    found = playbook(name)
    if not found.extracts:
        raise UnknownStep(
            step=name, known=", ".join((*SEQUENCES, *(each for step in STEPS for each in step.playbooks)))
        )
    needs = tuple(need for step in STEPS if name in step.playbooks for need in step.needs)
    return Step(name=name, title=found.title, playbooks=(name,), needs=needs)
