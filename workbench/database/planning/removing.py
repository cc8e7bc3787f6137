"""Records that a file no longer names: what modes preserve and replace take away, and why a person is asked first."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import psycopg
import pyarrow as pa
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import source_line
from workbench.database.slices import removable
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.contract import Field, Removal
from workbench.model.hold import Hold
from workbench.model.wording import first_of, many
from workbench.prepare.normalize import canonical

_FIRST = 5
"""So many lines, or names, are told."""
_CUT = 60
"""So many characters of a cell."""


class Removals(Target):
    """What a batch's plan takes away. Asked within a transaction."""

    @property
    def any(self) -> bool:
        """Whether the mode takes records away at all."""
        return self.contract.removal is not None and self.mode in ("preserve", "replace")

    def put_down(self, connection: psycopg.Connection[Any], lacks: Composable) -> None:
        """Lists the records within the file's scope that no row names.

        Valid rows say what the scope is, and the constants do for a file without rows; an invalid row names its record
        all the same. `lacks` are the rows `r` that could make no record.
        """
        if not self.any:
            return
        who, *rest = [
            SQL("r.payload ->> {} = {}").format(Literal(f.name), self._as_said(f)) for f in self.contract.key_fields
        ]
        # an invalid row names whoever its first key field names: the rest of its key may be what is wrong with it
        named = SQL(" and ").join([who, *(SQL("(r.status = 'failed' or {})").format(part) for part in rest)])
        constants = [Literal(self._constants.get(field.name)) for field in self._scope]
        connection.execute(
            self.compose(
                """
                insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before)
                select {tenant}, {batch}, {plan}, t.id, t.xmin, {action}, to_jsonb(t)
                from {target} t
                join (
                    select distinct {said} from {rows} r
                    where batch_id = {batch} and status = 'validated' and not {lacks}
                    union select {alone} where not exists (select from {rows} own where own.batch_id = {batch})
                ) scope ({scope}) on {inside}
                where t.tenant_id = {tenant} and {present}
                  and not exists (select from {rows} r where r.batch_id = {batch} and {named})""",
                action=Literal("deactivated" if self.mode == "preserve" else "deleted"),
                said=SQL(", ").join(map(self._said, self._scope)),
                alone=SQL(", ").join(SQL("{}::text").format(constant) for constant in constants),
                scope=SQL(", ").join(Identifier(field.name) for field in self._scope),
                inside=self._inside,
                named=named,
                lacks=lacks,
                present=removable(self.contract, self.mode),
            )
        )

    def count(self, connection: psycopg.Connection[Any]) -> int:
        """How many records the plan takes away."""
        counted = "select count(*) as records from workbench.import_removal where batch_id = {batch} and plan = {plan}"
        return int(_one(connection, self.compose(counted))["records"]) if self.any else 0

    def _as_said(self, field: Field) -> Composable:
        """How a row would say what a record `t` has: of one that it names, that one's own field."""
        return self._named(field, SQL("t.{}").format(Identifier(field.target)))

    def _was(self, field: Field) -> Composable:
        """What a record that goes, as its before-image `m.before` has it, says of a field, as a row would."""
        return self._named(field, SQL("m.before ->> {}").format(Literal(field.target)))

    def _named(self, field: Field, stored: Composable) -> Composable:
        if field.reference is None:
            return SQL("({})::text").format(stored)
        other = catalog.contract(field.reference.dataset)
        return self.compose(
            "(select x.{of}::text from {other} x where x.tenant_id = {tenant} and x.id = ({stored})::uuid)",
            of=Identifier(other.field(field.reference.field).target),
            other=Identifier(other.family, other.table),
            stored=stored,
        )

    def in_scope(self, connection: psycopg.Connection[Any]) -> int:
        """How many records of the file's scope the mode could take away, those that it names among them."""
        counted = self._with_scopes(
            """
            select count(*) as records from {target} t join scope on {inside}
            where t.tenant_id = {tenant} and {present}""",
            inside=self._inside,
            present=removable(self.contract, self.mode),
        )
        return int(_one(connection, counted)["records"])

    def holds(self, connection: psycopg.Connection[Any], removed: int, *, refused: int, taken: int) -> Iterator[Hold]:
        """What a person has to look at before so many records are taken away, or those of another year changed.

        Of the rows so many are `refused`, as invalid or unmatched, and so many `taken`: of a record that they make or
        that is known.
        """
        other = list(self._other_window(connection))
        yield from other
        if not self.any:
            return
        unread = list(self._unread(connection, removed)) if removed and refused else []
        yield from unread
        if removed and not taken and not unread:
            yield self._nothing_in(connection, removed)
        if removed:
            yield from self._same_names(connection)
            yield from self._left_out(connection)
            yield from self._older(connection)
        if not other:
            yield from self._several(connection)

    def unknown(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        """The scopes of the file in which no record is known, where others are: nobody of them is taken away."""
        if not self.any:
            return
        for row in connection.execute(
            self._with_scopes(
                """
                select {scope} from scope where not exists (
                    select from {target} t where t.tenant_id = {tenant} and {inside})
                and exists (select from {target} t where t.tenant_id = {tenant}) limit {first}""",
                scope=SQL(", ").join(Identifier(field.name) for field in self._scope),
                inside=self._inside,
                first=Literal(_FIRST),
            )
        ):
            said = " and ".join(f"{name.replace('_', ' ')} {text}" for name, text in row.items() if text)
            blank = " and ".join(f"a {name.replace('_', ' ')}" for name, text in row.items() if not text)
            where = (f" of {said}" if said else "") + (f" without {blank}" if blank else "")
            told = f"No {self.contract.noun}{where} is known yet, so none of it {self._is_gone}."
            yield Hold(code="new_scope", field=self._scope[0].name, message=told, rows=0)

    def _other_window(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        """The rows that say another year than the import is for."""
        field = self.contract.by_window
        if field is None or field not in self.brought or not self.batch.window or self.contract.removal is None:
            return
        window = canonical(pa.array([self.batch.window], pa.string()), field)[0].as_py()
        others = [each for each in self._windows(connection, field) if each["said"] != window]
        if others:
            rows = sum(each["rows"] for each in others)
            line = min(each["line"] for each in others)
            who = f"line {line} says" if rows == 1 else f"{rows:,} rows, the first on line {line}, say"
            said = first_of([each["said"] for each in others], _FIRST)
            told = f"The import is for {window}, and {who} that {field.title} is {said}."
            yield Hold(code=f"other_{field.name}", field=field.name, message=told, rows=rows)

    def _several(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        field = self.contract.by_window
        if field is None or field not in self.brought:
            return
        found = self._windows(connection, field)
        if len(found) > 1:
            said = [f"{each['said']} ({many(each['rows'])}, the first on line {each['line']})" for each in found]
            told = (
                f"The rows speak of more than one {field.title}: {first_of(said, _FIRST)}. "
                f"In each, who is not named {self._is_gone}."
            )
            fewest = sum(each["rows"] for each in found[1:])
            yield Hold(code=f"several_{field.name}", field=field.name, message=told, rows=fewest)

    def _windows(self, connection: psycopg.Connection[Any], field: Field) -> list[dict[str, Any]]:
        """What the rows that are not invalid say of a field, with how many they are, the most frequent first."""
        return connection.execute(
            self.compose(
                """
                select {said} as said, count(*)::int as rows, min({at}) as line from {rows} r
                where r.batch_id = {batch} and r.status = 'validated' group by 1 order by 2 desc, 1""",
                said=self._said(field),
                at=source_line(self.batch),
            )
        ).fetchall()

    def _unread(self, connection: psycopg.Connection[Any], removed: int) -> Iterator[Hold]:
        """Rows that are not written and name nothing known: their key cannot be read, or is none of a record."""
        key, name = self.contract.key_fields[0], self._name
        found = connection.execute(
            self.compose(
                """
                select {at} as line, left({text}, {cut}) as text, r.payload ->> {name} as name,
                       count(*) over ()::int as all
                from workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
                where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('invalid', 'unmatched')
                  and r.batch_id = {batch} and {unknown} order by r.line limit {first}""",
                at=source_line(self.batch),
                text=self._cell(key),
                cut=Literal(_CUT),
                name=Literal(name.name),
                unknown=self._names_nothing,
                first=Literal(_FIRST),
            )
        ).fetchall()
        if not found:
            return
        gone = self._gone(connection, [row["name"] for row in found if row["name"]])
        lines, texts = [str(row["line"]) for row in found], [row["text"] or "blank" for row in found]
        one = found[0]["all"] == 1
        noun, every = self.contract.noun, found[0]["all"]
        told = (
            f"{'Line' if one else 'Lines'} {first_of(lines, _FIRST, of=every)} {'names' if one else 'name'} no {noun} "
            f"that Workbench knows ({first_of(texts, _FIRST, of=every)}): {'it' if one else 'each'} may be "
            + (f"the {noun}" if removed == 1 else f"one of the {removed:,} {noun}s")
            + f" that would be {self._done}: {first_of(gone, _FIRST, of=removed)}. "
            f"Correct the {'line' if one else 'lines'}, or let the removal go on."
        )
        yield Hold(code="unread", field=key.name, message=told, rows=found[0]["all"])

    def _nothing_in(self, connection: psycopg.Connection[Any], removed: int) -> Hold:
        """Of a file of which no row is written, whatever its rows name: it may be another than was meant."""
        gone = first_of(self._gone(connection, []), _FIRST, of=removed)
        told = f"No row of the file goes in, and {many(removed, self.contract.noun)} would be {self._done}: {gone}."
        return Hold(code="nothing_in", field="", message=told, rows=removed)

    def _same_names(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        """Rows that have the name of somebody who goes: a new record, a known one that had another name, a row that
        does not count. A namesake who stays as before is no matter."""
        key, name = self.contract.key_fields[0], self._name
        if name == key:
            return
        found = connection.execute(
            self.compose(
                """
                select r.line, r.payload ->> {key_name} as text, m.before ->> {name} as name, {was} as was,
                       count(*) over ()::int as all
                from workbench.import_removal m
                join (
                    select {at} as line, r.payload from workbench.import_outcome o
                    join {rows} r on r.batch_id = o.batch_id and r.line = o.line
                    where o.batch_id = {batch} and o.plan = {plan} and r.batch_id = {batch} and not {nobody}
                      and (o.outcome in ('created', 'invalid') or o.reason in ('added_up', 'duplicate')
                           or (o.outcome = 'updated'
                               and workbench.folded(o.before ->> {name}) <> workbench.folded(r.payload ->> {row_name})))
                ) r on workbench.folded(r.payload ->> {row_name}) = workbench.folded(m.before ->> {name})
                where m.batch_id = {batch} and m.plan = {plan} order by r.line limit {first}""",
                at=source_line(self.batch),
                was=self._was(key),
                key_name=Literal(key.name),
                name=Literal(name.target),
                row_name=Literal(name.name),
                nobody=self._names_nobody,
                first=Literal(_FIRST),
            )
        ).fetchall()
        if found:
            each = [f"{row['was']}, {row['name']} (line {row['line']}, {row['text']})" for row in found]
            noun, count = self.contract.noun, found[0]["all"]
            told = (
                f"{count:,} {noun}{' whose name' if count == 1 else 's whose names'} another row has would be "
                f"{self._done}: {first_of(each, _FIRST, of=count)}. "
                f"Correct the row where it is the same {noun}, or let the removal go on."
            )
            yield Hold(code="same_name", field=key.name, message=told, rows=count)

    def _left_out(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        """Lines that were read as no records, and name somebody who goes."""
        left_out = [each for each in self.batch.reading.get("left_out", ()) if each["text"]]
        if not left_out:
            return
        key = self.contract.key_fields[0]
        found = connection.execute(
            self.compose(
                """
                select each.line, {key} as who, count(*) over ()::int as all
                from workbench.import_removal m
                join unnest({lines}::int[], {texts}::text[]) each (line, text)
                  on strpos(lower(each.text), lower({key})) > 0
                where m.batch_id = {batch} and m.plan = {plan} order by 1, 2 limit {first}""",
                key=self._was(key),
                lines=Literal([each["first"] for each in left_out]),
                texts=Literal([each["text"] for each in left_out]),
                first=Literal(_FIRST),
            )
        ).fetchall()
        if found:
            each = [f"line {row['line']} ({row['who']})" for row in found]
            count, noun = found[0]["all"], self.contract.noun
            named = first_of(each, _FIRST, of=count)
            told = (
                f"What was left out as no record names {noun}s that would be {self._done}: {named}. "
                "Keep the lines, or let the removal go on."
            )
            yield Hold(code="left_out", field=key.name, message=told, rows=count)

    def _older(self, connection: psycopg.Connection[Any]) -> Iterator[Hold]:
        """Records of an earlier year than the newest that is known of their scope."""
        field = self.contract.by_window
        if field is None or field not in self._scope:
            return
        others = [each for each in self._scope if each != field]
        found = connection.execute(
            self.compose(
                """
                select m.said, newest, sum(m.records)::int as records from (
                    select before ->> {field} as said, count(*) as records{others} from workbench.import_removal
                    where batch_id = {batch} and plan = {plan} group by {grouped}
                ) m cross join lateral (
                    select max(t.{column}::text) as newest from {target} t where t.tenant_id = {tenant}{same}
                ) known where newest > m.said group by 1, 2 order by 3 desc, 1""",
                field=Literal(field.target),
                column=Identifier(field.target),
                others=SQL("").join(
                    SQL(", before ->> {} as {}").format(Literal(f.target), Identifier(f.target)) for f in others
                ),
                grouped=SQL(", ").join(SQL(str(place)) for place in (1, *range(3, 3 + len(others)))),
                same=SQL("").join(
                    SQL(" and t.{0} is not distinct from m.{0}").format(Identifier(f.target)) for f in others
                ),
            )
        ).fetchall()
        if found:
            records, noun = sum(row["records"] for row in found), self.contract.noun
            years = first_of([row["said"] for row in found], _FIRST)
            told = (
                f"{many(records, noun)} of {years} would be {self._done}, "
                f"and a later {field.title} is known: {found[0]['newest']}."
            )
            yield Hold(code=f"older_{field.name}", field=field.name, message=told, rows=records)

    @property
    def _names_nobody(self) -> Composable:
        """Whether a row `r` that could not be read names no known record."""
        return SQL("(r.status = 'failed' and {})").format(self._names_nothing)

    @property
    def _names_nothing(self) -> Composable:
        """Whether a row `r` names no known record by the first field of its key."""
        key = self.contract.key_fields[0]
        return self.compose(
            "not exists (select from {target} t where t.tenant_id = {tenant} and {key} = r.payload ->> {name})",
            key=self._as_said(key),
            name=Literal(key.name),
        )

    def _gone(self, connection: psycopg.Connection[Any], first: Sequence[str]) -> list[str]:
        """The names of the first records that go, those of these names before the others."""
        found = connection.execute(
            self.compose(
                """
                select coalesce({name}, {key}) as name from workbench.import_removal m
                where batch_id = {batch} and plan = {plan}
                order by {name} = any({wanted}) desc, 1 limit {first}""",
                name=self._was(self._name),
                key=self._was(self.contract.key_fields[0]),
                wanted=Literal(list(first)),
                first=Literal(_FIRST),
            )
        )
        return [row["name"] for row in found]

    def _cell(self, field: Field) -> Composable:
        """What stands in the cell that fills a field, as it was written."""
        headers = [header for header, name in self.batch.mapping.get("columns", {}).items() if name == field.name]
        if self.batch.derived or not headers:
            return SQL("r.payload ->> {}").format(Literal(field.name))
        return SQL("nullif(btrim(r.raw::json ->> {}), '')").format(Literal(self.batch.headers.index(headers[0])))

    def _with_scopes(self, statement: str, **more: Composable) -> Composed:
        """A statement with `scope`: what the rows that are not invalid say of the fields of the scope, once each."""
        scopes = """
            with scope ({names}) as materialized (
                select distinct {said} from {rows} r
                join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line
                where r.batch_id = {batch} and o.batch_id = {batch} and o.plan = {plan} and o.outcome <> 'invalid'
            ) """
        return self.compose(
            scopes + statement,
            names=SQL(", ").join(Identifier(field.name) for field in self._scope),
            said=SQL(", ").join(map(self._said, self._scope)),
            **more,
        )

    def _said(self, field: Field) -> Composable:
        """What a row, or else the import, says of a field."""
        constant = Literal(self._constants.get(field.name))
        return SQL("coalesce(r.payload ->> {}, {})").format(Literal(field.name), constant)

    @property
    def _inside(self) -> Composable:
        """Whether a record is of a scope of the file."""
        return SQL(" and ").join(
            SQL("t.{} is not distinct from scope.{}").format(Identifier(f.target), Identifier(f.name))
            for f in self._scope
        )

    @property
    def _scope(self) -> list[Field]:
        return [self.contract.field(name) for name in cast(Removal, self.contract.removal).scope]

    @property
    def _constants(self) -> dict[str, str]:
        return cast(dict[str, str], self.batch.mapping.get("constants", {}))

    @property
    def _name(self) -> Field:
        """What a person calls a record by; its key where it has no name."""
        return (*self.contract.names, self.contract.key_fields[0])[0]

    @property
    def _done(self) -> str:
        return "switched off" if self.mode == "preserve" else "deleted"

    @property
    def _is_gone(self) -> str:
        return f"is {self._done}"


class Leftovers(Target):
    """The parts of a record that a plan leaves of it, because the file names others of it and not them: a line that is
    gone from its invoice. Asked within a transaction."""

    @property
    def any(self) -> bool:
        """Whether the records are parts of others, and the mode changes those that there are."""
        return bool(self.contract.part_of) and self.mode != "insert"

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Lists them: a whole of which nothing is written stays as it is, whatever its rows say."""
        if not self.any:
            return
        connection.execute(
            self.compose(
                """
                insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before)
                with named as materialized (
                    select record_id, (refs ->> {whole})::uuid as whole from workbench.import_outcome
                    where batch_id = {batch} and plan = {plan} and record_id is not null
                      and (outcome in ('created', 'updated') or reason in ('unchanged', 'protected', 'kept'))
                ), scope as materialized (
                    select whole from named where whole is not null
                    union select t.{column} from named join {target} t on t.id = named.record_id
                    where t.tenant_id = {tenant}
                )
                select {tenant}, {batch}, {plan}, t.id, t.xmin, 'deleted', to_jsonb(t)
                from {target} t join scope on scope.whole = t.{column}
                where t.tenant_id = {tenant} and not exists (select from named where record_id = t.id)""",
                whole=Literal(self._whole.target),
                column=Identifier(self._whole.target),
            )
        )

    @property
    def _whole(self) -> Field:
        return self.contract.field(self.contract.part_of)


def _one(connection: psycopg.Connection[Any], question: Composed) -> dict[str, Any]:
    return cast(dict[str, Any], connection.execute(question).fetchone())
