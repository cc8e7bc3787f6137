"""What a recipe did in an import, as the batch keeps it."""

from collections.abc import Iterator
from collections.abc import Mapping as Pairs
from dataclasses import replace
from typing import Any

from workbench.model.batch import Batch
from workbench.model.recipe import Done, Recipe
from workbench.model.template import Mapping
from workbench.model.wording import listed, many
from workbench.prepare.cleaning.cleaned import sentence

CLEANED = "Cleaned, step "
"""How a step begins among what was decided of an import; its number and what it did follow."""

UNKNOWN = "A step that this version of Workbench does not know."
"""What is told of each step of a recipe that cannot be read here."""


def recipe_of(batch: Batch) -> Recipe | None:
    """What cleaned the source of a batch, which expects from now on what it met there; None where nothing did."""
    recipe = Mapping.from_dict(batch.mapping).recipe
    rows = batch.reading.get("rows") or 0
    return recipe.expecting(done_of(batch), rows) if recipe is not None and "rows" in batch.reading else recipe


def mapping_of(batch: Batch) -> Mapping:
    """The mapping of a batch as a template keeps it."""
    return replace(Mapping.from_dict(batch.mapping).of(batch.mapped_headers), recipe=recipe_of(batch))


def done_of(batch: Batch) -> list[Done]:
    """What each step of its recipe did that is on; nothing before its rows are there."""
    return [Done(**{**each, "gone": tuple(each["gone"])}) for each in batch.reading.get("cleaned", ())]


def said_of(row: Pairs[str, Any]) -> Iterator[str]:
    """What a recipe did to a row, as `Workbench.rows` and the history of a record tell it: "phone: was 'call 5', by
    step 1: In phone, take out 'call '"."""
    for header, each in row["cleaned"].items():
        yield f"{header}: was '{each['was']}', by step {each['step']}: {each['by'].rstrip('.')}"
    if by := row["removed_by"]:
        yield f"removed by step {by['step']}: {by['by'].rstrip('.')}"


def told_of(batch: Batch) -> Iterator[str]:
    """The same in words: "1: In phone, take out 'call ' (2 of 600 rows changed)"."""
    recipe = Mapping.from_dict(batch.mapping).recipe
    for each in done_of(batch) if recipe is not None else ():
        assert recipe is not None
        does = UNKNOWN if recipe.unknown is not None else sentence(recipe.steps[each.step])
        done = f"no column {listed(each.gone)}, " if each.gone else ""
        done += f"{each.changed:,} of {many(each.rows)} changed"
        yield f"{each.step + 1}: {does.rstrip('.')} ({done})"
