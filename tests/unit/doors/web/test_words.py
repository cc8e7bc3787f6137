"""Texts of files as a page shows them."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from workbench.doors.web import words


@pytest.mark.parametrize("given", ["ann@example.org", "https://example.org/x", "see www.example.org", "plain · text"])
def test_an_address_in_a_text_is_shown_and_is_no_link(given: str) -> None:
    shown = words.unlinked(given)
    assert shown.replace("\\", "").replace("\u2060", "") == given
    for linked in ("@", "://", "www."):
        assert linked not in shown.replace("\\", "").replace(f"\u2060{linked}", "")


@pytest.mark.parametrize(
    "given", [":smile:", "a:+1:b", ":-1:", ":100:", ":material/home:", ":streamlit:", ":1st_place_medal:"]
)
@pytest.mark.parametrize("told", [words.text, words.unlinked, words.label])
def test_no_sign_becomes_a_picture(told: Callable[[str], str], given: str) -> None:
    shown = told(given).replace("\\", "")
    assert shown.replace("\u2060", "") == given
    assert not re.search(r":\+1:|:[\w-]+:|:material/|(?:^|\s)->(?:\s|$)", shown)


@pytest.mark.parametrize("sign", ["->", "<-", "<->", "--", ">=", "<=", "~="])
def test_no_signs_become_an_arrow_or_a_dash(sign: str) -> None:
    shown = words.text(f"{sign} a {sign} b{sign} {sign}").replace("\\", "")
    assert shown.replace("\u2060", "") == f"{sign} a {sign} b{sign} {sign}"
    assert sign not in shown.split(" ")[::2][:2]
    assert words.text("2026-11-27 10:30:15") == "2026\\-11\\-27 10\\:30\\:15"


@pytest.mark.parametrize("given", ["http://a.example", "see HTTPS://a.example/x", "www.a.example"])
@pytest.mark.parametrize("told", [words.text, words.unlinked, words.label])
def test_no_address_of_another_site_becomes_a_link(told: Callable[[str], str], given: str) -> None:
    shown = told(given).replace("\\", "")
    assert shown.replace("\u2060", "") == given
    assert "://" not in shown and "www." not in shown


def test_times_in_a_sentence_are_told_in_the_readers_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "zone", lambda: ZoneInfo("America/Chicago"))
    issue = {"field": "email", "message": "Student not found (as it was on 2026-03-03 15:00 UTC)"}
    assert words.told([issue]) == "email: Student not found (as it was on 2026-03-03 09:00 CST)"
    assert words.in_zone("on 2026-02-30 15:00 UTC") == "on 2026-02-30 15:00 UTC"  # no day at all


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Washington  High School", "Washington␣␣High School"),
        ("Washington\u00a0High", "Washington␣High"),
        (" a b ", "␣a b␣"),
        ("  ", "(blank)"),
    ],
)
def test_blanks_that_nobody_would_see_are_shown_in_a_label(said: str, shown: str) -> None:
    assert words.label(said) == shown


def test_a_dataset_is_called_within_its_family_as_people_call_it() -> None:
    assert words.dataset("commerce.invoice_headers") == "Invoices"
    assert words.dataset("polaris.teacher_roster") == "Teacher Roster Import"
    assert words.dataset("commerce.of_an_earlier_version") == "of an earlier version"


def test_a_field_is_called_what_its_dataset_calls_it_by_its_name_and_by_its_column() -> None:
    assert words.field("lookup_name", "commerce.companies") == "name in lower case"
    assert words.field("code", "commerce.skus") == "sku"
    assert (words.field("full_name"), words.field("full_name", "of nothing")) == ("full name", "full name")


def test_yes_and_no_stand_for_what_is_so_and_is_not() -> None:
    assert [words.blank(value) for value in (True, False, None, "", 0)] == ["yes", "no", "(blank)", "(blank)", "0"]
