"""The SQL of a plan: what a file has to be as a whole, whatever its rows are by themselves. Numbers without a gap,
values that stand in it once, and amounts that do not come to more than they settle."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import source_line
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.contract import Numbered, Once, Rule, Settles


class FileRules:
    """The rows that break one of the contract's rules, in a table of the transaction. All rows of the file count, those
    that are wrong otherwise too: one reason is not told as two."""

    def __init__(self, target: Target) -> None:
        self._target = target
        brought = {field.name for field in target.brought}
        self._statements = [self._broken(rule) for rule in target.contract.rules if _of(rule) in brought]

    @property
    def any(self) -> bool:
        """Whether there are any rules."""
        return bool(self._statements)

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Makes the table."""
        if self.any:
            connection.execute(
                SQL(
                    "create temporary table broken on commit drop as "
                    "select line, jsonb_agg(issue order by issue ->> 'code') as issues, "
                    "bool_or(issue ->> 'severity' = 'error') as wrong from ({}) found group by line"
                ).format(SQL(" union all ").join(self._statements))
            )
        if self._within is not None:
            connection.execute(self._siblings(self._within))

    @property
    def _within(self) -> str | None:
        """The field of what is numbered and wrong as a whole where one of its rows is: a route."""
        brought = {field.name for field in self._target.brought}
        rules = (rule for rule in self._target.contract.rules if isinstance(rule, Numbered))
        return next((rule.within for rule in rules if {rule.field, rule.within} <= brought), None)

    def _siblings(self, within: str) -> Composed:
        """The other rows of such a whole, each with the first reason: nobody knows which of them has to be another."""
        return self._compose(
            """
            insert into broken
            select s.line, jsonb_build_array(jsonb_build_object('code', 'beside', 'field', {field}, 'severity', 'error',
                'message', {told} || first.at || ': ' || first.message)), true
            from {rows} s join (
                select distinct on (within) within, at, message from (
                    select r.payload ->> {field} as within, {at} as at, issue ->> 'message' as message
                    from broken join {rows} r on r.batch_id = {batch} and r.line = broken.line
                    cross join lateral jsonb_array_elements(broken.issues) issue
                    where issue ->> 'severity' = 'error'
                ) each order by within, at, message
            ) first on first.within = s.payload ->> {field}
            where s.batch_id = {batch} and s.line not in (select line from broken where wrong)""",
            field=Literal(within),
            told=Literal(f"Another {self._target.contract.noun} of this {within.replace('_', ' ')} is wrong, on line "),
        )

    def breaks(self, row: str) -> Composable:
        """Whether a row breaks one."""
        return self._has(row, "select line from broken where wrong")

    def tells(self, row: str) -> Composable:
        """Whether anything is told of a row."""
        return self._has(row, "select line from broken")

    def _has(self, row: str, lines: str) -> Composable:
        return SQL(f"({{}}.line in ({lines}))").format(Identifier(row)) if self.any else SQL("false")

    def issues(self, row: str) -> Composable:
        """What is wrong with it then."""
        if not self.any:
            return SQL("null::jsonb")
        return SQL("(select issues from broken where broken.line = {}.line)").format(Identifier(row))

    def _broken(self, rule: Rule) -> Composed:
        """The rows that break it, each with an issue."""
        match rule:
            case Numbered():
                return self._gaps(rule)
            case Once(field=name):
                return self._repeated(name)
            case Settles():
                return self._oversettled(rule)

    def _gaps(self, numbered: Numbered) -> Composed:
        """What does not begin with 1, leaves out a number, or has one twice."""
        noun = self._target.contract.noun
        return self._compose(
            """
            select line, jsonb_build_object('code', code, 'field', {field}, 'severity', 'error', 'message', message)
                as issue
            from (
                select line, number, lag(number) over own as before, count(*) over same as rows,
                       min(at) over same as first, max(at) over same as last
                from (
                    select r.line, {at} as at, r.payload ->> {within} as within,
                           (r.payload ->> {field})::bigint as number
                    from {rows} r
                    where r.batch_id = {batch} and (r.payload ->> {field}) ~ '^[0-9]{{1,9}}$'
                ) said
                window own as (partition by within order by number, at), same as (partition by within, number)
            ) numbered cross join lateral (
                select {code}, {twice} || number || ' stands on lines ' || first || ' and ' || last where rows > 1
                union all
                select 'gap', case when before is null then {starts} || number || {all}
                    else {called} || number || ' comes after ' || before || ': ' || before + 1 ||
                        case when number = before + 2 then ' is' else ' to ' || number - 1 || ' are' end || ' missing'
                    end
                where number > coalesce(before, 0) + 1
            ) wrong (code, message)""",
            field=Literal(numbered.field),
            within=Literal(numbered.within),
            code=Literal(f"duplicate_{numbered.field}"),
            twice=Literal(f"Duplicate {noun}: "),
            starts=Literal(f"The first {noun} is "),
            all=Literal(f": they are numbered 1, 2, 3 in each {numbered.within.replace('_', ' ')}"),
            called=Literal(f"{noun.capitalize()} "),
        )

    def _repeated(self, name: str) -> Composed:
        called = name.replace("_", " ")
        return self._compose(
            """
            select line, jsonb_build_object('code', {code}, 'field', {field}, 'severity', 'error', 'message',
                {told} || value || ' stands on lines ' || first || ' and ' || last) as issue
            from (
                select r.line, r.payload ->> {field} as value, count(*) over same as rows,
                       min({at}) over same as first, max({at}) over same as last
                from {rows} r where r.batch_id = {batch} and (r.payload ->> {field}) is not null
                window same as (partition by r.payload ->> {field})
            ) said where rows > 1""",
            field=Literal(name),
            code=Literal(f"duplicate_{name}"),
            told=Literal(f"Duplicate {called}: "),
        )

    def _oversettled(self, settles: Settles) -> Composed:
        """What the file and the records that it does not name come to together, where that is more than is owed."""
        field = self._target.contract.field(settles.reference)
        assert field.reference is not None
        other = catalog.contract(field.reference.dataset)
        return self._compose(
            """
            select line, jsonb_build_object('code', 'oversettled', 'field', {amount}, 'severity', 'warning', 'message',
                {more} || name || ': ' || to_char(paid, {shown}) || ' of ' || to_char(owed, {shown})) as issue
            from (
                with said as materialized (
                    select distinct on (r.external_key) r.external_key, r.line, {ref}.id as whole,
                           (r.payload ->> {amount})::numeric as amount
                    from {rows} r {reference} where r.batch_id = {batch} and r.status = 'validated'
                    order by r.external_key, r.line
                ), together as (
                    select whole, sum(amount) as paid from (
                        select whole, amount from said where whole is not null
                        union all
                        select t.{refers}, t.{column} from {target} t
                        where t.tenant_id = {tenant} and t.{refers} in (select whole from said)
                          and t.{key} not in (select external_key from said)
                    ) each group by whole
                )
                select said.line, x.{name} as name, x.{total} as owed, together.paid
                from together join {other} x on x.id = together.whole and x.tenant_id = {tenant} join said using (whole)
                where case when x.{total} < 0 then paid < x.{total} else paid > x.{total} end
            ) over""",
            amount=Literal(settles.amount),
            column=Identifier(self._target.contract.field(settles.amount).target),
            more=Literal(f"More than the {field.reference.noun} comes to, "),
            shown=Literal("FM999,999,999,999,990.00"),
            ref=Identifier(f"ref {field.name}"),
            reference=self._target.reference_join(field),
            refers=Identifier(field.target),
            key=Identifier(self._target.contract.key_fields[0].target),
            other=Identifier(other.family, other.table),
            name=Identifier(other.field(field.reference.field).target),
            total=Identifier(other.field(settles.total).target),
        )

    def _compose(self, statement: str, **more: Composable) -> Composed:
        # people know the lines of the source
        at = source_line(self._target.batch)
        return self._target.compose(statement, **more, at=at)


def _of(rule: Rule) -> str:
    """The field without which there is nothing to ask."""
    return rule.reference if isinstance(rule, Settles) else rule.field
