"""How a Google Sheet is named: its address as the browser shows it, or its id alone, and nothing else."""

import pytest

from workbench.model.errors import WrongValue
from workbench.model.google_sheet import Place, is_address, is_id, place


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("A" * 20, Place(spreadsheet="A" * 20)),
        (f"  {'aB-_9' * 9}\n", Place(spreadsheet="aB-_9" * 9)),
        (f"https://docs.google.com/spreadsheets/d/{'k' * 44}", Place(spreadsheet="k" * 44)),
        (f"https://docs.google.com/spreadsheets/d/{'k' * 44}/edit#gid=12", Place(spreadsheet="k" * 44, gid=12)),
        (f"https://docs.google.com/spreadsheets/u/1/d/{'k' * 44}/edit?gid=7", Place(spreadsheet="k" * 44, gid=7)),
    ],
)
def test_a_sheet_is_named_by_its_address_or_its_id(said: str, meant: Place) -> None:
    assert place(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "A" * 19,
        f"{'k' * 30}?x=1",
        f"https://evil.example/spreadsheets/d/{'k' * 44}",
        f"https://docs.google.com.evil.example/spreadsheets/d/{'k' * 44}",
        f"https://docs.google.com@evil.example/spreadsheets/d/{'k' * 44}",
        f"file:///spreadsheets/d/{'k' * 44}",
        "https://docs.google.com/spreadsheets/d/e/2PACX-1vQabcdefghijklmnop/pubhtml",
        "https://docs.google.com/document/d/" + "k" * 44,
        f"../{'k' * 44}",
        f"https://[::1/spreadsheets/d/{'k' * 44}",
    ],
)
def test_nothing_else_is_taken_for_a_sheet(said: str) -> None:
    with pytest.raises(WrongValue, match="A Google Sheet cannot be"):
        place(said)


def test_the_title_of_a_tab_counts_before_the_number_of_the_address() -> None:
    meant = place(f"https://docs.google.com/spreadsheets/d/{'k' * 44}/edit#gid=12", " Roster ")
    assert meant == Place(spreadsheet="k" * 44, worksheet="Roster")


def test_a_files_name_is_no_address() -> None:
    assert is_address("https://docs.google.com/spreadsheets/d/x")
    assert not any(map(is_address, ("teachers.csv", "-", "docs.google.com/x.csv", "C:\\x.csv", "", "https://[::1/x")))


def test_an_id_is_known_from_a_name() -> None:
    assert is_id("k" * 44)
    assert not any(map(is_id, ("KCK Teachers 25-26", "k" * 19, "teachers of this year.csv", "")))
