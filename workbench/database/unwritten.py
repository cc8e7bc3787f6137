"""Rows that became no record: found by any word, part of a key or id in them, with what was wrong and who decided.

Nothing is kept for it, so that no import gets slower: rows are read, those of the newest imports first, and for a
moment only. The database knows where the rows are that were refused; those that were skipped, or whose import was never
committed or was taken back, are looked for among all rows of their import, after the others.
"""

import math
import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Literal

from workbench.database import accents, batches, by_words, kept_rows, likeness, rows, search
from workbench.database.store import Store
from workbench.database.titles import kept_as
from workbench.model.answer import Unwritten
from workbench.model.batch import Batch

_LINES, _COMPARED = 100_000, 1_000
"""So many rows are found at most; and so many compared with what is written nearly so."""
_AT_ONCE = 20_000
"""Rows that one statement looks at, between two looks at the clock."""
_BATCHES = 1_000
# A fresh batch has no statistics yet, and the planner would read all of it for each of its rows.
_IN_ORDER = """
set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off;
set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_material = off
"""
_MOMENT = 1.5
"""Seconds that may be taken for few rows: not they take time, but the imports that they are of."""
FOREVER = math.inf
"""The time until which rows are looked through where all of them shall be."""
_PATIENCE = "set local statement_timeout = '3s'"


def find(
    store: Store,
    text: str,
    limit: int,
    *,
    until: float,
    skip: int = 0,
    nearly: bool = False,
    names: bool = False,
    besides: Collection[tuple[UUID, int]] = (),
) -> Unwritten:
    """The first `limit` rows that have every word of a text in their cells (or `nearly` so; of the `names` of a record
    no part of another word) and were not written, without the first `skip` of them and those `besides`, by batch and
    line; how many were found, and whether all were looked at: it ends at the time `until` (of time.monotonic).

    Each is told as `rows.rows` does, with its batch, dataset, file_name, stage ("undone" for an import that was taken
    back), run_by and `since`, the later import that has brought its key; those of the newest import come first.
    """
    said = " ".join(text.replace("\0", "").split())
    words = likeness.words_of(said) if nearly else []
    if len(said) < 2 or (nearly and not words):
        return Unwritten(rows=[], number=0, whole=True)
    test = likeness.may_have(_SAID, words) if nearly else _names(said) if names else _test(said)
    known = batches.find(store, _WITH_ROWS, limit=_BATCHES)
    until = _patient(known, until)
    undone = {row["undo_of"] for row in store.all(_UNDONE)}
    standing = [batch for batch in known if batch.stage == "completed" and not undone & {batch.id, batch.part_of}]
    most = _COMPARED if nearly else _LINES
    lines, whole = _looked(_places(store, known, standing, test, until), most, until)
    whole = whole and len(known) < _BATCHES
    lines = _without(store, lines, set(besides))
    stands = {batch.id for batch in standing}
    if nearly:  # which of them have the words nearly is known once they are told
        near = list(_told(store, known, lines, stands, words))
        return Unwritten(rows=_since(store, near[skip : skip + limit]), number=len(near), whole=whole)
    found = list(_told(store, known, _page(known, lines, skip, limit), stands, words))
    return Unwritten(rows=_since(store, found), number=sum(map(len, lines.values())), whole=whole)


def _patient(known: Iterable[Batch], until: float) -> float:
    """The time until which rows are looked through, which are all looked at where they are few altogether."""
    rows = sum(_AT_ONCE if batch.processed is None else batch.processed for batch in known)
    return max(until, time.monotonic() + _MOMENT) if rows < _AT_ONCE else until


def _without(store: Store, lines: dict[UUID, list[int]], besides: set[tuple[UUID, int]]) -> dict[UUID, list[int]]:
    """The lines in their order, each once, without those `besides` and those that a later run has brought in."""
    brought = (
        besides | {(row["batch_id"], row["line"]) for row in store.all(_RESOLVED, (list(lines),))} if lines else set()
    )
    return {id_: [line for line in sorted(set(some)) if (id_, line) not in brought] for id_, some in lines.items()}


_RESOLVED = (
    "select batch_id, line from workbench.import_explanation where batch_id = any(%s) and resolved_by is not null"
)


def _page(known: Iterable[Batch], lines: dict[UUID, list[int]], skip: int, limit: int) -> dict[UUID, list[int]]:
    """The lines of a page, of the newest import first."""
    each = ((batch.id, line) for batch in known for line in lines.get(batch.id, ()))
    found: dict[UUID, list[int]] = {}
    for id_, line in islice(each, skip, skip + limit):
        found.setdefault(id_, []).append(line)
    return found


def written(store: Store, text: str, limit: int, *, until: float) -> tuple[list[tuple[Batch, int]], bool]:
    """The lines of imports that stand whose rows have every word of a text, also where it is in no field of a record
    or was there before a recipe or a person changed it, the newest import first; and whether all were looked at."""
    said = " ".join(text.replace("\0", "").split())
    if len(said) < 2:
        return [], True
    known = batches.find(store, _WITH_ROWS, limit=_BATCHES)
    until = _patient(known, until)
    undone = {row["undo_of"] for row in store.all(_UNDONE)}
    standing = {
        batch.id: batch for batch in known if batch.stage == "completed" and not undone & {batch.id, batch.part_of}
    }
    test = _test(said)
    places = ((id_, lines) for id_, batch in standing.items() for lines in _pieces(store, _ALL, batch, test, until))
    found, whole = _looked(places, limit, until)
    lines = [(standing[id_], line) for id_, lines in found.items() for line in sorted(set(lines))]
    return lines[:limit], whole and len(known) < _BATCHES


_WITH_ROWS = """
not derived and undo_of is null and headers <> '{}' and stage in ('staged', 'planned', 'held', 'completed')
"""
_UNDONE = "select undo_of from workbench.import_batch where undo_of is not null and stage = 'completed'"

Places = Iterator[tuple[UUID, list[int]]]
"""Lines of batches, a piece of a batch at a time."""


def _looked(places: Places, limit: int, deadline: float) -> tuple[dict[UUID, list[int]], bool]:
    """Lines by their batch, until they are enough or the time is over, and whether those are all."""
    found: dict[UUID, list[int]] = {}
    with suppress(_TooSlow):
        for batch, lines in places:
            found.setdefault(batch, []).extend(lines)
            if sum(map(len, found.values())) > limit or time.monotonic() > deadline:
                return found, False
        return found, True
    return found, False


class _TooSlow(Exception):
    """A statement took longer than anybody waits."""


def _places(store: Store, known: Iterable[Batch], standing: list[Batch], test: Composable, until: float) -> Places:
    """Where the rows are that pass the test: first those that were refused, which are found at once."""
    for batch in standing:
        if batch.unmatched or batch.invalid:
            for lines in _pieces(store, _REFUSED, batch, test, until):
                yield batch.id, lines
    for batch in known:
        written = batch in standing
        if not written or _skips(batch):
            for lines in _pieces(store, _ALL, batch, test, until):
                left = _left(store, batch, lines, written=written)
                kept = kept_rows.lines(store, batch, left) if batch.stage == "completed" and not written else set()
                yield batch.id, [line for line in left if line not in kept]


def _skips(batch: Batch) -> bool:
    """Whether rows were skipped for more than that their record says so already."""
    reasons = batch.summary.get("skipped_by_reason", {})
    return any(number for reason, number in reasons.items() if reason != "unchanged")


_SAID = SQL(
    "concat_ws(chr(10), r.raw, r.external_key, c.raw, c.external_key, case when r.cleaned is not null then "
    "(select string_agg(was.value ->> 0, chr(10)) from jsonb_each(r.cleaned) was) end)"
)
"""All that a row says, and said before it was corrected or cleaned."""


_ODD = SQL("octet_length(r.raw) <> length(r.raw) or octet_length(c.raw) <> length(c.raw) or r.cleaned is not null")
"""Whether a row may say anything in other letters than those of ASCII."""


def _test(text: str) -> Composable:
    """Whether a row's texts have every word, or the phone number and every other word."""
    tests = [_every(_SAID, text)]
    digits, rest = by_words.number(text)
    if digits:
        plain = SQL("translate({}, ' ()-.+/', '') like {}").format(_SAID, Literal(f"%{digits}%"))
        tests.append(SQL("({} and {})").format(plain, _every(_SAID, rest)))
    return SQL("({})").format(SQL(" or ").join(tests))


def _names(text: str) -> Composable:
    """Whether a row's texts name what has this key: 007 is not named by P-0007."""
    return SQL("({})").format(SQL(" and ").join([_alone(_SAID, word) for word in _in_json(text)] or [SQL("true")]))


def _every(said: Composable, text: str) -> Composable:
    return SQL("({})").format(SQL(" and ").join([_has(said, word) for word in _in_json(text)] or [SQL("true")]))


def _in_json(text: str) -> list[str]:
    """The words of a text as JSON writes them."""
    return [word.replace("\\", r"\\").replace('"', r"\"") for word in re.split(r"[\s|]+", text) if word]


def _has(said: Composable, word: str) -> Composable:
    """Whether a text has a word; a whole e-mail is no part of another: ana@ is not in hana@."""
    return _alone(said, word) if _EMAIL.fullmatch(word) else accents.contains(said, word, odd=_ODD)


def _alone(said: Composable, word: str) -> Composable:
    """Whether a text has a word that is no part of another."""
    begins = r"(?:(?<![\w.+%-])|(?<=\\[nrtbf]))"  # behind a break as JSON writes it, too
    alone = f"{begins}{accents.in_any_case(word)}(?![\\w-]|\\.\\w)"
    part = accents.contains(said, word, odd=_ODD)
    return SQL("({} and lower({}) ~ {})").format(part, said, Literal(alone))


_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)+")


def _pieces(store: Store, statement: str, batch: Batch, test: Composable, until: float) -> Iterator[list[int]]:
    """The lines of a batch's rows that pass the test, some thousand rows at a time."""
    after: int | None = 0
    while after is not None:
        question = SQL(statement).format(
            test=test,
            corrections=SQL(_CORRECTED if batch.revision else _NEVER_CORRECTED),
            batch=SQL("{}::uuid").format(Literal(batch.id)),
            plan=Literal(batch.plan),
            after=Literal(after),
            limit=Literal(_AT_ONCE),
        )
        with store.transaction() as connection:
            connection.execute(_IN_ORDER)
            if until < FOREVER:
                connection.execute(_PATIENCE)
            try:
                row = connection.execute(question).fetchone()
            except psycopg.errors.QueryCanceled:
                raise _TooSlow from None
        assert row is not None
        after = row["last"]
        yield row["lines"] or []


def _left(store: Store, batch: Batch, lines: list[int], *, written: bool) -> list[int]:
    """Of those lines, the ones that are not as their record is; where the batch was written, the skipped ones."""
    plan = 0 if batch.stage == "staged" else batch.plan
    asked = {"batch": batch.id, "plan": plan, "lines": lines, "written": written}
    return [row["line"] for row in store.all(_LEFT, asked)] if lines else []


_CORRECTED = """left join lateral (
    select n.raw, n.external_key from workbench.import_correction n
    where n.batch_id = r.batch_id and n.line = r.line order by n.revision desc limit 1
) c on true"""
_NEVER_CORRECTED = "cross join (select null::text as raw, null::text as external_key) c"

_REFUSED = """
select max(r.line) as last, array_agg(r.line) filter (where {test}) as lines from (
    select line from workbench.import_outcome
    where batch_id = {batch} and plan = {plan} and line > {after} and outcome in ('unmatched', 'invalid')
    order by line limit {limit}
) o cross join lateral (
    select r.batch_id, r.line, r.raw, r.external_key, r.cleaned from workbench.import_row r
    where r.batch_id = {batch} and r.line = o.line limit 1
) r {corrections}
"""

_ALL = """
select max(r.line) as last, array_agg(r.line) filter (where {test}) as lines from (
    select batch_id, line, raw, external_key, cleaned from workbench.import_row
    where batch_id = {batch} and line > {after} order by line limit {limit}
) r {corrections}
"""

_LEFT = """
select line from unnest(%(lines)s::int[]) line left join lateral (
    select outcome, reason from workbench.import_outcome o
    where o.batch_id = %(batch)s and o.line = line.line and o.plan = %(plan)s limit 1
) o on true
where o.reason is distinct from 'unchanged' and (o.outcome = 'skipped' or not %(written)s)
"""


def _told(
    store: Store,
    known: Iterable[Batch],
    found: dict[UUID, list[int]],
    standing: set[UUID],
    words: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """The rows on those lines, of the newest import first; where words need be there only
    nearly, those that do have them so."""
    known = list(known)
    of_runs = {batch.part_of for batch in known if batch.part_of is not None and found.get(batch.id)}
    faces = {row["id"]: row["stage"] for row in store.all(_STAGES, (list(of_runs),))} if of_runs else {}
    for batch in known:
        stage = faces.get(batch.part_of, batch.stage) if batch.stage == "planned" else batch.stage  # its run may wait
        stage = "undone" if batch.stage == "completed" and batch.id not in standing else stage
        facts = {"batch": batch.id, "dataset": batch.dataset, "file_name": batch.file_name, "stage": stage}
        facts["sheet"] = batch.reading.get("sheet") or ""
        lines = found.get(batch.id)
        each = rows.rows(store, batch, lines=lines) if lines else ()
        told = [row for row in each if row["reason"] != "resolved"]  # a later run has brought it
        near = likeness.distances(words, [_cells(row) for row in told]) if words else range(len(told))
        for place in near:
            yield {**facts, "run_by": batch.initiated_by, **told[place]}


_STAGES = "select id, stage from workbench.import_batch where id = any(%s)"


def _cells(row: dict[str, Any]) -> str:
    """All that a row says, and said before it was corrected or cleaned."""
    earlier = (*(was for was, _ in row["corrected"].values()), *(each["was"] for each in row["cleaned"].values()))
    return " ".join(str(cell) for cell in (*row["raw"].values(), *earlier, row["key"]) if cell)


def since(store: Store, batch: Batch, row: dict[str, Any]) -> dict[str, Any] | None:
    """The first import after that batch that stands and brought the key of a row which was not written: batch,
    file_name, line, at, and the outcome there; None where there is none."""
    return _since(store, [{**row, "batch": batch.id, "dataset": batch.dataset}])[0]["since"]


def _since(store: Store, lost: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the import that has brought its key since."""
    keys = sorted({key for row in lost if row["key"] for key in kept_as(row["key"], row["dataset"])})
    brought: list[dict[str, Any]] = []
    if keys:
        with store.transaction() as connection:
            connection.execute("set local enable_seqscan = off")
            brought = connection.execute(_BROUGHT, {"keys": keys}).fetchall()
    for row in lost:
        later = (each for each in brought if (each["dataset"], each["key"]) == (row["dataset"], row["key"]))
        after = (each for each in later if str(each["batch"]) > str(row["batch"]))  # ids sort by age
        row["since"] = next(after, None) if row["key"] else None
    return lost


_BROUGHT = f"""
{search.KEYED}
select b.data_type as dataset, replace(k.external_key, chr(31), '|') as key, coalesce(b.part_of, b.id) as batch,
       b.file_name, k.line, b.completed_at as at, o.outcome
from keyed k join workbench.import_batch b on b.id = k.batch_id
join workbench.import_outcome o on o.batch_id = b.id and o.line = k.line and o.plan = b.plan
where b.stage = 'completed' and b.undo_of is null and workbench.undone_by(b.id) is null
  and (o.outcome in ('created', 'updated') or o.outcome = 'skipped' and o.reason in ('unchanged', 'kept'))
  -- what an undo took away or put back since is not there for having been found there
  and (o.outcome <> 'skipped' or not exists (
    select from workbench.import_outcome gone
    join workbench.import_batch u on u.id = gone.batch_id and u.plan = gone.plan
    where gone.record_id = o.record_id and gone.outcome = 'updated'
      and u.undo_of is not null and u.stage = 'completed' and u.completed_at > b.completed_at))
  -- nor is what a file without it took away
  and not exists (
    select from workbench.import_removal gone
    join workbench.import_batch w on w.id = gone.batch_id and w.plan = gone.plan
    where gone.record_id = o.record_id and gone.action = 'deleted' and w.stage = 'completed'
      and w.completed_at > b.completed_at and workbench.undone_by(w.id) is null)
order by b.completed_at, k.line
"""
