"""Matches: Auto-Match, candidates side by side, decisions key by key, and their undo."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench
from workbench.doors.web.views import long_table
from workbench.model.sheet import Sheet

ROSTER = "polaris.teacher_roster"
TEACHERS = """\
Teacher Email,Teacher Name,School,Academic Year
ada@kck.example,Ada Park,Argentine Middle,2025-2026
dave@kck.example,Dave Ruiz,Wyandotte High,2025-2026
alice@kck.example,Alice Jones,Wyandotte High,2025-2026
lone@kck.example,Lone Wolfe,Wyandotte High,2025-2026
"""
ACCOUNTS = """\
email,name,school
ada@kck.example,Ada Park,Argentine Middle
david@mail.example,David Ruiz,Wyandotte High
jones@mail.example,Alice Jones,Wyandotte High
aj@mail.example,Alice Jones,Wyandotte High
wolf@mail.example,Hanna Wolf,
"""


@pytest.fixture
def rosters(wb: Workbench, sheet: Callable[..., Sheet]) -> Workbench:
    wb.import_sheet(sheet(TEACHERS, "roster.csv"), ROSTER)
    wb.import_sheet(sheet(ACCOUNTS, "accounts.csv"), "polaris.teachers")
    return wb


@pytest.fixture
def matched(rosters: Workbench) -> Workbench:
    rosters.matches.run(ROSTER)
    return rosters


def said(page: AppTest) -> str:
    """All words of the page, as they read."""
    return "\n".join(part.value for part in (*page.markdown, *page.caption, *page.success)).replace("\\", "")


def press(page: AppTest, label: str) -> AppTest:
    """Presses the first button of that label."""
    found = next(button for button in page.main.button if button.label == label)
    page = found.click().run()
    assert not page.exception
    return page


def looked_at(page: AppTest) -> str:
    """Who is shown with candidates: the first in bold."""
    return next(part.value for part in page.main.markdown if part.value.startswith("**")).strip("*")


def statuses(wb: Workbench) -> dict[str, str]:
    return {one["said"]: one["status"] for one in wb.matches.page(ROSTER, unmatched_only=False)}


def test_an_empty_page_says_what_to_do(show: Show) -> None:
    page = show("matches")
    assert "Nobody to match yet." in said(page)
    assert not page.exception


def test_auto_match_tells_what_it_did(show: Show, rosters: Workbench) -> None:
    page = press(show("matches", of=ROSTER), "Run Auto-Match")
    assert "Nobody has looked for candidates yet." not in said(page)
    assert "Processed: **4** · Matched by email: **1** · Matched by name: **0** · Unmatched: **3**" in said(page)
    assert statuses(rosters)["ada@kck.example"] == "matched"


def test_candidates_say_what_agrees(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    while looked_at(page) != "Dave Ruiz":
        page = press(page, "Next")
    words = said(page)
    assert ":orange[≈] **David Ruiz** :gray[(nickname)]" in words
    assert ":green[✓] School: Wyandotte High" in words
    assert ":red[✕] E-mail: david@mail.example" in words


def test_a_match_is_kept_and_the_next_one_is_shown(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    first = looked_at(page)
    page = press(page, "Match")
    assert looked_at(page) != first
    assert list(statuses(matched).values()).count("matched") == 2


def test_of_two_of_one_name_the_other_is_left_when_one_is_different(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    while looked_at(page) != "Alice Jones":
        page = press(page, "Next")
    page = press(page, "Different")
    assert looked_at(page) == "Alice Jones"
    assert [button.label for button in page.main.button].count("Match") == 1


def test_later_puts_somebody_off_and_has_none_ends_it(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    page = press(page, "Later")
    while looked_at(page) != "Lone Wolfe":
        page = press(page, "Next")
    press(page, "Has none")
    assert sorted(statuses(matched).values()) == ["later", "matched", "nobody", "unmatched"]


@pytest.fixture
def many(wb: Workbench, sheet: Callable[..., Sheet]) -> list[str]:
    """Thirty people with one candidate each, and Alma with two of whom the second is less alike; as they are listed."""
    names = ["Ava", "Bea", "Cleo", "Dina", "Elsa", "Fern"]
    surnames = ["Hartley", "Quimby", "Mercado", "Vandermolen", "Oyelaran"]
    people = [f"{given} {surname}" for surname in surnames for given in names]
    mails = [person.lower().replace(" ", ".") for person in people]
    roster = "".join(f"{mail}@a.example,{one},Oak,2025-2026\n" for mail, one in zip(mails, people, strict=True))
    accounts = "".join(f"{mail}@b.example,{one}e,Oak\n" for mail, one in zip(mails, people, strict=True))
    header = "Teacher Email,Teacher Name,School,Academic Year\n"
    wb.import_sheet(sheet(f"{header}{roster}alma@a.example,Alma Zimmer,Elm,2025-2026\n", "roster.csv"), ROSTER)
    two = "alma@b.example,Alma Zimmere,Elm\nzz@b.example,Almah Zimmere,Elm\n"
    wb.import_sheet(sheet(f"email,name,school\n{accounts}{two}", "accounts.csv"), "polaris.teachers")
    wb.matches.run(ROSTER)
    return [one["name"] for one in wb.matches.page(ROSTER, limit=40)]


@pytest.mark.parametrize("key", ["Different", "Match", "Later", "Has none"])
def test_after_somebody_is_decided_the_next_one_is_shown_and_nobody_who_was_passed_over(
    show: Show, wb: Workbench, many: list[str], key: str
) -> None:
    page = press(show("matches", of=ROSTER), "Next")
    assert looked_at(page) == many[1]
    page = press(page, key)
    assert looked_at(page) == many[2]
    assert [one["texts"]["name"] for one in wb.matches.decisions(ROSTER) if not one["automatic"]] == [many[1]]


def test_at_the_end_of_a_page_the_next_one_is_the_first_of_the_page_after(
    show: Show, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_table, "SIZE", 3)
    page = show("matches", of=ROSTER)
    for _ in range(2):
        page = press(page, "Next")
    assert looked_at(page) == many[2]
    page = press(page, "Match")
    assert looked_at(page) == many[3]
    assert "page" not in page.query_params  # who is decided has left their place
    page = press(page, "Next")
    assert looked_at(page) == many[4]
    assert page.query_params["page"] == "2"


def test_a_page_that_is_turned_to_is_looked_at_from_its_first_on(
    show: Show, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_table, "SIZE", 10)
    page = show("matches", of=ROSTER, page=2)
    assert looked_at(page) == many[10]
    page = page.main.button(key="next page").click().run()
    assert looked_at(page) == many[20]
    assert grid(page).shown["Name"].tolist() == many[20:30]


def test_people_are_sorted_filtered_and_searched_over_all_pages(show: Show, many: list[str]) -> None:
    page = show("matches", of=ROSTER, order="-opens")
    assert looked_at(page) == max(many)
    assert grid(page).shown["Name"].tolist() == sorted(many, reverse=True)
    page = next(box for box in page.main.text_input if box.label == "Search").set_value("quimby").run()
    assert looked_at(page) == "Fern Quimby"
    assert "6 names found" in said(page)
    page = show("matches", of=ROSTER, search="ava.", **{"in": "E-mail"})
    assert {name.partition(" ")[0] for name in grid(page).shown["Name"]} == {"Ava"}


def test_who_has_another_candidate_stays_wherever_the_list_has_them_by_then(
    show: Show, wb: Workbench, many: list[str]
) -> None:
    page = show("matches", of=ROSTER)
    while looked_at(page) != "Alma Zimmer":
        page = press(page, "Next")
    page = press(page, "Different")
    assert looked_at(page) == "Alma Zimmer"
    assert wb.matches.place(ROSTER, "alma@a.example") == 30 != many.index("Alma Zimmer")
    page = press(page, "Different")
    assert looked_at(page) == many[many.index("Alma Zimmer") + 1]


def test_a_decision_is_undone(show: Show, matched: Workbench) -> None:
    before = statuses(matched)
    page = press(show("matches", of=ROSTER), "Match")
    assert statuses(matched) != before
    press(page, "Undo")
    assert statuses(matched) == before


def test_everybody_is_listed_with_whom_they_are_matched(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    page = page.main.checkbox[0].uncheck().run()
    table = grid(page).shown
    assert table["Status"].tolist() == ["▸ ✓ matched", "○ unmatched", "○ unmatched", "○ unmatched"]
    assert table["Matched with"].tolist()[0] == "Ada Park · ada@kck.example · Argentine Middle"
    assert page.query_params["all"] == "yes"


def test_a_record_is_chosen_by_hand(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER)
    while looked_at(page) != "Lone Wolfe":
        page = press(page, "Next")
    box = next(box for box in page.main.text_input if box.label.startswith("Name, "))
    page = box.set_value("wolf").run()
    page = press(page, "Match it")
    assert statuses(matched)["lone@kck.example"] == "matched"


def test_what_is_searched_for_in_the_address_is_listed_and_nobody_fits_is_said(show: Show, matched: Workbench) -> None:
    page = show("matches", of=ROSTER, search="jones")
    assert grid(page).shown["Name"].tolist() == ["Alice Jones"]
    assert "Nobody fits." in show("matches", of=ROSTER, search="nobody").info[0].value


def test_rows_that_were_unmatched_are_brought_in(show: Show, matched: Workbench, sheet: Callable[..., Sheet]) -> None:
    matched.import_sheet(sheet("session_id,title,start\n5001,Nursing,2026-03-02T15:30:00Z\n"), "polaris.events")
    took_part = "session_id,name,school\n5001,Davey Ruiz,Wyandotte High\n"
    batch = matched.import_sheet(sheet(took_part), "polaris.event_teachers")
    matched.matches.run("polaris.event_teachers")
    page = press(show("matches", of="polaris.event_teachers"), "Match")
    assert "**1 row** of earlier imports can be brought in now (" in said(page)
    page = press(page, "Bring them in")
    assert page.success[0].value.startswith("Brought in: 1 row of ")
    assert matched.reconcile(batch).unmatched == 0


def test_names_that_look_like_markup_are_shown_as_they_are(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    roster = "Teacher Email,Teacher Name,School,Academic Year\na@kck.example,**Ada** <b>Park</b>,X,2025-2026\n"
    wb.import_sheet(sheet(roster, "roster.csv"), ROSTER)
    assert "\\*\\*Ada\\*\\*" in "".join(part.value for part in show("matches", of=ROSTER).main.markdown)


def test_the_import_of_a_roster_leads_to_its_matching(show: Show, rosters: Workbench) -> None:
    roster = rosters.batches.all(ROSTER)[0]
    links = [link.proto.label for link in show("reconcile", batch=roster.id).main.get("page_link")]
    assert "Match Teachers" in links


def test_when_everybody_is_matched_it_says_so(show: Show, matched: Workbench) -> None:
    for one in ("dave@kck.example", "alice@kck.example", "lone@kck.example"):
        matched.matches.decide(ROSTER, one, "different")
    assert "Everybody is matched." in said(show("matches", of=ROSTER))
