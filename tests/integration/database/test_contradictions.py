"""Rows of one key that say different things: they wait side by side until a person has decided which one counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imports import ask, issues, messages, outcome, outcomes, records
from tests.integration.database.test_runs_at_random import MANY, RANDOM
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import (
    DecidedSince,
    Held,
    NotDecided,
    PlannedAgain,
    StalePlan,
    UnknownRows,
    UnknownRule,
    WrongStage,
)
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

STUDENTS = "elevate.students"
TWO_PEOPLE = """\
email,name,external_id
zora@example.com,Amel Naka,N1
odo@example.com,Odo Lint,N2
zora@example.com,Zora Hale,N3
ODO@example.com ,Odo Lint,N2
odo@example.com,,
"""


def names(url: str) -> list[tuple[object, ...]]:
    return records(url, "elevate.profiles", "email", "full_name")


def test_all_lines_that_contradict_each_other_wait_and_what_says_the_same_is_a_duplicate(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    assert (batch.stage, names(url)) == ("held", [])
    assert outcomes(wb, batch) == [
        (2, "invalid:conflict"),
        (3, "created"),
        (4, "invalid:conflict"),
        (5, "skipped:duplicate"),
        (6, "skipped:duplicate"),
    ]
    assert messages(wb, batch) == {
        2: "Line 4 says otherwise of the same student: full name (Zora Hale / Amel Naka), external id (N3 / N1)",
        4: "Line 2 says otherwise of the same student: full name (Amel Naka / Zora Hale), external id (N1 / N3)",
        5: "Same email as line 3",
        6: "Same email as line 3",
    }


def test_nothing_of_such_a_key_is_written_when_the_good_rows_go_on(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", skip_errors=True)
    assert names(url) == [("odo@example.com", "Odo Lint")]


def test_a_known_record_is_not_changed_by_rows_that_contradict_each_other(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("email,name\nzora@example.com,Amel Naka\n"), "elevate.students")
    batch = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", skip_errors=True)
    assert outcomes(wb, batch)[0] == (2, "invalid:conflict")
    assert ("zora@example.com", "Amel Naka") in names(url)


@pytest.mark.parametrize(("rule", "name"), [("first", "Amel Naka"), ("last", "Zora Hale")])
def test_a_rule_says_beforehand_which_one_counts(wb: Workbench, sheet: Given, url: str, rule: str, name: str) -> None:
    batch = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", on_conflict=rule)
    assert (batch.stage, outcome(batch)) == ("completed", (2, 0, 3, 0, 0))
    assert ("zora@example.com", name) in names(url)
    (line,) = {2, 4} - {row["line"] for row in wb.rows.each(batch, outcome="created")}
    assert messages(wb, batch)[line].startswith(
        f"Line {6 - line} counts, as ana decided, and says otherwise: full name"
    )


def test_of_an_unknown_key_the_line_that_counts_is_unmatched_in_mode_update(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name\nodo@example.com,Odo Lint\n"), "elevate.students")
    batch = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", on_conflict="first", mode="update")
    assert outcomes(wb, batch)[0] == (2, "unmatched:student")
    assert messages(wb, batch)[4] == (
        "Line 2 counts, as ana decided, and is unmatched; it says otherwise: "
        "full name (Amel Naka / Zora Hale), external id (N1 / N3)"
    )


def test_a_template_remembers_the_rule(wb: Workbench, sheet: Given) -> None:
    wb.templates.save("last", "elevate.students", Mapping(on_conflict="last"))
    assert wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", template="last").on_conflict == "last"
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students", template="last", on_conflict="hold", dry_run=True)
    assert outcome(held)[4] == 2
    with pytest.raises(UnknownRule, match="There is no such rule or warning as best"):
        wb.stage(sheet(TWO_PEOPLE), "elevate.students", on_conflict="best")


# what a person decides afterwards


def test_a_person_chooses_the_line_that_counts_and_that_is_kept_with_who_and_when(
    wb: Workbench, open_wb: Opened, sheet: Given, url: str
) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    lea = open_wb(user="lea")
    decided = lea.decisions.prefer(held, [4])
    assert (decided.stage, decided.decisions, outcome(decided)) == ("staged", 1, (None,) * 5)
    with pytest.raises(WrongStage):
        wb.commit(decided)
    planned = wb.plan(decided).batch
    assert messages(wb, planned)[2] == (
        "Line 4 counts, as lea decided, and says otherwise: full name (Zora Hale / Amel Naka), external id (N3 / N1)"
    )
    done = wb.commit(planned)
    assert ("zora@example.com", "Zora Hale") in names(url)
    assert ask(url, "select line, rule, decided_by from workbench.import_decision") == [(4, None, "lea")]
    (told,) = [one["detail"] for one in wb.batches.story(done) if one["action"] == "decided"]
    assert (told["lines"], told["rule"], told["keys"]) == ([4], None, ["zora@example.com"])
    with pytest.raises(WrongStage):
        wb.decisions.prefer(done, [2])


def test_the_newest_decision_counts_and_a_line_before_a_rule(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")

    def created() -> list[int]:
        wb.plan(held)
        return [row["line"] for row in wb.rows.each(held, outcome="created")]

    wb.decisions.prefer(held, on_conflict="last")
    assert created() == [3, 4]
    wb.decisions.prefer(held, [2])
    assert created() == [2, 3]
    wb.decisions.prefer(held, on_conflict="last")
    assert created() == [2, 3]
    wb.decisions.prefer(held, [4])
    assert created() == [3, 4]


@pytest.mark.parametrize("known", [False, True])
def test_of_two_who_each_chose_another_line_of_a_key_in_a_file_of_their_own_the_second_is_refused(
    wb: Workbench, open_wb: Opened, sheet: Given, url: str, known: bool
) -> None:
    if known:
        wb.import_sheet(sheet("email,name,external_id\nzora@example.com,Zora Hale,N3\n", "known.csv"), STUDENTS)
    planned = []
    for each, line in ((wb, 2), (open_wb(user="ben"), 4)):
        batch = each.stage(sheet(TWO_PEOPLE, f"{line}.csv"), STUDENTS)
        each.decisions.prefer(batch, [line])
        planned.append((each, each.plan(batch).batch))
    (ana, hers), (ben, his) = planned
    ana.commit(hers)
    with pytest.raises(StalePlan):
        ben.commit(his)
    assert ("zora@example.com", "Amel Naka") in names(url)
    ben.plan(his)
    assert {row["line"]: row["changes"] for row in ben.rows.each(his)}[4]["full_name"] == ["Amel Naka", "Zora Hale"]


def test_of_two_who_each_choose_another_line_of_a_key_in_one_file_the_second_is_told_of_the_first(
    wb: Workbench, open_wb: Opened, sheet: Given, url: str
) -> None:
    ben = open_wb(user="ben")
    seen = wb.import_sheet(sheet(TWO_PEOPLE, "two.csv"), STUDENTS)
    wb.decisions.prefer(seen, [2], seen=seen.decisions)
    hers = wb.plan(seen).batch
    with pytest.raises(
        DecidedSince, match=r"^ana has decided of rows of two\.csv since .*: line 2 counts of its key\."
    ):
        ben.decisions.prefer(seen, [4], seen=seen.decisions)
    with pytest.raises(DecidedSince):
        ben.decisions.prefer(seen, on_conflict="last", seen=seen.decisions)
    # who has seen it may decide otherwise; then what she looked at is not written
    ben.decisions.prefer(seen, [4], seen=hers.decisions)
    with pytest.raises(WrongStage):
        wb.commit(seen, plan=hers.plan)
    ben.plan(seen)
    with pytest.raises(PlannedAgain):
        wb.commit(seen, plan=hers.plan)
    assert names(url) == []
    with pytest.raises(DecidedSince, match=r"^ben has decided .*: line 4 counts of its key"):
        wb.decisions.take_back(seen, [2], seen=hers.decisions)


def test_a_choice_is_taken_back_and_what_counted_before_it_does_again(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")

    def created() -> list[int]:
        wb.plan(held)
        return [row["line"] for row in wb.rows.each(held, outcome="created")]

    wb.decisions.prefer(held, [2])
    wb.decisions.prefer(held, [4])
    assert created() == [3, 4]
    count, made = wb.decisions.made(held)
    assert (count, [(each["line"], each["key"], each["decided_by"]) for each in made]) == (
        2,
        [(4, "zora@example.com", "ana"), (2, "zora@example.com", "ana")],
    )
    open_wb(user="lea").decisions.take_back(held, [4])
    assert created() == [2, 3]
    wb.decisions.take_back(held, [2])
    assert created() == [3]
    assert wb.rows.issue_counts(held)[0]["code"] == "conflict"
    assert wb.decisions.made(held) == (0, [])
    wb.decisions.prefer(held, [4])
    assert created() == [3, 4]


def test_who_took_a_choice_back_is_told_and_only_what_was_chosen_is_taken_back(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    wb.decisions.prefer(held, [4])
    with pytest.raises(NotDecided, match="Nobody has decided that line 2 of batch"):
        wb.decisions.take_back(held, [2, 4])
    open_wb(user="lea").decisions.take_back(held, [4])
    (told,) = [each for each in wb.decided(wb.plan(held).batch) if "to count" in each]
    assert told.startswith("lea took the choice of 1 row to count back: line 4, ")
    with pytest.raises(NotDecided):
        wb.decisions.take_back(held, [4])
    with pytest.raises(UnknownRows):
        wb.decisions.take_back(held, [99])


def test_a_decision_is_part_of_what_is_signed(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    wb.decisions.prefer(held, [4])
    done = wb.commit(wb.plan(held).batch)
    lea = open_wb(user="lea")
    lea.sign_off(done)
    assert lea.verify(done)
    with psycopg.connect(url) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update workbench.import_decision set decided_by = 'nobody'")
    assert not lea.verify(done)


def test_only_rows_that_are_there_are_chosen(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    with pytest.raises(UnknownRows):
        wb.decisions.prefer(held, [99])
    with pytest.raises(UnknownRule):
        wb.decisions.prefer(held, on_conflict="best")


def test_the_lines_are_told_side_by_side(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    assert wb.decisions.contradictions(held) == (
        1,
        [
            {
                "dataset": "elevate.students",
                "key": "zora@example.com",
                "lines": {
                    2: {"email": "zora@example.com", "full_name": "Amel Naka", "external_id": "N1"},
                    4: {"email": "zora@example.com", "full_name": "Zora Hale", "external_id": "N3"},
                },
                "said": {2: {"rows": 1, "last": 2}, 4: {"rows": 1, "last": 4}},
            }
        ],
    )


def test_the_last_row_of_a_key_counts_also_where_an_earlier_one_says_the_same(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = "email,name\nada@example.com,Ada Park\nada@example.com,Zora Hale\nada@example.com,Ada Park\n"
    held = wb.import_sheet(sheet(text), "elevate.students")
    (group,) = wb.decisions.contradictions(held)[1]
    assert group["said"] == {2: {"rows": 2, "last": 4}, 3: {"rows": 1, "last": 3}}
    done = wb.import_sheet(sheet(text, "last.csv"), "elevate.students", on_conflict="last")
    assert outcomes(wb, done) == [(2, "skipped:duplicate"), (3, "skipped:duplicate"), (4, "created")]
    assert names(url) == [("ada@example.com", "Ada Park")]


# under a playbook


OLD_AND_NEW = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,ZZ1,Old name,active
ben@example.com,Ben,Oka,ZZ1,New name,active
cy@example.com,Cy,Lee,ZZ1,Old name,active
"""


@pytest.mark.parametrize(("rule", "line"), [("first", 2), ("last", 4)])
def test_of_a_run_the_outermost_row_counts_also_where_another_says_the_same(
    wb: Workbench, sheet: Given, url: str, rule: str, line: int
) -> None:
    done = wb.import_sheet(sheet(OLD_AND_NEW), "elevate.learners", on_conflict=rule)
    assert records(url, "elevate.courses", "course_name") == [("Old name",)]
    assert messages(wb, done) == {
        3: f"Line {line} counts, as ana decided, and says otherwise: course name (Old name / New name)"
    }


@pytest.mark.parametrize(("line", "name"), [(2, "Old name"), (3, "New name"), (4, "Old name")])
def test_each_line_of_a_run_is_chosen_by_its_own_number_and_told_by_what_it_decides(
    wb: Workbench, sheet: Given, url: str, line: int, name: str
) -> None:
    held = wb.import_sheet(sheet(OLD_AND_NEW), "elevate.learners")
    (group,) = wb.decisions.contradictions(held)[1]
    assert (group["key"], group["said"]) == ("ZZ1", {2: {"rows": 2, "last": 4}, 3: {"rows": 1, "last": 3}})
    planned = wb.plan(wb.decisions.prefer(held, [line])).batch
    assert [told["key"] for told in wb.decisions.made(planned)[1]] == ["ZZ1"]
    assert {f"Line {line} counts" in told for told in messages(wb, planned).values()} == {True}
    wb.commit(planned)
    assert records(url, "elevate.courses", "course_name") == [(name,)]


def test_of_a_run_the_last_row_that_is_not_refused_counts(wb: Workbench, sheet: Given, url: str) -> None:
    text = OLD_AND_NEW.replace("cy@example.com", "no address")
    wb.import_sheet(sheet(text), "elevate.learners", on_conflict="last", skip_errors=True)
    assert records(url, "elevate.courses", "course_name") == [("New name",)]


def test_of_a_run_the_first_line_speaks_for_the_record_until_a_person_decides(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = """\
email,first_name,last_name,course_code,course_name
ada@example.com,Ada,Park,CNA101,Nursing
ben@example.com,Ben,Oka,CNA101,Nurse Aide
cy@example.com,Cy,Lee,CNA101,Nursing
"""
    held = wb.import_sheet(sheet(text), "elevate.learners")
    assert outcomes(wb, held) == [(2, "created"), (3, "invalid:conflict"), (4, "created")]
    assert [list(one["lines"]) for one in wb.decisions.contradictions(held)[1]] == [[2, 3]]
    wb.decisions.prefer(held, [3])
    planned = wb.plan(held).batch
    assert outcomes(wb, planned) == [(2, "created"), (3, "created"), (4, "created")]
    wb.commit(planned)
    assert records(url, "elevate.courses", "course_name") == [("Nurse Aide",)]


def test_a_decision_of_a_run_survives_a_correction(wb: Workbench, sheet: Given, url: str) -> None:
    people = ("ada@example.com,Ada,Park,", "ada@example.com,Ada,Lee,", "bad,B,C,")
    text = "\n".join(("email,first_name,last_name,course_code", *people))
    held = wb.import_sheet(sheet(text), "elevate.learners")
    wb.decisions.prefer(held, on_conflict="last")
    wb.correct(held, {4: {"email": "bea@example.com"}})
    assert wb.commit(wb.plan(held).batch).created == 2
    assert names(url) == [("ada@example.com", "Ada Lee"), ("bea@example.com", "B C")]


# at random: a reckoning row by row

Row = tuple[str, str, str]
rows = st.tuples(
    st.sampled_from(["a@b.org", "c@d.org", "bad"]),
    st.sampled_from(["", "Ada Park", "Ben Oka", "ada  park"]),
    st.sampled_from(["", "555-123-4567", "555-987-6543"]),
)
numbers = count(1)


def reckoned(sheet: list[Row], known: str, rule: str, erases: bool) -> list[str]:
    """What becomes of each row, asked one by one."""
    ended = ["invalid" if row[0] == "bad" else "" for row in sheet]
    for key in {row[0] for row in sheet} - {"bad"}:
        mine = [place for place, row in enumerate(sheet) if row[0] == key]
        able = [place for place in mine if sheet[place][1] or key == known]
        for place in mine:
            ended[place] = "invalid" if not able else "skipped"
        if not able:
            continue
        first = able[0]
        against = [place for place in mine if place != first and says_more(sheet[place], sheet[first], erases)]
        counts = {"first": first, "last": able[-1], "hold": first}[rule] if against else first
        if against and rule == "hold":
            for place in (first, *against):
                ended[place] = "invalid"
        else:
            ended[counts] = "updated" if key == known else "created"
    return ended


def says_more(row: Row, first: Row, erases: bool) -> bool:
    """Whether a row says otherwise; `erases`: a blank phone says that there is none."""
    said, known = (tuple(" ".join(cell.split()) for cell in each) for each in (row, first))
    return any((mine or (erases and place == 2)) and mine != known[place] for place, mine in enumerate(said))


@pytest.fixture
def tenant(url: str, home: Path) -> Callable[[], object]:
    """A Workbench of a new tenant that knows one student, whom every row that counts changes."""

    @contextmanager
    def one() -> Iterator[Workbench]:
        with Workbench.open(home=home, database_url=url, tenant=f"c{next(numbers)}", user="ana") as wb:
            wb.import_sheet(open_sheet(home.parent / "known.csv"), "elevate.students")
            yield wb

    (home.parent / "known.csv").write_text("email,name,phone\na@b.org,Old Name,555-000-0000\n")
    return one


@settings(RANDOM, max_examples=2 * MANY)
@given(
    sheet=st.lists(rows, min_size=1, max_size=8), rule=st.sampled_from(["first", "last", "hold"]), erases=st.booleans()
)
def test_every_row_ends_as_reckoned(
    tenant: Callable[..., object], tmp_path: Path, sheet: list[Row], rule: str, erases: bool
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("email,name,phone\n" + "".join(f"{','.join(row)}\n" for row in sheet))
    with tenant() as wb:
        batch = wb.import_sheet(
            open_sheet(path), "elevate.students", dry_run=True, on_conflict=rule, clears=["phone"] if erases else []
        )
        ended = [said.partition(":")[0] for _, said in outcomes(wb, batch)]
        expected = reckoned(sheet, "a@b.org", rule, erases)
        # a known student whom the row that counts does not change is skipped
        assert [
            "skipped" if row[0] == "a@b.org" and not any(row[1:]) and not erases and out == "updated" else out
            for row, out in zip(sheet, expected, strict=True)
        ] == ended
        done = wb.commit(batch, skip_errors=True)
        assert outcomes(wb, done) == outcomes(wb, batch)


# who else has the id, and who is called otherwise


def test_one_id_with_two_addresses_is_warned_of_in_the_file_and_beside_what_is_stored(
    wb: Workbench, sheet: Given
) -> None:
    wb.import_sheet(sheet("email,name,external_id\nada@example.com,Ada Park,E1\n"), "elevate.students")
    text = "email,name,external_id\nada.park@example.com,Ada Park,E1\nben@example.com,Ben,E2\nb@example.com,Ben,E2\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    assert (batch.stage, outcome(batch)) == ("completed", (3, 0, 0, 0, 0))
    assert messages(wb, batch) == {
        2: "Another student, who is known, has the same: E1",
        3: "Line 4, another student, has the same: E2",
        4: "Line 3, another student, has the same: E2",
    }
    assert wb.reconcile(batch).issues_by_code == {"same_id": 3}
    assert wb.reconcile(wb.import_sheet(sheet(text), "elevate.students")).issues_by_code == {}


@pytest.mark.parametrize(
    ("known", "said", "warned"),
    [
        ("Bob Lint", "Robert Lint", False),
        ("Amel Naka", "Zora Hale", True),
        ("José Ruiz", "JOSE R.", False),
        ("O'Connor, Grace", "Grace Oconnor", False),
        ("J. D.", "Zora Hale", False),
        ("敏 刘", "伟 王", True),
        ("敏 刘", "刘敏", False),
        ("김민수", "이서연", True),
    ],
)
def test_a_name_is_quite_another_when_no_word_is_the_same(
    wb: Workbench, sheet: Given, known: str, said: str, warned: bool
) -> None:
    wb.import_sheet(sheet(f'email,name\nada@example.com,"{known}"\n'), "elevate.students")
    batch = wb.import_sheet(sheet(f'email,name\nada@example.com,"{said}"\n'), "elevate.students")
    assert (batch.updated, issues(wb, batch)) == (1, [(2, "full_name", "another_name")] if warned else [])


def test_a_warning_holds_its_rows_where_that_was_asked_for_until_a_person_accepts_them(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("email,name,external_id\nada@example.com,Ada Park,E1\n"), "elevate.students")
    text = "email,name,external_id\nada@example.com,Zora Hale,\nben@example.com,Ben,E1\n"
    wb.templates.save("careful", "elevate.students", Mapping(holds=("another_name",)))
    held = wb.import_sheet(sheet(text), "elevate.students", template="careful", holds=["same_id"])
    assert (held.stage, outcomes(wb, held)) == ("held", [(2, "invalid:another_name"), (3, "invalid:same_id")])
    with pytest.raises(Held):
        wb.commit(held)
    wb.decisions.prefer(held, [3])
    planned = wb.plan(held).batch
    assert outcomes(wb, planned) == [(2, "invalid:another_name"), (3, "created")]
    assert [row["issues"][0]["severity"] for row in wb.rows.each(planned)] == ["error", "warning"]
    wb.commit(planned, skip_errors=True)
    assert names(url) == [("ada@example.com", "Ada Park"), ("ben@example.com", "Ben")]


def test_the_database_keeps_decisions_as_they_were_made(wb: Workbench, sheet: Given, url: str) -> None:
    held: Batch = wb.import_sheet(sheet(TWO_PEOPLE), "elevate.students")
    wb.decisions.prefer(held, [4])
    done = wb.commit(wb.plan(held).batch)
    for statement in (
        "update workbench.import_decision set line = 2",
        "delete from workbench.import_decision",
        "insert into workbench.import_decision (tenant_id, batch_id, number, line, decided_by) "
        f"select tenant_id, id, 2, 2, 'eve' from workbench.import_batch where id = '{done.id}'",
    ):
        with pytest.raises(psycopg.Error), wb._store.transaction(done.id) as connection:
            connection.execute(statement)


# a line is chosen for its key

TWO_AND_ANOTHER = """\
email,name,phone
a@x.org,Ann Lee,555-000-0001
a@x.org,Bea Kim,555-000-0002
c@x.org,Cy Ode,555-000-0003
"""


@pytest.mark.parametrize("others", ["a@x.org", "b@x.org"], ids=["contested", "uncontested"])
def test_a_choice_does_not_follow_its_line_to_another_key(wb: Workbench, sheet: Given, url: str, others: str) -> None:
    text = TWO_AND_ANOTHER.replace("a@x.org,Bea", f"{others},Bea")
    planned = wb.import_sheet(sheet(text), "elevate.students", dry_run=True)
    wb.decisions.prefer(planned, [2])
    wb.correct(planned, {2: {"email": "c@x.org"}})
    again = wb.plan(planned).batch
    assert outcomes(wb, again) == [(2, "invalid:conflict"), (3, "created"), (4, "invalid:conflict")]
    wb.decisions.prefer(planned, [4])
    assert [said for _, said in outcomes(wb, wb.plan(planned).batch)] == ["skipped:duplicate", "created", "created"]
    wb.correct(planned, {2: {"email": "a@x.org"}})
    done = wb.commit(wb.plan(planned).batch)
    assert outcomes(wb, done)[0] == (2, "created")  # the key that it was chosen for
    assert ("c@x.org", "Cy Ode") in names(url)


def test_a_choice_outlasts_a_correction_of_anything_but_the_key(wb: Workbench, sheet: Given) -> None:
    planned = wb.import_sheet(sheet(TWO_AND_ANOTHER), "elevate.students", dry_run=True)
    wb.decisions.prefer(planned, [3])
    wb.correct(planned, {3: {"phone": "555-000-0009"}})
    assert [said for _, said in outcomes(wb, wb.plan(planned).batch)] == ["skipped:duplicate", "created", "created"]


def test_a_choice_under_a_playbook_holds_while_the_line_says_the_same(wb: Workbench, sheet: Given) -> None:
    text = """\
email,first_name,last_name,course_code,course_name
ada@example.com,Ada,Park,C1,One
ada@example.com,Ben,Oka,C1,One
cy@example.com,Cy,Lee,C1,One
"""
    planned = wb.import_sheet(sheet(text), "elevate.learners", dry_run=True)
    wb.decisions.prefer(planned, [3])
    wb.correct(planned, {3: {"email": "cy@example.com"}})
    assert outcomes(wb, wb.plan(planned).batch) == [(2, "created"), (3, "created"), (4, "invalid:conflict")]


def test_what_waits_because_of_a_warning_is_accepted_for_its_key(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name\nada@x.org,Ada Park\nben@x.org,Ben Oka\n"), "elevate.students")
    held = wb.import_sheet(sheet("email,name\nada@x.org,Zora Hale\n"), "elevate.students", holds=["another_name"])
    wb.decisions.prefer(held, [2])
    wb.correct(held, {2: {"email": "ben@x.org"}})
    assert outcomes(wb, wb.plan(held).batch) == [(2, "invalid:another_name")]


# where a blank erases, it says something


@pytest.mark.parametrize("order", [1, -1], ids=["value first", "blank first"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
def test_where_a_blank_erases_it_contradicts_a_value(
    wb: Workbench, sheet: Given, url: str, order: int, known: bool
) -> None:
    if known:
        wb.import_sheet(sheet("email,name,phone\na@x.org,Ann Lee,555-000-1111\n"), "elevate.students")
    lines = ["a@x.org,Ann Lee,555-000-2222", "a@x.org,Ann Lee,"][::order]
    text = "\n".join(("email,name,phone", *lines))
    held = wb.import_sheet(sheet(text), "elevate.students", clears=["phone"])
    assert outcomes(wb, held) == [(2, "invalid:conflict"), (3, "invalid:conflict")]
    said = ("555-000-2222", "(blank)")[::order]
    assert messages(wb, held)[3] == f"Line 2 says otherwise of the same student: phone ({said[0]} / {said[1]})"
    wb.import_sheet(sheet(text), "elevate.students", clears=["phone"], on_conflict="last")
    assert records(url, "elevate.profiles", "phone") == [(None if order == 1 else "555-000-2222",)]


def test_a_cell_that_is_left_out_says_nothing_even_where_a_blank_erases(wb: Workbench, sheet: Given, url: str) -> None:
    text = "email,name,phone\na@x.org,Ann Lee,555-000-2222\na@x.org,Ann Lee,12\n"
    batch = wb.import_sheet(sheet(text), "elevate.students", clears=["phone"], lenient=["phone"])
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:duplicate")]
    assert records(url, "elevate.profiles", "phone") == [("555-000-2222",)]


def test_a_row_that_is_told_the_same_twice_is_one_row_of_its_kind(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name,external_id\nann@example.com,Ann,S1\n"), "elevate.students")
    others = "email,name,external_id\nbob@example.com,Bob,S1\ncy@example.com,Cy,S1\n"
    batch = wb.plan(wb.stage(sheet(others), "elevate.students")).batch
    assert [len(row["issues"]) for row in wb.rows.each(batch)] == [2, 2]
    assert [(each["code"], each["rows"]) for each in wb.rows.issue_counts(batch)] == [("same_id", 2)]
