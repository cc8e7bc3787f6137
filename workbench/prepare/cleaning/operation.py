"""What an operation of a recipe is: declared once, with its options, the headers that come out, and its sentence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Step
from workbench.model.trimming import Rewrite
from workbench.model.wording import listed
from workbench.prepare.cleaning.patterns import refusal
from workbench.prepare.cleaning.rows import Mask, Rows

Headers = tuple[str, ...]
OptionKind = Literal["text", "texts", "pattern", "number", "flag", "choice", "pairs", "column", "columns", "expression"]


class _Required:
    """Stands for the default of an option that has none."""


REQUIRED = _Required()


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option of an operation, as a form asks for it."""

    name: str
    kind: OptionKind
    title: str
    default: Any = REQUIRED
    choices: Mapping[str, str] | None = None
    """Of a choice: what can be chosen, each in words."""


class Run(Protocol):
    """An operation at work on the chunks of one reading, with what it keeps between them."""

    def __call__(self, rows: Rows, where: Mask) -> int:
        """Does it to the rows that are meant, and returns how many it made others."""


class Learning(Protocol):
    """An operation that has to have seen all rows before it can do anything to the first: it reads them once."""

    def learn(self, rows: Rows, where: Mask) -> None:
        """Looks at the rows of a chunk that are meant."""

    def begin(self) -> Run:
        """The operation at work on a reading of the same rows."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation on columns."""

    name: str
    title: str
    """In words, as a menu has it."""
    says: Callable[[Step], str]
    """What it does, as its sentence goes on after "In Phone, ..."."""
    begin: Callable[[Step, Headers], Run] | None = None
    """The operation at work on one reading, for the columns that there are."""
    learn: Callable[[Step, Headers], Learning] | None = None
    """In its place, of one that has to see all rows first."""
    options: tuple[Option, ...] = ()
    takes: Literal["each", "one", "several", "none"] = "each"
    """The columns it takes: each by itself (none are all), one, several together, or none."""
    headers: Callable[[Step, Headers], Headers] = lambda step, headers: headers
    """The columns that come out of it."""
    needs: Callable[[Step], Iterable[str]] = lambda step: ()
    """The columns that its options name, beside those it is done to."""
    checks: Callable[[Step], None] = lambda step: None
    """Raises WrongRecipe for options that do not go together."""
    knows: Callable[[Step], Iterable[str]] | None = None
    """Of one that maps values: those that it maps or makes. Others that it meets are counted, and told where they are
    new."""
    whole_columns: bool = False
    """Whether it is done to all rows, and never to those of a condition."""
    removes: bool = False
    """Whether rows go by it."""
    repeats: bool = False
    """Whether several rows can come of one."""
    goes_down: bool = False
    """Whether what it does to a row hangs on those above it."""

    @property
    def looks_around(self) -> bool:
        """Whether what it does to a row hangs on others."""
        return self.goes_down or self.learn is not None


def option_of(operation: Operation, step: Step, name: str) -> Any:
    """What a step says of an option, or its default."""
    default = next(each.default for each in operation.options if each.name == name)
    return step.options.get(name, default)


def each_cell(make: Callable[[Mapping[str, Any]], Rewrite]) -> Callable[[Step, Headers], Run]:
    """The beginning of an operation that rewrites the cells of each column by themselves."""

    def begin(step: Step, headers: Headers) -> Run:
        rewrite = make(step.options)

        def run(rows: Rows, where: Mask) -> int:
            return changed(rows.rewrite(header, rewrite, where) for header in step.columns)

        return run

    return begin


def changed(flags: Iterable[pa.BooleanArray]) -> int:
    """In how many rows a cell of these columns was changed."""
    of_all: pa.BooleanArray | None = None
    for one in flags:
        of_all = one if of_all is None else pc.or_(of_all, one)
    return int(pc.sum(of_all).as_py() or 0) if of_all is not None else 0


def wrong(step: Step, why: str) -> WrongRecipe:
    """The error of a step whose place the caller puts to it."""
    return WrongRecipe(step=step.operation, why=why)


_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "text": (str, "a text"),
    "pattern": (str, "a text"),
    "expression": (str, "a text"),
    "column": (str, "the name of a column"),
    "choice": (str, "a text"),
    "number": (int, "a whole number"),
    "flag": (bool, "true or false"),
    "texts": ((list, tuple), "a list of texts"),
    "columns": ((list, tuple), "a list of columns"),
    "pairs": (dict, "pairs of texts"),
}


def check(operation: Operation, step: Step) -> None:
    """Raises WrongRecipe for columns or options that the operation cannot take."""
    if operation.takes == "one" and len(step.columns) != 1:
        raise wrong(step, "it takes one column.")
    if operation.takes == "several" and len(step.columns) < 1:
        raise wrong(step, "it takes at least one column.")
    if operation.takes == "none" and step.columns:
        raise wrong(step, "it takes no columns.")
    if operation.whole_columns and step.where:
        raise wrong(step, "it is done to a whole column, and not to some of its rows.")
    known = {each.name: each for each in operation.options}
    if strange := [name for name in step.options if name not in known]:
        has = f"only {listed(list(known))}" if known else "and it has none"
        raise wrong(step, f"it has no option called {listed(strange)}, {has}.")
    for name, option in known.items():
        if name in step.options:
            _check_value(step, option, step.options[name])
        elif option.default is REQUIRED:
            raise wrong(step, f"its option {name} is not said.")
    operation.checks(step)


def _check_value(step: Step, option: Option, value: Any) -> None:
    kind, words = _TYPES[option.kind]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    if not isinstance(value, kind) or (isinstance(value, bool) and option.kind == "number"):
        raise wrong(step, f"its option {option.name} is {words}, and {value!r} is none.")
    if not all(isinstance(each, str) for each in inside):
        raise wrong(step, f"its option {option.name} is {words}, and not all in it are texts.")
    if option.choices is not None and value not in option.choices:
        raise wrong(step, f"its option {option.name} is one of {listed(list(option.choices))}, and not {value!r}.")
    if option.kind == "pattern":
        check_pattern(step, str(value))


def check_pattern(step: Step, pattern: str, by: str = "") -> None:
    """Raises WrongRecipe for what is no regular expression of RE2, or no replacement of what it finds."""
    if (why := refusal(pattern, by)) is not None:
        raise wrong(step, why)
