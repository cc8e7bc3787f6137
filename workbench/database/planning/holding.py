"""What a plan waits for as a whole, and what a person is told of it: asked once every row has its outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import psycopg

from workbench.database import batches, known_names
from workbench.database.planning import limits, near_keys, same_day
from workbench.database.planning.removing import Removals
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.control_total import is_of_total
from workbench.model.errors import Held, HeldFor, HeldWhole
from workbench.model.hold import Hold, waiting
from workbench.model.template import Mapping as Mapped
from workbench.model.wording import many
from workbench.prepare.cleaning import done_of, drifts


@dataclass(kw_only=True)
class Asked:
    """What a person is asked of a plan, and told."""

    holds: list[Hold] = field(default_factory=list)
    told: list[Hold] = field(default_factory=list)
    """What holds nothing up."""
    suggestions: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    """What texts may have meant, by batch: see `suggestions.find`."""

    def summary(self) -> dict[str, Any]:
        """As the run's batch keeps it."""
        return {
            "held_for": [hold.to_dict() for hold in self.holds],
            "told": [told.to_dict() for told in self.told],
        }


def ask(
    connection: psycopg.Connection[Any],
    tenant: UUID,
    run: Run,
    number: int,
    figures: Mapping[UUID, Mapping[str, int]],
    filtered: int = 0,
) -> Asked:
    """What the plan of that number waits for; asked within a transaction.

    `figures` are those of each batch that is written: the rows created, updated, refused and processed, and the known
    records that its rows name; of the source's rows so many are `filtered`. Rows that a sweep brings in were let go on
    with the import that they came by.
    """
    asked = Asked()
    if run.face.sweep_of is not None:
        return asked
    filtered += run.face.summary.get("filtered", 0) if not run.derived else 0
    if filtered and filtered == run.face.summary.get("rows"):
        asked.holds.append(_nothing_left(run.face, filtered))
    asked.holds += _not_there(run)
    _ask_of_recipes(run, asked)
    for batch in run.written:
        own = _of_batch(connection, tenant, batch, number, figures[batch.id])
        asked.holds += [_of_part(hold, batch.dataset) if run.parts else hold for hold in own.holds]
        asked.told += [_of_part(told, batch.dataset) if run.parts else told for told in own.told]
        asked.suggestions |= own.suggestions
    changing = [batch for batch in run.written if figures[batch.id]["updated"]]
    asked.told += same_day.told(connection, run, tenant, number, changing)
    return asked


def _of_part(hold: Hold, dataset: str) -> Hold:
    """A hold with the part of a run that it is of."""
    return replace(hold, dataset=dataset, part=catalog.called(dataset))


def _not_there(run: Run) -> Iterator[Hold]:
    """Of an archive that says that it has rows of a dataset, and has none."""
    there = {sheet.dataset for sheet in run.sheets}
    for dataset, said in run.face.reading.get("package", {}).get("counts", {}).items():
        if said and dataset not in there:
            message = f"The manifest counts {many(said)}, and none is there"
            yield _of_part(Hold(code="counts", field="", message=message, rows=said), dataset)


def _ask_of_recipes(run: Run, asked: Asked) -> None:
    """Of recipes that no longer do what they did."""
    for sheet in run.sheets:
        recipe = Mapped.from_dict(sheet.mapping).recipe
        done = done_of(sheet)
        for each in drifts(recipe, done, sheet.reading.get("rows") or 0) if recipe is not None else ():
            hold = Hold(code=each.code, field="", message=each.message, rows=each.rows)
            asked_of = asked.holds if each.holds else asked.told
            asked_of.append(_of_part(hold, sheet.dataset) if sheet != run.face else hold)


def _nothing_left(face: Batch, rows: int) -> Hold:
    """Of an import that leaves out every row: a setting may be mistyped, or the file another."""
    told = list(catalog.contract(face.dataset).settings_told(face.mapping.get("constants", {})).values())
    told += [f"Window: {face.window}"] if face.window else []
    told += ["its recipe"] if face.mapping.get("recipe") else []
    limited = f" ({'; '.join(told)})" if told else ""
    message = f"Nothing would be imported: {many(rows, 'row')} left out by what the import is limited to{limited}"
    return Hold(code="nothing_left", field="", message=message, rows=rows)


def _of_batch(
    connection: psycopg.Connection[Any], tenant: UUID, batch: Batch, number: int, figures: Mapping[str, int]
) -> Asked:
    contract, given = catalog.contract(batch.dataset), (batch, tenant, number)
    target, removals = Target(contract, *given), Removals(contract, *given)
    removed = removals.count(connection)
    asked = Asked()
    if figures["processed"]:
        taken = figures["created"] + figures["known"]
        asked.holds += removals.holds(connection, removed, refused=figures["refused"], taken=taken)
        asked.told += removals.unknown(connection)
    else:
        removed = 0  # of a file without rows it was said that it is meant so
    counts = {**figures, "removed": removed}
    asked.holds += limits.passed(connection, target, counts, lambda: removals.in_scope(connection))
    asked.holds += near_keys.asked(connection, target, figures["created"])
    near, new, nearly = known_names.asked(connection, target)
    asked.holds += near
    asked.told += new
    if nearly:
        asked.suggestions[batch.id] = nearly
    return asked


def hold_again(store: Store, batch: Batch) -> None:
    """Holds an import that was held, and whose new plan waits for a person as well: that it was planned again decides
    nothing."""
    holds = Hold.all_of(batch.summary)
    if (batch.invalid and not batch.skip_errors) or holds or batch.refused:
        _hold(store, batch, holds)


def refuse_held(store: Store, batch: Batch, skip_errors: bool, accept: Sequence[str]) -> None:
    """Raises Held where rows are invalid that nobody has let be, the plan waits for a person, or the source is
    written whole or not at all and a row of it cannot be."""
    invalid = (batch.invalid or 0) if not skip_errors else 0
    holds = waiting(Hold.all_of(batch.summary), accept)
    if not invalid and not holds and not batch.refused:
        return
    codes = _hold(store, batch, holds)
    if batch.refused:
        raise HeldWhole(batch=batch.id, source=batch.file_name, why=batch.wrong_rows)
    if not holds:
        raise Held(batch=batch.id, invalid=invalid)
    why = [hold.sentence for hold in holds]
    reason = " --reason WHY" if is_of_total(codes) else ""
    why.append(f"To let it go on: {' '.join(f'--accept {code}' for code in codes)}{reason}.")
    if invalid:
        why.append(f"And its invalid rows ({invalid}) have to be corrected, or left out with --skip-errors.")
    raise HeldFor(batch=batch.id, why=" ".join(why))


def _hold(store: Store, batch: Batch, holds: Iterable[Hold]) -> list[str]:
    """Lets a planned batch wait for a person, and says what for: the codes of that."""
    codes = list(dict.fromkeys(hold.code for hold in holds))
    noted = {"invalid": batch.invalid, **({"for": codes} if codes else {})}
    batches.move(store, batch.id, ("held", noted), stage="held")
    return codes
