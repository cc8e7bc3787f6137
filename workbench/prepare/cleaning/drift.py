"""Steps of a recipe that no longer do what they did: a column they need is gone, or they change far more or far fewer
rows than they were seen to. Nobody would notice in the records, so a person is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.model.recipe import Done, Recipe, Step, place
from workbench.model.wording import listed, many
from workbench.prepare.cleaning.cleaned import sentence

CODE = "recipe"
"""What such a plan is let go on by."""

_ROWS = 10
"""So many rows more or fewer than expected are none too many, however small the file is."""
_SHARE = 0.02
"""Nor is so small a share of the source's rows, however large it is."""
_TIMES = 2.0
"""And what is less than so many times as much, or more than that part of it, is not far from it."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One step that does something else than it did."""

    step: int
    """Its place in the recipe, from 0."""
    rows: int
    """The rows that it changed."""
    sentence: str


def drifted(recipe: Recipe, done: Iterable[Done], rows: int) -> Iterator[Drift]:
    """The steps that were not done, or did not do what they were seen to do, in a source of so many rows. Of a step
    nobody has seen at work only its columns are asked for."""
    for each in done:
        step = recipe.steps[each.step]
        if each.gone:
            yield Drift(step=each.step, rows=0, sentence=_gone(step, each))
        elif step.expected is not None and _is_far(step, each, rows):
            yield Drift(step=each.step, rows=each.changed, sentence=_changed(step, each, rows))


def _is_far(step: Step, done: Done, rows: int) -> bool:
    assert step.expected is not None
    usual = rows * step.expected.changed / step.expected.of if step.expected.of else step.expected.changed
    less, more = sorted((usual, done.changed))
    return more - less > max(_ROWS, _SHARE * rows) and more > _TIMES * less


def _gone(step: Step, done: Done) -> str:
    there = "is no column" if len(done.gone) == 1 else "are no columns"
    return f"{_which(step, done)} cannot be done as it says, for there {there} {listed(done.gone)}."


def _changed(step: Step, done: Done, rows: int) -> str:
    assert step.expected is not None
    verb = "removes" if step.operation.startswith("remove") else "changes"
    was = f"{step.expected.changed:,}" + (f" of {step.expected.of:,}" if step.expected.of else "")
    return f"{_which(step, done)} {verb} {done.changed:,} of {many(rows, 'row')}; it was {was} before."


def _which(step: Step, done: Done) -> str:
    return f"{place(done.step + 1)} ({sentence(step).rstrip('.')})"
