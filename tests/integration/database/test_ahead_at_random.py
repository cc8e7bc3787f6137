"""Random institutions and users who name each other and nobody, in any order, some twice, against a reckoning row by
row: outcomes, dry run, what is written, and the undo."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.generic_csv import packed
from tests.imports import ask, outcomes
from workbench import Workbench, open_sheets
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

MANY = int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")) // 10
RANDOM = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain would trace every line
)
numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """An institution (its `place` is its own), a user, or a user's program."""

    kind: str
    id: str
    place: str = "K"
    names: str = ""
    """Who made the institution, or invited the user."""
    calls: str = "A"
    is_right: bool = True

    @property
    def cells(self) -> str:
        if self.kind == "institution":
            return f"{self.id},{self.calls},{self.names}"
        if self.kind == "association":
            return f"{self.id},p"
        return f"{self.id},{self.id + '@b.org' if self.is_right else 'bad'},{self.calls},{self.place},{self.names}"


Imported = Callable[[list[Row]], AbstractContextManager[tuple[Workbench, Callable[[], list[Sheet]]]]]

HEADERS = {
    "institution": "id,name,created_by",
    "user": "id,email,first_name,institution_id,invited_by",
    "association": "user_id,program_id",
}
SHEETS = {"institution": "institutions", "user": "users", "association": "user_programs"}

people = st.sampled_from(["a", "b", "c", "d", "e", "k", "nobody"])
places = st.sampled_from(["K", "K", "I", "J", "nowhere"])
institutions = st.builds(
    lambda id, by, calls: Row(kind="institution", id=id, names=by, calls=calls),
    st.sampled_from(["K", "I", "J"]),
    st.one_of(st.just(""), people),
    st.sampled_from(["A", "A", "A", "B"]),
)
users = st.builds(
    lambda id, place, by, right: Row(kind="user", id=id, place=place, names=by, is_right=right),
    st.sampled_from(["a", "b", "c", "d", "e", "k"]),
    places,
    st.one_of(st.just(""), people, people),
    st.sampled_from([True, True, True, True, False]),
)
associations = st.builds(lambda who: Row(kind="association", id=who), people)
again = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["A", "A", "B"])), max_size=3)


@st.composite
def sources(draw: st.DrawFn) -> list[Row]:
    """Each record once, some of them given again or otherwise, shuffled."""
    rows: list[Row] = []
    for each, size in ((institutions, 3), (users, 6), (associations, 5)):
        rows += draw(st.lists(each, max_size=size, unique_by=lambda row: row.id))
    if not rows:
        rows = [Row(kind="user", id="a")]
    for place, calls in draw(again):
        row = rows[place % len(rows)]
        rows.append(row if row.kind == "association" else replace(row, calls=calls))
    return draw(st.permutations(rows))


def reckoned(rows: list[Row], strict: bool, rule: str) -> tuple[list[str], set[tuple[str, str]]]:
    """The outcome of each row, and what is made, as (kind, id)."""
    given_: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        if row.is_right:
            given_.setdefault((row.kind, row.id), []).append(place)
    first = {key: rows[places[0]] for key, places in given_.items()}
    contested = {key for key, places in given_.items() if len({rows[place].calls for place in places}) > 1}
    counts = {key: places[-1 if key in contested and rule == "last" else 0] for key, places in given_.items()}
    held = contested if rule == "hold" else set()
    there = {("institution", "K"), ("user", "k")}

    def lacks(row: Row, made: set[tuple[str, str]]) -> bool:
        if row.kind == "association":
            return ("user", row.id) not in made
        needs = [("user", row.names)] if row.names and (strict or row.kind == "user") else []
        needs += [("institution", row.place)] if row.kind == "user" else []
        return any(need not in made for need in needs)

    made = there | (first.keys() - held)
    while lost := {key for key in made - there if lacks(first[key], made)}:
        made -= lost
    ended = []
    for place, row in enumerate(rows):
        key = (row.kind, row.id)
        if not row.is_right:
            ended.append("invalid")
        elif lacks(row, made):
            ended.append("unmatched")
        elif key in held and (place == counts[key] or row.calls != first[key].calls):
            ended.append("invalid")
        elif place != counts[key]:
            ended.append("skipped")
        elif key in there:
            known = row.names if ("user", row.names) in made else ""
            ended.append("updated" if known or row.calls != "A" or row.place != "K" else "skipped")
        else:
            ended.append("created")
    return ended, made - there


@pytest.fixture(params=[False, True], ids=["makers left out", "makers needed"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether an institution, too, needs whoever it names: a circle through two parts."""
    if request.param:
        known = catalog.contract("generic_csv.institutions")
        maker = known.field("created_by")
        assert maker.reference is not None
        needed = replace(maker, reference=replace(maker.reference, optional=False))
        fields = tuple(needed if field == maker else field for field in known.fields)
        monkeypatch.setitem(catalog.CONTRACTS, known.name, replace(known, fields=fields))
    return bool(request.param)


@pytest.fixture
def imported(wb: Workbench, url: str, home: Path, tmp_path: Path) -> Imported:
    """Opens a new tenant with an institution, a user and a program, and writes rows down as files."""

    @contextmanager
    def one(rows: list[Row]) -> Iterator[tuple[Workbench, Callable[[], list[Sheet]]]]:
        number = next(numbers)

        def sheets(rows: list[Row], **others: str) -> list[Sheet]:
            files = {f"{name}.csv": text for name, text in others.items()}
            for kind, name in SHEETS.items():
                lines = [row.cells for row in rows if row.kind == kind]
                if lines:
                    files[f"{name}.csv"] = "\n".join([HEADERS[kind], *lines]) + "\n"
            return open_sheets(packed(tmp_path / f"{number}.zip", files, {"format_version": "1.0"}))

        program = "id,name,institution_id\np,P,K\n"
        known = [Row(kind="institution", id="K"), Row(kind="user", id="k")]
        with Workbench.open(home=home, database_url=url, tenant=f"a{number}", user="ana") as of_tenant:
            of_tenant.import_sheet(sheets(known, programs=program), "generic_csv")
            yield of_tenant, lambda: sheets(rows)

    return one


def state(wb: Workbench, url: str) -> list[tuple[object, ...]]:
    """What the tables hold of the tenant, times aside."""
    tenant = wb._store.tenant_id
    question = """
        select 'institution' as kind, i.source_id as id, i.name as calls, null as place, u.source_id as names
            from generic_csv.institutions i left join generic_csv.users u on u.id = i.created_by where i.tenant_id = %s
        union all select 'user', u.source_id, u.first_name, i.source_id, v.source_id
            from generic_csv.users u left join generic_csv.institutions i on i.id = u.institution_id
            left join generic_csv.users v on v.id = u.invited_by where u.tenant_id = %s
        union all select 'association', u.source_id, p.source_id, null, null
            from generic_csv.user_programs a left join generic_csv.users u on u.id = a.user_id
            left join generic_csv.programs p on p.id = a.program_id where a.tenant_id = %s
        order by 1, 2"""
    return ask(url, question, tenant, tenant, tenant)


def ended(wb: Workbench, batch: Batch) -> dict[str, list[str]]:
    parts = wb.batches.parts(batch)
    return {part.dataset: [said.partition(":")[0] for _, said in outcomes(wb, part)] for part in parts}


@settings(RANDOM, max_examples=MANY)
@given(rows=sources(), rule=st.sampled_from(["first", "last", "hold"]))
@example(
    rows=[
        Row(kind="institution", id="I", names="a"),
        Row(kind="user", id="a", place="I", names="b"),
        Row(kind="user", id="b", place="I", names="a"),
    ],
    rule="last",
).via("an institution and two users who all need each other")
@example(
    rows=[
        Row(kind="user", id="b", names="a"),
        Row(kind="user", id="a", names="nobody"),
        Row(kind="user", id="k", names="b"),
        Row(kind="association", id="b"),
        Row(kind="association", id="b"),
    ],
    rule="last",
).via("a chain that leans on nobody, and a known user who names it")
@example(
    rows=[
        Row(kind="user", id="b", names="a"),
        Row(kind="user", id="a", calls="B"),
        Row(kind="user", id="a", calls="A"),
    ],
    rule="last",
).via("somebody whose rows contradict each other")
def test_every_row_ends_as_reckoned_and_the_undo_restores(
    imported: Imported, url: str, strict: bool, rows: list[Row], rule: str
) -> None:
    said, made = reckoned(rows, strict, rule)
    expected: dict[str, list[str]] = {}
    for kind, name in SHEETS.items():
        lines = [word for row, word in zip(rows, said, strict=True) if row.kind == kind]
        if lines:
            expected[f"generic_csv.{name}"] = lines
    with imported(rows) as (wb, sheets):
        before = state(wb, url)
        planned = wb.import_sheet(sheets(), "generic_csv", dry_run=True, on_conflict=rule)
        assert ended(wb, planned) == expected
        assert state(wb, url) == before
        done = wb.commit(planned, skip_errors=True)
        assert ended(wb, done) == expected
        after = state(wb, url)
        known = {("institution", "K"), ("user", "k")}
        assert {(kind, id) for kind, id, *_ in after} == made | known
        first = {(row.kind, row.id): row for row in reversed(rows) if row.is_right}
        for kind, id, _, place, names in after:
            row = first.get((kind, id)) if (kind, id) in made else None
            if row is not None and row.kind == "user":
                assert (place, names or "") == (row.place, row.names)
            elif row is not None and row.kind == "institution":
                assert (names or "") == (row.names if ("user", row.names) in made | known else "")
        again = wb.import_sheet(sheets(), "generic_csv", skip_errors=True, on_conflict=rule)
        assert (again.created, again.updated) == (0, 0)
        undone = wb.undo(done)
        assert state(wb, url) == before
        assert (undone.updated, undone.skipped) == ((done.created or 0) + (done.updated or 0), 0)
