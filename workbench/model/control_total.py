"""Numbers that whoever sends a file can say of the whole of it, beside how many rows it has: its control totals."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from workbench.model.wording import first_of, many

ROWS = "rows"
"""The control total that every source has: how many rows it brings."""

Origin = Literal["file", "manifest", "person", "sheet"]
"""Who says what a file comes to: its own last line, the manifest of the archive that it came in, a person, or another
sheet of the same run, which nobody has to accept: it is told, and its rows are compared one by one."""
Made = Literal["rows", "sum", "keys"]
"""How a control total is made of rows."""

_RUNS = 3
"""So many runs are named that brought rows in later."""
OUT = 5
"""So many lines are named that do not go in."""

CODE = "total."
"""How the codes begin by which a plan waits whose totals are others than was said."""


@dataclass(frozen=True, kw_only=True)
class ControlTotal:
    """The sum of one field, or how many different keys there are: one of the two.

    Declared on the contract whose rows are the source's own: a dataset's, or the form of a playbook. A line of sums at
    the end of a file is compared with it, and what a person says beforehand.
    """

    name: str
    """As people say it and see it, e.g. "Net price" or "Invoices"."""
    sum_of: str = ""
    """The field of numbers that is added up."""
    distinct: tuple[str, ...] = ()
    """The fields that tell one key from another: how many different ones there are is counted. A row that has none of
    them has no key."""

    def __post_init__(self) -> None:
        if bool(self.sum_of) == bool(self.distinct):
            raise ValueError(f"the control total {self.name} is of a sum or of keys")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it is made of."""
        return (self.sum_of,) if self.sum_of else self.distinct

    @property
    def made(self) -> Made:
        """How it is made of them."""
        return "sum" if self.sum_of else "keys"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What somebody says that the rows of a batch come to, and what a person has accepted instead."""

    name: str
    origin: Origin
    made: Made
    fields: tuple[str, ...]
    number: Decimal
    line: int | None = None
    """Where the file says it."""
    said_by: str = ""
    said_at: datetime | None = None
    found: Decimal | None = None
    """What was accepted; None where it could not be told."""
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    reason: str | None = None

    @property
    def code(self) -> str:
        """By what a plan waits that comes to something else, e.g. "total.net_price"."""
        return code_of(self.name)

    @property
    def who(self) -> str:
        """Who says so: "the file's last line (8)", "the manifest", "ana"."""
        if self.origin == "file":
            return f"the file's own line {self.line}"
        return "the manifest" if self.origin == "manifest" else self.said_by

    def differs(self, found: Decimal | None) -> bool:
        """Whether the rows come to something else, or to nothing that is known."""
        return found is None or found != self.number


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A total of another sheet of the same run that has to be the same: what the lines of invoices come to."""

    sheet: str
    """What a person calls it."""
    name: str
    number: Decimal

    def to_dict(self) -> dict[str, str]:
        """As a batch's summary keeps it, exactly."""
        return {"sheet": self.sheet, "name": self.name, "number": str(self.number)}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What the rows of a batch come to under a plan: all of them, those that go in, and those that do not."""

    name: str
    made: Made
    fields: tuple[str, ...] = ()
    found: Decimal | None
    """Of all rows; None where a row has something that is no number."""
    went_in: Decimal
    """Of the rows that are created, updated or there already."""
    unread: tuple[int, ...] = ()
    """The first lines whose number cannot be read."""
    others: Mapping[str, Decimal] = field(default_factory=dict)
    """Of the rows that do not go in, by why: invalid, duplicate ...; of keys, of which no row goes in."""
    out: tuple[int, ...] = ()
    """The first lines that do not go in."""

    beside: "Beside | None" = None
    """What another sheet of the run says of the same."""

    @property
    def left_out(self) -> Decimal | None:
        """What does not go in; None where it is not known."""
        return None if self.found is None else self.found - self.went_in

    def to_dict(self) -> dict[str, Any]:
        """As a batch's summary keeps it, exactly."""
        return {
            "name": self.name,
            "made": self.made,
            "fields": list(self.fields),
            "found": None if self.found is None else str(self.found),
            "went_in": str(self.went_in),
            "unread": list(self.unread),
            "others": {why: str(number) for why, number in self.others.items()},
            "out": list(self.out),
            **({"beside": self.beside.to_dict()} if self.beside is not None else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` made, read back."""
        return cls(
            name=data["name"],
            made=data["made"],
            fields=tuple(data["fields"]),
            found=None if data["found"] is None else Decimal(data["found"]),
            went_in=Decimal(data["went_in"]),
            unread=tuple(data["unread"]),
            others={why: Decimal(number) for why, number in data["others"].items()},
            out=tuple(data["out"]),
            beside=Beside(**{**data["beside"], "number": Decimal(data["beside"]["number"])})
            if "beside" in data
            else None,
        )

    @property
    def of_sheet(self) -> Expected | None:
        """What another sheet of the run says, as it is compared; None where none does."""
        if self.beside is None:
            return None
        who = f"{self.beside.name} of {self.beside.sheet}"
        number = self.beside.number
        return Expected(name=self.name, origin="sheet", made=self.made, fields=self.fields, number=number, said_by=who)


@dataclass(frozen=True, kw_only=True)
class Total:
    """One control total of a batch as people are told it: what was counted, and what somebody says it should be."""

    counted: Counted
    expected: Expected | None = None
    dataset: str = ""
    """Of which sheet of a run; "" for the one of an import."""
    part: str = ""
    """What people call that."""

    @property
    def name(self) -> str:
        """Its name, with what people call the sheet that it is of: "Invoice Lines: Net price"."""
        return ": ".join(filter(None, (self.part or self.dataset, self.counted.name)))

    @property
    def differs(self) -> bool:
        """Whether it is another number than was said."""
        return self.expected is not None and self.expected.differs(self.counted.found)

    @property
    def proven(self) -> bool:
        """Whether the database compares it with what was said before anything is completed."""
        return self.expected is not None and self.expected.origin != "sheet"

    @property
    def accepted(self) -> bool:
        """Whether a person has accepted that it is this one."""
        said = self.expected
        return said is not None and said.reason is not None and said.found == self.counted.found

    @property
    def difference(self) -> Decimal | None:
        """How much more it is than was said, less where negative; None where either is not known."""
        if self.expected is None or self.counted.found is None:
            return None
        return self.counted.found - self.expected.number

    @property
    def sentence(self) -> str:
        """What was said, what it is, and the difference."""
        said, found = self.expected, self.counted.found
        if said is None:
            return f"{self.name}: {shown(found)} in the file, nothing to compare it with."
        if found is None:
            lines = ", ".join(map(str, self.counted.unread))
            return (
                f"{self.name}: {said.who} says {shown(said.number)}, and what the rows come to is not known: there is "
                f"no number to be read on line {lines}."
            )
        if not self.differs:
            return f"{self.name}: {shown(found)}, as {said.who} says."
        more = found - said.number
        how = f"{shown(abs(more))} {'more' if more > 0 else 'less'}"
        has = "there are" if self.counted.made == "rows" else "the rows have"
        return f"{self.name}: {said.who} says {shown(said.number)}, {has} {shown(found)}: {how}."

    @property
    def addition(self) -> str:
        """That what goes in and what does not are all that the file has: 12 = 10 in + 2 invalid (line 7); "" where that
        is not known."""
        counted = self.counted
        if counted.found is None:
            return ""
        parts = [f"{shown(counted.went_in)} in", *(f"{shown(n)} {why}" for why, n in counted.others.items())]
        lines = ", ".join(map(str, counted.out[:OUT])) + ", ..." * (len(counted.out) > OUT)
        where = f" (line{'s' * (len(counted.out) > 1)} {lines})" if counted.out and counted.others else ""
        return f"{shown(counted.found)} = {' + '.join(parts)}{where}"

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it; numbers are texts, which no program rounds."""
        said, counted = self.expected, self.counted
        return {
            "name": counted.name,
            **({"dataset": self.dataset} if self.dataset else {}),
            "expected": None if said is None else str(said.number),
            "by": None if said is None else said.origin,
            "line": None if said is None else said.line,
            "said_by": None if said is None else said.said_by,
            "found": None if counted.found is None else str(counted.found),
            "went_in": str(counted.went_in),
            "left_out": None if counted.left_out is None else str(counted.left_out),
            "left_out_lines": list(counted.out[:OUT]),
            "difference": None if self.difference is None else str(self.difference),
            "matches": None if said is None else not self.differs,
            "accepted_by": said.accepted_by if said is not None and self.accepted else None,
            "reason": said.reason if said is not None and self.accepted else None,
        }


def code_of(name: str) -> str:
    """By what a plan waits whose total of that name is another, e.g. "total.net_price"."""
    return CODE + re.sub(r"\W+", "_", name.strip().casefold())


def shown(number: Decimal | None) -> str:
    """A number as people read it: 2,328.60."""
    return "not known" if number is None else f"{number:,f}"


def as_committed(rows: int, runs: Sequence[str]) -> str:
    """That totals are those of the commit, where so many rows that did not go in then were brought in since by `runs`,
    as people know them; "" where none was."""
    if not rows:
        return ""
    since = f"{many(rows)} that did not go in then {'has' if rows == 1 else 'have'} been brought in since"
    return f"These are the totals of the commit: {since}, by {first_of(runs, _RUNS)}."


def is_of_total(codes: Iterable[str]) -> bool:
    """Whether one of these codes is of a total that is another than was said: letting it go on needs a reason."""
    return any(code.startswith(CODE) for code in codes)
