"""Which class a record is in, by how long ago something happened to it, declared once."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Since:
    """Another dataset whose records say when it happened, too."""

    dataset: str
    of: str
    """The column of its table that names the record."""
    day: str
    """Its field that is the day."""


@dataclass(frozen=True, kw_only=True)
class Classification:
    """The classes of a dataset's records on a day: what comes later counts for none of them."""

    title: str
    """What the classes are called together, e.g. "Customers by their last order"."""
    day: str
    """The field that says when it happened last, e.g. "last_order"."""
    also: tuple[Since, ...] = ()
    classes: tuple[tuple[str, int], ...]
    """Each class with the most days ago that it may be, itself among them, the shortest first."""
    otherwise: str
    """The class of a record of which it is longer ago, or never was."""
    said: tuple[str, str]
    """A field in which a person says that a record is of another class, and that class: it stays."""

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, in their order."""
        return (*(name for name, _ in self.classes), self.otherwise, self.said[1])

    @property
    def told(self) -> str:
        """The rule as a sentence."""
        within = ", ".join(f"{name} within {days} days of it" for name, days in self.classes)
        beyond, (said, held) = f"{self.otherwise} beyond or never", self.said
        return f"By `{self.day}`: {within}, {beyond}; {held} where `{said}` is yes, whatever the day."
