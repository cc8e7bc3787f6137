"""Where the table stands in a file, as a person says it beside the file's own lines: it stands in the address."""

from dataclasses import replace

from workbench.doors.web import address
from workbench.model import lines
from workbench.model.sheet import Layout

AS_FOUND = {"as_found": True}
"""What the address says where a person wants a file read as it is found."""


def said() -> Layout:
    """What the address says; nothing where that makes no sense."""
    try:
        said = Layout.from_dict(address.said("layout"))
    except (TypeError, ValueError, AttributeError):
        return Layout()
    return said if _makes_sense(said) else Layout()


def _makes_sense(said: Layout) -> bool:
    """Whether lines are numbers, and texts are texts."""
    numbers = [each for each in (said.header_row, said.stop_line) if each is not None]
    numbers += [each for span in (*said.skip_lines, *said.keep_lines) for each in span] + [*said.mended]
    texts = [each for each in (said.delimiter, said.encoding) if each is not None] + [*said.mended.values()]
    whole = all(type(each) is int and 1 <= each <= address.MOST for each in numbers)
    return whole and all(isinstance(each, str) for each in texts) and isinstance(said.no_header, bool)


def say(layout: Layout) -> None:
    """Puts it into the address; that nothing is said stands there too, so that no template says something."""
    address.put("layout", {name: value for name, value in layout.to_dict().items() if value} or AS_FOUND)


def without(layout: Layout, *picked: int) -> Layout:
    """The layout with these lines left out too."""
    out = lines.joined((*layout.skip_lines, *lines.of(picked)))
    mended = {line: text for line, text in layout.mended.items() if not lines.hold(out, line)}
    return replace(layout, skip_lines=out, keep_lines=lines.without(layout.keep_lines, out), mended=mended)


def kept(layout: Layout, *picked: int) -> Layout:
    """The layout in which these lines are records."""
    records = lines.joined((*layout.keep_lines, *lines.of(picked)))
    return replace(layout, keep_lines=records, skip_lines=lines.without(layout.skip_lines, records))


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


def typed(layout: Layout, header: int | None, none: bool, skip: str, stop: str) -> tuple[Layout, str]:
    """The layout with what somebody typed, and what of it makes no sense.

    `header` is a line, or None for the one that is found.
    """
    try:
        ranges = lines.read(skip)
        end = int(stop) if stop.strip() else None
        if end is not None and end < 1:
            raise ValueError
    except ValueError:
        return layout, "Lines are numbers from 1 on: 3, or 3, 7-9."
    kept = header if header is not None else layout.header_row
    return replace(layout, header_row=kept, no_header=none, skip_lines=ranges, stop_line=end), ""
