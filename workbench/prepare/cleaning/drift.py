"""Where a recipe met another file than the one it was made for: a person looks before the import goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from workbench.model.recipe import Done, Expected, Recipe, place
from workbench.model.wording import listed, many

FEWEST = 5
"""So many rows more or fewer than expected are worth a look, and no fewer,"""
POINTS = 0.02
"""where they are this share of all rows, too,"""
TIMES = 2.0
"""and where the share of changed rows is so many times what it was, or that part of it."""

Code = Literal["step_column_gone", "step_changed_more", "step_changed_fewer"]
CODES: dict[Code, str] = {
    "step_column_gone": "a column that a cleaning step needs is gone",
    "step_changed_more": "a cleaning step changed far more rows than it did",
    "step_changed_fewer": "a cleaning step changed far fewer rows than it did",
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


def drifts(recipe: Recipe, done: Iterable[Done], rows: int) -> tuple[Drift, ...]:
    """What is told of the steps of a recipe, of what they did in a source of so many rows."""
    found = []
    for each in done:
        step = recipe.steps[each.step]
        named = place(each.step + 1, step.operation)
        if each.gone:
            was = "was done to its other columns only" if each.rows else "was not done"
            are = "is" if len(each.gone) == 1 else "are"
            found.append(
                Drift(
                    step=each.step, code="step_column_gone", message=f"{named} {was}: {listed(each.gone)} {are} gone."
                )
            )
        elif step.expected is not None and (code := _changed(each.changed, rows, step.expected)):
            told = (
                f"{named} changed {each.changed:,} of {many(rows)}, and {step.expected.changed:,} of "
                f"{many(step.expected.of)} when it was last said to be right."
            )
            found.append(Drift(step=each.step, code=code, message=told))
    return tuple(found)


def _changed(changed: int, rows: int, expected: Expected) -> Code | None:
    """Far more or far fewer than expected: by rows, by points and by times."""
    if not rows or not expected.of:
        return None
    now, then = changed / rows, expected.changed / expected.of
    far = abs(now - then) >= POINTS and abs(changed - then * rows) >= FEWEST
    if not far or then / TIMES < now < then * TIMES:
        return None
    return "step_changed_more" if now > then else "step_changed_fewer"
