"""The SQL of a plan: what else than its key says whose record a row is. Ids that two share, names that are quite
others."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import issue, source_line, texts
from workbench.database.planning.holders import Holders
from workbench.database.planning.repeats import Ruling
from workbench.database.planning.standing import contradicted, namesake
from workbench.database.slices import slice_of
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.contract import Field, Forward
from workbench.model.derivation import part_of

SAME_KEY = "same_key"
"""What another record has that no two records share: always waits for a person."""
FLAG = 64
"""A verdict's number carries its warnings in the bits from this one on."""


@dataclass(frozen=True, kw_only=True)
class _Warning:
    """One of them: whether a row `r` has it that makes a record, or changes `t`, or whatever becomes of it (`known`);
    and the sentence of such a row `n`."""

    code: str
    field: Field
    created: Composable
    updated: Composable
    message: Composable
    known: Composable | None = None


class Identities:
    """Warnings of rows that make a record or change one: each is a bit of the row's verdict.

    A row that changes nothing is not looked at, what it says was told when it came first; but for half a name, which no
    row changes anything by.
    """

    def __init__(self, target: Target, holds: frozenset[str], ruling: Ruling) -> None:
        """`holds`: the codes whose rows wait for a person; `ruling` is what one has decided of them."""
        self._target = target
        self._ruling = ruling
        self._holds = holds | {SAME_KEY}
        contract, brought = target.contract, target.brought
        self._ids = tuple(field for field in contract.identifiers if field in brought)
        self._names = tuple(field for field in contract.names if field in brought)
        self._halves = tuple(field for field in contract.stored if field.name in target.halves)
        self._final = tuple(field for field in brought if isinstance(field.merge, Forward) and field.merge.final)
        self._unique = tuple(
            fields
            for names in contract.unique
            if len(fields := tuple(field for field in brought if field.name in names)) == len(names)
        )
        self._shared: tuple[tuple[Field, ...], ...] = ()
        self._holders = Holders(target)
        self.namesakes: tuple[Field, ...] = ()
        """The parts of the key of which the rows say what speaks against their being of a known record's name."""
        self.contradicted: tuple[Field, ...] = ()
        """The fields of which the rows say whether others of their record contradict them (see `Standing`)."""

    @property
    def called(self) -> list[tuple[Field, Composable, Field]]:
        """The references whose records a row calls by a name, with what each is called and our field that says it."""
        found: list[tuple[Field, Composable, Field]] = []
        for field in self._target.references:
            reference = field.reference
            if reference is None or reference.called is None or reference.by:
                continue
            theirs = catalog.contract(reference.dataset).field(reference.called[0])
            ours = self._target.contract.field(reference.called[1])
            if ours in self._target.brought:
                name = SQL("{}.{}").format(Identifier(f"ref {field.name}"), Identifier(theirs.target))
                found.append((field, name, ours))
        return found

    def question(self) -> Composed | None:
        """Whether an id stands on several rows, as `some`; None where there is none to ask for."""
        asked = [
            self._target.compose(
                """exists (
                    select from {rows} n where batch_id = {batch} and status = 'validated' and {value} is not null
                    group by hashtextextended({value}, 0) having count(*) > 1)""",
                value=_together(fields),
            )
            for fields in self._asked
        ]
        return SQL("select {} as some").format(SQL(" or ").join(asked)) if asked else None

    @property
    def _asked(self) -> list[tuple[Field, ...]]:
        """What no two records share: ids, and fields taken together."""
        return [*((field,) for field in self._ids), *self._unique]

    def put_down(self, connection: psycopg.Connection[Any], *, shared: bool) -> None:
        """Puts ids under several names, and those that stand on rows of several keys where there are some (`shared`),
        into tables of the transaction."""
        self._holders.put_down(connection)
        if not shared:
            return
        self._shared = tuple(each for each in self._asked if connection.execute(self._sharing(each)).rowcount > 0)

    def _sharing(self, fields: tuple[Field, ...]) -> Composed:
        return self._target.compose(
            """
            create temporary table {shared} on commit drop as
            select value, (array_agg(external_key order by accepted desc, {order}))[1] as key,
                   (array_agg(at order by accepted desc, {order}))[1] as first,
                   (array_agg(at order by accepted desc, {order}))[2] as second
            from (
                select {value} as value, external_key, min(line) as line, min({at}) as at,
                       bool_or({accepted}) as accepted
                from {rows} r
                where batch_id = {batch} and status = 'validated' and {value} is not null
                group by 1, 2
            ) said group by value having count(*) > 1""",
            shared=_shared(fields),
            value=_together(fields, "r"),
            at=source_line(self._target.batch),
            accepted=self._ruling.accepts(derived=self._target.batch.derived),
            order=SQL("line desc" if self._ruling.rule == "last" else "line"),
        )

    def join(self, row: str = "r") -> Composable:
        """What the rows are joined with."""
        joins = [
            SQL("left join {table} on {table}.value = {said}").format(table=_shared(each), said=_together(each, row))
            for each in self._shared
        ]
        return SQL(" ").join([*joins, self._holders.join(row)])

    def created(self) -> Composable:
        """The bits of a row that makes a record."""
        return _bits([warning.created for warning in self._warnings])

    def updated(self) -> Composable:
        """The bits of a row that changes a record."""
        return _bits([warning.updated for warning in self._warnings])

    @property
    def of_any(self) -> bool:
        """Whether there are warnings of rows whatever becomes of them."""
        return bool(self._halves or self.contradicted or self._holders.shared or self._final)

    def known(self) -> Composable:
        """The bits of any row, whatever becomes of it."""
        return _bits([warning.known or SQL("false") for warning in self._warnings])

    def held(self, code: str) -> Composable:
        """Whether a row `found` has such a warning and waits for a person, who has not accepted it yet."""
        bits = sum(FLAG << place for place, warning in enumerate(self._warnings) if warning.code == code)
        if code not in self._holds or not bits:
            return SQL("false")
        return SQL("(found & {} > 0 and not accepted)").format(Literal(bits))

    def issues(self) -> Composable:
        """The warnings of a row, found again by its line: few rows have any."""
        parts = [
            SQL("case when found & {} > 0 then {} else '[]'::jsonb end").format(
                Literal(FLAG << place), self._issue(warning)
            )
            for place, warning in enumerate(self._warnings)
        ]
        if not parts:
            return SQL("null::jsonb")
        return self._target.compose(
            """case when found >= {flag} then (
                select {parts} from {rows} n {shared} where n.batch_id = {batch} and n.line = judged.line) end""",
            flag=Literal(FLAG),
            parts=SQL(" || ").join(parts),
            shared=self.join("n"),
        )

    def _issue(self, warning: _Warning) -> Composable:
        warned = issue(warning.code, warning.field.name, warning.message, "warning")
        if warning.code not in self._holds:
            return warned
        waits = issue(warning.code, warning.field.name, warning.message)
        return SQL("case when {} then {} else {} end").format(self.held(warning.code), waits, warned)

    @property
    def _warnings(self) -> list[_Warning]:
        return [
            *(warning for fields in self._shared for warning in self._in_file(fields)),
            *map(self._in_records, self._ids),
            *map(self._known, self._unique),
            *map(self._of_name, self._names),
            *map(self._made_of_half, self._halves),
            *map(self._of_half, self._halves),
            *map(self._of_others, self.contradicted),
            *map(self._of_namesake, self.namesakes),
            *map(self._of_holder, self._holders.shared),
            *map(self._not_taken, self._final),
            *(self._called_otherwise(*each) for each in self.called),
        ]

    def _in_file(self, fields: tuple[Field, ...]) -> list[_Warning]:
        """Of fields that rows of several keys have the same in. Where no two records may, and one of them
        counts by rule, that one is told, and the others wait: what names it by its own key finds it."""
        table, field = _shared(fields), fields[0]
        is_unique = fields in self._unique
        what = f" {' and '.join(each.name for each in fields)}" if is_unique else ""
        noun = self._target.contract.noun
        line = SQL("case when {t}.key = n.external_key then {t}.second else {t}.first end").format(t=table)
        who = SQL("'Line ' || {} || {}").format(line, Literal(f", another {noun},"))
        if self._target.batch.derived:
            who = SQL("case when {} = {} then {} else {} end").format(
                line, source_line(self._target.batch, "n"), Literal(f"Another {noun} of this line"), who
            )
        said = SQL(" || ' / ' || ").join(map(_said, fields))
        message = SQL("{} || {} || {}").format(who, Literal(f" has the same{what}: "), said)
        there = SQL("{}.value is not null").format(table)
        if not is_unique or self._ruling.rule == "hold":
            code = SAME_KEY if is_unique else "same_id"
            return [_Warning(code=code, field=field, created=there, updated=there, message=message)]
        first = SQL("coalesce({}.key = r.external_key, false)").format(table)
        later = SQL("coalesce({}.key <> r.external_key, false)").format(table)
        counts = SQL("{} || '; this one counts'").format(message)
        return [
            _Warning(code="same_id", field=field, created=first, updated=first, message=counts),
            _Warning(code=SAME_KEY, field=field, created=later, updated=later, message=message),
        ]

    def _known(self, fields: tuple[Field, ...]) -> _Warning:
        """Of fields that, taken together, another record has; asked of all records at once."""
        target = self._target
        columns = [Identifier(field.target) for field in fields]
        named = {
            "said": SQL(", ").join(target.found(field) for field in fields),
            "own": SQL(", ").join(SQL("t.{}").format(column) for column in columns),
            "columns": SQL(", ").join(SQL("x.{}").format(column) for column in columns),
            "filled": SQL("num_nulls({}) = 0").format(SQL(", ").join(SQL("x.{}").format(c) for c in columns)),
            "slice": slice_of(target.contract, "x"),
        }
        test = target.compose(
            """(({said}) is distinct from ({own}) and coalesce(({said}) in (
                select {columns} from {target} x where x.tenant_id = {tenant} and {filled} and {slice}
            ), false))""",
            **named,
        )
        same = SQL(" and ").join(
            SQL("x.{} = {}").format(
                column, Identifier(f"ref {field.name}") if field.reference is not None else target.value(field, "n")
            )
            for column, field in zip(columns, fields, strict=True)
        )
        other = target.compose(
            """(select x.{key}::text from {target} x where x.tenant_id = {tenant} and {same} and {slice} limit 1)""",
            key=Identifier(target.contract.key_fields[0].target),
            same=same,
            slice=named["slice"],
        )
        called = " and ".join(field.name for field in fields)
        return _Warning(
            code=SAME_KEY,
            field=fields[0],
            created=test,
            updated=test,
            message=SQL("{} || coalesce({}, '') || {} || {}").format(
                Literal(f"The {target.contract.noun} "),
                other,
                Literal(f", who is known, has the same {called}: "),
                SQL(" || ' / ' || ").join(map(_said, fields)),
            ),
        )

    def _in_records(self, field: Field) -> _Warning:
        """Asked of all records at once, and not before a row needs it."""
        test = self._target.compose(
            """((r.payload ->> {name}) is distinct from t.{column} and coalesce((r.payload ->> {name}) in (
                select x.{column} from {target} x where x.tenant_id = {tenant} and x.{column} is not null and {slice}
            ), false))""",
            name=Literal(field.name),
            column=Identifier(field.target),
            slice=slice_of(self._target.contract, "x"),
        )
        other = Literal(f"Another {self._target.contract.noun}, who is known, has the same: ")
        return _Warning(
            code="same_id", field=field, created=test, updated=test, message=SQL("{} || {}").format(other, _said(field))
        )

    def _of_name(self, field: Field) -> _Warning:
        test = SQL("workbench.quite_another(r.payload ->> {}, t.{})")
        known = Literal(f", where the {self._target.contract.noun} is known as ")
        return _Warning(
            code="another_name",
            field=field,
            created=SQL("false"),
            updated=test.format(Literal(field.name), Identifier(field.target)),
            message=SQL("'Quite another name: ' || {} || {} || {}").format(_said(field), known, _stored(field)),
        )

    def _made_of_half(self, field: Field) -> _Warning:
        """Of a new record, whose name is of a part alone."""
        return _Warning(
            code="made_of_half",
            field=field,
            created=SQL("{} is not null").format(self._target.half(field)),
            updated=SQL("false"),
            message=SQL("{} || coalesce({} || ' alone: ', 'a part alone: ') || {}").format(
                Literal(f"{field.title} is made of "), _part(field), self._target.half(field, "n")
            ),
        )

    def _of_half(self, field: Field) -> _Warning:
        """Of a known record, whose name has not such a part."""
        half, stored = self._target.half(field), SQL("t.{}").format(Identifier(field.target))
        unlike = SQL(
            """({half} is not null and t.id is not null and not coalesce(case when workbench.words({half}) = '{{}}'
                then position(lower({half}) in lower({stored})) > 0
                else workbench.words({half}) <@ workbench.words({stored}) end, false))"""
        ).format(half=half, stored=stored)
        return _Warning(
            code="half_name",
            field=field,
            created=SQL("false"),
            updated=SQL("false"),
            known=unlike,
            message=SQL("{} || {} || coalesce(' (' || {} || ' alone)', '') || {} || coalesce({}, '(blank)')").format(
                Literal("Not used, for it is no whole name: "),
                self._target.half(field, "n"),
                _part(field),
                Literal(f"; the {self._target.contract.noun} stays "),
                _stored(field),
            ),
        )

    def _of_others(self, field: Field) -> _Warning:
        """Of rows of one record that contradict each other, where it is settled which counts."""
        return _Warning(
            code="contradicted",
            field=field,
            created=SQL("false"),
            updated=SQL("false"),
            known=SQL("r.{} is not null").format(contradicted(field)),
            message=SQL("n.{}").format(contradicted(field)),
        )

    def _of_namesake(self, field: Field) -> _Warning:
        """Of a new record whose name a known one has, which it may well be."""
        return _Warning(
            code="same_name",
            field=field,
            created=SQL("r.{} is not null").format(namesake(field)),
            updated=SQL("false"),
            message=SQL("n.{}").format(namesake(field)),
        )

    def _of_holder(self, field: Field) -> _Warning:
        """Of rows that have an id for one person which others have for another."""
        return _Warning(
            code="two_names",
            field=field,
            created=SQL("false"),
            updated=SQL("false"),
            known=self._holders.is_told(field),
            message=self._holders.told(field),
        )

    def _called_otherwise(self, field: Field, theirs: Composable, ours: Field) -> _Warning:
        """Of rows that call the record that they name otherwise than it is known: with a word that it has not, and
        without one that it has."""
        said = SQL("(r.payload ->> {})").format(Literal(ours.name))
        test = SQL(
            "coalesce(lower({said}) <> lower({theirs}) and not workbench.words({said}) <@ workbench.words({theirs}) "
            "and not workbench.words({theirs}) <@ workbench.words({said}), false)"
        ).format(said=said, theirs=theirs)
        assert field.reference is not None
        return _Warning(
            code="called_otherwise",
            field=field,
            created=test,
            updated=test,
            message=SQL("{} || {} || ' is known as ' || {} || {} || {}").format(
                Literal(f"{field.reference.noun} "),
                _said(field),
                Identifier(f"called {field.name}"),
                Literal(f"; {ours.name.replace('_', ' ')} here is "),
                _said(ours),
            ),
        )

    def _not_taken(self, field: Field) -> _Warning:
        """Of rows that say another end than the one that is stored and stays."""
        assert isinstance(field.merge, Forward)
        test = SQL(
            "(r.payload ->> {name} = any({final}) and t.{column} = any({final}) "
            "and array_position({order}, r.payload ->> {name}) < array_position({order}, t.{column}))"
        )
        return _Warning(
            code="not_taken",
            field=field,
            created=SQL("false"),
            updated=SQL("false"),
            known=test.format(
                name=Literal(field.name),
                column=Identifier(field.target),
                final=texts(field.merge.final),
                order=texts(field.merge.order),
            ),
            message=SQL("{} || {} || '; it is ' || {} || ' here'").format(
                Literal(f"{field.name.capitalize()} stays "), _stored(field), _said(field)
            ),
        )


def _bits(tests: list[Composable]) -> Composable:
    """The sum of the bits of the tests that hold."""
    bits = [
        SQL("case when {} then {} else 0 end").format(test, Literal(FLAG << place)) for place, test in enumerate(tests)
    ]
    return SQL("({})").format(SQL(" + ").join(bits)) if bits else SQL("0")


def _said(field: Field) -> Composable:
    return SQL("(n.payload ->> {})").format(Literal(field.name))


def _part(field: Field) -> Composable:
    """Which of its ingredients a field was joined of alone."""
    return SQL("replace(n.payload ->> {}, '_', ' ')").format(Literal(part_of(field.name)))


def _stored(field: Field) -> Composable:
    return Identifier(f"old {field.target}")


def _together(fields: tuple[Field, ...], row: str = "n") -> Composable:
    """What a row says of fields taken together, as one text; null where one of them is blank."""
    said = [SQL("({}.payload ->> {})").format(Identifier(row), Literal(field.name)) for field in fields]
    if len(said) == 1:
        return said[0]
    listed = SQL(", ").join(said)
    return SQL("case when num_nulls({}) = 0 then concat_ws(chr(31), {}) end").format(listed, listed)


def _shared(fields: tuple[Field, ...]) -> Identifier:
    return Identifier(f"shared {' '.join(field.name for field in fields)}")
