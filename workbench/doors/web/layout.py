"""Where the table stands in a file, as a person says it beside the file's own lines: it stands in the address."""

from collections.abc import Iterable
from dataclasses import replace

from workbench.doors.web import address
from workbench.model.sheet import Layout


def said() -> Layout:
    """What the address says; nothing where that makes no sense."""
    try:
        return Layout.from_dict(address.said("layout"))
    except (TypeError, ValueError, AttributeError):
        return Layout()


def say(layout: Layout) -> None:
    """Puts it into the address, as far as it says something."""
    address.put("layout", {name: value for name, value in layout.to_dict().items() if value})


def without(layout: Layout, *lines: int) -> Layout:
    """The layout with these lines left out too."""
    every = _lines(layout.skip_lines) | set(lines)
    mended = {line: text for line, text in layout.mended.items() if line not in every}
    return replace(
        layout, skip_lines=_ranges(every), keep_lines=_ranges(_lines(layout.keep_lines) - every), mended=mended
    )


def kept(layout: Layout, *lines: int) -> Layout:
    """The layout in which these lines are records."""
    every = _lines(layout.keep_lines) | set(lines)
    return replace(layout, keep_lines=_ranges(every), skip_lines=_ranges(_lines(layout.skip_lines) - every))


def _lines(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {line for first, last in ranges for line in range(first, last + 1)}


def _ranges(lines: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The lines, neighbours as one range."""
    ranges: list[tuple[int, int]] = []
    for line in sorted(lines):
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return tuple(ranges)


def mended(layout: Layout, line: int, text: str) -> Layout:
    """The layout with a line read as that text."""
    return replace(layout, mended={**layout.mended, line: text})


def headed(layout: Layout, line: int) -> Layout:
    """The layout with the header on that line."""
    return replace(layout, header_row=line, no_header=False)


def stopped(layout: Layout, line: int | None) -> Layout:
    """The layout that ends before that line."""
    mended = {each: text for each, text in layout.mended.items() if line is None or each < line}
    return replace(layout, stop_line=line, mended=mended)


def written(ranges: tuple[tuple[int, int], ...]) -> str:
    """Ranges of lines as people write them: 3, 7-9."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def typed(layout: Layout, header: int | None, none: bool, skip: str, stop: str) -> tuple[Layout, str]:
    """The layout with what somebody typed, and what of it makes no sense.

    `header` is a line, or None for the one that is found.
    """
    try:
        ranges = ranges_of(skip)
        end = int(stop) if stop.strip() else None
        if end is not None and end < 1:
            raise ValueError
    except ValueError:
        return layout, "Lines are numbers from 1 on: 3, or 3, 7-9."
    kept = header if header is not None else layout.header_row
    return replace(layout, header_row=kept, no_header=none, skip_lines=ranges, stop_line=end), ""


def ranges_of(text: str) -> tuple[tuple[int, int], ...]:
    """The ranges of lines in a text such as 3, 7-9; raises ValueError."""
    ranges = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        first, dash, last = part.partition("-")
        ranges.append((int(first), int(last) if dash else int(first)))
    if any(not 1 <= first <= last for first, last in ranges):
        raise ValueError(text)
    return tuple(ranges)
