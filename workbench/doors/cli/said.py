"""What several commands take, and how it is read: sources, batches, pairs of a name and a value."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from workbench.model.errors import WrongValue

if TYPE_CHECKING:
    from workbench.model.recipe import Recipe


FileOrObject = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="A file, - for standard input, or an object of Salesforce, as salesforce:Contact."
    ),
]


AnySource = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A file, - for standard input, the address of a Google Sheet, the name of one that is configured, or an "
        "object of Salesforce, as salesforce:Contact.",
    ),
]


Worksheet = Annotated[str | None, typer.Option("--sheet", help="The worksheet of a workbook.")]
Identifier = Annotated[str, typer.Argument(metavar="BATCH", help="A batch's id, or the beginning of it.")]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", metavar="CODE", help="Let it go on, whatever it waits for under that code; or all."),
]
SkipErrors = Annotated[bool, typer.Option("--skip-errors", help="Let the good rows go on without the invalid ones.")]
_ORDERS, _SIGNS = ("dmy", "mdy", "ymd"), ("point", "comma")
DateOrders = Annotated[
    list[str] | None,
    typer.Option(
        "--date-order", metavar=f"FIELD={'|'.join(_ORDERS)}", help="Which part of a column's dates stands first."
    ),
]
Decimals = Annotated[
    list[str] | None,
    typer.Option(
        "--decimal", metavar=f"FIELD={'|'.join(_SIGNS)}", help="Which sign of a column's numbers is the decimal one."
    ),
]
OnConflict = Literal["first", "last", "hold"]
RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", metavar="FILE", help="A recipe that cleans the rows first; else the template's."),
]


def recipe_said(path: Path | None) -> "Recipe | None":
    """The recipe of a file, if one is named; raises as `read_recipe` does."""
    from workbench.sources.recipe_file import read_recipe

    return read_recipe(path) if path is not None else None


def pairs(texts: list[str] | None, option: str, form: str, *, last: bool = False) -> dict[str, str]:
    """The two sides of each "="; with `last` of the last one, because a header may hold one itself."""
    found = {}
    for text in texts or ():
        left, sign, right = text.rpartition("=") if last else text.partition("=")
        if not sign or not left.strip():
            raise typer.BadParameter(f"'{text}' is not of the form {form}.", param_hint=option)
        found[left] = right.strip()
    return found


def forms_said(orders: list[str] | None, decimals: list[str] | None) -> dict[str, str]:
    """The form that was said of each field or header; raises WrongValue for one that there is not."""
    said: dict[str, str] = {}
    for option, texts, known in (("--date-order", orders, _ORDERS), ("--decimal", decimals, _SIGNS)):
        own = pairs(texts, option, f"FIELD={'|'.join(known)}", last=True)
        for name, form in own.items():
            if form not in known:
                raise WrongValue(field=f"{option} {name}", value=f"'{form}'", why=f"it is one of {', '.join(known)}.")
        said |= own
    return said


def value_maps(texts: list[str] | None) -> dict[str, dict[str, str]]:
    """What is said of texts, by field: {field: {text: meaning}}."""
    maps: dict[str, dict[str, str]] = {}
    for left, value in pairs(texts, "--value-map", "FIELD:TEXT=VALUE", last=True).items():
        field, sign, text = left.partition(":")
        if not sign or not text:
            raise typer.BadParameter(f"'{left}={value}' is not of the form FIELD:TEXT=VALUE.", param_hint="--value-map")
        maps.setdefault(field.strip(), {})[text] = value
    return maps
