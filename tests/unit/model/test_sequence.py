"""Steps in the order that they need, and how a sequence ends."""

from datetime import UTC, datetime

import pytest

from workbench.model.sequence import DONE, NEEDS_A_PERSON, REFUSED, SequenceResult, Step, StepResult, ordered

A = Step(name="a", title="A", playbooks=())
B = Step(name="b", title="B", playbooks=(), needs=("a",))
C = Step(name="c", title="C", playbooks=(), needs=("b",))
D = Step(name="d", title="D", playbooks=())


@pytest.mark.parametrize(
    ("chosen", "order"),
    [([C, B, A], "abc"), ([C, A], "ac"), ([D, C, B], "dbc"), ([B, D], "db"), ([], "")],
)
def test_steps_come_behind_what_they_need_also_through_one_that_is_left_out(chosen: list[Step], order: str) -> None:
    assert "".join(step.name for step in ordered(chosen, (D, C, B, A))) == order


@pytest.mark.parametrize(
    ("statuses", "status", "word"),
    [
        (("done", "done"), DONE, "done"),
        (("done", "partial"), NEEDS_A_PERSON, "partial"),
        (("held",), NEEDS_A_PERSON, "held"),
        (("failed", "done"), NEEDS_A_PERSON, "failed"),
        (("failed", "refused"), REFUSED, "refused"),
        (("failed", "not run"), REFUSED, "not run"),
    ],
)
def test_it_ends_as_the_seed_says(statuses: tuple[str, ...], status: int, word: str) -> None:
    now = datetime.now(UTC)
    steps = tuple(StepResult(step=A, status=each) for each in statuses)
    result = SequenceResult(name="daily", steps=steps, started_at=now, ended_at=now)
    assert (result.status, result.word, result.to_dict()["status"]) == (status, word, status)
