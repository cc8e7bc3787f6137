"""Whose records imported rows mean: found for everybody at once, decided once, and kept by what the rows say."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, fingerprint
from workbench import Workbench
from workbench.model.errors import (
    DecisionInUse,
    NobodySays,
    UnknownHeader,
    UnknownMatch,
    UnknownMatching,
    UnknownRecord,
    WrongValue,
)
from workbench.model.list_query import ListQuery
from workbench.model.matching import AutoMatch
from workbench.model.row_query import CellTest, Order
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Sheets = Callable[..., Sheet]

ROSTER = "polaris.teacher_roster"
TEACHERS = """\
Teacher Email,Teacher Name,School,Academic Year
ada@kck.example,Ada Park,Argentine Middle,2025-2026
dave@kck.example,Dave Ruiz,Wyandotte High,2025-2026
ines@kck.example,Ines Velarde,Argentine Middle,2025-2026
omar@kck.example,Omar Clay,Wyandotte High,2025-2026
lone@kck.example,Lone Wolfe,Wyandotte High,2025-2026
"""
ACCOUNTS = """\
email,first_name,last_name,school
ADA@kck.example,Ada,Park,Argentine Middle School
david.ruiz@mail.example,David,Ruiz,Wyandotte High
ines.v@mail.example,Ines,Velarde,Argentine Middle
omar.clayton@mail.example,Omar,Clayton,Wyandotte High
"""


@pytest.fixture
def rosters(wb: Workbench, sheet: Sheets) -> Workbench:
    wb.import_sheet(sheet(TEACHERS, "roster.csv"), ROSTER, constants={"district": "KCK"})
    wb.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    return wb


def bring(wb: Workbench, sheet: Callable[..., Sheet], teachers: str, accounts: str) -> None:
    """A roster and accounts: name, e-mail and school of each."""
    roster = "Teacher Name,Teacher Email,School,Academic Year\n" + "".join(
        f"{line},2025-2026\n" for line in teachers.splitlines()
    )
    wb.import_sheet(sheet(roster, "roster.csv"), ROSTER, constants={"district": "KCK"})
    wb.import_sheet(sheet(f"name,email,school\n{accounts}", "accounts.csv"), "polaris.teachers")


def statuses(wb: Workbench, of: str = ROSTER) -> dict[str, str]:
    """What is known of everybody, by what they say."""
    return {each["said"]: each["status"] for each in wb.matches.page(of, unmatched_only=False, limit=100)}


def candidates(wb: Workbench, of: str = ROSTER) -> dict[str, list[str]]:
    """Who is asked about, with the keys of the candidates."""
    return {each["said"]: [one["known"] for one in each["candidates"]] for each in wb.matches.page(of, limit=100)}


def known(wb: Workbench, said: str, of: str = ROSTER) -> str | None:
    """Whose record is meant, as far as it is decided."""
    return next(each["known"] for each in wb.matches.page(of, unmatched_only=False, limit=100) if each["said"] == said)


def test_auto_match_decides_what_is_plain_and_suggests_who_is_alike(rosters: Workbench) -> None:
    assert rosters.matches.run(ROSTER) == AutoMatch(
        processed=5, by_email=1, by_name=1, suggested=1, unmatched=3, errors=0
    )
    assert statuses(rosters) == {
        "ada@kck.example": "matched",
        "ines@kck.example": "matched",
        "dave@kck.example": "unmatched",
        "omar@kck.example": "unmatched",
        "lone@kck.example": "unmatched",
    }
    assert candidates(rosters) == {
        "dave@kck.example": ["david.ruiz@mail.example"],
        "lone@kck.example": [],
        "omar@kck.example": [],
    }


def test_a_candidate_says_how_it_was_found_and_what_agrees(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    dave = rosters.matches.page(ROSTER)[0]["candidates"][0]
    assert (dave["pass"], dave["reasons"]) == (
        "fuzzy",
        {"email": "other", "given": "nickname", "surname": "same", "building": "same"},
    )
    assert dave["score"] > 0.9
    assert (dave["name"], dave["building"]) == ("David Ruiz", "Wyandotte High")


def test_a_decision_is_kept_with_who_and_when_and_is_not_asked_again(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    assert known(rosters, "dave@kck.example") == "david.ruiz@mail.example"
    assert "dave@kck.example" not in candidates(rosters)
    assert rosters.matches.run(ROSTER).processed == 2
    decision = rosters.matches.decisions(ROSTER)[0]
    assert (decision["decided_by"], decision["automatic"], decision["pass"]) == ("ana", False, "fuzzy")
    assert decision["texts"]["name"] == "Dave Ruiz"


def test_who_is_somebody_else_is_not_suggested_again(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "different", "david.ruiz@mail.example")
    rosters.matches.run(ROSTER)
    assert candidates(rosters)["dave@kck.example"] == []
    assert rosters.matches.figures(ROSTER)["suggested"] == 0


def test_who_is_put_off_comes_last_and_who_is_nobody_is_not_asked_about(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "later")
    rosters.matches.decide(ROSTER, "lone@kck.example", "different")
    assert list(candidates(rosters)) == ["omar@kck.example", "dave@kck.example"]
    assert statuses(rosters)["lone@kck.example"] == "nobody"


def test_a_later_decision_counts_before_an_earlier_one(rosters: Workbench) -> None:
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "omar.clayton@mail.example")
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    assert known(rosters, "dave@kck.example") == "david.ruiz@mail.example"
    rosters.matches.decide(ROSTER, "dave@kck.example", "different", "david.ruiz@mail.example")
    assert statuses(rosters)["dave@kck.example"] == "unmatched"


def test_what_is_said_twice_is_kept_once(rosters: Workbench) -> None:
    first = rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    assert rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example") == first
    assert len(rosters.matches.decisions(ROSTER)) == 1


def test_what_two_people_decide_at_once_is_one_decision(rosters: Workbench, open_wb: Callable[..., Workbench]) -> None:
    both = [("ana", "david.ruiz@mail.example"), ("lea", "omar.clayton@mail.example")]
    decided = [
        threading.Thread(target=open_wb(user=user).matches.decide, args=(ROSTER, "dave@kck.example", "same", known))
        for user, known in both
    ]
    for each in decided:
        each.start()
    for each in decided:
        each.join()
    assert [one["withdrawn_at"] is None for one in rosters.matches.decisions(ROSTER)].count(True) == 1
    assert len(rosters.matches.decisions(ROSTER)) == 2


def test_a_decision_that_is_withdrawn_stays_on_record_and_the_program_does_not_make_it_again(
    rosters: Workbench,
) -> None:
    rosters.matches.run(ROSTER)
    ada = next(each for each in rosters.matches.decisions(ROSTER) if each["said"] == "ada@kck.example")
    rosters.matches.withdraw(ada["id"])
    assert statuses(rosters)["ada@kck.example"] == "unmatched"
    assert rosters.matches.run(ROSTER).matched == 0
    assert candidates(rosters)["ada@kck.example"] == ["ada@kck.example"]
    withdrawn = next(each for each in rosters.matches.decisions(ROSTER) if each["id"] == ada["id"])
    assert withdrawn["withdrawn_by"] == "ana"
    with pytest.raises(UnknownMatch):
        rosters.matches.withdraw(ada["id"])


def test_decisions_are_known_after_the_next_import_and_under_a_new_roster(rosters: Workbench, sheet: Sheets) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    before = statuses(rosters)
    rosters.import_sheet(sheet(TEACHERS, "again.csv"), ROSTER, constants={"district": "KCK"}, mode="replace")
    assert statuses(rosters) == before


def test_the_undo_of_an_import_leaves_decisions(rosters: Workbench, sheet: Sheets) -> None:
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    accounts = next(batch for batch in rosters.batches.all() if batch.dataset == "polaris.teachers")
    rosters.undo(accounts)
    assert statuses(rosters)["dave@kck.example"] == "unmatched"  # there is no such account now
    rosters.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    assert known(rosters, "dave@kck.example") == "david.ruiz@mail.example"


def test_no_record_and_no_evidence_is_changed_by_a_decision(
    rosters: Workbench, url: str, open_wb: Callable[..., Workbench]
) -> None:
    batch = rosters.batches.all()[-1]
    open_wb(user="lea").sign_off(batch)
    before = fingerprint(url)
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    assert fingerprint(url) == before
    assert rosters.verify(batch)


def test_what_was_decided_stands_in_the_audit_log(rosters: Workbench, url: str) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    rosters.matches.withdraw(rosters.matches.decisions(ROSTER)[0]["id"])
    found = ask(url, "select action, actor from workbench.audit_log where action ~ 'match' order by id")
    assert found == [("auto-match", "ana"), ("matched", "ana"), ("match withdrawn", "ana")]


def test_nobody_and_no_record_that_is_not_there_is_decided_about(rosters: Workbench) -> None:
    with pytest.raises(NobodySays):
        rosters.matches.decide(ROSTER, "gone@kck.example", "later")
    with pytest.raises(UnknownRecord):
        rosters.matches.decide(ROSTER, "dave@kck.example", "same", "gone@mail.example")
    with pytest.raises(UnknownRecord):
        rosters.matches.decide(ROSTER, "dave@kck.example", "same")
    with pytest.raises(UnknownMatching):
        rosters.matches.run("elevate.students")
    with pytest.raises(WrongValue, match="A verdict cannot be maybe: it is one of same, different, later"):
        rosters.matches.decide(ROSTER, "dave@kck.example", "maybe")


def test_a_page_begins_at_its_first_person_or_later(rosters: Workbench) -> None:
    with pytest.raises(WrongValue, match="first cannot be -1: it is 0 or more"):
        rosters.matches.page(ROSTER, first=-1)
    with pytest.raises(WrongValue, match="limit cannot be -1: it is 0 or more"):
        rosters.matches.page(ROSTER, limit=-1)
    assert rosters.matches.page(ROSTER, first=1000) == rosters.matches.page(ROSTER, limit=0) == []


def test_a_record_is_found_by_words_of_its_name_address_and_school(rosters: Workbench) -> None:
    assert [each["known"] for each in rosters.matches.find(ROSTER, "clayton wyan")] == ["omar.clayton@mail.example"]


def test_people_are_paged_and_searched(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    everybody = [each["said"] for each in rosters.matches.page(ROSTER, unmatched_only=False)]
    paged = [rosters.matches.page(ROSTER, unmatched_only=False, first=at, limit=1)[0]["said"] for at in range(5)]
    assert paged == everybody == sorted(everybody)
    assert rosters.matches.count(ROSTER) == 3
    assert [each["said"] for each in rosters.matches.page(ROSTER, ListQuery(text="wyandotte RUIZ"))] == [
        "dave@kck.example"
    ]


@pytest.mark.parametrize(
    ("asked", "first", "number"),
    [
        ({"order": Order(field="name", descending=True)}, "omar@kck.example", 5),
        ({"order": Order(field="best", descending=True)}, "ada@kck.example", 5),
        ({"order": Order(field="status")}, "dave@kck.example", 5),
        ({"order": Order(field="status", descending=True)}, "ada@kck.example", 5),
        ({"order": Order(field="record", descending=True)}, "ines@kck.example", 5),
        ({"order": Order(field="building", descending=True)}, "dave@kck.example", 5),
        ({"text": "MATCHED ines.v"}, "ines@kck.example", 1),
        ({"cell": CellTest(field="record", text="middle school")}, "ada@kck.example", 1),
        ({"cell": CellTest(field="name", test="equals", text=" Omar Clay")}, "omar@kck.example", 1),
        ({"cell": CellTest(field="status", test="equals", text="unmatched")}, "dave@kck.example", 3),
        ({"cell": CellTest(field="best", test="blank")}, "lone@kck.example", 2),
        ({"cell": CellTest(field="record", test="blank"), "order": Order(field="name", descending=True)},
         "omar@kck.example", 3),
    ],
)  # fmt: skip
def test_people_are_sorted_filtered_and_searched_by_each_column_of_their_list(
    rosters: Workbench, asked: dict[str, Any], first: str, number: int
) -> None:
    rosters.matches.run(ROSTER)
    query = ListQuery(**asked)
    found = [each["said"] for each in rosters.matches.page(ROSTER, query, unmatched_only=False)]
    assert (found[0], len(found)) == (first, number)
    assert rosters.matches.count(ROSTER, query, unmatched_only=False) == number
    assert [rosters.matches.place(ROSTER, said, query, unmatched_only=False) for said in found] == list(range(number))


def test_a_column_that_the_list_of_people_has_not_is_refused(rosters: Workbench) -> None:
    with pytest.raises(UnknownHeader, match="phone"):
        rosters.matches.count(ROSTER, ListQuery(cell=CellTest(field="phone", test="blank")))


def test_another_tenant_has_nobody_to_match(rosters: Workbench, open_wb: Callable[..., Workbench]) -> None:
    rosters.matches.run()
    other = open_wb(tenant="other")
    assert other.matches.overview() == []
    assert other.matches.decisions() == []


def test_somebody_else_under_a_known_address_is_asked_about_again(rosters: Workbench, sheet: Sheets) -> None:
    rosters.matches.run(ROSTER)
    again = TEACHERS.replace("Ada Park,Argentine Middle,2025-2026", "Rosa Bell,Argentine Middle,2026-2027")
    staged = rosters.stage(sheet(again, "next.csv"), ROSTER, constants={"district": "KCK"})
    rosters.commit(rosters.plan(staged).batch, accept=["all"])
    assert statuses(rosters)["ada@kck.example"] == "unmatched"


def test_thresholds_are_measured_on_what_people_decided(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    [only] = rosters.matches.thresholds(ROSTER)
    assert (only.precision, only.recall, only.pairs) == (1.0, 1.0, 1)


# --- rows that were unmatched ---

EVENTS = "session_id,title,start\n5001,Careers in Nursing,2026-03-02T15:30:00Z\n"
EDUCATORS = """\
session_id,pathful_user_id,email,name,school
5001,PF-7,,Davey Ruiz,Wyandotte High
5001,,,Ada Parks,Argentine Middle
5001,,ines@home.example,,
5001,,ada@kck.example,,
"""
TAKING_PART = "polaris.event_teachers"


@pytest.fixture
def educators(rosters: Workbench, sheet: Sheets) -> Workbench:
    rosters.import_sheet(sheet(EVENTS, "events.csv"), "polaris.events")
    batch = rosters.import_sheet(sheet(EDUCATORS, "educators.csv"), TAKING_PART, skip_errors=True)
    assert (batch.created, batch.unmatched) == (1, 3)
    return rosters


def test_who_was_unmatched_of_a_session_is_matched_with_the_roster_and_brought_in(educators: Workbench) -> None:
    educators.matches.run(TAKING_PART)
    assert candidates(educators, TAKING_PART) == {
        "pf7": ["dave@kck.example"],
        "adaparks|argentinemiddle": ["ada@kck.example"],
        "ines@home.example": [],
    }
    assert educators.matches.pending(TAKING_PART) == {}
    educators.matches.decide(TAKING_PART, "pf7", "same", "dave@kck.example")
    educators.matches.decide(TAKING_PART, "adaparks|argentinemiddle", "same", "ada@kck.example")
    educators.matches.decide(TAKING_PART, "ines@home.example", "same", "ines@kck.example")
    [(batch, rows)] = educators.matches.pending(TAKING_PART).items()
    assert rows == 3
    [swept] = educators.sweep(batch)
    assert swept.processed == 3
    assert educators.matches.pending(TAKING_PART) == {}
    assert set(statuses(educators, TAKING_PART).values()) == {"matched"}


def test_a_wrong_match_that_has_brought_rows_in_is_corrected_once_they_are_undone(
    educators: Workbench, url: str
) -> None:
    def registered() -> list[tuple[object, ...]]:
        question = "select r.email from polaris.event_teachers t join polaris.teacher_progress r on r.id = t.teacher_id"
        return ask(url, f"{question} where t.pathful_user_id = 'PF-7' order by 1")

    wrong = educators.matches.decide(TAKING_PART, "pf7", "same", "omar@kck.example")
    [batch] = educators.matches.pending(TAKING_PART)
    [swept] = educators.sweep(batch)
    assert registered() == [("omar@kck.example",)]
    assert (known(educators, "pf7", TAKING_PART), statuses(educators, TAKING_PART)["pf7"]) == (
        "omar@kck.example",
        "matched",
    )
    assert educators.matches.decide(TAKING_PART, "pf7", "same", "omar@kck.example") == wrong
    told = f"That pf7 is omar@kck.example stands in 1 record, written by batch {swept.id}. Undo that first"
    with pytest.raises(DecisionInUse, match=told):
        educators.matches.decide(TAKING_PART, "pf7", "same", "dave@kck.example")
    with pytest.raises(DecisionInUse, match=told):
        educators.matches.decide(TAKING_PART, "pf7", "different")
    with pytest.raises(DecisionInUse, match=told):
        educators.matches.withdraw(wrong)
    educators.undo(swept)
    educators.matches.decide(TAKING_PART, "pf7", "same", "dave@kck.example")
    educators.sweep(batch)
    assert registered() == [("dave@kck.example",)]


def test_a_row_that_is_explained_is_asked_about_no_more(educators: Workbench) -> None:
    batch = educators.batches.all(TAKING_PART)[0]
    educators.explain(batch, educators.rows.unexplained(batch), "They work elsewhere.")
    assert statuses(educators, TAKING_PART) == {}


# --- links ---


def test_the_links_are_read_through_a_view(rosters: Workbench, url: str) -> None:
    rosters.matches.run(ROSTER)
    rosters.matches.decide(ROSTER, "dave@kck.example", "same", "david.ruiz@mail.example")
    links = "select roster_email, teacher_email, automatic from polaris.teacher_link order by 1"
    found = [tuple(row.values()) for row in rosters._store.all(links)]
    assert found == [
        ("ada@kck.example", "ada@kck.example", True),
        ("dave@kck.example", "david.ruiz@mail.example", False),
        ("ines@kck.example", "ines.v@mail.example", True),
    ]


def test_who_presented_is_linked_with_a_volunteer(rosters: Workbench, sheet: Sheets) -> None:
    rosters.import_sheet(sheet(EVENTS, "events.csv"), "polaris.events")
    volunteers = "email,name,organization\ndana@acme.example,Dana Reed,Acme Health\n"
    rosters.import_sheet(sheet(volunteers, "volunteers.csv"), "polaris.volunteers")
    took_part = "session_id,name,organization\n5001,Dana Reed,Acme Health\n"
    rosters.import_sheet(sheet(took_part, "presenters.csv"), "polaris.event_volunteers")
    assert rosters.matches.run("polaris.event_volunteers").by_name == 1
    [link] = rosters._store.all("select volunteer_email from polaris.volunteer_link")
    assert link["volunteer_email"] == "dana@acme.example"


# --- the hazards of names and addresses, as real systems have them ---

HAZARDS: dict[str, tuple[str, str, dict[str, list[str]], dict[str, str]]] = {
    "two people of one name are never one": (
        "Alice Jones,alice1@kck.example,North\nAlice Jones,alice2@kck.example,North\n",
        "Alice Jones,alice@mail.example,North\n",
        {"alice1@kck.example": ["alice@mail.example"], "alice2@kck.example": ["alice@mail.example"]},
        {},
    ),
    "of two accounts of one name none is picked": (
        "Alice Jones,alice1@kck.example,North\n",
        "Alice Jones,alice@mail.example,North\nAlice Jones,jones@mail.example,North\n",
        {"alice1@kck.example": ["alice@mail.example", "jones@mail.example"]},
        {},
    ),
    "the same address with another surname is a person's to decide": (
        "Ella Rivers,ella@kck.example,North\n",
        "Eleanor Rigby,ella@kck.example,South\n",
        {"ella@kck.example": ["ella@kck.example"]},
        {},
    ),
    "the same address with another given name is a family's": (
        "Ella Rivers,home@mail.example,North\n",
        "Tom Rivers,home@mail.example,North\n",
        {"home@mail.example": ["home@mail.example"]},
        {},
    ),
    "Dave and David are asked about": (
        "Dave Hill,dave@kck.example,North\n",
        "David Hill,david@mail.example,North\n",
        {"dave@kck.example": ["david@mail.example"]},
        {},
    ),
    "a surname of several parts is found, one that only begins so is not": (
        "Ines Velarde,ines@kck.example,North\nOmar Clay,omar@kck.example,North\n",
        "Ines Velarde Duarte,iv@mail.example,North\nOmar Clayton,oc@mail.example,North\n",
        {"ines@kck.example": ["iv@mail.example"], "omar@kck.example": []},
        {},
    ),
    "an address is compared as it is": (
        "Sam Hill,sam@x.example,North\n",
        "Samuel Gray,samuel@x.example,South\nPat Cole,s_m@x.example,South\n",
        {"sam@x.example": []},
        {},
    ),
    "a part of a name is no name": (
        "Tinto Wine,tw@kck.example,North\n",
        "Tinto Wine Chesapeake,twc@mail.example,South\n",
        {"tw@kck.example": ["twc@mail.example"]},
        {},
    ),
    "what differs in a tag is asked about": (
        "Ana Bell,a+x@corp.example,North\n",
        "Ana Bell,a+y@corp.example,North\n",
        {"a+x@corp.example": ["a+y@corp.example"]},
        {},
    ),
    "two addresses of one organization are two people's until somebody says otherwise": (
        "Rosa Lind,rosa.lind@kck.example,North\n",
        "Rosa Lind,rlind2@kck.example,North\n",
        {"rosa.lind@kck.example": ["rlind2@kck.example"]},
        {},
    ),
    "one name at one school, once on both sides, is plain": (
        "Rosa Lind,rosa.lind@kck.example,North School\n",
        "Rosa LIND,rosa@mail.example,north\n",
        {},
        {"rosa.lind@kck.example": "rosa@mail.example"},
    ),
    "who has an address in common with somebody is not decided by the name": (
        "Rosa Lind,rosa@kck.example,North\n",
        "Rosa Lind,lind@mail.example,North\nUma Cray,rosa@kck.example,North\n",
        {"rosa@kck.example": ["rosa@kck.example", "lind@mail.example"]},
        {},
    ),
}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_hazard(wb: Workbench, sheet: Sheets, hazard: str) -> None:
    teachers, accounts, asked, decided = HAZARDS[hazard]
    bring(wb, sheet, teachers, accounts)
    wb.matches.run(ROSTER)
    assert {said: found for said, found in candidates(wb).items()} == asked
    matched = {
        each["said"]: each["known"]
        for each in wb.matches.page(ROSTER, unmatched_only=False)
        if each["status"] == "matched"
    }
    assert matched == decided


def test_no_alias_of_an_organization_is_learned_by_the_program(wb: Workbench, sheet: Sheets, url: str) -> None:
    wb.import_sheet(sheet("name\nNext Level\n", "organizations.csv"), "polaris.organizations")
    wb.import_sheet(
        sheet('email,name,organization\numa@mail.example,Uma Cray,"Next Level, Inc."\n', "volunteers.csv"),
        "polaris.volunteers",
    )
    assert wb.matches.run("polaris.organizations").matched == 0
    assert candidates(wb, "polaris.organizations") == {"nextlevelinc": ["Next Level"]}
    wb.matches.decide("polaris.organizations", "nextlevelinc", "same", "Next Level")
    assert statuses(wb, "polaris.organizations") == {"nextlevelinc": "matched"}
    assert ask(url, "select known, automatic from workbench.match") == [("Next Level", False)]


def test_a_school_that_a_person_has_named_is_compared_as_that(wb: Workbench, sheet: Sheets) -> None:
    bring(
        wb, sheet, "Rosa Lind,rosa.lind@kck.example,KIPP Endeavor\n", "Rosa Lind,rosa@mail.example,Endeavor Academy\n"
    )
    wb.import_sheet(sheet("name\nEndeavor Academy\n", "schools.csv"), "polaris.schools")
    assert wb.matches.run(ROSTER).matched == 0
    wb.matches.decide("polaris.schools", "kippendeavor", "same", "Endeavor Academy")
    assert wb.matches.run(ROSTER).by_name == 1


def _figures(wb: Workbench) -> dict[str, Any]:
    return {row["matching"].of: row["unmatched"] for row in wb.matches.overview()}


def test_the_overview_says_what_waits(rosters: Workbench) -> None:
    rosters.matches.run(ROSTER)
    assert _figures(rosters) == {ROSTER: 3, "polaris.schools": 3, "polaris.districts": 1}
