"""Where a recipe met another file than the one it was made for: a person looks before the import goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Done, Expected, Recipe, Step, shown
from workbench.model.wording import cut, first_of, listed, many
from workbench.prepare.cleaning.cleaned import checked, sentence
from workbench.prepare.cleaning.operations import OPERATIONS

FEWEST = 5
"""So many rows more or fewer than expected are worth a look, and no fewer,"""
POINTS = 0.02
"""where they are this share of all rows, too,"""
TIMES = 2.0
"""and where the share of changed rows is so many times what it was, or that part of it."""
MOST = 0.5
"""Fewer rows than expected are told of a step that changed this share of them: of one that repairs some rows, fewer are
a cleaner file, and of one that makes something of most rows, they have lost it."""
_SHOWN = 5
_LONGEST = 120
"""The letters of a step that are told."""

Code = Literal[
    "step_column_gone",
    "step_changed_more",
    "step_changed_fewer",
    "step_values_new",
    "step_not_worked_out",
    "recipe_unknown",
]
CODES: dict[Code, str] = {
    "step_column_gone": "a column that a cleaning step needs is gone",
    "step_changed_more": "a cleaning step changed far more rows than it did",
    "step_changed_fewer": "a cleaning step changed far fewer rows than it did",
    "step_values_new": "a column that a cleaning step maps has values that no step knows",
    "step_not_worked_out": "an expression of a cleaning step could not be worked out in some rows",
    "recipe_unknown": "what the cleaning steps did cannot be compared with what they did before",
}
"""What can be told of a step, in words."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A step that did not find what it was made for."""

    step: int
    """Its place in the recipe, from 0."""
    code: Code
    message: str
    """One sentence."""
    rows: int
    """Those that it is about."""
    holds: bool = True
    """False: a person is told, and nothing waits: few rows have new values, or an expression comes to nothing."""


def drifts(recipe: Recipe, done: Iterable[Done], rows: int) -> tuple[Drift, ...]:
    """What is told of the steps of a recipe, of what they did in a source of so many rows."""
    found = []
    done = list(done)
    try:
        checked(recipe)
    except WrongRecipe as wrong:  # its rows were cleaned by a later version; whether it did as ever nobody can tell
        why = f"What its recipe did cannot be compared with what it did before: {wrong}"
        return (Drift(step=0, code="recipe_unknown", message=why, rows=rows),)
    for each in done:
        step = recipe.steps[each.step]
        named = _named(each.step + 1, step)
        if each.unworked:
            told = (
                f"{named} could not be worked out in {many(each.unworked)}, where a number is divided by zero or too "
                "large, or a text is no number: that is taken for blank."
            )
            found.append(
                Drift(step=each.step, code="step_not_worked_out", message=told, rows=each.unworked, holds=False)
            )
        if each.gone:
            was = "was done to its other columns only" if each.rows else "was not done"
            are = "is" if len(each.gone) == 1 else "are"
            found.append(
                Drift(
                    step=each.step,
                    code="step_column_gone",
                    message=f"{named} {was}: {listed(each.gone)} {are} gone.",
                    rows=each.changed,
                )
            )
        elif step.expected is not None and (code := _changed(each.changed, rows, step.expected)):
            told = (
                f"{named} changed {each.changed:,} of {many(rows)}, and {step.expected.changed:,} of "
                f"{many(step.expected.of)} when it was last said to be right."
            )
            found.append(Drift(step=each.step, code=code, message=told, rows=each.changed))
    return (*found, *_new_values(recipe, done, rows))


def _named(number: int, step: Step) -> str:
    """A step as its line at Clean says it, with its columns, within a sentence."""
    return f"Step {number}, “{cut(sentence(step).removesuffix('.'), _LONGEST)}”,"


def _new_values(recipe: Recipe, done: Iterable[Done], rows: int) -> Iterator[Drift]:
    """The values that none of the steps which map a column knows, told once for each column."""
    told: set[tuple[str, str]] = set()
    for each in done:
        expected = recipe.steps[each.step].expected
        listing = expected.values if expected is not None else {}
        for column, met in each.values.items():
            if column not in listing:
                continue
            if met is None:
                message = f"{column}: more different values that no step knows than can be listed."
                yield Drift(step=each.step, code="step_values_new", message=message, rows=each.rows)
                continue
            known = _known(recipe, column) | {text for name, text in told if name == column}
            new = {text: number for text, number in met.items() if text not in known}
            if not new:
                continue
            told |= {(column, text) for text in new}
            most = sorted(new.items(), key=lambda one: (-one[1], one[0]))
            texts = first_of([f"{shown(text)} ({many(number)})" for text, number in most], _SHOWN, more="more")
            number = sum(new.values())
            yield Drift(
                step=each.step,
                code="step_values_new",
                message=f"{column}: {many(len(new), 'value')} that no step knows: {texts}.",
                rows=number,
                holds=number >= FEWEST and number >= POINTS * rows,
            )


def _known(recipe: Recipe, column: str) -> set[str]:
    """The values of a column that a step maps, makes or has met before."""
    known: set[str] = set()
    for step in recipe.steps:
        if step.on and column in step.columns and (knows := OPERATIONS[step.operation].knows) is not None:
            known.update(knows(step), step.expected.values.get(column, ()) if step.expected is not None else ())
    return known


def _changed(changed: int, rows: int, expected: Expected) -> Code | None:
    """Far more than expected, by rows, by points and by times; or as far fewer, where it was most of them."""
    if not rows or not expected.of:
        return None
    now, then = changed / rows, expected.changed / expected.of
    far = abs(now - then) >= POINTS and abs(changed - then * rows) >= FEWEST
    if not far or then / TIMES < now < then * TIMES:
        return None
    if now > then:
        return "step_changed_more"
    return "step_changed_fewer" if then >= MOST else None
