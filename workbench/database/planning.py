"""What each row will do, decided in the database before anything is written. The dry run stops here."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.store import Store
from workbench.database.target import Target, issue, removable, slice_column, slice_of
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.contract import CodeOf, Field
from workbench.model.issue import counted
from workbench.model.kinds import KINDS

_LARGE = 20_000
"""From this many rows on, joins go through whole tables. A fresh batch has no statistics yet, and the planner would
look up a million rows one by one."""

Lines = tuple[int, int]
"""The first and the last line that one connection decides."""


def plan(store: Store, batch: Batch, *, seconds: Callable[[], float]) -> None:
    """Gives every row of a staged batch its one intended outcome; writes no target table.

    A plan made again gets the next number; the earlier one stays as it was. Two connections share a large batch: they
    see the same snapshot, and what the second has stored counts only once the first makes the plan the batch's.
    """
    contract = catalog.contract(batch.dataset)
    with store.transaction(batch.id, isolation="repeatable read") as connection:
        row = cast(dict[str, Any], connection.execute(_LINES, {"batch": batch.id}).fetchone())
        number = row["plan"] + 1
        decision = _Decision(contract, batch, store.tenant_id, number)
        parts = _parts(row["first"], row["last"], batch.summary.get("rows", 0))
        snapshot = cast(dict[str, Any], connection.execute("select pg_export_snapshot() as id").fetchone())["id"]
        with ThreadPoolExecutor(max_workers=1) as beside:
            others = [beside.submit(_decide_beside, store, snapshot, decision, batch, part) for part in parts[1:]]
            decided = _decide(connection, decision, batch, parts[0])
            for other in others:
                decided += other.result()
        for statement in decision.removals():
            connection.execute(statement)
        removed = {
            row["action"]: row["rows"] for row in connection.execute(_REMOVED, {"batch": batch.id, "plan": number})
        }
        counts = {
            outcome: sum(decided.outcomes[each] for each in decided.outcomes if each[0] == outcome)
            for outcome in OUTCOMES
        }
        store.note("planned", batch.id, plan=number, **counts)
        connection.execute(
            PLANNED,
            {
                "batch": batch.id,
                "plan": number,
                "writers": len(parts),
                **counts,
                "processed": sum(counts.values()),
                "removed": sum(removed.values()),
                "summary": psycopg.types.json.Jsonb(
                    {
                        "skipped_by_reason": decided.reasons("skipped"),
                        "unmatched_by_kind": decided.reasons("unmatched"),
                        "removed": removed,
                        "issues_by_code": _by_code(batch.summary.get("issue_counts", ()), decided.issues),
                        "issue_counts_planned": decided.issues,
                        "seconds_planning": seconds(),
                    }
                ),
            },
        )


def _parts(first: int | None, last: int | None, rows: int) -> list[Lines]:
    """The lines of a batch for one connection, or for two when it is worth it."""
    if first is None or last is None:
        return [(0, 0)]
    middle = (first + last) // 2
    return [(first, last)] if rows < _LARGE else [(first, middle), (middle + 1, last)]


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """How many rows got which outcome for which reason, and which issues only the database saw."""

    outcomes: Counter[tuple[str, str | None]]
    issues: list[dict[str, Any]]
    """By outcome and kind: outcome, code, field, severity, message, rows."""

    def __add__(self, other: "_Decided") -> "_Decided":
        return _Decided(outcomes=self.outcomes + other.outcomes, issues=self.issues + other.issues)

    def reasons(self, outcome: str) -> dict[str, int]:
        return {reason: rows for (each, reason), rows in self.outcomes.items() if each == outcome and reason}


def _by_code(*counts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Issues by their code, the most frequent first."""
    codes: Counter[str] = Counter()
    for each in counted(*counts):
        codes[each["code"]] += each["rows"]
    return dict(codes.most_common())


def _decide_beside(store: Store, snapshot: str, decision: "_Decision", batch: Batch, part: Lines) -> _Decided:
    second = store.another()
    try:
        with second.transaction(batch.id, isolation="repeatable read", snapshot=snapshot) as connection:
            return _decide(connection, decision, batch, part)
    finally:
        second.close()


def _decide(connection: psycopg.Connection[Any], decision: "_Decision", batch: Batch, part: Lines) -> _Decided:
    tune(connection, batch.summary.get("rows", 0))
    # row-level security lets no index serve a key that is read out of JSON: row by row, every record would be looked at
    connection.execute("set local enable_nestloop = off")
    repeats = connection.execute(decision.repeated()).rowcount > 0
    if batch.summary.get("failed"):
        connection.execute(decision.invalid(part))
    connection.execute(decision.outcomes(part, repeats=repeats))
    which = {**decision.which, "first": part[0], "last": part[1]}
    found = Counter({(row["outcome"], row["reason"]): row["rows"] for row in connection.execute(_COUNTS, which)})
    # only a row that is told apart by a reason can have got an issue here
    some = any(reason not in (None, "unchanged") for _, reason in found)
    issues = connection.execute(_ISSUES, which).fetchall() if some else []
    return _Decided(outcomes=found, issues=issues)


def tune(connection: psycopg.Connection[Any], rows: int) -> None:
    """Sets the transaction up for a batch of that many rows."""
    connection.execute("set local jit = off")
    if rows >= _LARGE:
        connection.execute("set local work_mem = '256MB'")
        connection.execute("set local enable_nestloop = off")


_LINES = """
select min(line) as first, max(line) as last,
       (select coalesce(max(plan), 0) from workbench.import_outcome where batch_id = %(batch)s) as plan
from workbench.import_row where batch_id = %(batch)s
"""


_COUNTS = """
select outcome, reason, count(*) as rows from workbench.import_outcome
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s group by outcome, reason
"""


_REMOVED = """
select action, count(*) as rows from workbench.import_removal
where batch_id = %(batch)s and plan = %(plan)s group by action
"""


_ISSUES = """
select outcome, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(*)::int as rows
from workbench.import_outcome, jsonb_array_elements(errors) issue
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s and errors is not null
group by 1, 2, 3, 4
"""


PLANNED = """
update workbench.import_batch set stage = 'planned', plan = %(plan)s, planned_at = now(),
    plan_snapshot = pg_current_snapshot(), plan_writers = %(writers)s,
    processed = %(processed)s, created = %(created)s, updated = %(updated)s, skipped = %(skipped)s,
    unmatched = %(unmatched)s, invalid = %(invalid)s, removed = %(removed)s, summary = summary || %(summary)s
where id = %(batch)s
"""


class _Decision(Target):
    """The statements that give every row of a batch its intended outcome."""

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

    def invalid(self, part: Lines) -> Composed:
        """Rows that validation refused."""
        return self._compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome)
            select tenant_id, batch_id, {plan}, line, 'invalid' from {rows} r
            where batch_id = {batch} and status = 'failed' and {part}""",
            part=_within(part),
        )

    def outcomes(self, part: Lines, *, repeats: bool) -> Composed:
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


def _within(part: Lines) -> Composable:
    return SQL("r.line between {} and {}").format(Literal(part[0]), Literal(part[1]))
