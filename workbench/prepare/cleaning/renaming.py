"""Columns that a recipe reads and that its source calls otherwise now: which are missing, what they are
probably called, and the recipe for a source with the new names.

The names that a recipe knows stay what its steps and the mapping say: a step at the beginning gives them back to the
columns. So nothing behind it has to be changed, and for a file as it was before that step alone is taken away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from workbench.model.contract import Contract
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.prepare import mapping
from workbench.prepare.cleaning.cleaned import checked, prepared, read_by
from workbench.prepare.cleaning.operation import Headers
from workbench.prepare.cleaning.operations import OPERATIONS

_SIMILAR = 0.7
"""From this likeness of names on, a column may be another one's new name."""
_KNOWN = 0.5
"""From this share of its cells on that the recipe knows as the other one's values, too."""


def missed(recipe: Recipe, headers: Iterable[str]) -> Headers:
    """The columns of its source that a recipe reads and a source with these headers has not, in the order of the steps.
    What an earlier step would make of one of them is not missed by itself; nothing is of a recipe that cannot be done.
    """
    headers, found, own = tuple(headers), tuple[str, ...](), set[str]()
    while True:
        there = (*headers, *found)
        try:
            steps = prepared(recipe, there)
        except WrongRecipe:  # the source itself has what a step would call the last of them
            if not found:
                return ()
            own.add(found[-1])
            found = found[:-1]
            continue
        new = next((name for each in steps for name in each.gone if name not in {*there, *own}), None)
        if new is None:
            return found
        found = (*found, new)


def others(recipe: Recipe, headers: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """The headers that may be new names: those that no step reads, and that are not `known` as something else."""
    reads = {name for step in recipe.steps if step.on and step.operation in OPERATIONS for name in read_by(step)}
    taken = {*map(mapping.key, reads), *map(mapping.key, known)}
    return [header for header in headers if mapping.key(header) not in taken]


def likely(
    lost: Sequence[str],
    new: Sequence[str],
    recipe: Recipe,
    sample: Chunk,
    fields: Mapping[str, str] | None = None,
    contract: Contract | None = None,
) -> dict[str, str]:
    """What columns that are missed are probably called now, of the headers that may be it (`new`): by values that the
    recipe knows, by the field of the dataset that both fill (`fields`: header -> field, as it was), or by the name. Of
    one that is lost and one that is new nothing else is left. `sample` are rows of the source."""
    fills = _fills(new, sample, [name for header, name in (fields or {}).items() if header in lost], contract)
    scores = {
        (was, header): max(
            _same_name(was, header),
            _share(sample.cells[header], _known(recipe, was)),
            float((fields or {}).get(was, was) == fills.get(header)),
        )
        for was in lost
        for header in new
    }
    found: dict[str, str] = {}
    for (was, header), score in sorted(scores.items(), key=lambda one: -one[1]):
        if score and was not in found and header not in found.values():
            found[was] = header
    if len(lost) == len(new) == 1:
        found.setdefault(lost[0], new[0])
    return found


def renamed(recipe: Recipe, columns: Mapping[str, str]) -> Recipe:
    """The recipe for a source that calls columns otherwise (`columns`, its header -> as the recipe calls it): its first
    steps give them the names that all others say. A first step that gives such a name to what is renamed now is told
    the new header. Raises WrongRecipe."""
    steps, first = list(recipe.steps), []
    for header, was in columns.items():
        at = next((at for at, step in enumerate(steps) if _first_names(steps, at) and step.columns == (was,)), None)
        if at is None:
            first.append(Step(operation="rename", columns=(header,), options={"to": was}))
        else:
            steps[at] = replace(steps[at], columns=(header,), expected=None)
    return checked(replace(recipe, steps=(*first, *steps)))


def _first_names(steps: Sequence[Step], at: int) -> bool:
    """Whether a step is one of those at the beginning that only give names."""
    return all(step.operation == "rename" for step in steps[: at + 1])


def _same_name(was: str, header: str) -> float:
    score = float(fuzz.token_sort_ratio(was.casefold(), header.casefold())) / 100
    return score if score >= _SIMILAR else 0.0


def _known(recipe: Recipe, column: str) -> set[str]:
    """The texts that steps have met in a column, make there, or ask of it."""
    known: set[str] = set()
    for step in recipe.steps:
        known.update(*(each.values for each in step.where if (each.column, each.test) == (column, "values")))
        operation = OPERATIONS.get(step.operation)
        if column in step.columns and operation is not None and operation.knows is not None:
            known.update(operation.knows(step), step.expected.values.get(column, ()) if step.expected else ())
    return known - {""}


def _share(cells: pa.StringArray, known: set[str]) -> float:
    """The share of the cells which are filled that is known, where it is great enough to tell something."""
    filled = trimmed(cells).drop_null()
    if not known or not len(filled):
        return 0.0
    share = float(pc.mean(pc.is_in(filled, pa.array(sorted(known), pa.string()))).as_py())
    return share if share >= _KNOWN else 0.0


def _fills(
    new: Sequence[str], sample: Chunk, names: Sequence[str], contract: Contract | None
) -> Mapping[str, str | None]:
    """The fields among these that new columns seem to fill."""
    if contract is None or not names or not new:
        return {}
    left = replace(contract, fields=tuple(field for field in contract.fields if field.name in names))
    found = mapping.suggest(new, replace(sample, cells=sample.cells.select(list(new))), left)
    return {one.header: one.field for one in found if one.field is not None}
