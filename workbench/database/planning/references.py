"""The SQL of a plan: what the references of a batch's rows name. Records that are stored, those that earlier parts of
the run will create, and those that rows name ahead."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database.planning.ahead import Ahead
from workbench.database.planning.rolling_up import Refusals
from workbench.database.planning.standing import Standing, id_of
from workbench.database.planning.wholes import WholeRows
from workbench.database.slices import slice_of
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS


def missed_as(field: Field) -> Identifier:
    """The column with the sentence of a reference that names nothing."""
    return Identifier(f"missed {field.name}")


class ReferringTarget(Target):
    """The target of one part of a run: its rows may name what the other parts make, and are withheld with what those
    refuse."""

    def __init__(
        self,
        contract: Contract,
        batch: Batch,
        tenant: UUID,
        plan: int,
        *,
        earlier: dict[str, Batch],
        ahead: Ahead,
        refusals: Refusals | None,
        wholes: WholeRows,
    ) -> None:
        super().__init__(contract, batch, tenant, plan)
        self._wholes = wholes
        self._earlier = earlier
        self._ahead = ahead
        self._named_ahead = ahead.named(batch)
        self._refusals = refusals if refusals is not None and refusals.any else None
        together = refusals is not None and refusals.together  # then rows of one record are withheld all, or none
        self.standing = Standing(self, withheld=SQL("false") if together else self.withheld("k"))
        if self.standing.resolves:
            self.names["rows"] = self.standing.table
        else:
            self.names["rows"] = self.names["came"]
        self.repeated = False
        """Whether rows of the batch have the same key, once that is put down."""

    def refuse(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down which rows of the source are refused, and what is not made for another's sake, as far as it is
        known."""
        if self._refusals is not None:
            self._refusals.put_down(connection)
        if self._named_ahead:
            self._ahead.put_down(connection)

    def stand(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down by which records the rows are known, where they do not say so by themselves."""
        if self.standing.resolves:
            self.standing.put_down(connection)

    def fold(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down what the rows of one record say together, where some have the same key."""
        if self.standing.folds and not self.standing.resolves:
            self.standing.put_down(connection)
            self.names["rows"] = self.standing.table

    @property
    def stands(self) -> bool:
        """Whether the rows are read as they stand for their records."""
        return self.names["rows"] is self.standing.table

    def withheld(self, row: str = "r") -> Composable:
        """Whether a row is not written for the sake of another part of its source row."""
        return SQL("false") if self._refusals is None else self._refusals.covers(row)

    @property
    def waits(self) -> Composable:
        """Whether a row was made of some that wait with another: what that one says is not known yet."""
        if self._refusals is None or not self._refusals.together:
            return SQL("false")
        return SQL(
            "exists (select from refused w where w.waits_with is not null "
            "and w.line = any(coalesce(r.sources, array[r.line])))"
        )

    @property
    def line(self) -> Composable:
        """The line that a row stands for: the first that it was made of that is not refused."""
        if self._refusals is None or self.batch.by_recipe:  # whose rows of one line are each a row of their own
            return SQL("r.line")
        return SQL(
            "coalesce((select min(each.line) from unnest(r.sources) as each (line) "
            "where each.line not in (select line from refused)), r.line)"
        )

    @property
    def last_line(self) -> Composable:
        """The last line that a row was made of that is not refused: rows of a part that say the same are one."""
        if not self.batch.derived or self.batch.by_recipe:
            return self.line
        among = SQL("" if self._refusals is None else " where each.line not in (select line from refused)")
        return SQL("coalesce((select max(each.line) from unnest(r.sources) as each (line){}), r.line)").format(among)

    @property
    def folded(self) -> Composable:
        """Whether a row says what others of its record say too."""
        return SQL("r.folded") if self.stands else SQL("false")

    @property
    def strict(self) -> list[Field]:
        """The references without whose record a row is not written."""
        return [field for field in self.references if field not in self.optional]

    @property
    def optional(self) -> list[Field]:
        """The references without whose record a row is written all the same."""
        return [field for field in self.references if field.reference is not None and field.reference.optional]

    def reference_join(self, field: Field) -> Composable:
        """As ever, and in what an earlier part of the run will create, or any other where it may be named ahead."""
        assert field.reference is not None
        if self.standing.has(field):
            return SQL("cross join lateral (select r.{} as id) {}").format(
                id_of(field), Identifier(f"ref {field.name}")
            )
        if field.name in self._named_ahead:
            came = self.names["came"]
            return self._ahead.join(self.batch, field, self.value(field), came, repeated=self.repeated)
        earlier = self._earlier.get(field.reference.dataset)
        if earlier is None or field.reference.by:
            return super().reference_join(field)
        return self._join_created(field, earlier)

    def known(self, field: Field) -> Composable:
        """As ever, and with those that an earlier part of the run will create where they are looked for in several
        ways."""
        assert field.reference is not None
        earlier = self._earlier.get(field.reference.dataset)
        if earlier is None or not field.reference.by:
            return super().known(field)
        other = catalog.contract(field.reference.dataset)
        created = Target(other, earlier, self.tenant, self.plan)
        plain = [each for each in other.stored if each.reference is None]
        return self.compose(
            """(
                select x.id, x.tenant_id, {columns} from {stored} x
                union all
                select o.record_id, o.tenant_id, {values} from workbench.import_outcome o
                join {made} r on r.batch_id = o.batch_id and r.line = o.line
                where o.batch_id = {earlier} and o.plan = {plan} and o.outcome = 'created' and r.batch_id = {earlier}
            )""",
            columns=SQL(", ").join(SQL("x.{}").format(Identifier(each.target)) for each in plain),
            stored=super().known(field),
            values=SQL(", ").join(
                created.created(each) or SQL("null::{}").format(SQL(KINDS[each.kind].sql)) for each in plain
            ),
            made=created.names["rows"],
            earlier=created.names["batch"],
        )

    def missed(self, field: Field) -> Composable:
        """The sentence of a reference that names nothing; null when it names something, and where it cannot be looked
        for yet: the record is not there that says where it has to be."""
        assert field.reference is not None
        found, place, record = self.found(field), None, field.reference.within_of
        if record is not None:
            other = self.contract.field(record)
            place = SQL("{} is null and {} is null and not {}").format(
                self.place(field) or SQL("null"), self.found(other), self.would_be(other)
            )
        return SQL("case when r.payload ->> {} is not null and {} is null and not {} and not ({}) then {} end").format(
            Literal(field.name), found, self.would_be(field), place or SQL("false"), self.not_found(field)
        )

    def would_be(self, field: Field) -> Composable:
        """Whether a row that is withheld itself names a record of its own source row, be it one that is invalid: that
        would be there with the row, and is not what is wrong with it. So would the head that a row of another sheet is
        a part of, and waits with."""
        assert field.reference is not None
        if self._wholes.any:
            return self._wholes.names_held(field)
        if self._refusals is None or field.reference.dataset not in self._earlier:
            return SQL("false")
        if not field.reference.by:
            return SQL("({} and {}.its_key is not null)").format(self.withheld(), Identifier(f"held {field.name}"))
        earlier = self._earlier[field.reference.dataset]
        return self.compose(
            """({withheld} and coalesce(r.sources[1], r.line) in (
                select each.line from workbench.import_outcome o
                join {made} n on n.batch_id = o.batch_id and n.line = o.line
                cross join lateral unnest(coalesce(n.sources, array[n.line])) as each (line)
                where o.batch_id = {earlier} and o.plan = {plan} and n.batch_id = {earlier}
                  and (o.reason = 'withheld' or o.outcome = 'invalid')
            ))""",
            withheld=self.withheld(),
            made=Identifier("workbench", "corrected_row" if earlier.revision else "import_row"),
            earlier=Literal(earlier.id),
        )

    def _join_created(self, field: Field, earlier: Batch) -> Composable:
        """The records that there are, and those that an earlier part of the run will create."""
        assert field.reference is not None
        other = catalog.contract(field.reference.dataset)
        of = other.field(field.reference.field)
        created = Target(other, earlier, self.tenant, self.plan)
        is_its_key = other.key == (of.name,) and KINDS[of.kind].sql == "text"
        value = SQL("n.external_key") if is_its_key else created.value(of, "n")
        theirs = SQL("").join(
            SQL(", x.{0} as {0}").format(Identifier(other.field(name).target)) for name in self._asked_of(field)
        )
        held = """
            left join (
                select distinct {value} as its_key, each.line from workbench.import_outcome o
                join {made} n on n.batch_id = o.batch_id and n.line = o.line
                cross join lateral unnest(coalesce(n.sources, array[n.line])) as each (line)
                where o.batch_id = {earlier} and o.plan = {plan} and n.batch_id = {earlier}
                  and (o.reason = 'withheld' or o.outcome in ('invalid', 'unmatched'))
            ) {held} on {held}.its_key = {said} and {held}.line = coalesce(r.sources[1], r.line)"""
        return self.compose(
            """left join (
                select x.id{theirs}, x.{column} as its_key from {other} x where x.tenant_id = {tenant} and {slice}
                union all
                select o.record_id{said_of_them}, {value} from workbench.import_outcome o
                join {made} n on n.batch_id = o.batch_id and n.line = o.line
                where o.batch_id = {earlier} and o.plan = {plan} and o.outcome = 'created' and n.batch_id = {earlier}
                {also}
            ) {alias} on {alias}.its_key = {said}"""
            + (held if self._refusals is not None else ""),
            held=Identifier(f"held {field.name}"),
            theirs=theirs,
            also=self.also(
                field,
                SQL("x.id") + theirs,
                created.compose(
                    """select {value} from workbench.import_outcome o
                    join {rows} n on n.batch_id = o.batch_id and n.line = o.line
                    where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and n.batch_id = {batch}
                      and {value} is not null""",
                    value=value,
                ),
            ),
            said_of_them=SQL("").join(
                SQL(", {}").format(created.value(other.field(name), "n")) for name in self._asked_of(field)
            ),
            column=Identifier(of.target),
            other=created.target,
            slice=slice_of(other, "x"),
            value=value,
            made=created.names["rows"],
            earlier=created.names["batch"],
            alias=Identifier(f"ref {field.name}"),
            said=self.value(field),
        )

    def _asked_of(self, field: Field) -> list[str]:
        """What other references ask of the record that one names."""
        references = [each.reference for each in self.references if each.reference is not None]
        asked = [each.within for each in references if each.within is not None and each.within_of == field.name]
        return [*asked, *(field.reference.called[:1] if field.reference and field.reference.called else ())]

    @property
    def sharing(self) -> list[Batch]:
        """The earlier parts of the run whose records stand in the same table."""
        here = (self.contract.family, self.contract.table)
        contracts = {name: catalog.contract(name) for name in self._earlier}
        return [self._earlier[name] for name, other in contracts.items() if (other.family, other.table) == here]

    def made_by_others(self) -> Composable:
        """The keys of records that they will create: none of them can be this part's as well."""
        if not self.sharing:
            return SQL("")
        return self.compose(
            """left join (
                select n.external_key from workbench.import_outcome o
                join workbench.corrected_row n on n.batch_id = o.batch_id and n.line = o.line
                where o.batch_id = any({sharing}) and n.batch_id = any({sharing}) and o.plan = {plan}
                  and o.outcome = 'created'
            ) others on others.external_key = r.external_key""",
            sharing=Literal([batch.id for batch in self.sharing]),
        )
