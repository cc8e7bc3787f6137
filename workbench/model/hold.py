"""Why a plan waits for a person: as a whole, whatever its rows are by themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from workbench.model.batch import Batch

ALL = "all"
"""What a person says who lets a plan go on whatever it waits for."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One thing that a person has to let go on before the plan is written, or that a person is only told of."""

    code: str
    """What it is let go on by, e.g. "removed" or "phone.blanked"."""
    field: str
    """A field of the contract, or "" for none."""
    message: str
    rows: int
    dataset: str = ""
    """Of which part of a run; "" for the one dataset of an import."""
    part: str = ""
    """What people call that part."""
    other: str = ""
    """The id of another import that it speaks of; "" for none."""

    def to_dict(self) -> dict[str, Any]:
        """{"code", "field", "message", "rows"}, "dataset" and "part" of a part, and "other": as the batch keeps it."""
        seldom = ("dataset", "part", "other")
        return {name: value for name, value in asdict(self).items() if name not in seldom or value}

    @property
    def sentence(self) -> str:
        """What a person reads, with the part of a run that it is of."""
        part = self.part or self.dataset
        return f"{part}: {self.message}" if part else self.message

    @classmethod
    def all_of(cls, summary: Mapping[str, Any]) -> tuple[Self, ...]:
        """Those that a batch's summary has, whether a person has let them go on or not."""
        return tuple(cls(**each) for each in summary.get("held_for", ()))


SAME_DAY = "same_day"
"""What it is called that another import of the same day says otherwise."""


def told(batch: Batch) -> tuple[Hold, ...]:
    """What a person is told of a plan: not what an import says that was undone since, and nothing where the plan is to
    be made anew."""
    kept = batch.summary.get("told", ()) if batch.stage != "staged" else ()
    return tuple(hold for hold in (Hold(**each) for each in kept) if hold.other not in batch.others_undone)


def contradictions(batch: Batch) -> tuple[Hold, ...]:
    """Of what a person is told of a plan, what other imports of the same day say otherwise."""
    return tuple(hold for hold in told(batch) if hold.code == SAME_DAY)


def waiting(holds: Iterable[Hold], accepted: Sequence[str]) -> tuple[Hold, ...]:
    """Those that nobody has let go on."""
    return () if ALL in accepted else tuple(hold for hold in holds if hold.code not in accepted)
