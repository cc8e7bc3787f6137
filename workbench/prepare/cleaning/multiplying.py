"""A recipe that makes several rows of one: what cleans the rows of the source, and what makes others of each of them.

An import stages the rows of its source as the steps before the first such step leave them, each once; what that step
and those after it make of them are the rows of the dataset.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Done, Recipe, Step, place
from workbench.model.sheet import Chunk, Sheet
from workbench.prepare.cleaning.cleaned import AtWork, cleaned, learn, prepared
from workbench.prepare.cleaning.operation import Headers, Learning
from workbench.prepare.cleaning.operations import OPERATIONS


def multiplies(recipe: Recipe | None) -> bool:
    """Whether several rows can come of one by a recipe."""
    return recipe is not None and _first(recipe) < len(recipe.steps)


def refuse_multiplying(recipe: Recipe | None, why: str) -> None:
    """Raises WrongRecipe where several rows can come of one."""
    if recipe is not None and multiplies(recipe):
        number = _first(recipe)
        said = f"it makes several rows of one, and {why}"
        raise WrongRecipe(step=place(number + 1, recipe.steps[number].operation), why=said)


def hanging(recipe: Recipe | None) -> str | None:
    """The step, as a sentence calls it, by which what is made of a row hangs on other rows, so that nothing can be made
    of one alone; None where there is none."""
    for number, step in enumerate(made_later(recipe).steps if recipe is not None and multiplies(recipe) else ()):
        if step.on and OPERATIONS[step.operation].looks_around:
            return place(number + 1, step.operation)
    return None


def refuse_alone(recipe: Recipe | None) -> None:
    """Raises WrongRecipe where what is made of a row hangs on other rows."""
    if (step := hanging(recipe)) is not None:
        why = (
            "what it makes of a row hangs on the others, and none is put right by itself. Correct the file or the "
            "recipe, and import it again."
        )
        raise WrongRecipe(step=step, why=why)


def of_source(sheet: Sheet) -> Sheet:
    """The rows of a cleaned sheet's source, each once, as the steps leave them before the first that makes several of
    one; a sheet that no such recipe cleans is as it is."""
    recipe = sheet.recipe
    if recipe is None or sheet.came is None or not multiplies(recipe):
        return sheet
    first = _first(recipe)
    return cleaned(sheet.came, _only(recipe, lambda number: number < first))


def made_later(recipe: Recipe) -> Recipe:
    """The steps from the first that makes several rows of one, each with its number; those before it are off."""
    first = _first(recipe)
    return _only(recipe, lambda number: number >= first)


def left_alone(recipe: Recipe, headers: Headers) -> Headers:
    """The columns of the source's rows which the rows made of them have as they are."""
    touched: set[str] = set()
    for each in prepared(made_later(recipe), headers):
        changed = each.step.columns or (each.before if each.operation.takes == "each" else ())
        touched |= {*changed, *(name for name in each.after if name not in each.before)}
    return tuple(header for header in headers if header not in touched)


def own_columns(recipe: Recipe | None, headers: Headers) -> Headers:
    """The columns whose cells are the source's own: all, but where a recipe makes several rows of one those alone that
    the rows made of them have as they are."""
    return left_alone(recipe, headers) if recipe is not None and multiplies(recipe) else headers


@dataclass(frozen=True, kw_only=True)
class Made:
    """The m rows that were made of a chunk of n rows: `rows`, of which each knows by `at` (int32, m) the position of
    the row that it was made of; and `gone`, the rows of which nothing is left, with the step that removed it."""

    rows: Chunk
    at: pa.Int32Array
    gone: Chunk | None


class Multiplier:
    """What makes the rows of a dataset of those of a source, chunk by chunk; raises WrongRecipe."""

    def __init__(self, recipe: Recipe, headers: Headers, chunks: Callable[[], Iterator[Chunk]]) -> None:
        """`chunks` are all rows of the source, which are read where a step has to know them first."""
        steps = prepared(made_later(recipe), headers)
        learned: dict[int, Learning] = {}
        learn(steps, lambda: (chunk.parted()[0] for chunk in chunks()), learned)
        self.done = [Done(step=each.number, gone=each.gone) for each in steps]
        """What each step has done so far; complete at the end."""
        self._at_work = AtWork(steps, learned, self.done, goes_on=True)

    def made(self, chunk: Chunk) -> Made:
        """The rows that are made of the next ones."""
        left, removed = self._at_work.rows(chunk).chunk().parted()
        at = pc.index_in(left.lines, chunk.lines)
        if removed is None:
            return Made(rows=left, at=at, gone=None)
        stays = np.zeros(len(chunk), dtype=bool)
        stays[at.to_numpy()] = True
        gone = pa.array(np.flatnonzero(~stays).astype(np.int32))
        if not len(gone):
            return Made(rows=left, at=at, gone=None)
        assert removed.removed is not None
        rows = chunk.taken(gone)
        first = pc.index_in(rows.lines, removed.lines.take(removed.removed["position"].combine_chunks()))
        steps = removed.removed["step"].combine_chunks().take(first)
        places = pa.array(np.arange(len(rows), dtype=np.int32))
        told = pa.table([places, steps], schema=removed.removed.schema)
        return Made(rows=left, at=at, gone=replace(rows, removed=told))

    def end(self) -> None:
        """Completes what each step did: there are no more rows."""
        self._at_work.end()


def _first(recipe: Recipe) -> int:
    """The place of the first step by which several rows can come of one; behind the last where none does."""
    found = (number for number, step in enumerate(recipe.steps) if _repeats(step))
    return next(found, len(recipe.steps))


def _repeats(step: Step) -> bool:
    return step.on and step.operation in OPERATIONS and OPERATIONS[step.operation].repeats


def _only(recipe: Recipe, is_meant: Callable[[int], bool]) -> Recipe:
    """The recipe with its other steps switched off: each keeps its number."""
    steps = (step if is_meant(number) else replace(step, on=False) for number, step in enumerate(recipe.steps))
    return replace(recipe, steps=tuple(steps))
