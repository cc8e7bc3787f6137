"""The table of what the operations of a recipe take, in docs/analyst.md, made of the operations themselves:
`python -m tests.operations` writes it anew, and a test keeps it so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.prepare.cleaning import OPERATIONS, Operation, Option
from workbench.prepare.cleaning.operation import REQUIRED

PAGE = Path(__file__).parents[1] / "docs" / "analyst.md"
_FIRST, _LAST = "<!-- operations: python -m tests.operations -->\n", "<!-- /operations -->\n"
_COLUMNS = {"each": "any, none is all", "one": "one", "several": "one or more", "none": "none"}
_KINDS = {
    "text": "a text",
    "pattern": "a pattern",
    "expression": "an expression",
    "column": "a column",
    "number": "a whole number",
    "flag": "true or false",
    "texts": "a list of texts",
    "columns": "a list of columns",
    "pairs": "an object of texts",
}
_LONGEST = 60


def table() -> str:
    """A line for each option of each operation, in the order of the menu."""
    head = "| operation | `columns` | option | takes | if it is not said |\n|---|---|---|---|---|\n"
    return head + "".join(line for operation in OPERATIONS.values() for line in _lines(operation))


def written() -> str:
    """The table as the page has it."""
    return PAGE.read_text("utf-8").partition(_FIRST)[2].partition(_LAST)[0]


def _lines(operation: Operation) -> Iterator[str]:
    columns = _COLUMNS[operation.takes]
    for place, option in enumerate(operation.options):
        name = f"`{operation.name}` | {columns}" if not place else " | "
        yield f"| {name} | `{option.name}` | {_takes(option)} | {_default(option.default)} |\n"
    if not operation.options:
        yield f"| `{operation.name}` | {columns} | | | |\n"


def _takes(option: Option) -> str:
    if option.choices is not None:
        return ", ".join(f"`{name}` ({words})" for name, words in option.choices.items())
    return f"{_KINDS[option.kind]}: {option.title[:1].lower()}{option.title[1:]}"


def _default(default: Any) -> str:
    if default is REQUIRED:
        return "refused"
    if default is None or default == "":
        return "nothing"
    said = json.dumps(default, ensure_ascii=False)
    return f"`{said}`" if len(said) <= _LONGEST else f"the {len(default)} texts that mean nothing"


def main() -> None:
    """Writes the table into its page."""
    text = PAGE.read_text("utf-8")
    before, after = text.partition(_FIRST)[0], text.partition(_LAST)[2]
    PAGE.write_text(f"{before}{_FIRST}{table()}{_LAST}{after}", "utf-8")


if __name__ == "__main__":
    main()
