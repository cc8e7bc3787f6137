"""Several playbooks in one go: the steps of seed 001's daily, weekly and full imports, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

DONE, NEEDS_A_PERSON, REFUSED = 0, 1, 2
"""How a sequence ends, as an exit status (seed 001 has 0, 1 and 2): every step is done; some are not, or want a person;
none was, and nothing was written."""

STATUSES = ("done", "partial", "held", "failed", "refused", "not run")
"""What becomes of a step: all of it is there; its good rows are, and others are invalid; it waits for a person; it
broke off; what it needs has never been imported; or one before it failed and the sequence was to end there."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a sequence imports under one name."""

    name: str
    """As it is chosen: volunteers."""
    title: str
    playbooks: tuple[str, ...]
    """What is run, in this order."""
    needs: tuple[str, ...] = ()
    """The steps that are to be imported before it."""


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What became of a step."""

    step: Step
    status: str
    """One of STATUSES."""
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of each playbook by its name, in its own words (seed 001): Total Records, Created ..."""
    breakdowns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """And how many records have which value: Status breakdown ..."""
    batches: tuple[UUID, ...] = ()
    """Its imports, a run for each extract that had records, in their order."""
    rows: int = 0
    """How many records were read."""
    delta: bool = False
    """Whether it read no more than what has changed since the last time."""
    notes: tuple[str, ...] = ()
    """Sentences for whoever looks: why it is not done, what it lacks, what is stale."""
    seconds: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether nobody has to look at it."""
        return self.status == "done"

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it, and as a schedule keeps it."""
        return {
            "step": self.step.name,
            "status": self.status,
            "figures": {name: dict(values) for name, values in self.figures.items()},
            "breakdowns": {name: dict(values) for name, values in self.breakdowns.items()},
            "rows": self.rows,
            "batches": [str(batch) for batch in self.batches],
            "delta": self.delta,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, kw_only=True)
class SequenceResult:
    """What became of a sequence."""

    name: str
    """daily, weekly, full, students, a playbook's name, or "chosen" for steps that a person named."""
    steps: tuple[StepResult, ...]
    started_at: datetime
    ended_at: datetime
    dry_run: bool = False

    @property
    def status(self) -> int:
        """DONE, NEEDS_A_PERSON or REFUSED: its exit status."""
        if all(each.is_done for each in self.steps):
            return DONE
        wrote = any(each.status in ("done", "partial", "held") for each in self.steps)
        return NEEDS_A_PERSON if wrote else REFUSED

    @property
    def word(self) -> str:
        """The worst that became of a step: one of STATUSES."""
        return max((each.status for each in self.steps), key=STATUSES.index, default="done")

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it, and as a schedule keeps it."""
        return {
            "sequence": self.name,
            "status": self.status,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "dry_run": self.dry_run,
            "steps": [each.to_dict() for each in self.steps],
        }


def ordered(chosen: Sequence[Step], every: Sequence[Step]) -> tuple[Step, ...]:
    """The chosen steps, each behind those of them that it needs; as `every` has them where that does not say it."""
    left = [step for step in every if step in chosen]
    order: list[Step] = []
    while left:
        names = {step.name for step in left}
        free = next(step for step in left if not names & _all_needs(step, every))
        order.append(free)
        left.remove(free)
    return tuple(order)


def _all_needs(step: Step, every: Sequence[Step]) -> set[str]:
    """The names of what a step needs, and what that needs."""
    known = {each.name: each for each in every}
    needs: set[str] = set()
    ahead = list(step.needs)
    while ahead:
        name = ahead.pop()
        if name not in needs:
            needs.add(name)
            ahead += known[name].needs
    return needs
