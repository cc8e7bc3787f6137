"""The SQL of a plan: what gives every row of one batch its intended outcome."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.ahead import Ahead
from workbench.database.file_rules import FileRules
from workbench.database.identities import FLAG, SAME_KEY, Identities
from workbench.database.repeats import Repeats, Ruling
from workbench.database.rolling_up import Refusals
from workbench.database.standing import Standing, id_of
from workbench.database.target import Target, issue, slice_column, slice_of, texts
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import CodeOf, Contract, Field, With
from workbench.model.kinds import KINDS
from workbench.model.playbook import Part
from workbench.model.template import HOLDABLE

Lines = tuple[int, int]
"""The first and the last line that one connection decides."""


class Decision(Target):
    """The statements that give every row of a batch its intended outcome."""

    def __init__(  # noqa: PLR0913
        self,
        contract: Contract,
        batch: Batch,
        tenant: UUID,
        plan: int,
        *,
        earlier: dict[str, Batch],
        ahead: Ahead,
        part: Part | None,
        refusals: Refusals | None,
        ruling: Ruling,
        holds: frozenset[str],
    ) -> None:
        super().__init__(contract, batch, tenant, plan)
        self._refusals = refusals if refusals is not None and refusals.any else None
        together = refusals is not None and refusals.together  # then rows of one record are withheld all, or none
        self._standing = Standing(self, withheld=SQL("false") if together else self._is_withheld("k"))
        self.names["rows"] = self._standing.table if self._standing.resolves else self.names["came"]
        self._earlier = earlier
        self._ahead = ahead
        self._named_ahead = ahead.named(batch)
        self._part = part
        self._ruling = ruling
        self._lacking = bool(batch.summary.get("partial")) and self.mode != "update"
        self._repeats = Repeats(
            self,
            ruling,
            withheld=self._withheld,
            stands_for=self._line,
            lacks=self.lacks,
            ambiguous=self._is_ambiguous("first_row.payload ->> {field}"),
            called=[(field.name, self._called(field.name)) for field in self.brought],
            leads=batch.derived and (part is None or part.repeats),
        )
        self._identities = Identities(self, holds)
        self._file_rules = FileRules(self)

    def refuse(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down which rows of the source are refused, and what is not made for another's sake, as far as it is
        known."""
        if self._refusals is not None:
            self._refusals.put_down(connection)
        if self._named_ahead:
            self._ahead.put_down(connection)

    def stand(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down by which records the rows are known, where they do not say so by themselves."""
        if self._standing.resolves:
            self._standing.put_down(connection)

    @property
    def _folded(self) -> Composable:
        """Whether a row says what others of its record say too."""
        return SQL("r.folded") if self.names["rows"] is self._standing.table else SQL("false")

    def questions(self) -> list[Composed]:
        """What is asked of all rows before each is decided: whether keys are repeated, whether ids are."""
        asked = self._identities.question()
        return [self._repeats.question()] + ([asked] if asked is not None else [])

    def put_down(self, connection: psycopg.Connection[Any], repeated: bool, shared: bool = False) -> None:
        """Puts down what rows have to do with each other, as the answers to the questions make it necessary."""
        if repeated and self._standing.folds and not self._standing.resolves:
            self._standing.put_down(connection)
            self.names["rows"] = self._standing.table
        if repeated and self.names["rows"] is self._standing.table:
            self._identities.contradicted = tuple(self._standing.contradictable)
        if self._lacking:
            connection.execute(self._unfinished())
        if repeated:
            self._repeats.put_down(connection)
        self._identities.put_down(connection, shared=shared)
        self._file_rules.put_down(connection)

    def _unfinished(self) -> Composed:
        """The lines of rows that would make a record and lack what a new one needs."""
        return self.compose(
            """
            create temporary table unfinished on commit drop as
            select r.line from {rows} r {references}
            left join {target} t on t.tenant_id = {tenant} and {matches}
            where r.batch_id = {batch} and r.status = 'validated' and t.id is null and ({lacks})""",
            references=SQL(" ").join(
                self.reference_join(field) for field in self.contract.key_fields if field.reference is not None
            ),
            matches=self.matches("r"),
            lacks=SQL(" or ").join(self._is_blank(field) for field in self.contract.needed),
        )

    def _is_blank(self, field: Field) -> Composable:
        """Whether a row says nothing of a field, not even a part of it."""
        said = SQL("r.payload ->> {}").format(Literal(field.name))
        half = self.half(field) if field.name in self.halves else SQL("null")
        return SQL("coalesce({}, {}) is null").format(said, half)

    @property
    def lacks(self) -> Composable:
        """Whether a row could make no record, for it lacks what a new one needs."""
        return SQL("(r.line in (select line from unfinished))") if self._lacking else SQL("false")

    @property
    def _withheld(self) -> Composable:
        """Whether a row is not written for the sake of another part of its source row."""
        return self._is_withheld("r")

    def _is_withheld(self, row: str) -> Composable:
        return SQL("false") if self._refusals is None else self._refusals.covers(row)

    @property
    def _waits(self) -> Composable:
        """Whether a row was made of some that wait with another: what that one says is not known yet."""
        if self._refusals is None or not self._refusals.together:
            return SQL("false")
        return SQL(
            "exists (select from refused w where w.waits_with is not null "
            "and w.line = any(coalesce(r.sources, array[r.line])))"
        )

    @property
    def _line(self) -> Composable:
        """The line that a row stands for: the first that it was made of that is not refused."""
        if self._refusals is None:
            return SQL("r.line")
        return SQL(
            "coalesce((select min(each.line) from unnest(r.sources) as each (line) "
            "where each.line not in (select line from refused)), r.line)"
        )

    def invalid(self, lines: Lines) -> Composed:
        """Rows that validation refused, with those of their references that can be read and name nothing."""
        readable = [field for field in self._strict if KINDS[field.kind].sql == "text"]
        missing = [
            SQL("case when not r.errors @> {} then {} end").format(
                Literal(Jsonb([{"field": field.name}])), _not_found(field, self._missed(field))
            )
            for field in readable
        ]
        return self.compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, errors)
            select r.tenant_id, r.batch_id, {plan}, r.line, 'invalid', {errors} from {rows} r {references}
            where r.batch_id = {batch} and r.status = 'failed' and {between}""",
            errors=_together([*missing, self._file_rules.issues("r")]),
            references=SQL(" ").join(map(self.reference_join, readable)),
            between=_within(lines),
        )

    def outcomes(self, lines: Lines) -> Composed:
        """All other rows: repeated, unmatched, created, updated or unchanged, in this order of questions.

        A verdict is a number until it is stored: a million rows compare it several times each. In the order of the
        lines an index grows at its end, and all of it takes two thirds of the time that it does in that of a join.
        """
        outcomes, reasons = zip(*self._verdicts, strict=True)
        return self.compose(
            """
            insert into workbench.import_outcome
                (tenant_id, batch_id, plan, line, outcome, reason, record_id, seen, refs, settled, before, errors)
            select {tenant}, {batch}, {plan}, line, ({outcomes}::text[])[verdict], ({reasons}::text[])[verdict],
                   case verdict when {created} then row_id when {updated} then target_id when {unchanged} then target_id
                                when {known} then target_id when {protected} then target_id end,
                   case when verdict in ({updated}, {unchanged}, {known}, {protected}) then target_xmin end,
                   {refs}, {settled}, case verdict when {updated} then {before} end,
                   case when verdict > {unchanged} or found >= {flag} or {tells}{without} then {errors} end
            from (
                select *, case when withheld and found % {flag} <= {protected} then {as_withheld}
                               {held} else found % {flag} end as verdict
                from (
                    select r.line, r.id as row_id, {verdict} as found, {withheld} as withheld,
                           {accepted} as accepted{repeats}{columns}
                    from {rows} r
                    {repeated}
                    {references}
                    left join {target} t on t.tenant_id = {tenant} and {matches}
                    {of_others}
                    {shared}
                    where r.batch_id = {batch} and r.status = 'validated' and {between}
                    order by r.line
                ) asked
            ) judged""",
            as_withheld=self._number("skipped", "withheld"),
            withheld=self._withheld,
            between=_within(lines),
            outcomes=Literal(list(outcomes)),
            reasons=Literal(list(reasons)),
            created=self._number("created"),
            updated=self._number("updated"),
            unchanged=self._number("skipped", "unchanged"),
            known=self._number("skipped", "known"),
            protected=self._number("skipped", "protected"),
            flag=Literal(FLAG),
            tells=self._file_rules.tells("judged"),
            held=SQL(" ").join(
                SQL("when {} then {}").format(self._identities.held(code), self._number("invalid", code))
                for code in (SAME_KEY, *HOLDABLE)
            ),
            accepted=self._ruling.accepts(derived=self.batch.derived),
            refs=self._refs(),
            settled=self._settled(),
            before=self._before(),
            without=SQL("").join(SQL(" or {} is not null").format(_missed_as(field)) for field in self._optional),
            errors=self._errors(),
            verdict=self._verdict(),
            repeats=self._repeats.columns(),
            repeated=self._repeats.join(first_row=self._coded is not None),
            columns=self._carried(),
            references=SQL(" ").join(self.reference_join(field) for field in self.references),
            matches=self.matches("r"),
            of_others=self._made_by_others(),
            shared=self._identities.join(),
        )

    @property
    def _verdicts(self) -> tuple[tuple[str, str | None], ...]:
        """Outcome and reason of each verdict, in the order of their numbers; those up to "unchanged" come without an
        issue."""
        nouns = dict.fromkeys([field.reference.noun for field in self._strict if field.reference])
        return (
            ("created", None),
            ("updated", None),
            ("skipped", "unchanged"),
            ("skipped", "duplicate"),
            ("skipped", "known"),
            ("skipped", "protected"),
            ("skipped", "filtered"),
            ("skipped", "withheld"),
            ("invalid", "conflict"),
            ("invalid", "missing"),
            ("invalid", "file_rule"),
            ("invalid", "differs"),
            *(("invalid", code) for code in (SAME_KEY, *HOLDABLE)),
            ("invalid", "taken"),
            ("invalid", "already_exists"),
            ("invalid", "ambiguous_code"),
            *(("unmatched", noun) for noun in dict.fromkeys([self.contract.noun, *nouns, *self._awaited])),
        )

    @property
    def _strict(self) -> list[Field]:
        """The references without whose record a row is not written."""
        return [field for field in self.references if field not in self._optional]

    @property
    def _optional(self) -> list[Field]:
        return [field for field in self.references if field.reference is not None and field.reference.optional]

    @property
    def _awaited(self) -> dict[str, Field]:
        """The fields whose want lets a row that would make a record wait, by what is awaited."""
        return {field.awaited: field for field in self.contract.needed if field.awaited}

    def _number(self, outcome: str, reason: str | None = None) -> Composable:
        return Literal(self._verdicts.index((outcome, reason)) + 1)

    def reference_join(self, field: Field) -> Composable:
        """As ever, and in what an earlier part of the run will create, or any other where it may be named ahead."""
        assert field.reference is not None
        if self._standing.has(field):
            return SQL("cross join lateral (select r.{} as id) {}").format(
                id_of(field), Identifier(f"ref {field.name}")
            )
        if field.name in self._named_ahead:
            came = self.names["came"]
            return self._ahead.join(self.batch, field, self.value(field), came, repeated=self._repeats.any)
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

    def _would_be(self, field: Field) -> Composable:
        """Whether a row that is withheld itself names a record of its own source row, be it one that is invalid: that
        would be there with the row, and is not what is wrong with it."""
        assert field.reference is not None
        if self._refusals is None or field.reference.dataset not in self._earlier:
            return SQL("false")
        if not field.reference.by:
            return SQL("({} and {}.its_key is not null)").format(self._withheld, Identifier(f"held {field.name}"))
        earlier = self._earlier[field.reference.dataset]
        return self.compose(
            """({withheld} and coalesce(r.sources[1], r.line) in (
                select each.line from workbench.import_outcome o
                join {made} n on n.batch_id = o.batch_id and n.line = o.line
                cross join lateral unnest(coalesce(n.sources, array[n.line])) as each (line)
                where o.batch_id = {earlier} and o.plan = {plan} and n.batch_id = {earlier}
                  and (o.reason = 'withheld' or o.outcome = 'invalid')
            ))""",
            withheld=self._withheld,
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
    def _sharing(self) -> list[Batch]:
        """The earlier parts of the run whose records stand in the same table."""
        here = (self.contract.family, self.contract.table)
        contracts = {name: catalog.contract(name) for name in self._earlier}
        return [self._earlier[name] for name, other in contracts.items() if (other.family, other.table) == here]

    def _made_by_others(self) -> Composable:
        """The keys of records that they will create: none of them can be this part's as well."""
        if not self._sharing:
            return SQL("")
        return self.compose(
            """left join (
                select n.external_key from workbench.import_outcome o
                join workbench.corrected_row n on n.batch_id = o.batch_id and n.line = o.line
                where o.batch_id = any({sharing}) and n.batch_id = any({sharing}) and o.plan = {plan}
                  and o.outcome = 'created'
            ) others on others.external_key = r.external_key""",
            sharing=Literal([batch.id for batch in self._sharing]),
        )

    def _called(self, name: str) -> str:
        """A field as the source calls it."""
        return self._part.columns.get(name, name) if self._part is not None else name

    def _verdict(self) -> Composable:
        cases: list[Composable] = []
        if (only := self._only) is not None:
            field, texts_in = only
            cases.append(
                SQL("when lower(r.payload ->> {}) <> all({}) then {}").format(
                    Literal(field.name), texts(texts_in), self._number("skipped", "filtered")
                )
            )
        if self._file_rules.any:
            broken = SQL("when {} then {}").format(self._file_rules.breaks("r"), self._number("invalid", "file_rule"))
            cases.append(broken)
        if self._repeats.any:
            cases += self._ambiguous("r.line > repeated.first_of_all", "first_row.payload ->> {field}")
        waiting = [field for field in self._strict if field.reference is not None and field.reference.waits]
        if self._repeats.any:  # rows of one key that all wait are all to be looked at once it is there what they name
            cases += [self._names_nothing(field, SQL("and not {}").format(self.lacks)) for field in waiting]
        cases += self._repeats.cases(self._number("invalid", "conflict"), self._number("skipped", "duplicate"))
        cases += self._missing()
        cases += [
            SQL("when {} and not {} then {}").format(
                self._differs_from(field), self._waits, self._number("invalid", "differs")
            )
            for field in self._equal
        ]
        cases += map(self._names_nothing, self._strict)
        if self._sharing:
            taken = SQL("when t.id is null and others.external_key is not null then {}")
            cases.append(taken.format(self._number("invalid", "taken")))
        cases.append(
            SQL("when t.id is null then {}").format(
                self._number("unmatched", self.contract.noun)
                if self.mode == "update"
                else SQL("{} + {}").format(self._number("created"), self._identities.created())
            )
        )
        cases.append(
            SQL("when not ({}) then {}").format(slice_of(self.contract, "t"), self._number("invalid", "taken"))
        )
        cases += self._ambiguous("true", "t.{column}")
        if self.mode == "insert":
            cases.append(SQL("when true then {}").format(self._number("invalid", "already_exists")))
        if self.mode == "skip":
            cases.append(SQL("when true then {}").format(self._number("skipped", "known")))
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
        updated = SQL("{} + {}").format(self._number("updated"), self._identities.updated())
        cases.append(SQL("when {} then {}").format(self._differs(), updated))
        if self._protected:
            cases.append(
                SQL("when {} then {}").format(
                    self._differs(self._protected, protecting=False), self._number("skipped", "protected")
                )
            )
        verdict = SQL("case {} else {} end").format(SQL(" ").join(cases), self._number("skipped", "unchanged"))
        return SQL("{} + {}").format(verdict, self._identities.known()) if self._identities.of_any else verdict

    @property
    def _only(self) -> tuple[Field, tuple[str, ...]] | None:
        """The brought field that says whether a row comes in, with the texts of those that do."""
        name, texts_in = self.contract.only or ("", ())
        field = next((field for field in self.brought if field.name == name), None)
        return (field, texts_in) if field is not None else None

    def _told_filtered(self) -> Composable:
        """What is told of a row that does not come in, found again by its line."""
        if (only := self._only) is None:
            return SQL("null::jsonb")
        field, texts_in = only
        said = f"Not imported: the {field.name} of each {self.contract.noun} has to be {' or '.join(texts_in)}, and is "
        return self.compose(
            "(select {told} from {rows} r where r.batch_id = {batch} and r.line = judged.line)",
            told=issue(
                "filtered",
                field.name,
                SQL("{} || left(r.payload ->> {}, 60)").format(Literal(said), Literal(field.name)),
                "warning",
            ),
        )

    def _names_nothing(self, field: Field, further: Composable | None = None) -> Composable:
        """A row whose reference finds no record."""
        assert field.reference is not None
        return SQL("when (r.payload ->> {}) is not null and {} is null and not {} {} then {}").format(
            Literal(field.name),
            self.found(field),
            self._would_be(field),
            further or SQL(""),
            self._number("unmatched", field.reference.noun),
        )

    def _missing(self) -> list[Composable]:
        """A blank where a new record needs something, or where it would erase what a known one needs."""
        number = self._number("invalid", "missing")
        erased = [field for field in self.contract.needed if field.name in self.clears and field in self.brought]
        tests: list[Composable] = [SQL("t.id is not null and {}").format(self._is_blank(field)) for field in erased]
        cases: list[Composable] = [SQL("when {} then {}").format(test, number) for test in tests]
        if not self._lacking:
            return cases
        at_once = [self._is_blank(field) for field in self.contract.needed if not field.awaited]
        missing = SQL(" or ").join(at_once) if at_once else SQL("false")
        cases.append(SQL("when {} and ({}) then {}").format(self.lacks, missing, number))
        return cases + [
            SQL("when {} and {} then {}").format(self.lacks, self._is_blank(field), self._number("unmatched", kind))
            for kind, field in self._awaited.items()
        ]

    @property
    def _equal(self) -> list[Field]:
        """The brought fields that have to be equal to another."""
        return [field for field in self.brought if field.equal is not None]

    def _differs_from(self, field: Field) -> Composable:
        """Whether what a row says of a field is not what it says of the one that it has to be equal to."""
        assert field.equal is not None
        other = self.contract.field(field.equal.field)
        return SQL("abs({} - {}) > {}::numeric").format(
            self.value(field), self.value(other), Literal(field.equal.within)
        )

    def _told_differing(self) -> Composable:
        """What a row says of two fields that have to be equal, found again by its line."""
        told = []
        for field in self._equal:
            assert field.equal is not None
            message = SQL("{} || ' says ' || {} || {} || {}").format(
                Literal(self._called(field.name).replace("_", " ").capitalize()),
                self.value(field),
                Literal(f", and {field.equal.told} "),
                self.value(self.contract.field(field.equal.field)),
            )
            told.append(
                SQL("case when {} then {} end").format(self._differs_from(field), issue("differs", field.name, message))
            )
        return self.compose(
            "(select {told} from {rows} r where r.batch_id = {batch} and r.line = judged.line)", told=_together(told)
        )

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
        tests = SQL("{} and {}").format(SQL(when), self._is_ambiguous(other))
        return [SQL("when {} then {}").format(tests, self._number("invalid", "ambiguous_code"))]

    def _is_ambiguous(self, other: str) -> Composable:
        if self._coded is None:
            return SQL("false")
        code, name = self._coded
        columns = self.batch.mapping.get("columns", {})
        if self.batch.derived:  # whose cells stand elsewhere
            as_made = "upper(regexp_replace(r.payload ->> {}, '\\s+', '_', 'g'))"
            made = [SQL(f"starts_with({as_made}, r.payload ->> {{}})").format(Literal(name.name), Literal(code.name))]
        else:
            places = [self.batch.headers.index(header) for header in columns if columns[header] == code.name]
            made = [SQL("btrim(r.raw::json ->> {}) = ''").format(Literal(place)) for place in places]
        mine, others = (
            SQL(f"lower(regexp_replace({each}, '\\s+', ' ', 'g'))").format(
                field=Literal(name.name), column=Identifier(name.target)
            )
            for each in ("r.payload ->> {field}", other)
        )
        return SQL("({})").format(SQL(" and ").join([*made, SQL("{} <> {}").format(mine, others)]))

    @property
    def _protected(self) -> tuple[Field, ...]:
        """The brought fields that a person's note protects."""
        return tuple(field for field in self.compared if field.protected_by is not None)

    def _differs(self, fields: Sequence[Field] | None = None, *, protecting: bool = True) -> Composable:
        """Whether the row would change the record. A blank cell keeps what is stored, unless the template clears it."""
        tests: list[Composable] = []
        for field in self.compared if fields is None else fields:
            old = SQL("t.{}").format(Identifier(field.target))
            # never null when the new value is null and does not erase, so that no separate test is needed
            tests.append(SQL("{} is distinct from {}").format(self._asked(field, protecting=protecting), old))
        if fields is not None:
            return SQL(" or ").join(tests)
        if self.contract.removal is not None:
            tests.append(SQL("not t.{}").format(Identifier(self.contract.removal.active)))
        return SQL(" or ").join(tests) if tests else SQL("false")

    def _asked(self, field: Field, *, protecting: bool) -> Composable:
        """What a record `t` would get of a row `r`."""
        noted = SQL("t.{}").format(self._note_on(field)) if protecting and field.protected_by else SQL("null")
        old, leads, leader = SQL("t.{}").format(Identifier(field.target)), None, self._leader(field)
        if leader is not None:
            leads = SQL("{} is not distinct from {}").format(
                self._asked(leader, protecting=protecting), self.found(leader)
            )
        return self.merged(field, self.found(field), old, noted, self._note_for(field), leads)

    def _leader(self, field: Field) -> Field | None:
        """The status that a field goes with, where rows bring it."""
        leader = self.contract.field(field.merge.field) if isinstance(field.merge, With) else None
        return leader if leader in self.compared else None

    def _carried(self) -> Composable:
        """What the verdict's consequences need of the joined tables."""
        columns: list[Composable] = [SQL(", t.id as target_id, t.xmin as target_xmin")]
        columns += [
            SQL(", {}").format(self.found(f) + SQL(" as ") + Identifier(f"ref {f.name}")) for f in self.references
        ]
        columns += [
            SQL(", t.{} as {}").format(Identifier(name), Identifier(f"old {name}")) for name in self._restorable
        ]
        columns += [SQL(", {} as {}").format(self._missed(field), _missed_as(field)) for field in self.references]
        if self.contract.folds:
            columns.append(SQL(", r.payload, {} as folded").format(self._folded))
        columns += [
            SQL(", {} as {}").format(self.value(field), Identifier(f"said {field.name}"))
            for field in self.compared
            if field.merges
        ]
        columns += [
            SQL(", t.{} as {}, {} as {}").format(
                self._note_on(field),
                Identifier(f"note on {field.name}"),
                self._note_for(field),
                Identifier(f"note for {field.name}"),
            )
            for field in self._protected
        ]
        columns += [
            SQL(", {} as {}").format(theirs, Identifier(f"called {field.name}"))
            for field, theirs, _ in self._identities.called
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

    def _note_on(self, field: Field) -> Identifier:
        return Identifier(self.contract.field(field.protected_by or "").target)

    def _note_for(self, field: Field) -> Composable:
        """What the row itself notes of a field."""
        if field.protected_by is None or self.contract.field(field.protected_by) not in self.brought:
            return SQL("null")
        return self.value(self.contract.field(field.protected_by))

    def _settled(self) -> Composable:
        """What a record gets, where that is not what its row alone says."""
        if not self.contract.folds:
            return SQL("null::jsonb")
        if not self.contract.merging:
            return SQL("case when verdict in ({}, {}) and folded then payload end").format(
                self._number("created"), self._number("updated")
            )
        pairs = [SQL("{}, {}").format(Literal(field.name), self._got(field)) for field in self.compared if field.merges]
        return SQL(
            "case when verdict = {created} and folded then payload "
            "when verdict = {updated} then payload || jsonb_strip_nulls(jsonb_build_object({pairs})) end"
        ).format(created=self._number("created"), updated=self._number("updated"), pairs=SQL(", ").join(pairs))

    def _got(self, field: Field) -> Composable:
        """What a record gets, of the columns that are carried."""
        said, old = Identifier(f"said {field.name}"), Identifier(f"old {field.target}")
        noted, note = (
            Identifier(f"note {which} {field.name}") if field.protected_by else SQL("null") for which in ("on", "for")
        )
        leads, leader = None, self._leader(field)
        if leader is not None:
            leads = SQL("{} is not distinct from {}").format(self._got(leader), Identifier(f"said {leader.name}"))
        return self.merged(field, said, old, noted, note, leads)

    def _before(self) -> Composable:
        pairs = [SQL("{}, {}").format(Literal(name), Identifier(f"old {name}")) for name in self._restorable]
        return SQL("jsonb_build_object({})").format(SQL(", ").join(pairs))

    def _refs(self) -> Composable:
        if not self.references:
            return SQL("null::jsonb")
        pairs = [SQL("{}, {}").format(Literal(f.target), Identifier(f"ref {f.name}")) for f in self.references]
        # rows that name one record in several ways are known as duplicates by it
        told = self._number("skipped", "duplicate") if self._standing.resolves else self._number("updated")
        return SQL("case when verdict <= {} then jsonb_build_object({}) end").format(told, SQL(", ").join(pairs))

    def _errors(self) -> Composable:
        """The issues that only the database could see."""
        key, *rest = self.contract.key
        called = self.contract.noun if rest else key.replace("_", " ")
        names = " and ".join(self._called(name) for name in self.contract.key)
        duplicate = issue("duplicate_key", key, self._repeats.duplicate(names), "warning")
        if self.contract.adds_up or (self._part is not None and self._part.repeats):
            duplicate = SQL("case when {} then {} end").format(self._repeats.overruled, duplicate)
        cases = [
            SQL("when {} then {}").format(
                self._number("skipped", "duplicate"),
                duplicate,
            ),
            SQL("when {} then {}").format(
                self._number("invalid", "conflict"),
                issue("conflict", key, self._repeats.conflict(self.contract.noun)),
            ),
            SQL("when {} then {}").format(self._number("invalid", "missing"), self._told_missing()),
            SQL("when {} then {}").format(self._number("skipped", "filtered"), self._told_filtered()),
            SQL("when {} then {}").format(
                self._number("unmatched", self.contract.noun),
                issue("not_found", key, Literal(f"{self.contract.noun.capitalize()} not found")),
            ),
            SQL("when {} then {}").format(
                self._number("invalid", "already_exists"),
                issue("already_exists", key, Literal(f"{called.capitalize()} already exists")),
            ),
            SQL("when {} then {}").format(
                self._number("skipped", "known"),
                issue(
                    "already_exists", key, Literal(f"{called.capitalize()} already exists; left as it is"), "warning"
                ),
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
                self._told_protected(),
            ),
        ]
        cases += [
            SQL("when {} then {}").format(
                self._number("unmatched", kind),
                issue(f"{kind}_not_found", field.name, Literal(f"This {self.contract.noun} has no {kind} yet")),
            )
            for kind, field in self._awaited.items()
        ]
        if self._file_rules.any:
            cases.append(SQL("when {} then {}").format(self._number("invalid", "file_rule"), self._told_missing()))
        if self._equal:
            cases.append(SQL("when {} then {}").format(self._number("invalid", "differs"), self._told_differing()))
        if self.contract.slice_by or self.contract.fixed:
            other = f"Belongs to a record whose {slice_column(self.contract)} is "
            cases.append(
                SQL("when {} then {}").format(
                    self._number("invalid", "taken"),
                    issue("taken", key, SQL("{} || coalesce(slice, 'not known')").format(Literal(other))),
                )
            )
        refused = SQL("case when verdict > {} then {} end").format(
            self._number("skipped", "withheld"), _together(self._told_references())
        )
        told = [SQL("case verdict {} end").format(SQL(" ").join(cases)), refused, self._identities.issues()]
        without = [_left_out(field) for field in self._optional]
        if without:
            written = SQL("case when verdict <= {} then {} end")
            told.append(written.format(self._number("skipped", "unchanged"), _together(without)))
        told.append(self._file_rules.issues("judged"))
        return _together(told)

    def _told_protected(self) -> Composable:
        if not self._protected:
            switched = Literal("Switched off by a person; an import does not switch it on again")
            return issue("protected", self.contract.key[0], switched, "warning")
        field = self._protected[0]
        stays = f"{self._called(field.name).replace('_', ' ').capitalize()} stays "
        message = SQL("{} || coalesce({}, 'as it is') || {} || left({}, 60)").format(
            Literal(stays),
            Identifier(f"old {field.target}"),
            Literal(", as a person has noted: "),
            Identifier(f"note on {field.name}"),
        )
        return issue("protected", field.name, message, "warning")

    def _told_references(self) -> list[Composable]:
        """The references that name nothing, whatever else is wrong with the row."""
        return [_not_found(field, _missed_as(field)) for field in self._strict]

    def _missed(self, field: Field) -> Composable:
        """The sentence of a reference that names nothing; null when it names something, and where it cannot be looked
        for yet: the record is not there that says where it has to be."""
        assert field.reference is not None
        found, place, record = self.found(field), None, field.reference.within_of
        if record is not None:
            other = self.contract.field(record)
            place = SQL("{} is null and {} is null and not {}").format(
                self.place(field) or SQL("null"), self.found(other), self._would_be(other)
            )
        return SQL("case when r.payload ->> {} is not null and {} is null and not {} and not ({}) then {} end").format(
            Literal(field.name), found, self._would_be(field), place or SQL("false"), self.not_found(field)
        )

    def _told_missing(self) -> Composable:
        """What a row lacks, found again by its line."""
        missing = [
            SQL("case when {} then {} end").format(
                self._is_blank(field), issue("missing", field.name, Literal(f"{self._called(field.name)} is required"))
            )
            for field in self.contract.needed
        ]
        return self.compose(
            "(select {missing} from {rows} r where r.batch_id = {batch} and r.line = judged.line)",
            missing=_together(missing),
        )


def _not_found(field: Field, told: Composable) -> Composable:
    """The issue of a reference that names nothing, where there is a sentence of it."""
    assert field.reference is not None
    return SQL("case when {} is not null then {} end").format(
        told, issue(f"{field.reference.noun}_not_found", field.name, told)
    )


def _missed_as(field: Field) -> Identifier:
    """The column with the sentence of a reference that names nothing."""
    return Identifier(f"missed {field.name}")


def _left_out(field: Field) -> Composable:
    """The warning of a row that is written without what it names."""
    assert field.reference is not None
    told = SQL("{} || {}").format(_missed_as(field), Literal("; left out"))
    warning = issue(f"{field.reference.noun}_not_found", field.name, told, "warning")
    return SQL("case when {} is not null then {} end").format(_missed_as(field), warning)


def _together(told: Sequence[Composable]) -> Composable:
    """Lists of issues as one; null where none has any."""
    if not told:
        return SQL("null::jsonb")
    parts = SQL(" || ").join(SQL("coalesce({}, '[]'::jsonb)").format(one) for one in told)
    return SQL("nullif({}, '[]'::jsonb)").format(parts)


def _within(lines: Lines) -> Composable:
    return SQL("r.line between {} and {}").format(Literal(lines[0]), Literal(lines[1]))
