"""The figures that the seed's expected output of Salesforce's imports has, by one rule for all of them (seed 001, D1 to
D8).

A row is successful whose own record is here, though something else of it waits; one that makes no record because it
waits, or because it is left out, is not. What waits is never an error, and is told beside them. A row whose own record
was there, and of which anything was created or changed, is updated.
"""

from workbench.model.contract import Contract
from workbench.model.figure import Figure

TOTAL = ("created", "updated", "skipped", "unmatched", "invalid")
ERRORS = Figure(name="Errors", outcomes=("invalid",))


def total(name: str = "Total Records") -> Figure:
    """How many rows there are."""
    return Figure(name=name, outcomes=TOTAL)


def successful(own: Contract, name: str = "Successful") -> Figure:
    """How many rows have their own record here: where that refers to nothing, what waits is something else of them."""
    waits = any(each.reference is not None for each in own.fields)
    here = ("created", "updated", "skipped", *(() if waits else ("unmatched",)))
    return Figure(name=name, outcomes=here, without=("filtered",))


def of(own: Contract) -> tuple[Figure, ...]:
    """The figures of an import whose rows are records of that contract each, with what belongs to them."""
    return (
        total(),
        successful(own),
        Figure(name="Created", part=own.name, outcomes=("created",)),
        Figure(name="Updated", outcomes=("updated",), of_own=True),
        ERRORS,
    )


def waiting(*nouns: str) -> tuple[Figure, ...]:
    """How many rows wait for each."""
    return tuple(Figure(name=f"Waiting for the {noun}", reasons=(noun,)) for noun in nouns)
