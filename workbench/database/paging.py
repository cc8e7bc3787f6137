"""Which rows of a batch a page shows, by outcome, by issue and by what their cells say: a few of a million."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from psycopg.sql import SQL, Composable, Composed, Literal
from psycopg.types.json import Jsonb

from workbench.database.accents import contains_as_typed
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import UnknownHeader
from workbench.model.issue import counted, of_kind
from workbench.model.row_query import EVERY_ROW, CellTest, Order, RowQuery

Lines: TypeAlias = "np.ndarray[Any, np.dtype[np.integer[Any]]]"
_RARE = 20
"""One row in so many, and fewer: then all of them are looked for at once instead of in the order of their lines."""
_SAMPLE = 1_000
"""So many rows tell whether a column holds numbers."""
_NUMBER = r"^\s*([-+]?\d+(?:\.\d+)?)\s*$"


def lines(
    store: Store,
    batch: Batch,
    query: RowQuery = EVERY_ROW,
    *,
    after: int = 0,
    skip: int = 0,
    limit: int | None = None,
) -> list[int]:
    """The first `limit` lines of the rows that are asked for, in their order, without the first `skip` of them; where
    that is the order of their lines, those after the line `after`. Raises UnknownHeader."""
    question = _Question(batch, query, after, skip, limit)
    with store.transaction() as connection:
        if question.by_column:
            connection.execute(_IN_ORDER)
            found = connection.execute(question.sampled()).fetchone()
            question.numeric = bool(found and found["numeric"])
        statement = question.composed()
        if statement is None:
            return []
        connection.execute(_AS_EVER)
        connection.execute(question.how)
        return [row["line"] for row in connection.execute(statement).fetchall()]


def every_line(store: Store, batch: Batch, query: RowQuery) -> Lines:
    """The lines of all rows that are asked for, whatever their order: four bytes each, however many they are. Raises
    UnknownHeader."""
    question = _Question(batch, replace(query, order=Order()), 0, 0, None)
    statement = question.composed()
    if statement is None:
        return np.array([], np.int32)
    with store.transaction() as connection:
        connection.execute(_AS_EVER)
        connection.execute(question.how)
        found = connection.execute(_TOGETHER.format(statement)).fetchone()
    return np.fromstring((found or {}).get("lines") or "", np.int32, sep=" ")


_TOGETHER = SQL("select string_agg(line::text, ' ') as lines from ({}) every_line")


# A fresh batch has no statistics yet, and the planner would read and sort it for every page anew; or, where there are
# few such rows, look up a million others in their order.
_IN_ORDER = "set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off"
_AS_EVER = "set local enable_sort = on; set local enable_bitmapscan = on; set local enable_seqscan = on"
_ALL_AT_ONCE = "set local enable_indexscan = off; set local enable_seqscan = off"


# Words are looked for in every row that may have them, by all processors; there is no index of cells.
_BY_READING = """
set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 4
"""


# Rows of a frequent outcome are put beside their cells all at once: whoever looks a few of them up in the order of a
# column, or one after the other for a statistic says that they are few, looks up most of a million.
_ALL_BESIDE = "set local enable_nestloop = off"


_AS_SKIPPED = SQL("e.rejected is not true")
_WORDS = {
    "explained": SQL("e.resolved_by is null and e.rejected is not true"),
    "resolved": SQL("e.resolved_by is not null"),
    "rejected": SQL("e.rejected"),
}
"""The reasons of rows that a person, or a later run, has said something of."""


class _Question:
    def __init__(self, batch: Batch, query: RowQuery, after: int, skip: int, limit: int | None) -> None:
        self._batch = batch
        self._query = query
        self._outcome = query.outcome
        self._reason = query.reason
        self._issue = query.issue
        self._words = re.findall(r"\S+", query.text.replace("\0", ""))
        self._waiting = query.waiting
        self.numeric = False
        """Whether the column of the order holds numbers."""
        self._names: dict[str, Composable] = {
            "batch": SQL("{}::uuid").format(Literal(batch.id)),
            "plan": Literal(0 if batch.stage == "staged" else batch.plan),  # that of a corrected batch no longer holds
            "after": Literal(after),
            "issue": SQL("{}::jsonb").format(Literal(Jsonb([self._issue]))),
            "skip": Literal(skip),
            "limit": Literal(limit),
            "most": Literal(limit + skip if limit is not None else None),
            "way": SQL("desc" if query.order.descending else ""),
        }

    @property
    def by_column(self) -> bool:
        """Whether the rows are wanted in the order of what a column says."""
        return self._query.order.header is not None or self._query.order.field is not None

    @property
    def every(self) -> bool:
        """Whether all rows are asked for."""
        return self._any and self._issue is None and not self._reads

    @property
    def how(self) -> str:
        """How the database is to look for the lines."""
        if self.by_column or (self._reads and self._issue is None and not self.rare):
            return self.reading
        return _ALL_AT_ONCE if self.rare else _IN_ORDER

    @property
    def reading(self) -> str:
        """How the database is to look for them where it reads all of them."""
        every = self._any or self._issue is not None or self.rare
        return _BY_READING if every else f"{_BY_READING}; {_ALL_BESIDE}"

    @property
    def rare(self) -> bool:
        """Whether what is asked for is one of few rows."""
        if self._any or self._issue is not None:
            return False
        return self._rows * _RARE < (self._batch.processed or 0) or self._reason is not None

    @property
    def _reads(self) -> bool:
        """Whether cells are to be read to find the rows."""
        return bool(self._words or self._query.cells)

    @property
    def _any(self) -> bool:
        """Whether a row may have any outcome, for any reason."""
        return self._outcome is None and self._reason is None

    @property
    def _rows(self) -> int:
        """How many rows have the outcome, before any was explained."""
        return (getattr(self._batch, self._outcome) or 0) if self._outcome in OUTCOMES else 0

    def composed(self) -> Composed | None:
        """The statement: what each table has of such lines, in their order; None where the figures say there are
        none."""
        found = [self._saying(each) for each in (self._by_outcome() if self._issue is None else self._by_issue())]
        if not found:
            return None
        if self.by_column:
            return self._in_column_order(found)
        part = "(select line from ({found}) found where line > {after} order by line {way} limit {most})"
        parts = [self._compose(part, found=each) for each in found]
        return self._compose(
            "select line from ({parts}) every order by line {way} limit {limit} offset {skip}",
            parts=SQL(" union ").join(parts),
        )

    def _in_column_order(self, found: Sequence[Composable]) -> Composed:
        """The lines that were found, by the cells of a column."""
        together = SQL(" union " if self._issue is not None else " union all ")  # no row has two outcomes
        of_those = self._compose(
            "join ({found}) f on f.line = r.line", found=together.join(map(SQL("({})").format, found))
        )
        return self._compose(
            """select r.line from workbench.import_row r {corrected} {of_those} where r.batch_id = {batch}
            order by {key} {way} nulls last, r.line limit {limit} offset {skip}""",
            of_those=SQL("") if self.every else of_those,
            key=self._key(self._query.order),
            corrected=self._corrected,
        )

    def _key(self, order: Order) -> Composable:
        """What rows are ordered by: the number of a cell, or its text; null where there is none."""
        by_field = order.field is not None or self._batch.derived
        said = self._cell(order) if by_field else self._written(order)
        if self.numeric:
            return SQL("{}::numeric").format(_number(said))
        return SQL("nullif(lower({}), '') collate \"C\"").format(said)

    def _written(self, order: Order) -> Composable:
        """A row's cell as it stands in the list of its cells: it orders rows as the cell does, and is cut out in two
        thirds of the time that it takes to read the list.

        Staging writes a list without spaces, and a quote within a cell stands behind a backslash: so `","` parts cells.
        """
        place = self._batch.headers.index(order.header)
        cell = SQL("split_part({}, '\",\"', {})").format(self._raw, Literal(place + 1))
        if place == len(self._batch.headers) - 1:
            cell = SQL("left({}, -2)").format(cell)
        return cell if place else SQL("substr({}, 3)").format(cell)

    def sampled(self) -> Composed:
        """The question whether nearly all of a column's first cells are numbers."""
        said = self._cell(self._query.order)
        return self._compose(
            """select count({number}) >= greatest(0.9 * count(nullif(btrim(text), '')), 1) as numeric from (
                select {said} as text from workbench.import_row r {corrected}
                where r.batch_id = {batch} order by r.line limit {sample}) first""",
            number=_number(SQL("text")),
            said=said,
            corrected=self._corrected,
            sample=Literal(_SAMPLE),
        )

    def _cell(self, asked: Order | CellTest) -> Composable:
        """What a row `r` says in a column now, or what was read of it for a field; raises UnknownHeader."""
        by_field = asked.field is not None or self._batch.derived  # which has no cells of its own
        header = asked.field if asked.field is not None else asked.header
        headers = self._batch.fields if by_field else self._batch.headers
        if header not in headers:
            raise UnknownHeader(header=header, known=", ".join(headers))
        if by_field:
            payload = SQL("coalesce(c.payload, r.payload)" if self._batch.revision else "r.payload")
            return SQL("({} ->> {})").format(payload, Literal(header))
        return SQL("({}::json ->> {})").format(self._raw, Literal(headers.index(header)))

    @property
    def _raw(self) -> Composable:
        """The list of a row's cells, as they count now."""
        return SQL("coalesce(c.raw, r.raw)" if self._batch.revision else "r.raw")

    @property
    def _corrected(self) -> Composable:
        """The last corrections `c` of rows `r`, joined to them where there are any."""
        if not self._batch.revision:
            return SQL("")
        return self._compose(
            """left join (
                select distinct on (line) line, raw, payload from workbench.import_correction
                where batch_id = {batch} order by line, revision desc
            ) c on c.line = r.line"""
        )

    def _saying(self, found: Composable) -> Composable:
        """Those of the lines whose rows have every word in their cells, as they are or as they came, and each cell that
        is asked of as it is to be."""
        if not self._reads:
            return found
        tests = [*([self._has_words()] if self._words else []), *map(self._has_cell, self._query.cells)]
        corrected = self._corrected if self._query.cells else SQL("")
        if self._any and self._issue is None:
            return self._compose(
                "select r.line from workbench.import_row r {corrected} where r.batch_id = {batch} and {tests}",
                tests=SQL(" and ").join(tests),
                corrected=corrected,
            )
        return self._compose(
            """select f.line from ({found}) f
            join workbench.import_row r on r.batch_id = {batch} and r.line = f.line {corrected} where {tests}""",
            found=found,
            tests=SQL(" and ").join(tests),
            corrected=corrected,
        )

    def _has_words(self) -> Composable:
        """Whether a row `r` has every word."""
        in_json = [word.replace("\\", r"\\").replace('"', r"\"") for word in self._words]
        said = SQL("r.payload::text") if self._batch.derived else SQL("r.raw")
        if self._batch.undo_of is not None:  # whose rows have no cells: they name the records
            said = SQL("replace(coalesce(r.external_key, ''), chr(31), '|')")
        tests: list[Composable] = [SQL(" and ").join(contains_as_typed(said, word) for word in in_json)]
        if self._batch.revision:
            of_corrected = SQL(" and ").join(contains_as_typed(SQL("n.raw"), word) for word in in_json)
            tests.append(
                self._compose(
                    """r.line in (
                        select n.line from workbench.import_correction n where n.batch_id = {batch} and {of_corrected}
                    )""",
                    of_corrected=of_corrected,
                )
            )
        return SQL("({})").format(SQL(" or ").join(tests))

    def _has_cell(self, asked: CellTest) -> Composable:
        """Whether a cell of a row `r` is as it is to be."""
        said, text = self._cell(asked), asked.text.replace("\0", "")
        if asked.test == "blank":
            return SQL("coalesce({}, '') !~ '\\S'").format(said)
        if asked.test == "equals":
            return SQL("btrim({}) = {}").format(said, Literal(text.strip()))
        return contains_as_typed(said, text)

    def _compose(self, statement: str, **more: Composable) -> Composed:
        return SQL(statement).format(**self._names, **more)

    def _by_outcome(self) -> list[Composable]:
        if self._any:
            return [self._compose("select line from workbench.import_row where batch_id = {batch}")]
        said = self._compose("""
            select o.line from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
            where e.batch_id = {batch} and o.plan = {plan} and workbench.settles(e, o.outcome)""")
        if self._reason in _WORDS:
            return [SQL("{} and {}").format(said, _WORDS[self._reason])]
        planned = self._compose(
            "select line from workbench.import_outcome o where o.batch_id = {batch} and o.plan = {plan} and {has}",
            has=self._has_outcome("o"),
        )
        some: list[Composable] = [planned] if self._rows or self._outcome is None else []
        takes_explained = self._outcome == "skipped" and self._reason is None
        return [*some, SQL("{} and {}").format(said, _AS_SKIPPED)] if takes_explained else some

    def _counted(self, name: str) -> bool:
        """Whether such an issue was counted, or nobody has counted (an undo)."""
        wanted = (self._issue or {}).items()
        counts = self._batch.summary.get(name)
        return counts is None or any(wanted <= kind.items() for kind in counts)

    def _by_issue(self) -> list[Composable]:
        corrected = "select n.line from workbench.import_correction n where n.batch_id = {batch}"
        newest = (
            "not exists (select from workbench.import_correction l where l.batch_id = n.batch_id "
            "and l.line = n.line and l.revision > n.revision)"
        )
        read = self._compose(
            "select r.line from workbench.import_row r where r.batch_id = {batch} and r.errors is not null "
            "and r.errors @> {issue} and {holds} and {planned}",
            holds=self._compose(f"not exists ({corrected} and n.line = r.line)")
            if self._batch.revision
            else SQL("true"),
            planned=self._planned("r"),
        )
        put_right = self._compose(
            f"{corrected} and n.errors @> {{issue}} and {newest} and {{planned}}", planned=self._planned("n")
        )
        compared = self._compose(
            "select o.line from workbench.import_outcome o where o.batch_id = {batch} and o.plan = {plan} "
            "and (o.outcome in ('unmatched', 'invalid') or o.errors is not null) and o.errors @> {issue} and {has}",
            has=self._shown("o"),
        )
        staged = [read, *([put_right] if self._batch.revision else [])] if self._counted("issue_counts") else []
        return [*staged, *([compared] if self._counted("issue_counts_planned") else [])]

    def _planned(self, row: str) -> Composable:
        """Whether a row has the outcome that is asked for."""
        if self._any:
            return SQL("true")
        return self._compose(
            f"exists (select from workbench.import_outcome o where o.batch_id = {{batch}} and o.line = {row}.line "
            "and o.plan = {plan} and {has})",
            has=self._shown("o"),
        )

    def _shown(self, outcome: str) -> Composable:
        """Whether an outcome is the one that is asked for, with what people said of it."""
        if self._any:
            return SQL("true")
        if self._reason in _WORDS:
            return self._said(outcome, _WORDS[self._reason])
        if self._outcome == "skipped" and self._reason is None:
            return SQL("({} or {})").format(self._has_outcome(outcome), self._said(outcome, _AS_SKIPPED))
        return self._has_outcome(outcome)

    def _said(self, outcome: str, how: Composable) -> Composable:
        """Whether a person has said that of a row with that outcome."""
        return self._compose(
            "exists (select from workbench.import_explanation e where e.batch_id = {batch} "
            f"and e.line = {outcome}.line and workbench.settles(e, {outcome}.outcome) and {{how}})",
            how=how,
        )

    def _has_outcome(self, outcome: str) -> Composable:
        tests: list[Composable] = []
        if self._outcome is not None:
            tests.append(self._compose(f"{outcome}.outcome = {{wanted}}", wanted=Literal(self._outcome)))
        if self._reason is not None:
            tests.append(self._compose(f"{outcome}.reason = {{reason}}", reason=Literal(self._reason)))
        if self._outcome in ("unmatched", "invalid"):
            tests.append(SQL("not {}").format(self._said(outcome, SQL("true") if self._waiting else _AS_SKIPPED)))
        return SQL(" and ").join(tests)


def number(store: Store, batch: Batch, query: RowQuery = EVERY_ROW) -> int:
    """How many rows are asked for, as `lines` finds them; raises UnknownHeader."""
    question = _Question(batch, replace(query, order=Order()), 0, 0, None)
    if question.every and batch.plan:
        return batch.processed or 0  # a plan has an outcome for every row: they are counted already
    statement = question.composed()
    if statement is None:
        return 0
    counted_ = SQL("select count(*)::int as rows from ({}) fitting").format(statement)
    with store.transaction() as connection:
        connection.execute(question.reading)
        found = connection.execute(counted_).fetchone()
    return found["rows"] if found else 0


def having(batch: Batch, query: RowQuery, limit: int) -> Composed | None:
    """The question for the first lines of rows that are asked for; None where the figures say there are none."""
    return _Question(batch, query, 0, 0, limit).composed()


def _number(text: Composable) -> Composable:
    """The number that a text is, as text; null where it is none. A comma parts its thousands."""
    return SQL("substring(replace({}, ',', '') from {})").format(text, Literal(_NUMBER))


def issue_counts(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """Each issue with the rows that have it, as they were counted: code, field, severity, message, rows."""
    if "issue_counts" not in batch.summary:  # an undo, whose rows nobody has read
        return [of_kind(each) for each in counted(store.all(_KEPT, (batch.id, batch.plan)))]
    planned = () if batch.stage == "staged" else batch.summary.get("issue_counts_planned", ())
    return [of_kind(each) for each in counted(batch.summary["issue_counts"], planned)]


_KEPT = """
select issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(*)::int as rows
from workbench.import_outcome, jsonb_array_elements(errors) issue
where batch_id = %s and plan = %s and errors is not null group by 1, 2, 3
"""
