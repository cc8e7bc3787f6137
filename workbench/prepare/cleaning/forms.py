"""Operations on dates and numbers, which are written in a form that a person states."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.recipe import Step
from workbench.model.trimming import Rewrite, by_distinct, trimmed
from workbench.prepare.cleaning.operation import Operation, Option, each_cell

_DAYS = {"day": "YYYY-MM-DD", "timestamp": "YYYY-MM-DDTHH:MM:SSZ"}
_NUMBERS = {"number": "1200.5", "amount": "1200.50", "percent": "50"}


def _number(texts: pa.StringArray, form: str | None) -> pa.StringArray:
    """A number, also where it is written as money."""
    return pc.coalesce(numbers.number(texts, form), numbers.number(numbers.amount(texts, form)))


_READ: dict[str, Callable[[pa.StringArray, str | None], pa.StringArray]] = {
    "day": dates.day,
    "timestamp": dates.moment,
    "number": _number,
    "amount": numbers.amount,
    "percent": numbers.percent,
}


def _reading(default: str) -> Any:
    """What is no date or number of that form stays as it is."""

    def make(options: Mapping[str, Any]) -> Rewrite:
        read, form = _READ[options.get("to", default)], options.get("form")

        def rewrite(cells: pa.StringArray) -> pa.StringArray:
            return pc.coalesce(read(trimmed(cells), form), cells)

        return lambda cells: by_distinct(cells, rewrite)

    return make


def _says(what: str, default: str, forms: Mapping[str, str], examples: Mapping[str, str]) -> Any:
    def says(step: Step) -> str:
        form = step.options.get("form")
        written = f" that are written {'with a ' * (form in numbers.SIGNS)}{forms[form]}" if form else ""
        return f"read the {what}{written} and write them as {examples[step.options.get('to', default)]}"

    return says


DATES = Operation(
    name="dates",
    title="Dates",
    says=_says("dates", "day", dates.ORDERS, _DAYS),
    begin=each_cell(_reading("day")),
    options=(
        Option(name="form", kind="choice", title="Written", default=None, choices=dates.ORDERS),
        Option(name="to", kind="choice", title="To", default="day", choices=_DAYS),
    ),
)
NUMBERS = Operation(
    name="numbers",
    title="Numbers",
    says=_says("numbers", "number", numbers.SIGNS, _NUMBERS),
    begin=each_cell(_reading("number")),
    options=(
        Option(name="form", kind="choice", title="Written", default=None, choices=numbers.SIGNS),
        Option(name="to", kind="choice", title="To", default="number", choices=_NUMBERS),
    ),
)
