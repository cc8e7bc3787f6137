"""Lines of a source as ranges, each from a first to a last one: (7, 9) are the lines 7, 8 and 9."""

import re
from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
"""They may name more lines than there are, and are never written out one by one."""


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same lines in their order, neighbours as one range."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def of(lines: Iterable[int]) -> Ranges:
    """Single lines, neighbours as one range."""
    return joined((line, line) for line in lines)


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The lines that are none of the others."""
    for first, last in others:
        parts = [part for low, high in ranges for part in ((low, min(high, first - 1)), (max(low, last + 1), high))]
        ranges = tuple((low, high) for low, high in parts if low <= high)
    return ranges


def hold(ranges: Ranges, line: int) -> bool:
    """Whether a line is one of them."""
    return any(first <= line <= last for first, last in ranges)


def written(ranges: Iterable[tuple[int, int]]) -> str:
    """Them as people write them: 3, 7-9."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def read(text: str) -> Ranges:
    """What `written` wrote, blanks and empty parts aside; raises ValueError with a part that names no lines."""
    ranges = []
    for part in filter(None, map(str.strip, text.split(","))):
        found = re.fullmatch(r"(\d+)\s*(?:-\s*(\d+))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found is not None else (0, 0)
        if not 1 <= first <= last:
            raise ValueError(part)
        ranges.append((first, last))
    return tuple(ranges)
