"""What people decide of rows that contradict each other, or that wait because of a warning.

It is kept with who and when, and never changed; the newest decision counts. A line is chosen for its key: while a
correction gives it another one, that choice does not count. That a choice is taken back is kept as a decision, too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

from workbench.database import at_work, batches
from workbench.database.planning.repeats import Ruling
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.derivation import half_of
from workbench.model.errors import DecidedSince, NotDecided, UnknownRows, UnknownRule, WrongStage
from workbench.model.template import ON_CONFLICT
from workbench.model.wording import first_of, listed

_OPEN = ("staged", "planned", "held")
TAKEN_BACK = "\x18"
"""What a decision of a line is about that takes the earlier ones of the line back: no key and no row reads so."""


def ruling(store: Store, source: Batch) -> Ruling:
    """What counts for the rows of a source."""
    of_format = source.on_conflict == _usual(source) and not source.mapping.get("on_conflict")
    by = "the format" if of_format else source.initiated_by
    by_option = Ruling(rule=source.on_conflict, by=by, source=source.id, some=source.decisions > 0)
    if not by_option.some:
        return by_option
    row = store.one(_RULE, (source.id,)) or {"rule": by_option.rule, "decided_by": by_option.by}
    found = store.all(_VOID.format(_about(source)), {"batch": source.id, "taken_back": TAKEN_BACK})
    void = tuple((each["number"], each["line"]) for each in found)
    return replace(by_option, rule=row["rule"], by=row["decided_by"], void=void)


def _usual(source: Batch) -> str:
    """What counts where nobody has said it."""
    known = catalog.CONTRACTS.get(source.dataset) or catalog.FORMS.get(source.dataset)
    return known.on_conflict if known is not None else "hold"


def decide(
    store: Store, run: Run, batch: Batch, lines: Sequence[int], rule: str | None, *, taken_back: bool = False
) -> Batch:
    """Keeps that those lines count, or that this is `taken_back`, or a rule for every key of which no line was chosen,
    and takes the batch back to staged: it needs a plan that knows of it. Raises WrongStage, UnknownRows, NotDecided."""
    if batch.undo_of is not None or batch.stage not in _OPEN:
        stage = batch.stage if batch.undo_of is None else "an undo"
        raise WrongStage(batch=batch.id, stage=stage, action="deciding", needed="staged, planned or held")
    wanted = sorted(set(lines))
    there = {row["line"]: row["key"] for row in store.all(_THERE, {"batch": batch.id, "lines": wanted})}
    if missing := [line for line in wanted if line not in there]:
        raise UnknownRows(batch=batch.id, lines=", ".join(map(str, missing[:20])))
    if taken_back:
        known = {row["line"] for row in store.all(_MADE.format(_about(batch)), {"batch": batch.id, "limit": None})}
        if strange := [line for line in wanted if line not in known]:
            raise NotDecided(batch=batch.id, lines=", ".join(map(str, strange[:20])))
    which = {"tenant": store.tenant_id, "batch": batch.id, "user": store.user, "number": batch.decisions + 1}
    about = "%(taken_back)s::text" if taken_back else _about(batch)
    with store.transaction(batch.id) as connection:
        said = {**which, "lines": wanted, "rule": rule, "taken_back": TAKEN_BACK}
        connection.execute(_KEEP.format(about), said)
        # for one of several sheets the run's plan no longer holds either
        for each in (batch,) if batch.id == run.face.id else (batch, run.face):
            connection.execute(_OPEN_AGAIN, {"batch": each.id, "number": each.decisions + 1})
        keys = list(dict.fromkeys(there[line] for line in wanted[:100] if there[line] is not None))
        more = {"taken_back": True} if taken_back else {}
        store.note("decided", batch.id, lines=wanted[:100], rule=rule, keys=keys, **more)
    return batches.get(store, batch.id)


def _refuse_unseen(store: Store, batch: Batch, seen: int | None) -> None:
    """Raises DecidedSince where somebody has decided of a batch after its decision of that number."""
    if seen is None or seen == batch.decisions:
        return
    newer = store.all(_SINCE, {"batch": batch.id, "seen": seen})
    rules = {"first": "the first row of a key counts", "last": "the last row of a key counts", "hold": "they wait"}
    told = [
        rules[each["rule"]]
        if each["rule"]
        else f"line {each['line']} counts {'no longer' if each['about'] == TAKEN_BACK else 'of its key'}"
        for each in newer
    ]
    by = listed(dict.fromkeys(each["decided_by"] for each in newer).keys())
    raise DecidedSince(by=by, file=batch.file_name, said=first_of(told, 3))


def contradictions(store: Store, run: Run, batch: Batch, *, limit: int = 20) -> tuple[int, list[dict[str, Any]]]:
    """How many keys of a source wait for a decision, and the first of them: each with its dataset, its key, and by the
    first line that says so the values of each thing that its rows say, with how many rows say it and the last line."""
    parts = run.parts if run.derived and batch.id == run.face.id else (batch,)
    found: list[dict[str, Any]] = []
    count = 0
    for part in parts:
        rows = store.all(_CONTRADICTIONS, {"batch": part.id, "plan": part.plan, "limit": limit - len(found)})
        count += rows[0]["keys"] if rows else 0
        keys: dict[str, dict[str, Any]] = {}
        for row in rows:
            group: dict[str, Any] = {"dataset": part.dataset, "key": row["key"], "lines": {}, "said": {}}
            of_key = keys.setdefault(row["key"], group)
            of_key["said"][row["line"]] = {"rows": row["rows"], "last": row["last"]}
            of_key["lines"][row["line"]] = {
                field.name: row["payload"].get(field.name, row["payload"].get(half_of(field.name)))
                for field in catalog.contract(part.dataset).stored
                if field.name in row["payload"]
            }
        found += keys.values()
    return count, found


def _about(source: Batch) -> LiteralString:
    """What a choice of a row `r` is about, in SQL: its key; all its cells where the keys are those of its parts."""
    return "r.external_key" if catalog.contract(source.dataset).table else "r.raw"


_CONTRADICTIONS = """
with conflicts as materialized (
    select r.external_key from workbench.import_outcome o
    join workbench.corrected_row r on r.batch_id = o.batch_id and r.line = o.line
    where o.batch_id = %(batch)s and o.plan = %(plan)s and o.outcome = 'invalid' and o.reason = 'conflict'
      and r.batch_id = %(batch)s
), keys as (
    select external_key, count(*) over () as keys from (select distinct external_key from conflicts) each
    order by external_key limit greatest(%(limit)s, 1)
), said as (
    select r.external_key, r.payload, min(each.line) as line, max(each.line) as last, count(*)::int as rows,
           bool_or(o.reason is distinct from 'duplicate') as takes_part, keys.keys::int
    from keys join workbench.corrected_row r on r.external_key = keys.external_key
    join workbench.import_row came on came.batch_id = r.batch_id and came.line = r.line
    join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = %(plan)s
    cross join lateral unnest(coalesce(came.sources, array[r.line])) as each (line)
    where r.batch_id = %(batch)s and r.status = 'validated' and o.reason is distinct from 'added_up'
    group by r.external_key, r.payload, keys.keys
)
select replace(external_key, chr(31), '|') as key, line, last, rows, payload, keys from (
    select *, max(last) over (partition by external_key) as last_of_all from said
) each where takes_part or last = last_of_all order by external_key, line
"""

_RULE = """
select rule, decided_by from workbench.import_decision
where batch_id = %s and rule is not null order by number desc limit 1
"""

_SINCE = """
select line, rule, about, decided_by from workbench.import_decision
where batch_id = %(batch)s and number > %(seen)s order by number, line
"""

_VOID = """
select d.number, d.line from workbench.import_decision d
join workbench.corrected_row r on r.batch_id = d.batch_id and r.line = d.line
where d.batch_id = %(batch)s and r.batch_id = %(batch)s and (d.about is distinct from {} or exists (
    select from workbench.import_decision later
    where later.batch_id = d.batch_id and later.line = d.line and later.number > d.number
      and later.about = %(taken_back)s))
"""

_MADE = """
select line, replace(r.external_key, chr(31), '|') as key, d.decided_by, d.decided_at,
       (count(*) over ())::int as lines
from (
    select distinct on (line) line, number, about, decided_by, decided_at from workbench.import_decision
    where batch_id = %(batch)s and line is not null order by line, number desc
) d join workbench.corrected_row r using (line)
where r.batch_id = %(batch)s and d.about is not distinct from {} order by d.number desc, line limit %(limit)s
"""
"""The lines that somebody has chosen and that count so, the last decision first."""

_OF_PARTS = """
select each.line, replace(string_agg(distinct p.external_key, ', '), chr(31), '|') as keys
from workbench.import_row p cross join lateral unnest(coalesce(p.sources, array[p.line])) as each (line)
where p.batch_id = any(%(parts)s) and p.line <= %(last)s and each.line = any(%(lines)s) and exists (
    select from workbench.import_row other
    where other.batch_id = p.batch_id and other.external_key = p.external_key and other.line <> p.line
      and other.status = 'validated')
group by each.line
"""

_THERE = """
select line, replace(external_key, chr(31), '|') as key from workbench.corrected_row
where batch_id = %(batch)s and line = any(%(lines)s)
"""

_KEEP = """
insert into workbench.import_decision (tenant_id, batch_id, number, line, rule, about, decided_by)
select %(tenant)s, %(batch)s, %(number)s, r.line, null, {}, %(user)s from workbench.corrected_row r
where r.batch_id = %(batch)s and r.line = any(%(lines)s)
union all select %(tenant)s, %(batch)s, %(number)s, null, %(rule)s, null, %(user)s where %(rule)s::text is not null
"""

_OPEN_AGAIN = """
update workbench.import_batch set stage = 'staged', decisions = %(number)s, planned_at = null, processed = null,
    created = null, updated = null, skipped = null, unmatched = null, invalid = null, removed = 0,
    summary = summary || '{"skipped_by_reason": {}, "unmatched_by_kind": {}, "issues_by_code": {}, "removed": {}}'
where id = %(batch)s
"""


class Decisions:
    """What people decide of rows that contradict each other: `Workbench.decisions`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def contradictions(self, batch: Batch | UUID | str, *, limit: int = 20) -> tuple[int, list[dict[str, Any]]]:
        """How many keys have rows that contradict each other and wait for a decision, and the first of them: dataset,
        key, `lines`, the values of each thing that rows say by the first line that says so, and `said`, how many `rows`
        say it and the `last` line that does."""
        found = batches.get(self._store, batch)
        if found.stage not in ("planned", "held"):
            return 0, []
        return contradictions(self._store, batches.run(self._store, found), found, limit=limit)

    def made(self, batch: Batch | UUID | str, *, limit: int = 20) -> tuple[int, list[dict[str, Any]]]:
        """How many lines of a batch, or of one of several sheets, people have chosen to count, and the last of them:
        line, key, decided_by, decided_at; 0 and none where nothing was decided."""
        found = batches.get(self._store, batch)
        if not found.decisions or found.derived:
            return 0, []
        rows = self._store.all(_MADE.format(_about(found)), {"batch": found.id, "limit": limit})
        keys = self._keys_of_parts(found, [row["line"] for row in rows])
        return (rows[0]["lines"] if rows else 0), [
            {
                "line": row["line"],
                "key": keys.get(row["line"], row["key"]),
                "decided_by": row["decided_by"],
                "decided_at": row["decided_at"],
            }
            for row in rows
        ]

    def _keys_of_parts(self, source: Batch, lines: Sequence[int]) -> dict[int, str]:
        """What lines of a source were chosen for whose rows are several records each: the keys of those of their
        records that other rows say differently."""
        parts = [part.id for part in batches.run(self._store, source).parts if part.derived]
        if not lines or not parts:
            return {}
        found = self._store.all(_OF_PARTS, {"parts": parts, "lines": list(lines), "last": max(lines)})
        return {row["line"]: row["keys"] for row in found}

    def ruling(self, batch: Batch | UUID | str) -> Ruling:
        """What counts of every key of which no line was chosen, and who said so."""
        return ruling(self._store, batches.get(self._store, batch))

    def take_back(self, batch: Batch | UUID | str, lines: Sequence[int], *, seen: int | None = None) -> Batch:
        """Takes back that those lines count: what counted before it does again, or waits. Who took it back stands
        beside who decided it. In a run of several sheets it is the sheet's batch whose lines are meant. `seen` is as
        for `prefer`. Raises WrongStage, UnknownRows, NotDecided, DecidedSince."""
        with at_work.on(self._store, batch, "deciding", sheets=True) as run:
            found = batches.one_sheet(self._store, batch)
            _refuse_unseen(self._store, found, seen)
            decide(self._store, batches.run(self._store, run.face), found, lines, None, taken_back=True)
            return batches.get(self._store, found)

    def prefer(
        self,
        batch: Batch | UUID | str,
        lines: Sequence[int] = (),
        *,
        on_conflict: str | None = None,
        seen: int | None = None,
    ) -> Batch:
        """Decides which rows count: those lines, of all that have their keys, and whatever they are warned of; or the
        "first" or "last" of every key of which no line was chosen ("hold" lets them wait again).

        A decision stands with who made it and when; a later one counts before it. A line is chosen for its key: under
        another one, into which it is corrected, it does not count so (under a playbook, once any cell is). A batch that
        was planned needs a plan again. In a run of several sheets it is the sheet's batch whose lines are meant. `seen`
        is how many decisions (`decisions`) the batch had when somebody looked at it: over another's of since then
        nothing is decided. Raises WrongStage, UnknownRows, UnknownRule, DecidedSince.
        """
        if on_conflict not in (None, *ON_CONFLICT):
            raise UnknownRule(rule=on_conflict, known=", ".join(ON_CONFLICT))
        with at_work.on(self._store, batch, "deciding", sheets=True) as run:
            found = batches.one_sheet(self._store, batch) if lines else batches.get(self._store, batch)
            _refuse_unseen(self._store, found, seen)
            each = (found,) if lines or found.part_of is not None else run.sheets
            for sheet in each:
                decide(self._store, batches.run(self._store, run.face), sheet, lines, on_conflict)
            return batches.get(self._store, found)
