"""What each row will do, decided in the database before anything is written. The dry run stops here."""

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from workbench.database import classes, decisions, totals
from workbench.database.planning import edits, holding, keys, suggestions
from workbench.database.planning.ahead import Ahead
from workbench.database.planning.deciding import Decision, Lines
from workbench.database.planning.removing import Leftovers, Removals
from workbench.database.planning.rolling_up import REFUSED, Refusals, RollUp
from workbench.database.planning.wholes import Wholes, compared, pairs
from workbench.database.planning.wholes import told as wholes_told
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import OUTCOMES, Batch, Run
from workbench.model.control_total import Counted
from workbench.model.issue import counted as issues_counted
from workbench.model.playbook import Playbook

_EVERY_LINE = (0, 2**31 - 1)
_LARGE = 20_000
"""From this many rows on, joins go through whole tables. The outcomes that a plan has just written have no statistics
yet, and the database would look up a million of them one by one."""
_TRIES = 4
"""How often the parts of a run are decided while others write; what then does not fit, the database refuses."""


def plan(store: Store, run: Run, playbook: Playbook | None = None, *, seconds: Callable[[], float]) -> None:
    """Gives every row of a staged run its one intended outcome; writes no target table.

    The parts are decided in the order of import: a later one finds the records that an earlier one will create. Nothing
    is written of a source row of which a part is invalid, nor, where a row is written whole or not at all, of one with
    an unmatched part: what turns out to be so refused is taken out and the parts are decided again, until nothing more
    is: from the first on, for what is refused makes no record that others repeat or refer to. So it is with what rows
    name ahead of it, and with records that stand in two sheets, of which a row is refused. When another import or undo
    ends meanwhile, all parts are decided once more.

    A plan made again gets the next number; the earlier one stays as it was, and what is stored counts only once it is
    made the plan of the run's batches, all at once.
    """
    _count(store, run, "rows")
    for _ in range(_TRIES):
        looked, brought = _Looked(), _brought(store, run)
        number, refusals, decided = _settled(store, run, playbook, looked)
        if brought == _brought(store, run):
            break
    kept: dict[UUID, int] = {}
    if any(decided[batch.id].counts["updated"] for batch in run.written):
        number, kept = _merged(store, run, number, decided, looked)
    if run.derived:
        assert playbook is not None
        if playbook.keeps_good_parts:  # a record counts on the first of its rows that is all good
            refusals = Refusals(run, store.tenant_id, before=(number,))
        rolled = RollUp(store, run, playbook, number, refusals, decided)
        decided[run.face.id] = _in_parts(
            store, run.face, lambda connection, lines: _rolled(connection, rolled, run.face, lines), looked
        )
    figures = {batch.id: _figures(batch, decided[batch.id]) for batch in run.written}
    with store.transaction() as connection:
        tune(connection, run.face.summary.get("rows", 0))
        connection.execute("set local enable_nestloop = off")  # as for the outcomes
        by_file = playbook is not None and playbook.form is not None and not playbook.extracts
        filtered = decided[run.face.id].reasons("skipped").get("filtered", 0) if by_file else 0
        asked = holding.ask(connection, store.tenant_id, run, number, figures, filtered)
        different = keys.Different(connection)
        counted, compared = _totals(connection, store, run, number, decided, asked, different)
        told = {
            **_of_keys(connection, run, number, playbook, decided, different),
            **classes.planned(connection, run, number, playbook),
            **wholes_told(run),
        }
    suggested = _suggested(store, run, number, decided, playbook, asked.suggestions)
    refused = playbook is not None and playbook.whole and any(decided[run.face.id].counts[each] for each in REFUSED)
    found = _Found(
        decided=decided,
        suggested=suggested,
        asked=asked,
        counted=told,
        kept=kept,
        totals=counted,
        compared=compared,
        refused=refused,
    )
    looked.writers += _count(store, run, "outcomes")
    _store(store, run, number, found, looked, seconds)


def _settled(
    store: Store, run: Run, playbook: Playbook | None, looked: "_Looked"
) -> "tuple[int, Refusals | None, dict[UUID, Decided]]":
    """The parts decided until nothing more is refused: under which number, what is refused, and what each comes to."""
    number = 1 + _highest(store, run)
    refusals = _refusals(store, run, playbook)
    anew = ahead = Ahead(run, store.tenant_id)
    wholes = Wholes(pairs(run))
    while True:
        decided: dict[UUID, Decided] = {}
        further, then = refusals, anew
        for batch in run.written:
            decision = _decision(store, run, batch, number, playbook, refusals, ahead, wholes)
            known = _names_known(run, batch, decided)
            decided[batch.id] = _decide_all(store, batch, decision, looked, known=known)
            if refusals is not None and any(decided[batch.id].counts[outcome] for outcome in refusals.outcomes):
                further = refusals.with_plan(number)
                if further.count(store) > refusals.count(store):
                    break  # what refers to this part is asked when it is settled
            if batch == ahead.last and not ahead.holds(store, number, decided):
                then = ahead.with_plan(number)
                break
        else:
            held = wholes.after(store, number, decided)
            if held is wholes:
                return number, refusals, decided
            wholes = held
        refusals, ahead, number = further, then, number + 1


def _brought(store: Store, run: Run) -> int:
    """How many imports and undos the tenant has completed, for a run of several parts: each looks at the records for
    itself, and when one of those was brought to its end between two looks, they are of different moments."""
    if len(run.written) < 2:
        return 0
    row = store.one("select count(*)::int as completed from workbench.import_batch where stage = 'completed'")
    return int(row["completed"]) if row else 0


def _refusals(store: Store, run: Run, playbook: Playbook | None) -> Refusals | None:
    """What is known to be refused before anything is decided; None where a run is no playbook's."""
    if not run.derived or playbook is None:
        return None
    outcomes = ("invalid",) if playbook.keeps_good_parts else REFUSED
    return Refusals(
        run, store.tenant_id, before=(), outcomes=outcomes, together=playbook.together, whole=playbook.whole
    )


def _count(store: Store, run: Run, what: Literal["rows", "outcomes"]) -> bool:
    """Lets the server know how many there are of a large source, which it would learn of by itself within a minute;
    whether that took a transaction that writes."""
    rows = run.face.summary.get("rows", 0)
    if rows < _LARGE:
        return False
    with store.transaction() as connection:
        connection.execute(SQL("select workbench.{}(%s)").format(Identifier(f"count_{what}")), (rows,))
        written = connection.execute("select pg_current_xact_id_if_assigned() is not null as written").fetchone()
    return bool(written and written["written"])


def _of_keys(
    connection: psycopg.Connection[Any],
    run: Run,
    number: int,
    playbook: Playbook | None,
    decided: "dict[UUID, Decided]",
    different: keys.Different,
) -> dict[str, Any]:
    """What figures count of a composed run that are no rows."""
    if playbook is None or not run.derived:
        return {}
    outcomes = decided[run.face.id].outcomes
    return keys.counted(connection, run, number, playbook, outcomes=outcomes, different=different)


def _totals(
    connection: psycopg.Connection[Any],
    store: Store,
    run: Run,
    number: int,
    decided: "dict[UUID, Decided]",
    asked: holding.Asked,
    different: keys.Different,
) -> tuple[dict[UUID, list[Counted]], int]:
    """What the rows of a run's source come to, sheet by sheet, and with how many numbers it is compared; what was said
    otherwise, the plan waits for. Of rows that a sweep brings in nobody has said anything."""
    if run.face.sweep_of is not None:
        return {}, 0
    expected = totals.expected(store, *(sheet.id for sheet in run.sheets))
    counted = {}
    for sheet in run.sheets:
        counted[sheet.id] = totals.count(connection, sheet, number, decided[sheet.id].outcomes, different)
        part = sheet.dataset if sheet != run.face else ""
        asked.holds += totals.holds(counted[sheet.id], expected.get(sheet.id, []), part)
    return compared(run, counted), sum(map(len, expected.values()))


def _figures(batch: Batch, decided: "Decided") -> dict[str, int]:
    """What the plan of a batch comes to, as far as its limits ask."""
    counts, skipped = decided.counts, decided.reasons("skipped")
    named = counts["updated"] + sum(skipped.get(reason, 0) for reason in ("unchanged", "known", "protected", "kept"))
    return {
        "created": counts["created"],
        "updated": counts["updated"],
        "known": named,
        "failed": batch.summary.get("failed", 0),
        "refused": sum(counts[outcome] for outcome in REFUSED),
        "processed": sum(counts.values()),
    }


def _suggested(
    store: Store,
    run: Run,
    number: int,
    decided: "dict[UUID, Decided]",
    playbook: Playbook | None,
    names: dict[UUID, list[dict[str, Any]]],
) -> dict[UUID, list[dict[str, Any]]]:
    """What the references that named nothing may have meant, and the `names` that nearly are known ones, by batch;
    those of a run's parts also for its source, in the words of that."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for batch in run.written:
        nearly = names.get(batch.id, [])
        if any(issue["code"].endswith("_not_found") for issue in decided[batch.id].issues):
            earlier = {part.dataset: part for part in run.parts if part.part < batch.part}
            earlier |= {other.dataset: other for other in Ahead(run, store.tenant_id).named(batch).values()}
            nearly = [*suggestions.find(store, batch, number, earlier), *nearly]
        if not nearly:
            continue
        found[batch.id] = nearly
        if batch.derived and playbook is not None:
            called = playbook.part(batch.dataset).columns
            own = ({**each, "field": called.get(each["field"], each["field"])} for each in found[batch.id])
            found[run.face.id] = [*found.get(run.face.id, ()), *own]
    return found


def _highest(store: Store, run: Run) -> int:
    """The number of the latest plan that there are outcomes of, whether it came to count or not."""
    ids = [batch.id for batch in (run.face, *run.parts)]
    row = store.one("select max(plan) as plan from workbench.import_outcome where batch_id = any(%s)", (ids,))
    return max((row["plan"] if row else None) or 0, *(batch.plan for batch in (run.face, *run.parts)))


@dataclass(kw_only=True)
class _Looked:
    """What the database looked like when the plan began, and how many transactions have stored it since: if there were
    no others at the commit, there is no need to look at the records again."""

    snapshot: str | None = None
    writers: int = 0


def _merged(
    store: Store, run: Run, number: int, decided: "dict[UUID, Decided]", looked: _Looked
) -> tuple[int, dict[UUID, int]]:
    """The number of the plan in which what people edited is kept or told, and how many fields are kept, by batch; the
    plan as it is where nobody edited anything that it would overwrite."""
    changing = [batch for batch in run.written if decided[batch.id].counts["updated"]]
    sources = {batch.id: run.face if batch.derived else batch for batch in changing}
    rulings = {batch.id: decisions.ruling(store, sources[batch.id]) for batch in changing}
    looked.writers += 1
    with store.transaction() as connection:
        connection.execute("select pg_current_xact_id()")  # whatever is found, it is one that has written
        tune(connection, sum(each.counts["updated"] for each in decided.values()))
        found = {
            batch.id: edits.find(
                connection,
                batch,
                store.tenant_id,
                number,
                on_edit=sources[batch.id].mapping.get("on_edit"),
                ruling=rulings[batch.id],
            )
            for batch in changing
        }
        if not any(found.values()):
            return number, {}
        for batch in run.written:
            store.add_to(batch.id)
            edits.settle(connection, batch, number, found.get(batch.id, 0))
            decided[batch.id] = _counted(connection, {"batch": batch.id, "plan": number + 1}, _EVERY_LINE)
        return number + 1, {batch.id: edits.kept(connection, batch) for batch in run.written if found.get(batch.id)}


def _names_known(run: Run, batch: Batch, decided: "dict[UUID, Decided]") -> bool:
    """Whether some of the records that those of a batch are parts of may be there already."""
    contract = catalog.contract(batch.dataset)
    reference = contract.field(contract.part_of).reference if contract.part_of else None
    wholes = [part for part in run.parts if reference is not None and part.dataset == reference.dataset]
    if not wholes or wholes[0].id not in decided:
        return True
    counts, skipped = decided[wholes[0].id].counts, decided[wholes[0].id].reasons("skipped")
    return bool(counts["updated"] or any(skipped.get(reason) for reason in ("unchanged", "protected", "kept")))


def _decision(
    store: Store,
    run: Run,
    batch: Batch,
    number: int,
    playbook: Playbook | None,
    refusals: "Refusals | None",
    ahead: Ahead,
    wholes: Wholes,
) -> Decision:
    earlier = {part.dataset: part for part in run.parts if part.part < batch.part}
    part = playbook.part(batch.dataset) if playbook is not None and batch.derived else None
    contract = catalog.contract(batch.dataset)
    if run.face.summary.get("fills"):
        contract = contract.filling
    source = run.face if batch.derived else batch
    return Decision(
        contract,
        batch,
        store.tenant_id,
        number,
        earlier=earlier,
        ahead=ahead,
        part=part,
        refusals=refusals,
        wholes=wholes.of(batch),
        ruling=decisions.ruling(store, source),
        holds=frozenset(source.mapping.get("holds", ())),
    )


def _decide_all(store: Store, batch: Batch, decision: Decision, looked: _Looked, *, known: bool) -> "Decided":
    """Decides a batch; `known` is whether it may be of records that are there: else it leaves nothing of any."""
    removals = Removals(decision.contract, batch, store.tenant_id, decision.plan)
    answers = _Answers(decision.questions())
    decided = _in_parts(
        store,
        batch,
        lambda connection, lines: _decide(connection, decision, answers, batch, lines),
        looked,
        lambda connection: removals.put_down(connection, decision.lacks),
    )
    leftovers = Leftovers(decision.contract, batch, store.tenant_id, decision.plan)
    if known and leftovers.any:  # of what all lines came to, be they decided in two connections
        looked.writers += 1
        with store.transaction(batch.id) as connection:
            connection.execute("select pg_current_xact_id()")  # whatever is left, it is one that has written
            tune(connection, batch.summary.get("rows", 0))
            leftovers.put_down(connection)
    return decided


class _Answers:
    """Questions about all rows of a batch, each answered by one of the connections that decide it and told to all.

    What is answered yes is looked at again by each for itself; most files have nothing of the kind.
    """

    def __init__(self, questions: Sequence[Composed]) -> None:
        self._questions = [(question, Future[bool]()) for question in questions]
        self._open = iter(self._questions)
        self._taking = threading.Lock()

    def given(self, connection: psycopg.Connection[Any]) -> list[bool]:
        """The answers, in the order of the questions: whether numbers repeat, which sorting them tells sooner."""
        connection.execute("set local enable_hashagg = off")
        while (taken := self._take()) is not None:
            question, answer = taken
            try:
                row = connection.execute(question).fetchone()
                answer.set_result(bool(row and row["some"]))
            except BaseException as error:
                answer.set_exception(error)
        connection.execute("set local enable_hashagg = on")
        return [answer.result() for _, answer in self._questions]

    def _take(self) -> tuple[Composed, Future[bool]] | None:
        with self._taking:
            return next(self._open, None)


def _in_parts(
    store: Store,
    batch: Batch,
    decide: "Callable[[psycopg.Connection[Any], Lines], Decided]",
    looked: _Looked,
    then: "Callable[[psycopg.Connection[Any]], None]" = lambda connection: None,
) -> "Decided":
    """Decides a batch, a large one half by half in two connections that see the same snapshot."""
    with store.transaction(batch.id, isolation="repeatable read") as connection:
        seen = cast(dict[str, Any], connection.execute(_SEEN, {"batch": batch.id}).fetchone())
        looked.snapshot = looked.snapshot or seen["seen"]
        halves = _halves(seen["first"], seen["last"], batch.summary.get("rows", 0))
        looked.writers += len(halves)
        with ThreadPoolExecutor(max_workers=1) as beside:
            others = [beside.submit(_decide_beside, store, seen["id"], batch, decide, lines) for lines in halves[1:]]
            decided = decide(connection, halves[0])
            for other in others:
                decided += other.result()
        then(connection)
    return decided


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What a plan found, by batch."""

    decided: "dict[UUID, Decided]"
    suggested: dict[UUID, list[dict[str, Any]]]
    asked: holding.Asked
    counted: dict[str, Any]
    """What else of the run's source is kept: whether rows of one key go together, and what figures count them."""
    kept: dict[UUID, int]
    """How many rows leave to a record what somebody edited in it."""
    totals: dict[UUID, list[Counted]]
    """What the source's rows come to."""
    compared: int
    """With how many numbers that is compared, which somebody has said."""
    refused: bool
    """Whether nothing of the run can be written, for it is written whole or not at all."""

    @property
    def of_run(self) -> dict[str, Any]:
        """What is kept of the run as a whole."""
        told = {"refused": self.refused, "totals_compared": self.compared}
        return {**self.asked.summary(), **self.counted, **told}


def _store(store: Store, run: Run, number: int, found: _Found, looked: _Looked, seconds: Callable[[], float]) -> None:
    """Makes the plan that of all the run's batches, at once."""
    decided, kept = found.decided, found.kept
    if run.face.id not in decided:  # of several sheets, whose rows are the run's
        decided = decided | {run.face.id: sum(decided.values(), Decided())}
    with store.transaction() as connection:
        removed: Counter[str] = Counter()
        for batch in (*run.parts, run.face):
            of_batch = decided[batch.id]
            removals = connection.execute(_REMOVED, {"batch": batch.id, "plan": number}).fetchall()
            own = Counter({row["action"]: row["rows"] for row in removals})
            removed += own
            if batch == run.face:
                own = removed
            counts = of_batch.counts
            connection.execute(
                PLANNED,
                {
                    "batch": batch.id,
                    "plan": number,
                    "seen": looked.snapshot,
                    "writers": looked.writers + 1,
                    **counts,
                    "processed": sum(counts.values()),
                    "removed": sum(own.values()),
                    "summary": psycopg.types.json.Jsonb(
                        {
                            "skipped_by_reason": of_batch.reasons("skipped"),
                            "unmatched_by_kind": of_batch.reasons("unmatched"),
                            "removed": dict(own),
                            "updated_of_own": of_batch.updated_of_own,
                            "kept": kept.get(batch.id, 0) if batch != run.face or not run.parts else sum(kept.values()),
                            "issues_by_code": _by_code(batch.summary.get("issue_counts", ()), of_batch.issues),
                            "issue_counts_planned": of_batch.issues,
                            "suggestions": found.suggested.get(batch.id, []),
                            "totals": [total.to_dict() for total in found.totals.get(batch.id, ())],
                            **(found.of_run if batch == run.face else {}),
                            "seconds_planning": seconds(),
                        }
                    ),
                },
            )
        store.note("planned", run.face.id, plan=number, **decided[run.face.id].counts)


def _halves(first: int | None, last: int | None, rows: int) -> list[Lines]:
    """The lines of a batch for one connection, or for two when it is worth it."""
    if first is None or last is None:
        return [(0, 0)]
    middle = (first + last) // 2
    return [(first, last)] if rows < _LARGE else [(first, middle), (middle + 1, last)]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How many rows got which outcome for which reason, and which issues only the database saw."""

    outcomes: Counter[tuple[str, str | None]] = dataclasses.field(default_factory=Counter)
    issues: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    """By outcome and kind: outcome, code, field, severity, message, rows."""
    updated_of_own: int = 0
    """Of how many rows of a source, whose own record was there, anything is created or updated."""

    def __add__(self, other: "Decided") -> "Decided":
        return Decided(
            outcomes=self.outcomes + other.outcomes,
            issues=self.issues + other.issues,
            updated_of_own=self.updated_of_own + other.updated_of_own,
        )

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome."""
        return {
            outcome: sum(rows for each, rows in self.outcomes.items() if each[0] == outcome) for outcome in OUTCOMES
        }

    def reasons(self, outcome: str) -> dict[str, int]:
        return {reason: rows for (each, reason), rows in self.outcomes.items() if each == outcome and reason}


def _by_code(*counts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Issues by their code, the most frequent first."""
    codes: Counter[str] = Counter()
    for each in issues_counted(*counts):
        codes[each["code"]] += each["rows"]
    return dict(codes.most_common())


def _decide_beside(
    store: Store,
    snapshot: str,
    batch: Batch,
    decide: Callable[[psycopg.Connection[Any], Lines], Decided],
    lines: Lines,
) -> Decided:
    second = store.another()
    try:
        with second.transaction(batch.id, isolation="repeatable read", snapshot=snapshot) as connection:
            return decide(connection, lines)
    finally:
        second.close()


def _decide(
    connection: psycopg.Connection[Any], decision: Decision, answers: _Answers, batch: Batch, lines: Lines
) -> Decided:
    decision.refuse(connection)  # by looking each up, before whole tables are joined
    tune(connection, batch.summary.get("rows", 0))
    # row-level security lets no index serve a key that is read out of JSON: row by row, every record would be looked
    # at; and two connections have work for two processors, where parallel plans of both would take turns
    connection.execute("set local enable_nestloop = off; set local max_parallel_workers_per_gather = 0")
    decision.stand(connection)
    decision.put_down(connection, *answers.given(connection))
    if batch.summary.get("failed"):
        connection.execute(decision.invalid(lines))
    if batch.summary.get("filtered"):
        connection.execute(decision.removed(lines))
    connection.execute(decision.outcomes(lines))
    return _counted(connection, decision.which, lines)


def _rolled(connection: psycopg.Connection[Any], rolled: RollUp, batch: Batch, lines: Lines) -> Decided:
    rolled.refuse(connection)
    tune(connection, batch.summary.get("rows", 0))
    connection.execute("set local enable_nestloop = off")
    updated = rolled.store(connection, lines)
    return dataclasses.replace(_counted(connection, rolled.which, lines), updated_of_own=updated)


def _counted(connection: psycopg.Connection[Any], plan: dict[str, Any], lines: Lines) -> Decided:
    which = {**plan, "first": lines[0], "last": lines[1]}
    counts = connection.execute(_COUNTS, which).fetchall()
    found = Counter({(row["outcome"], row["reason"]): row["rows"] for row in counts})
    issues = connection.execute(_ISSUES, which).fetchall() if any(row["told"] for row in counts) else []
    return Decided(outcomes=found, issues=issues)


def tune(connection: psycopg.Connection[Any], rows: int) -> bool:
    """Sets the transaction up for a batch of that many rows; whether they are many."""
    connection.execute("set local jit = off")
    if rows >= _LARGE:
        connection.execute("set local work_mem = '256MB'")
        connection.execute("set local enable_nestloop = off")
    return rows >= _LARGE


_SEEN = """
select (select line from workbench.import_row where batch_id = %(batch)s order by line limit 1) as first,
       (select line from workbench.import_row where batch_id = %(batch)s order by line desc limit 1) as last,
       pg_current_snapshot()::text as seen, pg_export_snapshot() as id
"""
"""The first and the last line are each looked up: under row-level security, min() and max() would read all of them."""

_COUNTS = """
select outcome, reason, count(*) as rows, count(errors) as told from workbench.import_outcome
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s group by outcome, reason
"""


_REMOVED = """
select action, count(*) as rows from workbench.import_removal
where batch_id = %(batch)s and plan = %(plan)s group by action
"""


_ISSUES = """
select outcome, issue ->> 'code' as code, issue ->> 'field' as field, issue ->> 'severity' as severity,
       min(issue ->> 'message') as message, count(distinct line)::int as rows
from workbench.import_outcome, jsonb_array_elements(errors) issue
where batch_id = %(batch)s and plan = %(plan)s and line between %(first)s and %(last)s and errors is not null
group by 1, 2, 3, 4
"""


PLANNED = """
update workbench.import_batch set stage = 'planned', plan = %(plan)s, planned_at = now(),
    plan_snapshot = coalesce(%(seen)s::pg_snapshot, pg_current_snapshot()), plan_writers = %(writers)s,
    processed = %(processed)s, created = %(created)s, updated = %(updated)s, skipped = %(skipped)s,
    unmatched = %(unmatched)s, invalid = %(invalid)s, removed = %(removed)s, summary = summary || %(summary)s
where id = %(batch)s
"""
