"""The SQL of one plan, composed from its contract: what the planner, the commit and the undo execute."""

from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import CodeOf, Contract, Field
from workbench.model.kinds import KINDS

Part = tuple[int, int]
"""The first and the last line that one connection decides."""


class Shape:
    """The statements of one plan, composed from its contract. Names are quoted, values are literals; nothing of a file
    ever becomes SQL."""

    def __init__(self, contract: Contract, batch: Batch, tenant: UUID, plan: int) -> None:
        self.contract = contract
        self.batch = batch
        self.mode = batch.mode
        self.which = {"batch": batch.id, "plan": plan}
        self.target = Identifier(contract.family, contract.table)
        self.names: dict[str, Composable] = {
            "target": self.target,
            "tenant": SQL("{}::uuid").format(Literal(tenant)),
            "batch": SQL("{}::uuid").format(Literal(batch.id)),
            "plan": Literal(plan),
            # the view costs a join, and most batches were never corrected
            "rows": Identifier("workbench", "corrected_row" if batch.revision else "import_row"),
        }
        brought = set(batch.fields)
        self.brought = tuple(field for field in contract.stored if field.name in brought)
        self.clears = frozenset(batch.mapping.get("clears", ()))

    def _compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self.names, **more)

    # -- the plan ------------------------------------------------------------------------------------------------------

    def repeated(self) -> Composed:
        """The keys that the file has more than once, with the line that counts: the first.

        Numbers are grouped three times as quickly as texts, and most files have no such key: then the texts are not
        looked at.
        """
        return self._compose("""
            create temporary table repeated on commit drop as
            with keyed as not materialized (
                select external_key, line, hashtextextended(external_key, 0) as hash from {rows}
                where batch_id = {batch} and status = 'validated' and external_key is not null
            ), suspect as materialized (select hash from keyed group by hash having count(*) > 1)
            select external_key, min(line) as first from keyed
            where exists (select from suspect) and hash in (select hash from suspect)
            group by external_key having count(*) > 1""")

    def invalid(self, part: Part) -> Composed:
        """Rows that validation refused."""
        return self._compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome)
            select tenant_id, batch_id, {plan}, line, 'invalid' from {rows} r
            where batch_id = {batch} and status = 'failed' and {part}""",
            part=_within(part),
        )

    def outcomes(self, part: Part, *, repeats: bool) -> Composed:
        """All other rows: repeated, unmatched, created, updated or unchanged, in this order of questions.

        A verdict is a number until it is stored: a million rows compare it several times each. In the order of the
        lines an index grows at its end, and all of it takes two thirds of the time that it does in that of a join.
        """
        outcomes, reasons = zip(*self._verdicts, strict=True)
        return self._compose(
            """
            insert into workbench.import_outcome
                (tenant_id, batch_id, plan, line, outcome, reason, record_id, seen, refs, before, errors)
            select {tenant}, {batch}, {plan}, line, ({outcomes}::text[])[verdict], ({reasons}::text[])[verdict],
                   case verdict when {created} then row_id when {updated} then target_id when {unchanged} then target_id
                                when {protected} then target_id end,
                   case when verdict in ({updated}, {unchanged}, {protected}) then target_xmin end,
                   {refs}, case verdict when {updated} then {before} end,
                   case when verdict > {unchanged} then {errors} end
            from (
                select r.line, r.id as row_id, {verdict} as verdict, {first} as first{columns}
                from {rows} r
                {repeated}
                {references}
                left join {target} t on t.tenant_id = {tenant} and {matches}
                where r.batch_id = {batch} and r.status = 'validated' and {part}
                order by r.line
            ) judged""",
            part=_within(part),
            outcomes=Literal(list(outcomes)),
            reasons=Literal(list(reasons)),
            created=self._number("created"),
            updated=self._number("updated"),
            unchanged=self._number("skipped", "unchanged"),
            protected=self._number("skipped", "protected"),
            refs=self._refs(),
            before=self._before(),
            errors=self._errors(),
            verdict=self._verdict(repeats),
            first=SQL("repeated.first" if repeats else "null::integer"),
            repeated=self._repeated() if repeats else SQL(""),
            columns=self._carried(),
            references=SQL(" ").join(self._reference_join(field) for field in self._references),
            matches=self._matches("r"),
        )

    @property
    def _verdicts(self) -> tuple[tuple[str, str | None], ...]:
        """Outcome and reason of each verdict, in the order of their numbers; those up to "unchanged" come without an
        issue."""
        nouns = dict.fromkeys([field.reference.noun for field in self._references if field.reference])
        return (
            ("created", None),
            ("updated", None),
            ("skipped", "unchanged"),
            ("skipped", "duplicate"),
            ("skipped", "protected"),
            ("invalid", "taken"),
            ("invalid", "already_exists"),
            ("invalid", "ambiguous_code"),
            *(("unmatched", noun) for noun in dict.fromkeys([self.contract.noun, *nouns])),
        )

    def _number(self, outcome: str, reason: str | None = None) -> Composable:
        return Literal(self._verdicts.index((outcome, reason)) + 1)

    @property
    def _references(self) -> tuple[Field, ...]:
        return tuple(field for field in self.brought if field.reference is not None)

    @property
    def compared(self) -> tuple[Field, ...]:
        """The brought fields that an update may change."""
        return tuple(field for field in self.brought if field.name not in self.contract.key)

    def _value(self, field: Field, row: str = "r") -> Composable:
        """A row's value for a field, typed."""
        return SQL("({}.payload ->> {})::{}").format(Identifier(row), Literal(field.name), SQL(KINDS[field.kind].sql))

    def _found(self, field: Field) -> Composable:
        """The id of the record that a reference found, or a plain field's value."""
        return SQL("{}.id").format(Identifier(f"ref {field.name}")) if field.reference else self._value(field)

    def _reference_join(self, field: Field) -> Composable:
        assert field.reference is not None
        other = catalog.contract(field.reference.dataset)
        alias = Identifier(f"ref {field.name}")
        return SQL("left join {} {} on {}.tenant_id = {} and {}.{} = {} and {}").format(
            Identifier(other.family, other.table),
            alias,
            alias,
            self.names["tenant"],
            alias,
            Identifier(other.field(field.reference.field).target),
            self._value(field),
            slice_of(other, f"ref {field.name}"),
        )

    def _matches(self, row: str) -> Composable:
        """The natural key against the table."""
        first, *rest = self.contract.key_fields
        if not rest and first.reference is None and KINDS[first.kind].sql == "text":
            return SQL("t.{} = {}.external_key").format(Identifier(first.target), Identifier(row))
        return SQL(" and ").join(
            SQL("t.{} = {}").format(Identifier(field.target), self._found(field)) for field in self.contract.key_fields
        )

    def _repeated(self) -> Composable:
        first_row = " left join {rows} first_row on first_row.batch_id = {batch} and first_row.line = first"
        return self._compose(
            "left join repeated on repeated.external_key = r.external_key" + (first_row if self._coded else "")
        )

    def _verdict(self, repeats: bool) -> Composable:
        cases: list[Composable] = []
        if repeats:
            cases += self._ambiguous("r.line > repeated.first", "first_row.payload ->> {field}")
            cases.append(SQL("when r.line > repeated.first then {}").format(self._number("skipped", "duplicate")))
        for field in self._references:
            assert field.reference is not None
            cases.append(
                SQL("when (r.payload ->> {}) is not null and {} is null then {}").format(
                    Literal(field.name), self._found(field), self._number("unmatched", field.reference.noun)
                )
            )
        cases.append(
            SQL("when t.id is null then {}").format(
                self._number("unmatched", self.contract.noun) if self.mode == "update" else self._number("created")
            )
        )
        cases.append(
            SQL("when not ({}) then {}").format(slice_of(self.contract, "t"), self._number("invalid", "taken"))
        )
        cases += self._ambiguous("true", "t.{column}")
        if self.mode == "insert":
            cases.append(SQL("when true then {}").format(self._number("invalid", "already_exists")))
        removal = self.contract.removal
        if removal is not None:
            cases.append(
                SQL("when not t.{} and t.{} = any({}) then {}").format(
                    Identifier(removal.active),
                    Identifier(removal.source),
                    Literal(list(removal.by_hand)),
                    self._number("skipped", "protected"),
                )
            )
        cases.append(SQL("when {} then {}").format(self._differs(), self._number("updated")))
        return SQL("case {} else {} end").format(SQL(" ").join(cases), self._number("skipped", "unchanged"))

    @property
    def _coded(self) -> tuple[Field, Field] | None:
        """The field of the key that is a code, where it has one, and the field that blank codes are made of."""
        for field in self.contract.key_fields:
            if isinstance(field.derive, CodeOf):
                return field, self.contract.field(field.derive.field)
        return None

    def _ambiguous(self, when: str, other: str) -> list[Composable]:
        """A code made of a name is not the code of another name: codes are cut short, and long names begin alike."""
        if self._coded is None:
            return []
        code, name = self._coded
        columns = self.batch.mapping.get("columns", {})
        places = [self.batch.headers.index(header) for header in columns if columns[header] == code.name]
        made = [SQL("btrim(r.raw::json ->> {}) = ''").format(Literal(place)) for place in places]
        mine, others = (
            SQL(f"lower(regexp_replace({each}, '\\s+', ' ', 'g'))").format(
                field=Literal(name.name), column=Identifier(name.target)
            )
            for each in ("r.payload ->> {field}", other)
        )
        tests = SQL(" and ").join([SQL(when), *made, SQL("{} <> {}").format(mine, others)])
        return [SQL("when {} then {}").format(tests, self._number("invalid", "ambiguous_code"))]

    def _differs(self) -> Composable:
        """Whether the row would change the record. A blank cell keeps what is stored, unless the template clears it."""
        tests: list[Composable] = []
        for field in self.compared:
            new, old = self._found(field), SQL("t.{}").format(Identifier(field.target))
            if field.name in self.clears:
                tests.append(SQL("{} is distinct from {}").format(new, old))
            else:
                # never null when the new value is null, so that no separate test is needed
                tests.append(SQL("coalesce({}, {}) is distinct from {}").format(new, old, old))
        if self.contract.removal is not None:
            tests.append(SQL("not t.{}").format(Identifier(self.contract.removal.active)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def _carried(self) -> Composable:
        """What the verdict's consequences need of the joined tables."""
        columns: list[Composable] = [SQL(", t.id as target_id, t.xmin as target_xmin")]
        columns += [
            SQL(", {}").format(self._found(f) + SQL(" as ") + Identifier(f"ref {f.name}")) for f in self._references
        ]
        columns += [
            SQL(", t.{} as {}").format(Identifier(name), Identifier(f"old {name}")) for name in self._restorable
        ]
        columns += [
            SQL(", r.payload ->> {} as {}").format(Literal(field.name), Identifier(f"said {field.name}"))
            for field in self._references
        ]
        if self.contract.slice_by or self.contract.fixed:
            columns.append(SQL(", t.{} as slice").format(Identifier(slice_column(self.contract))))
        return SQL("").join(columns)

    @property
    def _restorable(self) -> tuple[str, ...]:
        """The columns that an update of this batch may write, and an undo restores."""
        names = [field.target for field in self.compared]
        if self.contract.removal is not None:
            names += [self.contract.removal.active, self.contract.removal.source]
        return tuple(names)

    def _before(self) -> Composable:
        pairs = [SQL("{}, {}").format(Literal(name), Identifier(f"old {name}")) for name in self._restorable]
        return SQL("jsonb_build_object({})").format(SQL(", ").join(pairs))

    def _refs(self) -> Composable:
        if not self._references:
            return SQL("null::jsonb")
        pairs = [SQL("{}, {}").format(Literal(f.target), Identifier(f"ref {f.name}")) for f in self._references]
        return SQL("case when verdict <= {} then jsonb_build_object({}) end").format(
            self._number("updated"), SQL(", ").join(pairs)
        )

    def _errors(self) -> Composable:
        """The issues that only the database could see."""
        key, *rest = self.contract.key
        called = self.contract.noun if rest else key.replace("_", " ")
        cases = [
            SQL("when {} then {}").format(
                self._number("skipped", "duplicate"),
                issue(
                    "duplicate_key",
                    key,
                    SQL("'Same ' || {} || ' as line ' || first").format(Literal(" and ".join(self.contract.key))),
                    "warning",
                ),
            ),
            SQL("when {} then {}").format(
                self._number("unmatched", self.contract.noun),
                issue("not_found", key, Literal(f"{self.contract.noun.capitalize()} not found")),
            ),
            SQL("when {} then {}").format(
                self._number("invalid", "already_exists"),
                issue("already_exists", key, Literal(f"{called.capitalize()} already exists")),
            ),
            SQL("when {} then {}").format(
                self._number("invalid", "ambiguous_code"),
                issue(
                    "ambiguous_code",
                    key,
                    Literal(
                        f"Another {self.contract.noun} has the {called} that is made of this name; give it its own"
                    ),
                ),
            ),
            SQL("when {} then {}").format(
                self._number("skipped", "protected"),
                issue(
                    "protected",
                    key,
                    Literal("Switched off by a person; an import does not switch it on again"),
                    "warning",
                ),
            ),
        ]
        if self.contract.slice_by or self.contract.fixed:
            other = f"Belongs to a record whose {slice_column(self.contract)} is "
            cases.append(
                SQL("when {} then {}").format(
                    self._number("invalid", "taken"),
                    issue("taken", key, SQL("{} || coalesce(slice, 'not known')").format(Literal(other))),
                )
            )
        if self._references:
            missing = [
                SQL("case when {} is not null and {} is null then {} end").format(
                    Identifier(f"said {f.name}"),
                    Identifier(f"ref {f.name}"),
                    issue(f"{f.reference.noun}_not_found", f.name, Literal(f.reference.message)),
                )
                for f in self._references
                if f.reference is not None
            ]
            together = SQL(" || ").join(SQL("coalesce({}, '[]'::jsonb)").format(one) for one in missing)
            for f in self._references:
                assert f.reference is not None
                cases.append(SQL("when {} then {}").format(self._number("unmatched", f.reference.noun), together))
        return SQL("case verdict {} end").format(SQL(" ").join(cases))

    def removals(self) -> tuple[Composed, ...]:
        """Records within the file's scope that no row names: what modes preserve and replace take away.

        Valid rows say what the scope is, and the constants do for a file without rows; an invalid row names its record
        all the same.
        """
        removal = self.contract.removal
        if removal is None or self.mode not in ("preserve", "replace"):
            return ()
        scope = [self.contract.field(name) for name in removal.scope]
        constants = self.batch.mapping.get("constants", {})
        said = SQL(", ").join(
            SQL("coalesce(payload ->> {}, {})").format(Literal(f.name), Literal(constants.get(f.name))) for f in scope
        )
        inside = SQL(" and ").join(
            SQL("t.{} is not distinct from scope.{}").format(Identifier(f.target), Identifier(f.name)) for f in scope
        )
        who, *rest = [
            SQL("r.payload ->> {} = t.{}::text").format(Literal(f.name), Identifier(f.target))
            for f in self.contract.key_fields
        ]
        # an invalid row names whoever its first key field names: the rest of its key may be what is wrong with it
        named = SQL(" and ").join([who, *(SQL("(r.status = 'failed' or {})").format(part) for part in rest)])
        return (
            self._compose(
                """
            insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before)
            select {tenant}, {batch}, {plan}, t.id, t.xmin, {action}, to_jsonb(t)
            from {target} t
            join (
                select distinct {said} from {rows} where batch_id = {batch} and status = 'validated'
                union select {alone} where not exists (select from {rows} where batch_id = {batch})
            ) scope ({scope}) on {inside}
            where t.tenant_id = {tenant} and {present}
              and not exists (select from {rows} r where r.batch_id = {batch} and {named})""",
                action=Literal("deactivated" if self.mode == "preserve" else "deleted"),
                said=said,
                alone=SQL(", ").join(SQL("{}::text").format(Literal(constants.get(f.name))) for f in scope),
                scope=SQL(", ").join(Identifier(f.name) for f in scope),
                inside=inside,
                named=named,
                present=removable(self.contract, self.mode),
            ),
        )

    # -- the commit ----------------------------------------------------------------------------------------------------

    def stale(self) -> Composed:
        """The lines whose record was changed or removed since the plan looked at it, at most five, with how many
        there are."""
        return self._compose(
            """
            select line, count(*) over () as all from (
                select o.line from workbench.import_outcome o left join {target} t on t.id = o.record_id
                where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('updated', 'skipped')
                  and o.record_id is not null and (t.id is null or t.xmin <> o.seen)
                union all
                select null from workbench.import_removal o left join {target} t on t.id = o.record_id
                where o.batch_id = {batch} and o.plan = {plan} and (t.id is null or t.xmin <> o.seen)
            ) changed order by line limit 5"""
        )

    def create(self) -> Composed:
        """New records, in the order of their key: an index grows best at its end."""
        columns: list[Composable] = [SQL("id"), SQL("tenant_id")]
        values: list[Composable] = [SQL("o.record_id"), SQL("o.tenant_id")]
        for name, same in self.contract.fixed:
            columns.append(Identifier(name))
            values.append(Literal(same))
        for field in self.contract.stored:
            value = self.created(field)
            if value is not None:
                columns.append(Identifier(field.target))
                values.append(value)
        return self._compose(
            """
            insert into {target} ({columns})
            select {values} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and r.batch_id = {batch}
            order by r.external_key collate "C" """,
            columns=SQL(", ").join(columns),
            values=SQL(", ").join(values),
        )

    def update(self) -> Composed:
        """Changed records, as long as nobody else changes them: whoever is just doing so is waited for."""
        changes: list[Composable] = [SQL("updated_at = now()")]
        for field in self.compared:
            stored = SQL("t.{}").format(Identifier(field.target))
            changes.append(SQL("{} = {}").format(Identifier(field.target), self.changed(field, stored)))
        if self.contract.removal is not None:
            changes.append(SQL("{} = true").format(Identifier(self.contract.removal.active)))
            changes.append(SQL("{} = null").format(Identifier(self.contract.removal.source)))
        return self._compose(
            """
            update {target} t set {changes} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'updated' and r.batch_id = {batch}
              and t.id = o.record_id and t.xmin = o.seen""",
            changes=SQL(", ").join(changes),
        )

    def created(self, field: Field) -> Composable | None:
        """What a new record gets: the row's value, else the contract's default; None when there is neither."""
        value = self._written(field)
        if field.default is None:
            return value
        default = SQL("{}::{}").format(Literal(field.default), SQL(KINDS[field.kind].sql))
        return SQL("coalesce({}, {})").format(value, default) if value is not None else default

    def changed(self, field: Field, stored: Composable) -> Composable:
        """What a changed record gets: the row's value; a blank keeps what is stored, unless the template clears it."""
        value = self._written(field)
        assert value is not None
        return value if field.name in self.clears else SQL("coalesce({}, {})").format(value, stored)

    def _written(self, field: Field) -> Composable | None:
        """A row's value for a field at the commit: references as the plan found them; None for a field it does not
        bring."""
        if field not in self.brought:
            return None
        if field.reference is not None:
            return SQL("(o.refs ->> {})::uuid").format(Literal(field.target))
        return self._value(field)

    def remove(self) -> tuple[Composed, ...]:
        """Switches off or deletes the records that the file no longer names."""
        removal = self.contract.removal
        assert removal is not None
        named = self._compose("""workbench.import_removal o
            where o.batch_id = {batch} and o.plan = {plan} and t.id = o.record_id and t.xmin = o.seen""")
        if self.mode == "replace":
            return (SQL("delete from {} t using {}").format(self.target, named),)
        return (
            SQL("update {} t set {} = false, {} = 'import_diff', updated_at = now() from {}").format(
                self.target, Identifier(removal.active), Identifier(removal.source), named
            ),
        )


def _within(part: Part) -> Composable:
    return SQL("r.line between {} and {}").format(Literal(part[0]), Literal(part[1]))


def removable(contract: Contract, mode: str) -> Composable:
    """Which records a mode can take away: `preserve` those that are active, `replace` all but those that a person
    switched off, who would come back with the next file."""
    removal = contract.removal
    assert removal is not None
    active = Identifier(removal.active)
    if mode == "preserve":
        return active
    source, by_hand = Identifier(removal.source), Literal(list(removal.by_hand))
    return SQL("({} or {} is null or {} <> all({}))").format(active, source, source, by_hand)


def slice_column(contract: Contract) -> str:
    """The column that tells a contract's records from others in a shared table."""
    return contract.fixed[0][0] if contract.fixed else contract.field(contract.slice_by or "").target


def slice_of(contract: Contract, alias: str) -> Composable:
    """The condition that a record of the table belongs to the contract."""
    tests: list[Composable] = [
        SQL("{}.{} = {}").format(Identifier(alias), Identifier(name), Literal(value)) for name, value in contract.fixed
    ]
    if contract.slice_by is not None:
        field = contract.field(contract.slice_by)
        tests.append(
            SQL("{}.{} = any({})").format(Identifier(alias), Identifier(field.target), Literal(list(field.choices)))
        )
    return SQL(" and ").join(tests) if tests else SQL("true")


def issue(code: str, field: str, message: Composable, severity: str = "error") -> Composable:
    """A JSON list of one issue; the message is an SQL text."""
    return SQL("jsonb_build_array(jsonb_build_object('code', {}, 'field', {}, 'message', {}, 'severity', {}))").format(
        Literal(code), Literal(field), message, Literal(severity)
    )
