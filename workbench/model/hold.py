"""Why a plan waits for a person: as a whole, whatever its rows are by themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

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

    def to_dict(self) -> dict[str, Any]:
        """{"code", "field", "message", "rows"}, and "dataset" of a part: as the batch keeps it."""
        return {name: value for name, value in asdict(self).items() if name != "dataset" or value}

    @property
    def sentence(self) -> str:
        """What a person reads, with the part of a run that it is of."""
        return f"{self.dataset}: {self.message}" if self.dataset else self.message

    @classmethod
    def all_of(cls, summary: Mapping[str, Any]) -> tuple[Self, ...]:
        """Those that a batch's summary has, whether a person has let them go on or not."""
        return tuple(cls(**each) for each in summary.get("held_for", ()))


def waiting(holds: Iterable[Hold], accepted: Sequence[str]) -> tuple[Hold, ...]:
    """Those that nobody has let go on."""
    return () if ALL in accepted else tuple(hold for hold in holds if hold.code not in accepted)
