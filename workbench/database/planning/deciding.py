"""The SQL of a plan: what gives every row of one batch its intended outcome."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import texts
from workbench.database.planning.adding_up import AddingUp
from workbench.database.planning.ahead import Ahead
from workbench.database.planning.changes import Changes
from workbench.database.planning.file_rules import FileRules
from workbench.database.planning.identities import FLAG, SAME_KEY, Identities
from workbench.database.planning.issues import Issues
from workbench.database.planning.references import ReferringTarget, missed_as
from workbench.database.planning.repeats import Repeats, Ruling
from workbench.database.planning.requirements import Requirements
from workbench.database.planning.rolling_up import TOGETHER, Refusals
from workbench.database.planning.verdicts import Verdicts
from workbench.database.planning.wholes import WholeRows
from workbench.database.slices import slice_of
from workbench.model.batch import Batch
from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS
from workbench.model.playbook import Part
from workbench.model.template import HOLDABLE

Lines = tuple[int, int]
"""The first and the last line that one connection decides."""


class Decision:
    """The statements that give every row of a batch its intended outcome: the questions about all of them, the one
    statement that decides, and the verdicts in their order."""

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
        wholes: WholeRows,
        ruling: Ruling,
        holds: frozenset[str],
    ) -> None:
        def called(name: str) -> str:
            return part.columns.get(name, name) if part is not None else name

        self.contract = contract
        self.plan = plan
        target = ReferringTarget(
            contract, batch, tenant, plan, earlier=earlier, ahead=ahead, refusals=refusals, wholes=wholes
        )
        self.which = target.which
        self._target = target
        self._ruling = ruling
        self._required = Requirements(target)
        self._wholes = wholes
        self._verdicts = Verdicts(target, self._required, together=target.adds_up or wholes.any)
        self._changes = Changes(target, self._verdicts)
        self._repeats = Repeats(
            target,
            ruling,
            withheld=target.withheld(),
            stands_for=target.line,
            last_line=target.last_line,
            lacks=self._required.lacks,
            ambiguous=self._required.is_ambiguous("first_row.payload ->> {field}"),
            called=[(field.name, called(field.name).replace("_", " ")) for field in target.brought],
            leads=batch.derived and (part is None or part.repeats),
        )
        self._identities = Identities(target, holds, ruling)
        self._file_rules = FileRules(target)
        self._adding_up = AddingUp(target, self._verdicts)
        self._issues = Issues(
            target,
            required=self._required,
            verdicts=self._verdicts,
            repeats=self._repeats,
            identities=self._identities,
            file_rules=self._file_rules,
            adding_up=self._adding_up,
            wholes=wholes,
            called=called,
            may_repeat=contract.adds_up or (part is not None and part.repeats),
        )

    @property
    def lacks(self) -> Composable:
        """Whether a row could make no record, for it lacks what a new one needs."""
        return self._required.lacks

    def questions(self) -> list[Composed]:
        """What is asked of all rows before each is decided: whether keys are repeated, whether ids are."""
        asked = self._identities.question()
        return [self._repeats.question()] + ([asked] if asked is not None else [])

    def refuse(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down which rows of the source are refused, and what is not made for another's sake, as far as it is
        known."""
        self._target.refuse(connection)

    def stand(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down by which records the rows are known, where they do not say so by themselves, and which wait with
        others of another sheet."""
        self._wholes.put_down(connection)
        self._target.stand(connection)

    def put_down(self, connection: psycopg.Connection[Any], repeated: bool, shared: bool = False) -> None:
        """Puts down what rows have to do with each other, as the answers to the questions make it necessary."""
        if repeated:
            self._target.fold(connection)
        if repeated and self._target.stands:
            self._identities.contradicted = tuple(self._target.standing.contradictable)
        if self._target.stands:
            self._identities.namesakes = tuple(self._target.standing.grown)
        self._required.put_down(connection)
        if repeated:
            self._repeats.put_down(connection)
            self._target.repeated = self._repeats.any
        self._identities.put_down(connection, shared=shared)
        self._file_rules.put_down(connection)
        self._adding_up.put_down(connection)

    def invalid(self, lines: Lines) -> Composed:
        """Rows that validation refused, with those of their references that can be read and name nothing."""
        readable = [field for field in self._target.strict if KINDS[field.kind].sql == "text"]
        return self._target.compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, errors)
            select r.tenant_id, r.batch_id, {plan}, r.line, 'invalid', {errors} from {rows} r {references}
            where r.batch_id = {batch} and r.status = 'failed' and {between}""",
            errors=self._issues.failed(readable),
            references=SQL(" ").join(map(self._target.reference_join, readable)),
            between=_within(lines),
        )

    def removed(self, lines: Lines) -> Composed:
        """Rows that a recipe took out."""
        return self._target.compose(
            """
            insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason)
            select r.tenant_id, r.batch_id, {plan}, r.line, 'skipped', 'filtered' from {rows} r
            where r.batch_id = {batch} and r.status = 'skipped' and {between}""",
            between=_within(lines),
        )

    def outcomes(self, lines: Lines) -> Composed:
        """All other rows: repeated, unmatched, created, updated or unchanged, in this order of questions.

        A verdict is a number until it is stored: a million rows compare it several times each. In the order of the
        lines an index grows at its end, and all of it takes two thirds of the time that it does in that of a join.
        """
        outcomes, reasons = zip(*self._verdicts.all, strict=True)
        return self._target.compose(
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
                               {waits} {held} else found % {flag} end as verdict
                from (
                    select r.line, r.id as row_id, {verdict} as found, {withheld} as withheld,
                           {accepted} as accepted{repeats}{waits_with}{waits_for}{columns}
                    from {rows} r
                    {repeated}
                    {incomplete}
                    {waiting}
                    {references}
                    left join {target} t on t.tenant_id = {tenant} and {matches}
                    {of_others}
                    {shared}
                    where r.batch_id = {batch} and r.status = 'validated' and {between}
                    order by r.line
                ) asked
            ) judged""",
            as_withheld=self._verdicts.number("skipped", "withheld"),
            withheld=self._target.withheld(),
            between=_within(lines),
            outcomes=Literal(list(outcomes)),
            reasons=Literal(list(reasons)),
            created=self._verdicts.number("created"),
            updated=self._verdicts.number("updated"),
            unchanged=self._verdicts.number("skipped", "unchanged"),
            known=self._verdicts.number("skipped", "known"),
            protected=self._verdicts.number("skipped", "protected"),
            flag=Literal(FLAG),
            tells=self._file_rules.tells("judged"),
            held=SQL(" ").join(
                SQL("when {} then {}").format(self._identities.held(code), self._verdicts.number("invalid", code))
                for code in (SAME_KEY, *HOLDABLE)
            ),
            accepted=self._ruling.accepts(derived=self._target.batch.derived),
            refs=self._changes.refs(),
            settled=self._changes.settled(),
            before=self._changes.before(),
            without=SQL("").join(SQL(" or {} is not null").format(missed_as(field)) for field in self._target.optional),
            errors=self._issues.decided(),
            verdict=self._verdict(),
            repeats=self._repeats.columns(),
            waits=self._wholes.waits(
                SQL("found % {}").format(Literal(FLAG)),
                self._verdicts.number("skipped", "protected"),
                self._verdicts.number(*TOGETHER) if self._wholes.any else SQL("null"),
            ),
            waits_for=self._wholes.columns(),
            waiting=self._wholes.join(),
            waits_with=self._adding_up.columns(),
            incomplete=self._adding_up.join(),
            repeated=self._repeats.join(first_row=self._required.coded is not None),
            columns=self._changes.columns([(field, name) for field, name, _ in self._identities.called]),
            references=SQL(" ").join(self._target.reference_join(field) for field in self._target.references),
            matches=self._target.matches("r"),
            of_others=self._target.made_by_others(),
            shared=self._identities.join(),
        )

    def _verdict(self) -> Composable:
        """The number of a row's verdict: the first question that is answered yes gives it."""
        cases = self._adding_up.cases()
        if (only := self._required.only) is not None:
            field, texts_in = only
            cases.append(
                SQL("when lower(r.payload ->> {}) <> all({}) then {}").format(
                    Literal(field.name), texts(texts_in), self._verdicts.number("skipped", "filtered")
                )
            )
        if self._file_rules.any:
            broken = SQL("when {} then {}").format(
                self._file_rules.breaks("r"), self._verdicts.number("invalid", "file_rule")
            )
            cases.append(broken)
        if self._repeats.any:
            cases += self._ambiguous("r.line > repeated.first_of_all", "first_row.payload ->> {field}")
        waiting = [field for field in self._target.strict if field.reference is not None and field.reference.waits]
        if self._repeats.any:  # rows of one key that all wait are all to be looked at once it is there what they name
            cases += [self._names_nothing(field, SQL("and not {}").format(self._required.lacks)) for field in waiting]
        cases += self._repeats.cases(
            self._verdicts.number("invalid", "conflict"), self._verdicts.number(*self._verdicts.again)
        )
        cases += self._missing()
        cases += [
            SQL("when {} and not {} then {}").format(
                self._required.differs_from(field), self._target.waits, self._verdicts.number("invalid", "differs")
            )
            for field in self._required.equal
        ]
        if self._wholes.adds:
            cases.append(
                SQL("when {} then {}").format(self._wholes.differs(), self._verdicts.number("invalid", "differs"))
            )
        cases += map(self._names_nothing, self._target.strict)
        if self._target.sharing:
            taken = SQL("when t.id is null and others.external_key is not null then {}")
            cases.append(taken.format(self._verdicts.number("invalid", "taken")))
        cases.append(
            SQL("when t.id is null then {}").format(
                self._verdicts.number("unmatched", self.contract.noun)
                if self._target.mode == "update"
                else SQL("{} + {}").format(self._verdicts.number("created"), self._identities.created())
            )
        )
        cases.append(
            SQL("when not ({}) then {}").format(slice_of(self.contract, "t"), self._verdicts.number("invalid", "taken"))
        )
        cases += self._ambiguous("true", "t.{column}")
        if self._target.mode == "insert":
            cases.append(SQL("when true then {}").format(self._verdicts.number("invalid", "already_exists")))
        if self._target.mode == "skip":
            cases.append(SQL("when true then {}").format(self._verdicts.number("skipped", "known")))
        removal = self.contract.removal
        if removal is not None:
            cases.append(
                SQL("when not t.{} and t.{} = any({}) then {}").format(
                    Identifier(removal.active),
                    Identifier(removal.source),
                    Literal(list(removal.by_hand)),
                    self._verdicts.number("skipped", "protected"),
                )
            )
        updated = SQL("{} + {}").format(self._verdicts.number("updated"), self._identities.updated())
        cases.append(SQL("when {} then {}").format(self._changes.differs(), updated))
        if self._target.protected:
            cases.append(
                SQL("when {} then {}").format(
                    self._changes.differs(self._target.protected, protecting=False),
                    self._verdicts.number("skipped", "protected"),
                )
            )
        verdict = SQL("case {} else {} end").format(SQL(" ").join(cases), self._verdicts.number("skipped", "unchanged"))
        return SQL("{} + {}").format(verdict, self._identities.known()) if self._identities.of_any else verdict

    def _missing(self) -> list[Composable]:
        """A blank where a new record needs something, or where it would erase what a known one needs."""
        number = self._verdicts.number("invalid", "missing")
        erased = [
            field
            for field in self.contract.needed
            if field.name in self._target.clears and field in self._target.brought
        ]
        tests: list[Composable] = [
            SQL("t.id is not null and {}").format(self._required.is_blank(field)) for field in erased
        ]
        cases: list[Composable] = [SQL("when {} then {}").format(test, number) for test in tests]
        if not self._required.partial:
            return cases
        at_once = [self._required.is_blank(field) for field in self.contract.needed if not field.awaited]
        missing = SQL(" or ").join(at_once) if at_once else SQL("false")
        cases.append(SQL("when {} and ({}) then {}").format(self._required.lacks, missing, number))
        return cases + [
            SQL("when {} and {} then {}").format(
                self._required.lacks, self._required.is_blank(field), self._verdicts.number("unmatched", kind)
            )
            for kind, field in self._required.awaited.items()
        ]

    def _ambiguous(self, when: str, other: str) -> list[Composable]:
        """A code made of a name is not the code of another name: codes are cut short, and long names begin alike."""
        if self._required.coded is None:
            return []
        tests = SQL("{} and {}").format(SQL(when), self._required.is_ambiguous(other))
        return [SQL("when {} then {}").format(tests, self._verdicts.number("invalid", "ambiguous_code"))]

    def _names_nothing(self, field: Field, further: Composable | None = None) -> Composable:
        """A row whose reference finds no record."""
        assert field.reference is not None
        return SQL("when (r.payload ->> {}) is not null and {} is null and not {} {} then {}").format(
            Literal(field.name),
            self._target.found(field),
            self._target.would_be(field),
            further or SQL(""),
            self._verdicts.number("unmatched", field.reference.noun),
        )


def _within(lines: Lines) -> Composable:
    return SQL("r.line between {} and {}").format(Literal(lines[0]), Literal(lines[1]))
