"""The SQL of a plan: rows of a batch that have the same key. Which of them counts, and which contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Literal

from workbench.database.target import Target
from workbench.model.derivation import half_of, part_of


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What people decided of the rows of one key that contradict each other."""

    rule: str
    """For every key of which no line was chosen: the first counts, the last, or hold."""
    by: str
    source: UUID
    """The batch whose lines were chosen from: the source's own."""
    some: bool = False
    """Whether anything was decided after the batch was begun."""
    void: tuple[tuple[int, int], ...] = ()
    """The decisions, each by its number and line, whose line has another key now than it was chosen for."""

    @property
    def chosen(self) -> Composable:
        """Whether a line's decision `d` is one of the source's that counts."""
        void = SQL(", ").join(SQL("({}, {})").format(*map(Literal, each)) for each in self.void)
        counts = SQL(" and (d.number, d.line) not in ({})").format(void) if self.void else SQL("")
        return SQL("d.batch_id = {}{}").format(Literal(self.source), counts)

    def accepts(self, *, derived: bool) -> Composable:
        """Whether somebody has decided that a row `r` counts, whatever it is warned of; `derived` rows are made of the
        source's."""
        if not self.some:
            return SQL("false")
        return SQL("exists (select from workbench.import_decision d where {} and d.line = any({}))").format(
            self.chosen, SQL("coalesce(r.sources, array[r.line])" if derived else "array[r.line]")
        )


class Repeats:
    """The statements about keys that a batch has more than once.

    Of rows that say the same the first counts, and the others are duplicates; a blank says
    nothing, but where it erases what is stored. A row contradicts
    the first one of its key that could make a record, whatever becomes of that, when it says what that one does not.
    Then all rows that take part wait. Where the first one speaks for a record that many rows of a source are about,
    and others lean on, only those wait that say otherwise.
    """

    def __init__(  # noqa: PLR0913
        self,
        target: Target,
        ruling: Ruling,
        *,
        withheld: Composable,
        stands_for: Composable,
        last_line: Composable,
        lacks: Composable,
        ambiguous: Composable,
        called: Sequence[tuple[str, str]],
        leads: bool,
    ) -> None:
        """`withheld`, `stands_for` and `last_line` (the first and the last line of a row), `lacks` and `ambiguous` are
        what SQL asks of a row `r`; `called` are the brought fields with what sentences call them, `leads` is whether
        the first row speaks for the record."""
        self._target = target
        self._ruling = ruling
        self._names = {
            "withheld": withheld,
            "stands_for": stands_for,
            "last_line": last_line,
            "lacks": lacks,
            "ambiguous": ambiguous,
        }
        self._called = called
        self._leads = leads
        self.any = False
        self._contested = False

    def question(self) -> Composed:
        """Whether there are any, as `some`. Numbers are grouped three times as quickly as texts."""
        return self._compose("""
            select exists (
                select from {rows} where batch_id = {batch} and status = 'validated' and external_key is not null
                group by hashtextextended(external_key, 0) having count(*) > 1
            ) as some""")

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts the keys into a table of the transaction, and those whose rows contradict each other into another."""
        self.any = connection.execute(self._repeated()).rowcount > 0
        if self.any:
            self._contested = connection.execute(self._contests()).rowcount > 0

    def _repeated(self) -> Composed:
        """The keys with the line that counts: the first of those that are not withheld, the last of them with the row
        that says so, and the first of all; those of rows that could make no record come last."""
        return self._compose("""
            create temporary table repeated on commit drop as
            with keyed as not materialized (
                select external_key, line, hashtextextended(external_key, 0) as hash, {withheld} as withheld,
                       {stands_for} as stands_for, {last_line} as last_line, {lacks} as lacks
                from {rows} r
                where batch_id = {batch} and status = 'validated' and external_key is not null
            ), suspect as materialized (select hash from keyed group by hash having count(*) > 1)
            select external_key, min(stands_for) filter (where not withheld and not lacks) as first,
                   max(last_line) filter (where not withheld and not lacks) as last,
                   (array_agg(stands_for order by last_line desc) filter (where not withheld and not lacks))[1]
                       as says_last,
                   min(line) filter (where not lacks) as first_of_all
            from keyed where hash in (select hash from suspect)
            group by external_key having count(*) > 1""")

    def _contests(self) -> Composed:
        """The keys whose rows contradict each other: the first line that does, how many do, and the line that counts
        where that is decided, as its row stands for it and as people know it, with who decided it."""
        chosen = """
            select distinct on (r.external_key) r.external_key, {stands_for} as stands_for, {known_as} as line,
                   d.decided_by
            from {rows} r {sources} join workbench.import_decision d on d.line = each.line
            where r.batch_id = {batch} and {chosen} and r.status = 'validated'
              and r.external_key in (select external_key from said)
            order by r.external_key, d.number desc, each.line, r.line"""
        nothing = """
            select null::text as external_key, null::integer as stands_for, null::integer as line,
                   null::text as decided_by
            where false"""
        counted = {"first": "repeated.first", "last": "repeated.says_last", "hold": "null::integer"}[self._ruling.rule]
        named = "repeated.last" if self._ruling.rule == "last" else counted
        return self._compose(
            f"""
            create temporary table contested on commit drop as
            with said as materialized (
                select r.external_key, min(r.line) as against, count(*) as rows
                from {{rows}} r join repeated on repeated.external_key = r.external_key
                join {{rows}} first_row on first_row.batch_id = {{batch}} and first_row.line = first_of_all
                where r.batch_id = {{batch}} and r.status = 'validated' and r.line <> first_of_all
                  and not first_row.payload @> {{says}} and not {{ambiguous}}
                group by r.external_key
            ), chosen as ({chosen if self._ruling.some else nothing})
            select said.external_key, said.against, said.rows, chosen.line is not null or {{ruled}} as decided,
                   case when chosen.line is null then {counted} else chosen.stands_for end as counts,
                   case when chosen.line is null then {named} else chosen.line end as named,
                   coalesce(chosen.decided_by, {{by}}) as decided_by
            from said join repeated using (external_key) left join chosen using (external_key)""",
            sources=self._sources(),
            known_as=SQL("r.line" if self._target.batch.by_recipe else "each.line"),
            says=self._says(),
            chosen=self._ruling.chosen,
            ruled=Literal(self._ruling.rule != "hold"),
            by=Literal(self._ruling.by),
        )

    def _says(self) -> Composable:
        """What a row `r` says, as JSON: its values, and the blanks that erase."""
        erasing = [
            SQL(
                "case when r.payload -> {name} = 'null' and r.payload ->> {half} is null "
                "then jsonb_build_object({name}, null) else '{{}}' end"
            ).format(name=Literal(name), half=Literal(half_of(name)))
            for name, _ in self._called
            if name in self._target.clears
        ]
        return SQL("({})").format(SQL(" || ").join([SQL("jsonb_strip_nulls(r.payload)"), *erasing]))

    def _sources(self) -> Composable:
        lines = "coalesce(r.sources, array[r.line])" if self._target.batch.derived else "array[r.line]"
        return SQL(f"cross join lateral unnest({lines}) as each (line)")

    def join(self, *, first_row: bool) -> Composable:
        """What the rows `r` are joined with; `first_row` where somebody asks what the first of a key says."""
        if not self.any:
            return SQL("")
        parts = ["left join repeated on repeated.external_key = r.external_key"]
        if first_row:
            parts.append("left join {rows} first_row on first_row.batch_id = {batch} and first_row.line = first_of_all")
        if self._contested:
            parts.append("left join contested on contested.external_key = r.external_key")
            parts.append("left join {rows} other on other.batch_id = {batch} and other.line = {facing}")
        return self._compose(" ".join(parts), facing=self._facing())

    def columns(self) -> Composable:
        """What is told of a row whose key stands on another line: the line that counts, and of those that contradict
        each other in which fields, with which line, with how many more, and who decided."""
        if not self.any:
            return SQL(", null::integer as counting, null::text as otherwise")
        if not self._contested:
            return SQL(", repeated.first as counting, null::text as otherwise")
        return self._compose(
            ", case when contested.decided then contested.named else repeated.first end as counting, "
            "{otherwise} as otherwise, {faced} as facing, contested.decided_by, "
            "case when r.line = first_of_all then contested.rows - 1 else 0 end as more",
            otherwise=self._otherwise(),
            # a part's row may have a line of its own; people know the source's
            faced=SQL("coalesce(other.sources[1], other.line)" if self._target.batch.derived else "other.line"),
        )

    def cases(self, conflict: Composable, duplicate: Composable) -> list[Composable]:
        """The questions of a verdict, in their order."""
        if not self.any:
            return []
        later = "{stands_for} > repeated.first or ({lacks} and repeated.first is not null)"
        if not self._contested:
            return [self._compose(f"when {later} then {{duplicate}}", duplicate=duplicate)]
        return [
            self._compose(
                "when not contested.decided and {otherwise} is not null then {conflict}",
                otherwise=self._otherwise(),
                conflict=conflict,
            ),
            self._compose(
                f"when case when contested.decided then {{stands_for}} <> contested.counts and not {{withheld}} "
                f"else {later} end then {{duplicate}}",
                duplicate=duplicate,
            ),
        ]

    def _facing(self) -> Composable:
        """The line of its key that a row is compared with: the one that counts, once that is decided."""
        against = "null::integer" if self._leads else "contested.against"
        return SQL(
            "case when contested.decided then contested.counts "
            f"when r.line = first_of_all then {against} when contested.external_key is not null then first_of_all end"
        )

    def _otherwise(self) -> Composable:
        """The fields in which a row and the one that it is compared with contradict each other, each with what that one
        says and what it says itself."""
        clears = self._target.clears
        names = [
            SQL("({}, {}, {}, {}, {})").format(
                *map(Literal, (name, half_of(name), part_of(name), said, name in clears))
            )
            for name, said in self._called
        ]
        return SQL(
            """case when contested.external_key is not null then (
                select string_agg(said || ' (' || {theirs} || ' / ' || {own} || ')', ', ')
                from (values {names}) called (name, half, part, said, erases)
                cross join lateral (select {their_value} as their_value, {own_value} as own_value) compared
                cross join lateral (
                    select their_value #>> '{{}}' as theirs, own_value #>> '{{}}' as own,
                           case when r.line = first_of_all and not contested.decided then their_value else own_value
                           end as spoken
                ) told
                where their_value <> own_value and spoken <> {unsaid} and (erases or spoken <> 'null')
                  and other.line <> r.line
            ) end"""
        ).format(
            names=SQL(", ").join(names),
            their_value=_value("other"),
            own_value=_value("r"),
            unsaid=_UNSAID,
            theirs=_shown("theirs"),
            own=_shown("own"),
        )

    def conflict(self, noun: str) -> Composable:
        """The sentence of a row that waits, of the columns above."""
        if not self._contested:
            return SQL("null::text")
        return SQL(
            "'Line ' || facing || case when more > 0 then ' and ' || more || ' more say' else ' says' end "
            "|| {} || otherwise"
        ).format(Literal(f" otherwise of the same {noun}: "))

    def duplicate(self, names: str) -> Composable:
        """The sentence of a row that does not count, of the columns above."""
        counting: Composable = SQL("counting")
        if self._target.batch.by_recipe:  # rows that a recipe made are numbered; people know the source's lines
            counting = self._compose(
                "(select s.sources[1] from workbench.import_row s where s.batch_id = {batch} and s.line = counting)"
            )
        same = SQL("'Same ' || {} || ' as line ' || {}").format(Literal(names), counting)
        if not self._contested:
            return same
        unmatched = SQL("target_id is null") if self._target.mode == "update" else SQL("false")
        return SQL(
            "case when otherwise is null then {} else 'Line ' || {} || ' counts, as ' || decided_by || "
            "' decided, and ' || case when {} then 'is unmatched; it ' else '' end || 'says otherwise: ' "
            "|| otherwise end"
        ).format(same, counting, unmatched)

    @property
    def overruled(self) -> Composable:
        """Whether a duplicate says what does not count."""
        return SQL("otherwise is not null")

    def _compose(self, statement: str, **more: Composable) -> Composed:
        return self._target.compose(statement, **self._names, **more)


_LONGEST = 60

_UNSAID = SQL("'\"(not said)\"'::jsonb")
"""The value of a cell that is left out, where a blank one erases."""


def _value(row: str) -> Composable:
    """What a row says of a called field, as JSON."""
    return SQL(
        f"coalesce(nullif({row}.payload -> name, 'null'), "
        f"to_jsonb(coalesce(replace({row}.payload ->> part, '_', ' ') || ' ', '') || ({row}.payload ->> half)), "
        f"case when erases and not {row}.payload ? name then {{}} end, 'null')"
    ).format(_UNSAID)


def _shown(value: str) -> Composable:
    """A value in a sentence: the beginning of a long one."""
    return SQL(
        f"case when {value} is null then '(blank)' when length({value}) > {_LONGEST} "
        f"then left({value}, {_LONGEST - 1}) || '…' else {value} end"
    )
