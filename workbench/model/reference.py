"""A field that names a record of another contract, and the ways in which that record is looked for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sought:
    """One way to find the record that a reference names; what two records share finds none."""

    field: str
    """The other contract's field that is compared."""
    said: str
    """Our own field that it is compared with."""
    folded: bool = False
    """Compared without case, spaces and punctuation, as names are."""
    titled: bool = False
    """Of what is compared folded: names of people, and titles before them (Dr., Ms.) are no part of them."""
    beside: tuple[str, str] | None = None
    """A further field of the other contract, and our own that has to be the same, compared folded."""
    through: tuple[str, str] | None = None
    """Another dataset, and the field of it that is compared with what we say: its record has our `field`, or refers to
    the record."""
    any_of: bool = False
    """Ours says several, with semicolons between: the first of them that finds a record does."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """This field names a record of another contract: found by that contract's field, never invented."""

    dataset: str
    field: str
    """The field of the other contract that is written here, e.g. "email"."""
    column: str
    """The column of our table that holds the found record's id, e.g. "user_id"."""
    noun: str
    """What was not found, when it was not: the kind of an unmatched row, e.g. "student"."""
    also: str = ""
    """Another field of the other contract by which a record is named where no record's `field` is that; what two share
    names none. Of a reference that is not looked for `by` other ways."""
    by: tuple[Sought, ...] = ()
    """The ways in which it is looked for, each when the one before has nothing to go by or finds nothing; its own text
    in `field` when empty."""
    within: str | None = None
    """A field of both contracts: only a record that has the same there is meant, e.g. "academic_year"."""
    within_of: str | None = None
    """Our reference whose record says it where the row does not; or, without `within`, beside whose record `again`
    looks."""
    decided: tuple[tuple[str, ...], ...] = ()
    """Our fields by which a person has said who is meant: the first of them that the row has all of. That comes before
    every other way."""
    again: tuple[str, ...] = ()
    """Our fields by which a record that we have of the same `within_of` says whom it means, when nothing else finds it:
    the first has to be the same, the others may not differ."""
    called: tuple[str, str] | None = None
    """A field of the other contract that says what the record is called, and our own: where a row that is written calls
    the record otherwise, that is told, for the two may give one code to different things."""
    waits: bool = False
    """Whether rows may well come before all records that they name, and wait as unmatched."""
    ahead: bool = False
    """Whether it may name a record of its own dataset, or of one that comes later in the order of import, that another
    row of the same run makes: users who invited each other. Named by that contract's key."""
    optional: bool = False
    """Whether a row that names no known record is written all the same, without it and with a warning."""
    having: str = ""
    """A dataset of which some record has to refer to the one that is named (a SKU that is in stock); of a reference
    that is not looked for `by` other ways."""
    told: str = ""
    """The sentence of a row that names nothing, where it is not that of its noun."""

    @property
    def message(self) -> str:
        """The sentence of an unmatched row, e.g. "Student not found" (seed 000)."""
        return self.told or f"{self.noun[0].upper()}{self.noun[1:]} not found"
