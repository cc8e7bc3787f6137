"""What each row will do, decided in the database before anything is written. The dry run stops here."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from workbench.database import classes, decisions, totals
from workbench.database.planning import edits, holding, keys, suggestions
from workbench.database.planning.ahead import Ahead
from workbench.database.planning.deciding import Decision
from workbench.database.planning.halves import EVERY_LINE, LARGE, Decided, Looked, counted, decide, roll_up, tune
from workbench.database.planning.rolling_up import REFUSED, Refusals, RollUp
from workbench.database.planning.wholes import Wholes, compared, pairs
from workbench.database.planning.wholes import told as wholes_told
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.control_total import Counted
from workbench.model.issue import counted as issues_counted
from workbench.model.playbook import Playbook

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
        looked, brought = Looked(), _brought(store, run)
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
        decided[run.face.id] = roll_up(store, run, rolled, looked)
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
    store: Store, run: Run, playbook: Playbook | None, looked: Looked
) -> tuple[int, Refusals | None, dict[UUID, Decided]]:
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
            decided[batch.id] = decide(store, batch, decision, looked, known=known)
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
    if rows < LARGE:
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
    decided: dict[UUID, Decided],
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
    decided: dict[UUID, Decided],
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


def _figures(batch: Batch, decided: Decided) -> dict[str, int]:
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
    decided: dict[UUID, Decided],
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


def _merged(
    store: Store, run: Run, number: int, decided: dict[UUID, Decided], looked: Looked
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
            decided[batch.id] = counted(connection, {"batch": batch.id, "plan": number + 1}, EVERY_LINE)
        return number + 1, {batch.id: edits.kept(connection, batch) for batch in run.written if found.get(batch.id)}


def _names_known(run: Run, batch: Batch, decided: dict[UUID, Decided]) -> bool:
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


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What a plan found, by batch."""

    decided: dict[UUID, Decided]
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


def _store(store: Store, run: Run, number: int, found: _Found, looked: Looked, seconds: Callable[[], float]) -> None:
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


def _by_code(*counts: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Issues by their code, the most frequent first."""
    codes: Counter[str] = Counter()
    for each in issues_counted(*counts):
        codes[each["code"]] += each["rows"]
    return dict(codes.most_common())


_REMOVED = """
select action, count(*) as rows from workbench.import_removal
where batch_id = %(batch)s and plan = %(plan)s group by action
"""


PLANNED = """
update workbench.import_batch set stage = 'planned', plan = %(plan)s, planned_at = now(),
    plan_snapshot = coalesce(%(seen)s::pg_snapshot, pg_current_snapshot()), plan_writers = %(writers)s,
    processed = %(processed)s, created = %(created)s, updated = %(updated)s, skipped = %(skipped)s,
    unmatched = %(unmatched)s, invalid = %(invalid)s, removed = %(removed)s, summary = summary || %(summary)s
where id = %(batch)s
"""
