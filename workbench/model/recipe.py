"""What a person does to a source's columns before they are mapped: a list of steps, kept, shown and done again.

Only the words are here; `prepare.cleaning` knows the operations and does them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from workbench.model.errors import WrongRecipe
from workbench.model.mask import mask_of
from workbench.model.wording import cut, first_of, listed, many

VERSION = 1
"""Of the form that a recipe has as JSON."""

MOST_VALUES = 500
"""So many different values a column has at most of which it is told that one is new."""

TESTS = ("values", "pattern", "length", "number", "date", "blank", "kind", "issue", "expression")
"""What a condition can ask of a row."""

_SHOWN = 3
_LONGEST = 40
_EXPRESSION = 300


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Which rows a step is for, by one column, or by an expression over several.

    `values`: the cell is one of `values`. `pattern`: the regular expression `text` is found in it. `length`, `number`
    and `date`: its characters, its number or its day lie from `low` to `high`, both included, either may be missing;
    a number or a date may be in the form `text` (see `kinds.FORMS`). `blank`: nothing is in it but white space. `kind`:
    it is of the kind `text`, e.g. email. `issue`: of a column that fills the field `text` of a dataset, e.g.
    elevate.students.email (a form may follow), the dataset would say one of the codes in `values` of the cell, e.g.
    bad_email, or anything where none is said. `expression`: `text` is true of the row, or is one of `values` where some
    are said. A number, a date and a kind are asked of values: a blank cell is none, and is not meant by "is no number"
    either.
    """

    column: str = ""
    test: str
    values: tuple[str, ...] = ()
    text: str = ""
    low: float | str | None = None
    high: float | str | None = None
    negated: bool = False
    """True: the rows of which it is not so."""

    def __str__(self) -> str:
        return _asked(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The condition that was made a dictionary, read back; raises WrongRecipe."""
        _refuse_unknown(cls, data, "a condition")
        _refuse_lacking(data, "a condition", "test")
        if _text(data, "test") not in TESTS:
            raise WrongRecipe(step="A condition", why=f"there is no test called {data['test']}, only {listed(TESTS)}.")
        return cls(
            column=_text(data, "column"),
            test=data["test"],
            values=_texts(data, "values"),
            text=_text(data, "text"),
            low=_bound(data, "low"),
            high=_bound(data, "high"),
            negated=_flag(data, "negated", False),
        )


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a step met when it was made, or when a person last said that it is right."""

    rows: int
    """Rows of the source that it looked at: those that its conditions let through."""
    changed: int
    """Rows among them that it made another, or removed."""
    of: int = 0
    """Rows that the source had."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a step that maps values, by its columns: those that it left as they were. A column whose values are no list is
    not among them."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        said: dict[str, Any] = {"rows": self.rows, "changed": self.changed, "of": self.of}
        return said | ({"values": {name: list(of) for name, of in self.values.items()}} if self.values else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` made of it, read back; raises WrongRecipe."""
        _refuse_unknown(cls, data, "what is expected")
        _refuse_lacking(data, "what is expected", "rows", "changed")
        numbers = {name: data.get(name, 0) for name in ("rows", "changed", "of")}
        if not all(type(number) is int and number >= 0 for number in numbers.values()):
            raise WrongRecipe(step="What is expected of a step", why="its numbers are numbers of rows.")
        values = data.get("values", {})
        if not isinstance(values, Mapping):
            raise WrongRecipe(step="What is expected of a step", why="its values are lists of texts, by column.")
        return cls(**numbers, values={name: _texts(values, name) for name in values})

    def also(self, before: "Expected | None") -> Self:
        """The same, which knows the values that were expected before, too: one that is away for a month is not new.
        Which columns are lists of values was told at the first."""
        if before is None:
            return self
        values = {
            name: tuple(dict.fromkeys((*self.values.get(name, ()), *known)))[:MOST_VALUES]
            for name, known in before.values.items()
        }
        return replace(self, values=values)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One operation on columns, for the rows of which all its conditions are true."""

    operation: str
    """Its name, e.g. trim (see `prepare.cleaning.OPERATIONS`)."""
    columns: tuple[str, ...] = ()
    """The columns it is done to; none are all that there are, where an operation takes each by itself."""
    options: Mapping[str, Any] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    on: bool = True
    """False: a person has switched it off."""
    expected: Expected | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it: what is not said is left out."""
        said: dict[str, Any] = {"operation": self.operation, "columns": list(self.columns)}
        said |= {"options": dict(self.options)} if self.options else {}
        said |= {"where": [_without_defaults(each) for each in self.where]} if self.where else {}
        said |= {} if self.on else {"on": False}
        return said | ({"expected": self.expected.to_dict()} if self.expected is not None else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The step that `to_dict` made, read back; raises WrongRecipe."""
        _refuse_unknown(cls, data, "a step")
        _refuse_lacking(data, "a step", "operation")
        options = data.get("options", {})
        if not isinstance(options, Mapping):
            raise WrongRecipe(step="A step", why="its options are pairs of a name and a value.")
        return cls(
            operation=_text(data, "operation"),
            columns=_texts(data, "columns"),
            options=dict(options),
            where=tuple(Condition.from_dict(each) for each in _list(data, "where")),
            on=_flag(data, "on", True),
            expected=Expected.from_dict(data["expected"]) if data.get("expected") is not None else None,
        )


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """What is kept as a recipe and cannot be read as one: a later version of Workbench may have written it."""

    said: Any
    """As it is kept."""
    place: str
    """Where reading ended, as a sentence begins with it."""
    why: str

    def refusal(self) -> WrongRecipe:
        """What is told where its steps are needed."""
        return WrongRecipe(step=self.place, why=self.why)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The steps that clean a source, in their order."""

    steps: tuple[Step, ...] = ()
    name: str = ""
    version: int = VERSION
    unknown: Unknown | None = None
    """In the place of the steps, of one that an import was cleaned by and that cannot be read here."""

    def __bool__(self) -> bool:
        return self.unknown is not None or any(step.on for step in self.steps)

    def to_dict(self) -> Any:
        """As JSON keeps it; what cannot be read stays as it is."""
        if self.unknown is not None:
            return self.unknown.said
        return {"version": self.version, "name": self.name, "steps": [step.to_dict() for step in self.steps]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The recipe that `to_dict` made, read back; raises WrongRecipe for what is none, whose operations are not
        looked at (see `prepare.cleaning.checked`)."""
        if not isinstance(data, Mapping) or not isinstance(data.get("steps", ()), list | tuple):
            raise WrongRecipe(step="The recipe", why="it is no list of steps.")
        refuse_unkeepable(data)
        if data.get("version", VERSION) != VERSION:
            why = f"its form is version {data['version']}, and {VERSION} is known."
            raise WrongRecipe(step="The recipe", why=why)
        _refuse_unknown(cls, {name: data[name] for name in data if name != "unknown"}, "the recipe")
        if "steps" not in data:
            raise WrongRecipe(step="The recipe", why="it is none: it has no list of steps.")
        steps = []
        for number, each in enumerate(data["steps"], start=1):
            try:
                steps.append(Step.from_dict(each))
            except WrongRecipe as wrong:
                raise WrongRecipe(step=place(number), why=wrong.coordinates["why"]) from None
        return cls(steps=tuple(steps), name=_text(data, "name"))

    @classmethod
    def kept(cls, data: Any) -> Self | None:
        """The recipe that an import or a template keeps; one that cannot be read stops nothing that needs no step of
        it (see `Unknown`). None where there is none."""
        if not data:
            return None
        try:
            return cls.from_dict(data)
        except WrongRecipe as wrong:
            said = wrong.coordinates
            return cls(unknown=Unknown(said=data, place=str(said["step"]), why=str(said["why"])))

    def expecting(self, done: Iterable["Done"], rows: int) -> Self:
        """The recipe, which expects from now on what its steps met in a source of so many rows."""
        steps = list(self.steps)
        for each in done if self.unknown is None else ():
            if not each.gone:
                step = steps[each.step]
                steps[each.step] = replace(step, expected=each.expected(rows).also(step.expected))
        return replace(self, steps=tuple(steps))


@dataclass(kw_only=True)
class Done:
    """What a step did in one reading of a source; complete when the reading is."""

    step: int
    """Its place in the recipe, from 0."""
    rows: int = 0
    """The rows that its conditions let through."""
    changed: int = 0
    """Those that it made another, or removed."""
    gone: tuple[str, ...] = ()
    """The columns it needs that are not there: it was not done to them, or not at all."""
    values: dict[str, dict[str, int] | None] = field(default_factory=dict)
    """Of a step that maps values, by its columns: those that it neither maps nor makes nor expects, with their rows;
    None for a column that has too many different ones to be a list."""
    unworked: int = 0
    """Of a step with an expression: the rows in which a part of it could not be worked out, as a division by zero."""

    def expected(self, of: int) -> Expected:
        """What it is to do in the next source, as it did in this one of so many rows."""
        values = {name: tuple(met) for name, met in self.values.items() if met is not None}
        return Expected(rows=self.rows, changed=self.changed, of=of, values=values)


def is_same(recipe: Recipe | None, other: Recipe | None) -> bool:
    """Whether two recipes do the same to every source, whatever they are called and expect; none does nothing."""
    return does(recipe) == does(other)


def does(recipe: Recipe | None) -> list[str]:
    """What a recipe does to every source, step by step, as JSON."""
    if recipe is not None and recipe.unknown is not None:
        return [json.dumps(recipe.unknown.said, sort_keys=True)]
    steps = (replace(step, expected=None) for step in recipe.steps if step.on) if recipe is not None else ()
    return [json.dumps(step.to_dict(), sort_keys=True) for step in steps]


def steps_in_words(recipe: Recipe) -> str:
    """How many steps a recipe has, wherever that is told: "22 steps", "22 steps and 1 switched off"."""
    on = len(does(recipe))
    off = len(recipe.steps) - on if recipe.unknown is None else 0
    return many(on, "step") + (f" and {off:,} switched off" if off else "")


def refuse_unkeepable(data: Any) -> None:
    """Raises WrongRecipe where a text has what no file and no database keeps: a NUL character, or half of one."""
    try:
        said = json.dumps(data, ensure_ascii=False, default=str)
        said.encode()
    except UnicodeEncodeError:
        raise WrongRecipe(
            step="The recipe", why="a text in it has half a character (a lone surrogate), which nothing keeps."
        ) from None
    except (RecursionError, ValueError):
        raise WrongRecipe(step="The recipe", why="it is nested too deeply.") from None
    if "\\u0000" in said.replace("\\\\", ""):
        raise WrongRecipe(step="The recipe", why="a text in it has a NUL character, which nothing keeps.")


def place(number: int, operation: str = "") -> str:
    """How a sentence calls a step, by its number from 1."""
    return f"Step {number} of the recipe" + (f" ({operation})" if operation else "")


_BREAK = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


def shown(text: str) -> str:
    """A text as a sentence quotes it, on one line and cut where it is long; one that nobody would see is named."""
    if _BREAK.fullmatch(text):
        return "a line break"
    if text == "\t":
        return "a tab"
    text = _BREAK.sub("⏎", text)
    return f"'{text if len(text) <= _LONGEST else cut(text, _LONGEST - 1)}'"


def _asked(of: Condition) -> str:
    is_, has = ("is not", "has not") if of.negated else ("is", "has")
    if of.test == "expression":
        if not of.values:
            return f"{'not ' * of.negated}({cut(of.text, _EXPRESSION)})"
        return (
            f"({cut(of.text, _EXPRESSION)}) {is_} {first_of([shown(text) for text in of.values], _SHOWN, more='other')}"
        )
    said = {
        "values": f"{is_} {first_of([shown(text) for text in of.values], _SHOWN, more='other')}",
        "pattern": f"{has} {_found(of.text)}",
        "length": f"{has} {_between(of)} characters",
        "number": f"{is_} a number{_within(of)}",
        "date": f"{is_} a date{_within(of)}",
        "blank": f"{is_} blank",
        "kind": f"{is_} of the kind {of.text}",
        "issue": f"{'has nothing' if of.negated and not of.values else has} {_wrong_with(of)} as {of.text}",
    }
    return f"{of.column} {said[of.test]}"


def _found(pattern: str) -> str:
    """What a text has that a regular expression is found in; of one that a pattern of a facet is, the pattern."""
    mask = mask_of(pattern)
    return f"the pattern {shown(mask)}" if mask is not None else f"{shown(pattern)} in it"


def _wrong_with(of: Condition) -> str:
    codes = [code.replace("_", " ") for code in of.values]
    return f"“{first_of(codes, _SHOWN, more='other')}”" if codes else "wrong" if of.negated else "something wrong"


def _within(of: Condition) -> str:
    return f" {'of ' * (of.low is None or of.high is None)}{said}" if (said := _between(of)) else ""


def _between(of: Condition) -> str:
    low, high = (f"{each:g}" if isinstance(each, float) else str(each) for each in (of.low, of.high))
    if of.low is not None and of.high is not None:
        return low if low == high else f"from {low} to {high}"
    return f"at least {low}" if of.low is not None else f"at most {high}" if of.high is not None else ""


def _without_defaults(of: Condition) -> dict[str, Any]:
    said = {each.name: getattr(of, each.name) for each in fields(of)}
    said = {name: value for name, value in said.items() if value not in ("", None, (), False)}
    return said | ({"values": list(of.values)} if of.values else {})


def _refuse_unknown(noun: type, data: Mapping[str, Any], what: str) -> None:
    if not isinstance(data, Mapping):
        raise WrongRecipe(step=what.capitalize(), why="it is no object of names and values.")
    known = [each.name for each in fields(noun)]
    if strange := [str(name) for name in data if name not in known]:
        raise WrongRecipe(
            step=what.capitalize(), why=f"there is no {first_of(strange, _SHOWN)} in it, only {listed(known)}."
        )


def _refuse_lacking(data: Mapping[str, Any], what: str, *names: str) -> None:
    if lacking := [name for name in names if name not in data]:
        raise WrongRecipe(step=what.capitalize(), why=f"it has no {listed(lacking)}.")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise WrongRecipe(step="The recipe", why=f"{name} is a text, and {value!r} is none.")
    return value


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(data, name)
    if not all(isinstance(each, str) for each in values):
        raise WrongRecipe(step="The recipe", why=f"{name} is a list of texts, and {values!r} is none.")
    return tuple(values)


def _flag(data: Mapping[str, Any], name: str, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise WrongRecipe(step="The recipe", why=f"{name} is true or false, and {value!r} is neither.")
    return value


def _bound(data: Mapping[str, Any], name: str) -> float | str | None:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str | None):
        raise WrongRecipe(step="The recipe", why=f"{name} is a number or a date, and {value!r} is none.")
    return value


def _list(data: Mapping[str, Any], name: str) -> list[Any] | tuple[Any, ...]:
    values = data.get(name, ())
    if not isinstance(values, list | tuple):
        raise WrongRecipe(step="The recipe", why=f"{name} is a list, and {values!r} is none.")
    return values
