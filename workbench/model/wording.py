"""How a sentence says numbers, the first of many, and what is wrong with a field: the same from every door."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime


def many(number: int, noun: str = "row") -> str:
    """A number with its noun: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_utc(moment: datetime) -> str:
    """A time to the minute, as a sentence says it where the reader's zone is not known: 2026-11-26 22:02 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def by_number(counts: Mapping[str, int]) -> str:
    """Counts with what they are of, the most first: "397 unchanged, 1 duplicate"."""
    return ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items(), key=lambda each: -each[1]))


def first_of(texts: Sequence[str], most: int, *, more: str = "more", of: int | None = None) -> str:
    """The first few of several texts and how many others there are: "a, b and 3 more"; `more` is what one of them is
    called (other, other value), `of` is how many there are where `texts` are not all of them."""
    others = (len(texts) if of is None else of) - min(len(texts), most)
    shown = ", ".join(texts[:most])
    return f"{shown} and {f'{others:,} more' if more == 'more' else many(others, more)}" if others > 0 else shown


def cut(text: object, most: int = 60, *, at: int = 0) -> str:
    """The beginning of what somebody has said, which a sentence repeats: an address may have thousands of letters; or
    what stands around a place of it."""
    said = str(text)
    if len(said) <= most:
        return said
    first = min(max(at - most // 2, 0), len(said) - most)
    return f"{'…' * bool(first)}{said[first : first + most]}{'…' * (first + most < len(said))}"


def quoted(cell: str) -> str:
    """What stands in a cell, as a sentence says it."""
    return f"“{cut(cell)}”" if cell else "blank"


def differs_at(one: str, other: str) -> int:
    """The place of the first letter in which two texts differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


def listed(texts: Collection[str]) -> str:
    """All of several texts: "a, b and c"."""
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def named(field: str, message: str, called: str = "") -> str:
    """What is wrong, behind the field that it is of ("" for the row), `called` otherwise where that is said; a sentence
    that begins with its field names it once: "status is none of: ...", not "status: status is none of: ..."."""
    called = called or field
    for name in dict.fromkeys((field, field.replace("_", " "))) if field else ():
        if message.startswith(f"{name} "):
            return f"{called} {message.removeprefix(f'{name} ')}"
    return f"{called}: {message}" if called else message
