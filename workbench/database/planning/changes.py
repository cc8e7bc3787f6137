"""The SQL of a plan: what a record gets of a row, whether that changes it, and what it was before."""

from collections.abc import Sequence

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.planning.references import ReferringTarget, missed_as
from workbench.database.planning.verdicts import Verdicts
from workbench.database.slices import slice_column
from workbench.model.contract import Field, With


class Changes:
    """What each verdict writes. It is asked twice: of a row `r` and its record `t` before there is a verdict, and of
    the columns that are carried on from them once there is."""

    def __init__(self, target: ReferringTarget, verdicts: Verdicts) -> None:
        self._target = target
        self._contract = target.contract
        self._verdicts = verdicts

    def columns(self, called: Sequence[tuple[Field, Composable]]) -> Composable:
        """What the verdict's consequences need of the joined tables; `called` are references, each with what SQL finds
        that its record is called."""
        columns: list[Composable] = [SQL(", t.id as target_id, t.xmin as target_xmin")]
        columns += [
            SQL(", {}").format(self._target.found(f) + SQL(" as ") + Identifier(f"ref {f.name}"))
            for f in self._target.references
        ]
        columns += [
            SQL(", t.{} as {}").format(Identifier(name), Identifier(f"old {name}")) for name in self._restorable
        ]
        columns += [
            SQL(", {} as {}").format(self._target.missed(field), missed_as(field)) for field in self._target.references
        ]
        if self._contract.folds:
            columns.append(SQL(", r.payload, {} as folded").format(self._target.folded))
        columns += [
            SQL(", {} as {}").format(self._target.value(field), Identifier(f"said {field.name}"))
            for field in self._target.compared
            if field.merges
        ]
        columns += [
            SQL(", t.{} as {}, {} as {}").format(
                self._note_on(field),
                Identifier(f"note on {field.name}"),
                self._note_for(field),
                Identifier(f"note for {field.name}"),
            )
            for field in self._target.protected
        ]
        columns += [SQL(", {} as {}").format(name, Identifier(f"called {field.name}")) for field, name in called]
        if self._contract.slice_by or self._contract.fixed:
            columns.append(SQL(", t.{} as slice").format(Identifier(slice_column(self._contract))))
        return SQL("").join(columns)

    def differs(self, fields: Sequence[Field] | None = None, *, protecting: bool = True) -> Composable:
        """Whether the row would change the record. A blank cell keeps what is stored, unless the template clears it."""
        tests: list[Composable] = []
        for field in self._target.compared if fields is None else fields:
            old = SQL("t.{}").format(Identifier(field.target))
            # never null when the new value is null and does not erase, so that no separate test is needed
            tests.append(SQL("{} is distinct from {}").format(self._asked(field, protecting=protecting), old))
        if fields is not None:
            return SQL(" or ").join(tests)
        if self._contract.removal is not None:
            tests.append(SQL("not t.{}").format(Identifier(self._contract.removal.active)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def settled(self) -> Composable:
        """What a record gets, where that is not what its row alone says; of a record that is left as it is, what its
        rows said of it together."""
        if not self._contract.folds:
            return SQL("null::jsonb")
        created, updated = self._verdicts.number("created"), self._verdicts.number("updated")
        unchanged = self._verdicts.number("skipped", "unchanged")
        if not self._contract.merging:
            return SQL("case when verdict in ({}, {}, {}) and folded then payload end").format(
                created, updated, unchanged
            )
        pairs = [
            SQL("{}, {}").format(Literal(field.name), self._got(field))
            for field in self._target.compared
            if field.merges and field.reference is None
        ]
        return SQL(
            "case when verdict in ({created}, {unchanged}) and folded then payload "
            "when verdict = {updated} then payload || jsonb_strip_nulls(jsonb_build_object({pairs})) end"
        ).format(
            created=created,
            updated=updated,
            unchanged=unchanged,
            pairs=SQL(", ").join(pairs),
        )

    def refs(self) -> Composable:
        """The records that a row which is written names."""
        if not self._target.references:
            return SQL("null::jsonb")
        pairs = [SQL("{}, {}").format(Literal(f.target), self._named(f)) for f in self._target.references]
        if not self._target.standing.resolves:
            return SQL("case when verdict <= {} then jsonb_build_object({}) end").format(
                self._verdicts.number("updated"), SQL(", ").join(pairs)
            )
        # rows that name one record in several ways are known as duplicates by those of its key, whatever became of it
        key = [
            SQL("{}, {}").format(Literal(f.target), Identifier(f"ref {f.name}"))
            for f in self._target.contract.key_fields
            if f.reference is not None
        ]
        return SQL(
            "case when verdict <= {} then jsonb_build_object({}) "
            "else nullif(jsonb_strip_nulls(jsonb_build_object({})), '{{}}') end"
        ).format(self._verdicts.number("updated"), SQL(", ").join(pairs), SQL(", ").join(key))

    def _named(self, field: Field) -> Composable:
        """The record that a reference names once the row is written: where that is filled only, the one it named."""
        merges = field.merges and field in self._target.compared
        return self._got(field) if merges else Identifier(f"ref {field.name}")

    def before(self) -> Composable:
        """What a changed record was, so that an undo can restore it."""
        pairs = [SQL("{}, {}").format(Literal(name), Identifier(f"old {name}")) for name in self._restorable]
        return SQL("jsonb_build_object({})").format(SQL(", ").join(pairs))

    def _asked(self, field: Field, *, protecting: bool) -> Composable:
        """What a record `t` would get of a row `r`."""
        noted = SQL("t.{}").format(self._note_on(field)) if protecting and field.protected_by else SQL("null")
        old, leads, leader = SQL("t.{}").format(Identifier(field.target)), None, self._leader(field)
        if leader is not None:
            leads = SQL("{} is not distinct from {}").format(
                self._asked(leader, protecting=protecting), self._target.found(leader)
            )
        return self._target.merged(field, self._target.found(field), old, noted, self._note_for(field), leads)

    def _got(self, field: Field) -> Composable:
        """What a record gets, of the columns that are carried."""
        said = Identifier(f"{'ref' if field.reference is not None else 'said'} {field.name}")
        old = Identifier(f"old {field.target}")
        noted, note = (
            Identifier(f"note {which} {field.name}") if field.protected_by else SQL("null") for which in ("on", "for")
        )
        leads, leader = None, self._leader(field)
        if leader is not None:
            leads = SQL("{} is not distinct from {}").format(self._got(leader), Identifier(f"said {leader.name}"))
        return self._target.merged(field, said, old, noted, note, leads)

    def _leader(self, field: Field) -> Field | None:
        """The status that a field goes with, where rows bring it."""
        leader = self._contract.field(field.merge.field) if isinstance(field.merge, With) else None
        return leader if leader in self._target.compared else None

    @property
    def _restorable(self) -> tuple[str, ...]:
        """The columns that an update of this batch may write, and an undo restores."""
        names = [field.target for field in self._target.compared]
        if self._contract.removal is not None:
            names += [self._contract.removal.active, self._contract.removal.source]
        return tuple(names)

    def _note_on(self, field: Field) -> Identifier:
        return Identifier(self._contract.field(field.protected_by or "").target)

    def _note_for(self, field: Field) -> Composable:
        """What the row itself notes of a field."""
        if field.protected_by is None or self._contract.field(field.protected_by) not in self._target.brought:
            return SQL("null")
        return self._target.value(self._contract.field(field.protected_by))
