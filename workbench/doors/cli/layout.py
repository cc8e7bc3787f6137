"""The options that say where the table stands in a source."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from workbench.model.sheet import Layout

OPTIONS: dict[str, tuple[Any, Any]] = {
    "header_row": (
        Annotated[int | None, typer.Option("--header-row", min=1, help="The header's line, when it is not found.")],
        None,
    ),
    "no_header": (
        Annotated[bool, typer.Option("--no-header", help="The first row is a record; columns are column_1 and so on.")],
        False,
    ),
    "skip_lines": (
        Annotated[
            list[str] | None,
            typer.Option("--skip-lines", metavar="N,N-M", help="Lines to leave out, e.g. 3,9-12."),
        ],
        None,
    ),
    "keep_lines": (
        Annotated[
            list[str] | None,
            typer.Option("--keep-lines", metavar="N,N-M", help="Lines that are records, whatever they look like."),
        ],
        None,
    ),
    "stop_line": (
        Annotated[
            int | None, typer.Option("--stop-line", min=1, metavar="N", help="From this line on, nothing is read.")
        ],
        None,
    ),
    "mend": (
        Annotated[
            list[str] | None,
            typer.Option("--mend", metavar="LINE=TEXT", help="What is read in a line's place, of a text file."),
        ],
        None,
    ),
    "delimiter": (
        Annotated[str | None, typer.Option("--delimiter", help="What separates the cells of a text file.")],
        None,
    ),
    "encoding": (
        Annotated[str | None, typer.Option("--encoding", help="What a text file is written in, e.g. cp850.")],
        None,
    ),
}
"""Of each option its annotation and what it is where nobody says it; together they are the parameter `layout`."""


def layout(given: dict[str, Any]) -> "Layout":
    """What the options say, which are taken out of what was given; raises BadParameter."""
    from workbench.model.sheet import Layout

    said = {name: given.pop(name) for name in OPTIONS}
    mark = said["delimiter"]
    return Layout(
        header_row=said["header_row"],
        no_header=said["no_header"],
        skip_lines=_ranges(said["skip_lines"], "--skip-lines"),
        keep_lines=_ranges(said["keep_lines"], "--keep-lines"),
        stop_line=said["stop_line"],
        mended=dict(_mended(text) for text in said["mend"] or ()),
        delimiter={"\\t": "\t", "tab": "\t"}.get(mark or "", mark),
        encoding=said["encoding"],
    )


def _ranges(said: list[str] | None, option: str) -> tuple[tuple[int, int], ...]:
    from workbench.model import lines

    try:
        return lines.read(",".join(said or ()))
    except ValueError as error:
        why = f"'{error}' is not a line, or a range of them as 9-12."
        raise typer.BadParameter(why, param_hint=option) from None


def _mended(text: str) -> tuple[int, str]:
    line, sign, said = text.partition("=")
    if not sign or not line.strip().isdecimal() or int(line) < 1:
        raise typer.BadParameter(f"'{text}' is not of the form LINE=TEXT.", param_hint="--mend")
    return int(line), said
