"""What a blank cell becomes: made of other fields of its row, or of the window."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A blank cell becomes the other fields' values, joined by a space (seed 000: first + last name)."""

    fields: tuple[str, ...]


HALF = ".half"
PART = ".part"


def half_of(name: str) -> str:
    """Where a row's payload has the value of a field that was joined of a part of its ingredients alone."""
    return name + HALF


def part_of(name: str) -> str:
    """Where a row's payload says which part of its ingredients that value was joined of."""
    return name + PART


@dataclass(frozen=True, kw_only=True)
class CodeOf:
    """A blank cell becomes a code made of another field: upper case, white space as "_", cut at `length` characters
    (what the live system behind seed 000 does)."""

    field: str
    length: int = 20


@dataclass(frozen=True, kw_only=True)
class SameAs:
    """A blank cell takes another field's value."""

    field: str


@dataclass(frozen=True, kw_only=True)
class FromWindow:
    """A blank cell takes the import's window, e.g. its academic year."""


@dataclass(frozen=True, kw_only=True)
class FirstOf:
    """A blank cell takes the value of the first of these fields that has one."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AcademicYearOf:
    """A blank cell becomes the academic year of another field's day: it begins with July."""

    field: str


@dataclass(frozen=True, kw_only=True)
class CountOf:
    """A blank cell becomes how many single things there are: what one field says, if that is above zero; else how many
    packs there are times how many things each has, if that is not zero; else the one field as it stands, which may be
    below zero: such stock exists, and is not to be counted as none."""

    single: str
    packs: str
    each: str
    usual: str
    """How many a pack has where that is blank, e.g. "12"."""


@dataclass(frozen=True, kw_only=True)
class ProductOf:
    """A blank cell becomes one field's number times another's, to six places."""

    field: str
    by: str


Derivation = Joined | CodeOf | SameAs | FromWindow | FirstOf | AcademicYearOf | CountOf | ProductOf
