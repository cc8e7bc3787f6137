"""How much one import may change before a person is asked: limits on a plan, each by a name.

The names are `created`, `updated` and `removed` for records, and `blanked` and `changed` for what becomes of stored
values: of a field (`phone.blanked`), or of any field (`blanked`). `missing` are stored values that stay, for the file
has none: many at once mean that it has lost them. What is said of a field comes before what is said of any. A limit is
written "50", "20%", "5 and 20%" (both have to be passed) or "none".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from workbench.model.wording import many

RECORDS = ("created", "updated", "removed")
VALUES = ("blanked", "changed", "missing")
OF = {
    "created": "rows of the file",
    "updated": "known records that the file names",
    "removed": "records of the scope",
    "blanked": "known records that the file names",
    "changed": "known records that the file names",
    "missing": "known records that the file names",
}
"""Of what the share of each is."""
USUAL = (("removed", "5 and 20%"), ("blanked", "1 and 20%"))
"""What holds for every dataset that says nothing else."""
USUAL_OF_MISSING = "1 and 20%"
"""Of how many records a source that is read whole every night may come without what is stored, where a dataset asks."""
USUAL_OF_NAMES = "10 and 50%"
"""How many records may get another name: people seldom do, and a column sorted by itself gives them all one."""
USUAL_OF_IDS = "5 and 50%"
"""How many may get another id of another system: ids are given once, and two columns that were swapped change them."""
USUAL_OF_OTHERS = "20 and 95%"
"""How many may get another phone number, address or whatever else they cannot be without: many do where a system is
cleaned up, and hardly ever all of them."""
USUAL_OF_PLACES = "20 and 10%"
"""Of how many people another address may become the primary one: seldom does anybody prefer another, and where a column
is lost, the next one takes its place."""

_NUMBER = re.compile(r"[0-9][0-9,]*")
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")
FORM = "a number (50), a share (20%), both (5 and 20%) or none"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many records are too many: more than a number, more than a share (0 to 1), or than both."""

    number: int | None = None
    share: float | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """The limit that is written so; ValueError for what is none."""
        said = text.strip().lower()
        if said == "none":
            return cls()
        found: dict[str, float] = {}
        for part in re.split(r"\s+and\s+", said):
            share = _SHARE.fullmatch(part)
            if share is None and not _NUMBER.fullmatch(part):
                raise ValueError(text)
            name, value = ("share", float(share[1]) / 100) if share else ("number", int(part.replace(",", "")))
            if name in found or (name == "share" and value > 1):
                raise ValueError(text)
            found[name] = value
        number = found.get("number")
        return cls(number=None if number is None else int(number), share=found.get("share"))

    def __str__(self) -> str:
        """As a person writes it."""
        parts = [f"{self.number:,}"] if self.number is not None else []
        parts += [f"{100 * self.share:g}%"] if self.share is not None else []
        return " and ".join(parts) or "none"

    def told(self, noun: str) -> str:
        """In a sentence, of records that are called so: "the limit is 5 students"."""
        shares = f"{100 * self.share:g}%" if self.share is not None else ""
        if self.number is None:
            return f"the limit is {shares} of them"
        number = many(self.number, noun)
        both = f"the limits are {number} and {shares} of them, and it is beyond both"
        return both if shares else f"the limit is {number}"

    def is_passed(self, records: int, of: int) -> bool:
        """Whether so many records are too many, of all that could be meant."""
        if records == 0 or (self.number is None and self.share is None):
            return False
        return (self.number is None or records > self.number) and (self.share is None or records > self.share * of)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits that hold for one import, by their names."""

    said: Mapping[str, Limit]

    @classmethod
    def read(cls, *texts: Mapping[str, str]) -> Self:
        """What several say, the later ones before the earlier; ValueError for what is no limit."""
        return cls(said={name: Limit.read(text) for each in texts for name, text in each.items()})

    def of(self, what: str, field: str = "") -> Limit:
        """The limit on the records that are created, updated or removed, or on what becomes of a field."""
        return self.said.get(f"{field}.{what}", self.said.get(what, Limit()))


def is_known(name: str, fields: tuple[str, ...]) -> bool:
    """Whether a limit of that name can be set, for records that have these fields."""
    field, dot, what = name.rpartition(".")
    return what in VALUES and field in fields if dot else name in (*RECORDS, *VALUES)
