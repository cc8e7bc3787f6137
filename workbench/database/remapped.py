"""Another mapping of a batch that is not written yet: which field each of its columns fills now."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.database import corrected_rows
from workbench.database.progress import Progress, silent
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.errors import NoRows
from workbench.model.sheet import Chunk, Reading, Sheet
from workbench.model.template import Mapping
from workbench.prepare import drift, forms, mapping
from workbench.prepare.judging import JudgedRows
from workbench.prepare.sums import Sums


@dataclass(kw_only=True)
class Remapped:
    """A mapping in the place of another, and what the rows of the batch are under it."""

    mapping: Mapping
    written: Sequence[Pairs[str, Any]]
    """How its days and numbers are written, as a batch's reading keeps it."""
    brought: tuple[str, ...] = ()
    """The fields that the rows bring."""
    filled: dict[str, int] = field(default_factory=dict)
    """In how many rows each has something."""
    sums: Sums | None = None

    def note(self, judged: JudgedRows) -> None:
        """Takes in what some of the rows are under it."""
        self.brought = judged.brought
        values = judged.normalized.values
        for name, column in zip(values.schema.names, values.columns, strict=True):
            self.filled[name] = self.filled.get(name, 0) + len(column) - column.null_count
        if self.sums is not None:
            self.sums.add(judged)

    def changes(self, batch: Batch) -> dict[str, Any]:
        """What changes of the batch beside its mapping."""
        sums = {"sums": self.sums.told} if self.sums is not None else {}
        return {
            "fields": list(self.brought),
            "reading": {**batch.reading, "forms": list(self.written)},
            "summary": {"filled": self.filled, **sums},
        }

    def told(self, batch: Batch) -> list[str]:
        """What each column that fills another field fills now, and did before, in words."""
        before = Mapping.from_dict(batch.mapping).columns
        return [
            f"{header}: {self.mapping.columns.get(header, 'nothing')}, before {before.get(header, 'nothing')}"
            for header in batch.headers
            if self.mapping.columns.get(header) != before.get(header)
        ]

    def edit(self, batch: Batch) -> dict[str, Any]:
        """What an edit of a batch keeps of it, to be taken back and made again: both mappings, but for what is the same
        whatever columns fill."""
        return {
            "before": _kept(Mapping.from_dict(batch.mapping), batch.reading.get("forms", ())),
            "after": _kept(self.mapping, self.written),
        }


def _kept(said: Mapping, written: Sequence[Pairs[str, Any]]) -> dict[str, Any]:
    return {"mapping": replace(said, recipe=None, lines=None).to_dict(), "forms": list(written)}


def again(batch: Batch, kept: Pairs[str, Any]) -> Remapped:
    """A mapping that a batch had before, as an edit kept it (`Remapped.edit`)."""
    now, contract = Mapping.from_dict(batch.mapping), catalog.contract(batch.dataset)
    before = replace(Mapping.from_dict(kept["mapping"]), recipe=now.recipe, lines=now.lines)
    return Remapped(mapping=before, written=kept["forms"], sums=Sums(contract=contract) if contract.totals else None)


def remapped(
    store: Store,
    batch: Batch,
    columns: Pairs[str, str],
    value_maps: Pairs[str, Pairs[str, str]] | None,
    said_forms: Pairs[str, str] | None = None,
    progress: Progress = silent,
) -> Remapped:
    """The mapping of a batch with what a person says otherwise of columns (header -> field, "" for none), of texts and
    of the forms of fields; `progress` is called while its days and numbers are looked at.

    Raises NoRows, ColumnsMixedUp, DoubtfulColumns, and what `mapping.resolve` raises.
    """
    contract, before = catalog.contract(batch.dataset), Mapping.from_dict(batch.mapping)
    said = {header: before.columns.get(header, "") for header in batch.headers} | dict(columns)
    kept = {
        before.columns[header]: form
        for header, name in said.items()
        if name and before.columns.get(header) == name and (form := before.forms.get(name)) is not None
    } | dict(said_forms or {})
    with store.transaction():
        sample = next(corrected_rows.every(store, batch), None)
        if sample is None:
            raise NoRows(source=batch.file_name)
        resolved = mapping.resolve(
            batch.headers,
            sample,
            contract,
            manual=said,
            constants=before.constants,
            value_maps={**before.value_maps, **(value_maps or {})},
            clears=before.clears,
            forms=kept,
            lenient=before.lenient,
            repairs=before.repairs,
            window=batch.window,
            mode=batch.mode,
        )
        strange = drift.strangers(sample, contract, resolved.columns, resolved.value_maps)
        resolved = replace(
            resolved,
            on_conflict=before.on_conflict,
            on_edit=before.on_edit,
            holds=before.holds,
            limits=before.limits,
            recipe=before.recipe,
            lines=before.lines,
            confirmed=drift.confirmed(strange, resolved, said),
        )
        rows = Sheet(
            name=batch.file_name,
            headers=batch.headers,
            checksum="",
            size=0,
            reading=Reading(format=""),
            read=lambda tally: _looked_at(corrected_rows.every(store, batch), progress),
        )
        written = forms.decide(rows, contract, resolved, kept)
    sums = Sums(contract=contract) if contract.totals else None
    settled = forms.settled(resolved, written)
    return Remapped(mapping=settled, written=[each.to_dict() for each in written], sums=sums)


def _looked_at(rows: Iterator[Chunk], progress: Progress) -> Iterator[Chunk]:
    for chunk in rows:
        progress("correcting", 0)
        yield chunk
