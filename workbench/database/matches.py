"""Whose records imported rows mean: who is not matched yet, who it may be, and what was decided.

A decision is kept by texts (see `workbench.said` and `workbench.match`), so it is still known after the next import and
under a new roster. No record is written by one. Candidates are found for everybody at once (`run`) and kept until the
next run; what a page shows is asked for page by page.
"""

import io
from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg.rows import tuple_row
from psycopg.sql import Composed, Literal
from psycopg.types.json import Jsonb

from workbench.database import batches, sweeping
from workbench.database.match_lists import AT_ONCE, Lists
from workbench.database.people_asked import PeopleAsked
from workbench.database.store import Store
from workbench.datasets import matchings
from workbench.model.arrays import joined_present
from workbench.model.errors import DecisionInUse, NobodySays, UnknownMatch, UnknownRecord, WrongValue
from workbench.model.list_query import EVERY, ListQuery
from workbench.model.matching import AutoMatch, Matching, Threshold
from workbench.prepare import matching as comparing

VERDICTS = ("same", "different", "later")
"""What a person says of two: that they are the same, that they are not, or that it is to be asked later."""

_MANY = 1_000
"""When so many candidates come at once, the server is told of it."""
_FOUND = 20
"""So many records are shown for what a person types."""


class Matches:
    """Whom imported rows mean: `Workbench.matches`. `of` is the dataset whose rows say it (see `matchings`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def overview(self) -> list[dict[str, Any]]:
        """What can be matched: the `matching`, and how many say it (`people`), are matched, unmatched, put off
        (`later`) or are known to be nobody's (`nobody`); `suggested` are the unmatched who have candidates. Only what
        anybody says; `ran_at` is when candidates were found last."""
        return [{"matching": each, **self.figures(each.of)} for each in self.said()]

    def said(self) -> list[Matching]:
        """What can be matched: that of which there are any records or rows."""
        known = matchings.MATCHINGS.values()
        return [each for each in known if self._store.all(Lists(self._store, each).anybody)]

    def figures(self, of: str) -> dict[str, Any]:
        """The figures of one matching, as `overview` has them."""
        return Lists(self._store, matchings.matching(of)).all(_FIGURES)[0]

    def page(
        self, of: str, query: ListQuery = EVERY, *, unmatched_only: bool = True, first: int = 0, limit: int = 20
    ) -> list[dict[str, Any]]:
        """Some of those who say it, from a place on: `said`, the compared fields, `status` (unmatched, matched, later,
        nobody), `known` and the `record` of that key, the `decision` that counts, and their `candidates`, the
        best first. Its columns are the compared fields, `status`, `best` and `record`.

        Where no order is asked for, the unmatched come first whose `best` candidate is the most alike, and last who was
        put off; all others by name. A candidate has the record's `known` key and fields, `score`, `pass`, `reasons`,
        and `others`, how many more are matched with that record. Raises UnknownMatching, WrongValue for a `first` or
        `limit` below 0, UnknownHeader for a column that the list has not.
        """
        for name, number in (("first", first), ("limit", limit)):
            if number < 0:
                raise WrongValue(field=name, value=number, why="it is 0 or more.")
        lists = Lists(self._store, matchings.matching(of))
        people = lists.all(
            _PAGE,
            **PeopleAsked(lists, query, unmatched_only=unmatched_only).parts,
            first=Literal(first),
            limit=Literal(limit),
        )
        found = self._store.all(lists.compose(_CANDIDATES, saids=Literal([person["said"] for person in people])))
        knowns = [*(each["known"] for each in found), *(one["known"] for one in people if one["known"] is not None)]
        rows = self._store.all(lists.compose(_KNOWN, knowns=Literal(sorted(set(knowns)))))
        records = {row["known"]: row for row in rows}
        for person in people:
            person["record"] = records.get(person["known"])
            person["candidates"] = [
                {**records[each["known"]], **each}
                for each in found
                if each["said"] == person["said"] and each["known"] in records
            ]
        return people

    def place(self, of: str, said: str, query: ListQuery = EVERY, *, unmatched_only: bool = True) -> int | None:
        """The place from which `page` lists somebody, from 0; None where it does not."""
        lists = Lists(self._store, matchings.matching(of))
        found = lists.all(_PLACE, **PeopleAsked(lists, query, unmatched_only=unmatched_only).parts, said=Literal(said))
        return int(found[0]["place"]) if found else None

    def count(self, of: str, query: ListQuery = EVERY, *, unmatched_only: bool = True) -> int:
        """How many people `page` pages through."""
        lists = Lists(self._store, matchings.matching(of))
        return int(lists.all(_COUNT, **PeopleAsked(lists, query, unmatched_only=unmatched_only).parts)[0]["people"])

    def find(self, of: str, text: str, *, limit: int = _FOUND) -> list[dict[str, Any]]:
        """The records that may be chosen by hand: those that have every word of a text in their compared fields, each
        with its `known` key."""
        lists = Lists(self._store, matchings.matching(of))
        return self._store.all(lists.compose(_RECORDS, has=lists.has(text), limit=Literal(limit)))

    def run(self, of: str | None = None) -> AutoMatch:
        """Looks for everybody who is not matched, decides what is plain and keeps the candidates of the others; of
        everything that can be matched unless `of` says what."""
        chosen = [matchings.matching(of)] if of else list(matchings.MATCHINGS.values())
        return sum((_run(self._store, each) for each in chosen), AutoMatch())

    def decide(self, of: str, said: str, verdict: str, known: str | None = None) -> UUID:
        """Keeps what a person says of somebody and a record, and gives back the decision's id: that they are the
        `same`, or `different`; without a record that it is nobody's (`different`), or to be asked `later`.

        What it contradicts of earlier decisions is withdrawn; what was said before stays as it is. Raises
        UnknownMatching, NobodySays, UnknownRecord, WrongValue for another verdict, DecisionInUse where records stand
        that an earlier decision has brought in.
        """
        if verdict not in VERDICTS:
            raise WrongValue(field="A verdict", value=verdict, why=f"it is one of {', '.join(VERDICTS)}.")
        matching = matchings.matching(of)
        return _decide(self._store, matching, said, verdict, known)

    def withdraw(self, decision: UUID | str) -> None:
        """Takes a decision back: it stays on record, and does not count any more. Raises UnknownMatch, DecisionInUse
        where records stand that it has brought in."""
        with self._store.transaction() as connection:
            counts = connection.execute(_COUNTS, (str(decision),)).fetchone()
            if counts is not None:
                _refuse_in_use(connection, Lists(self._store, matchings.matching(counts["of"])), counts["said"])
            found = connection.execute(_WITHDRAW, {"id": str(decision), "user": self._store.user}).fetchone()
            if found is None:
                raise UnknownMatch(match=decision)
            self._store.note("match withdrawn", **found)

    def decisions(self, of: str | None = None, *, limit: int = 50) -> list[dict[str, Any]]:
        """The newest decisions, also those that were withdrawn."""
        return self._store.all(_DECISIONS, {"of": matchings.matching(of).of if of else None, "limit": limit})

    def pending(self, of: str) -> dict[UUID, int]:
        """The imports with unmatched rows that could be brought in now (`Workbench.sweep`), with how many of them."""
        if matchings.matching(of).unmatched is None:
            return {}
        found = [row["id"] for row in self._store.all(_WAITING, (matchings.matching(of).of,))]
        lines = {one: len(sweeping.resolvable(self._store, batches.get(self._store, one)).ready) for one in found}
        return {one: number for one, number in lines.items() if number}

    def thresholds(self, of: str) -> list[Threshold]:
        """What each score would have been worth as a threshold, by what people have decided; see
        `prepare.matching.thresholds`."""
        rows = self._store.all(_JUDGED, (matchings.matching(of).of,))
        return comparing.thresholds([float(row["score"]) for row in rows], [row["same"] for row in rows])


def _decide(store: Store, matching: Matching, said: str, verdict: str, known: str | None) -> UUID:
    lists = Lists(store, matching)
    if known is None and verdict == "same":
        raise UnknownRecord(dataset=matching.dataset, key="")
    known = None if verdict == "later" else known
    with store.transaction() as connection:
        _alone(connection, store, matching)
        _refuse_in_use(connection, lists, said, known if verdict == "same" else None)
        person = connection.execute(lists.compose(_PERSON, said=Literal(said))).fetchone()
        if person is None:
            raise NobodySays(of=matching.of, said=said)
        if known is not None and not connection.execute(lists.compose(_RECORD, known=Literal(known))).fetchone():
            raise UnknownRecord(dataset=matching.dataset, key=known)
        which = {
            "tenant": store.tenant_id,
            "user": store.user,
            "of": matching.of,
            "dataset": matching.dataset,
            "said": said,
            "known": known,
            "verdict": verdict,
            "texts": Jsonb({name: person[name] for name in lists.fields if person[name] is not None}),
        }
        if (same := connection.execute(_SAID_BEFORE, which).fetchone()) is not None:
            return UUID(str(same["id"]))
        connection.execute(_SUPERSEDE, which)
        kept = connection.execute(_KEEP, which).fetchone()
        assert kept is not None
        store.note("matched", of=matching.of, said=said, dataset=matching.dataset, known=known, verdict=verdict)
        return UUID(str(kept["id"]))


def _refuse_in_use(connection: psycopg.Connection[Any], lists: Lists, said: str, known: str | None = None) -> None:
    """Raises DecisionInUse where records that imports have written say a text of a record that is decided to be meant,
    and it is another than `known`: as long as they stand, another would be added beside them."""
    question = lists.in_use(said)
    found = connection.execute(question).fetchone() if question is not None else None
    if found is None or found["known"] is None or found["known"] == known:
        return
    runs = [str(run) for run in found["runs"]]
    raise DecisionInUse(
        said=said,
        known=found["known"],
        records=f"{found['records']:,} {'record' if found['records'] == 1 else 'records'}",
        runs=("batch " if len(runs) == 1 else "batches ") + ", ".join(runs),
    )


def _alone(connection: psycopg.Connection[Any], store: Store, matching: Matching) -> None:
    """Lets one at a time decide of a matching in a tenant."""
    name = f"workbench match {store.tenant_id} {matching.of}"
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


def _run(store: Store, matching: Matching) -> AutoMatch:
    lists = Lists(store, matching)
    with store.transaction() as connection:
        _alone(connection, store, matching)
        connection.execute(AT_ONCE)
        people = _table(connection, lists.compared(_PEOPLE_TO_MATCH))
        records = _table(connection, lists.compared(_RECORDS_TO_MATCH))
        open_ = np.asarray(people["status"].to_pylist(), object) == "unmatched"
        taken = np.asarray([each is not None or not matching.decides for each in records["taken"].to_pylist()], bool)
        found = comparing.candidates(people, records, matching.compared, open_=open_, taken=taken)
        _bring(connection, found, people, records)
        which = {"tenant": store.tenant_id, "user": store.user, "of": matching.of, "dataset": matching.dataset}
        connection.execute(_FORGET, which)
        connection.execute(_CANDIDATE, which)
        matched = {row["pass"]: row["matched"] for row in connection.execute(lists.compose(_DECIDE_PLAIN), which)}
        suggested = connection.execute(_SUGGESTED).fetchone()
        nameless = connection.execute(lists.compose(_NAMELESS)).fetchone()
        connection.execute("drop table incoming_match")
        if len(found) > _MANY:
            connection.execute("select workbench.count_matches()")
        assert suggested is not None and nameless is not None
        result = AutoMatch(
            processed=int(open_.sum()) + nameless["rows"],
            by_identifier=matched.get("identifier", 0),
            by_email=matched.get("email", 0),
            by_name=matched.get("name", 0),
            suggested=suggested["people"] - sum(matched.values()),
            unmatched=int(open_.sum()) - sum(matched.values()),
            errors=nameless["rows"],
        )
        store.note("auto-match", of=matching.of, **asdict(result))
    return result


def _table(connection: psycopg.Connection[Any], question: Composed) -> pa.Table:
    """What a question answers, in columns of text."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(question)
        assert cursor.description is not None
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names)


def _bring(connection: psycopg.Connection[Any], found: pa.Table, people: pa.Table, records: pa.Table) -> None:
    """Brings the candidates into a table of the transaction, `incoming_match`."""
    words = [name for name in found.column_names if name not in ("left", "right", "pass", "score", "automatic")]
    reasons = joined_present(",", *(_reason(name, found[name]) for name in words))
    brought = pa.table(
        {
            "said": people["said"].take(found["left"]),
            "known": records["known"].take(found["right"]),
            "pass": found["pass"],
            "score": found["score"],
            "automatic": found["automatic"],
            "reasons": pc.binary_join_element_wise("{", reasons, "}", ""),
        }
    )
    text = io.BytesIO()
    pyarrow.csv.write_csv(brought, text, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    connection.execute(_INCOMING)
    with connection.cursor().copy("copy incoming_match from stdin (format csv)") as copy:
        copy.write(text.getbuffer())
    connection.execute("analyze incoming_match")


def _reason(name: str, how: pa.ChunkedArray) -> pa.ChunkedArray:
    """A field and how it agrees, as a part of a JSON object; null where one side has no value."""
    told = pc.binary_join_element_wise(f'"{name}":"', how, '"', "")
    return pc.if_else(pc.equal(how, ""), pa.scalar(None, pa.string()), told)


_COUNTS = "select of, said from workbench.match where id::text = %s and withdrawn_at is null and verdict = 'same'"

_FIGURES = """{listed}
select count(*)::int as people, count(*) filter (where status = 'matched')::int as matched,
       count(*) filter (where status = 'unmatched')::int as unmatched,
       count(*) filter (where status = 'later')::int as later, count(*) filter (where status = 'nobody')::int as nobody,
       count(*) filter (where status = 'unmatched' and suggested.said is not null)::int as suggested,
       (select max(at) from workbench.audit_log a
        where a.tenant_id = {tenant} and a.action = 'auto-match' and a.detail ->> 'of' = {of}) as ran_at
from listed left join suggested using (said)
"""

_PAGE = """{listed}
select told.* from ({told}) told where {fits} order by {order} limit {limit} offset {first}
"""
_PLACE = """{listed}
select place from (
    select said, row_number() over (order by {order}) - 1 as place from ({told}) told where {fits}
) placed where said = {said}
"""
_COUNT = "{listed} select count(*)::int as people from ({told}) told where {fits}"

_PERSON = "{listed} select * from listed where said = {said}"

_CANDIDATES = """
select c.said, c.known, c.pass, c.score::float, c.reasons, (
    select count(*)::int from workbench.link l where l.tenant_id = {tenant} and l.of = {of}
      and l.dataset = {dataset} and l.known = c.known and l.said <> c.said) as others
from workbench.match_candidate c
where c.tenant_id = {tenant} and c.of = {of} and c.dataset = {dataset} and c.said = any({saids}) and not exists (
    select from workbench.match d where d.tenant_id = {tenant} and d.of = {of} and d.said = c.said
      and d.dataset = {dataset} and d.known = c.known and d.withdrawn_at is null and d.verdict = 'different')
order by c.said, c.pass in ('identifier', 'email') desc, c.score desc, c.known
"""

_RECORDS = "select r.* from ({records}) r where {has} order by r.known limit {limit}"

_KNOWN = "select r.* from ({records}) r where r.known = any({knowns})"

_RECORD = "select true as there from {records_} t where t.tenant_id = {tenant} and t.{key} = {known}"

_PEOPLE_TO_MATCH = "{listed} select p.said, p.status, {compared_of} from listed p"

_RECORDS_TO_MATCH = """
select r.known, (select min(l.said) from workbench.link l where l.tenant_id = {tenant} and l.of = {of}
                 and l.dataset = {dataset} and l.known = r.known) as taken, {compared_with}
from ({records}) r
"""

_WAITING = """
select distinct case when b.derived then b.part_of else b.id end as id from workbench.import_batch b
where b.data_type = %s and b.stage = 'completed' and b.undo_of is null and b.unmatched > 0
  and workbench.undone_by(coalesce(b.part_of, b.id)) is null
  and not exists (select from workbench.sign_off s where s.batch_id in (b.id, b.part_of))
"""
"""The imports whose rows, or those made of them, were unmatched, and that nobody has signed."""

_NAMELESS = "select count(*)::int as rows from ({raw}) raw where said is null"

_INCOMING = """
create temporary table incoming_match (
    said text, known text, pass text, score numeric, automatic boolean, reasons jsonb
) on commit drop
"""

_FORGET = "delete from workbench.match_candidate where tenant_id = %(tenant)s and of = %(of)s and dataset = %(dataset)s"

_CANDIDATE = """
insert into workbench.match_candidate (tenant_id, of, said, dataset, known, pass, score, reasons)
select %(tenant)s, %(of)s, said, %(dataset)s, known, pass, score, reasons from incoming_match
"""

_DECIDE_PLAIN = """{listed}, decided as (
    insert into workbench.match (tenant_id, of, said, dataset, known, verdict, score, reasons, pass, texts, automatic,
                                 decided_by)
    select %(tenant)s, %(of)s, i.said, %(dataset)s, i.known, 'same', i.score, i.reasons, i.pass, {texts}, true, %(user)s
    from incoming_match i join people p using (said)
    where i.automatic and not exists (
        select from workbench.match d where d.tenant_id = %(tenant)s and d.of = %(of)s and d.said = i.said
          and d.dataset = %(dataset)s and d.known is not distinct from i.known
          and (d.withdrawn_at is not null or d.verdict = 'different'))
    on conflict do nothing returning pass
) select pass, count(*)::int as matched from decided group by pass
"""
"""What is plain, unless a person has said or withdrawn something of the two before."""

_SUGGESTED = "select count(distinct said)::int as people from incoming_match"

_SAID_BEFORE = """
select id from workbench.match
where tenant_id = %(tenant)s and of = %(of)s and said = %(said)s and dataset = %(dataset)s and withdrawn_at is null
  and known is not distinct from %(known)s and verdict = %(verdict)s and not automatic
"""

_SUPERSEDE = """
update workbench.match set withdrawn_by = %(user)s, withdrawn_at = now()
where tenant_id = %(tenant)s and of = %(of)s and said = %(said)s and dataset = %(dataset)s and withdrawn_at is null
  and (known is not distinct from %(known)s or known is null and (verdict = 'later' or %(verdict)s <> 'different')
       or verdict = 'same' and (%(verdict)s = 'same' or %(known)s::text is null))
"""
"""What a decision contradicts: another of the same two, who is somebody is not nobody, and means one record."""

_KEEP = """
insert into workbench.match (tenant_id, of, said, dataset, known, verdict, score, reasons, pass, texts, decided_by)
select %(tenant)s, %(of)s, %(said)s, %(dataset)s, %(known)s, %(verdict)s, c.score, coalesce(c.reasons, '{}'),
       coalesce(c.pass, 'person'), %(texts)s, %(user)s
from (select) one left join workbench.match_candidate c on c.tenant_id = %(tenant)s and c.of = %(of)s
     and c.said = %(said)s and c.dataset = %(dataset)s and c.known = %(known)s
returning id
"""

_WITHDRAW = """
update workbench.match set withdrawn_by = %(user)s, withdrawn_at = now()
where id::text = %(id)s and withdrawn_at is null returning of, said, dataset, known, verdict
"""

_DECISIONS = """
select id, of, said, dataset, known, verdict, score::float, reasons, pass, texts, automatic, decided_by, decided_at,
       withdrawn_by, withdrawn_at
from workbench.match where %(of)s::text is null or of = %(of)s
order by greatest(decided_at, withdrawn_at) desc, decided_at desc, said limit %(limit)s
"""

_JUDGED = """
select score, verdict = 'same' as same from workbench.match
where of = %s and known is not null and score is not null and not automatic and withdrawn_at is null
  and verdict in ('same', 'different')
"""
