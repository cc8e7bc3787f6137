"""The steps and sequences of seed 001, as they are declared."""

from typing import Any

import pytest

from workbench.model.errors import UnknownPlaybook, UnknownStep
from workbench.playbooks import PLAYBOOKS
from workbench.playbooks.sequences import SEQUENCES, STEPS, chosen, of_playbook


def test_every_playbook_that_reads_from_salesforce_is_one_steps() -> None:
    named = [name for step in STEPS for name in step.playbooks]
    assert sorted(named) == sorted(name for name, playbook in PLAYBOOKS.items() if playbook.extracts)


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_sequence_runs_each_step_behind_all_that_it_needs(sequence: str) -> None:
    names = [step.name for step in chosen(sequence)]
    assert sorted(names) == sorted(SEQUENCES[sequence])
    for step in chosen(sequence):
        assert not {*step.needs} & {*names[names.index(step.name) :]}


def test_the_sequences_are_the_seeds() -> None:
    daily = {"organizations", "volunteers", "affiliations", "events", "history"}
    assert {*SEQUENCES["daily"]} == daily
    assert {*SEQUENCES["weekly"]} == daily | {"schools", "classes", "teachers"}
    assert {*SEQUENCES["full"]} == {step.name for step in STEPS}
    assert {*SEQUENCES["students"]} == {"students", "student_participations"}


def test_steps_are_chosen_and_left_out() -> None:
    assert [step.name for step in chosen(only=("events", "volunteers"))] == ["volunteers", "events"]
    assert [step.name for step in chosen("daily", exclude=("history", "events"))] == [
        "organizations",
        "volunteers",
        "affiliations",
    ]
    assert chosen("students", only=("events",)) == ()
    assert [step.name for step in chosen("events")] == ["events"]
    unknown: dict[str, Any]
    for unknown in ({"only": ("teapots",)}, {"exclude": ("teapots",)}):
        with pytest.raises(UnknownStep, match="There is no step or sequence called teapots"):
            chosen(**unknown)


def test_a_playbook_by_itself_needs_what_its_step_needs() -> None:
    assert of_playbook("salesforce.participations").needs == ("organizations", "schools", "teachers")
    with pytest.raises(UnknownStep):
        of_playbook("elevate.learners")
    with pytest.raises(UnknownPlaybook):
        chosen("yearly")
