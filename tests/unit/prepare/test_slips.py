"""Texts that are probably a slip of a known one."""

import pytest

from workbench.prepare.slips import meant

KNOWN = [
    "Nursing Aide",
    "CNA101",
    "MATH 101",
    "Lake County",
    "East High School",
    "Madison High School",
    "ana7@example.com",
    "Algebra II",
]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Nusring Aide", "Nursing Aide"),
        ("Xursing Aide", "Nursing Aide"),
        ("Nursing aide", "Nursing Aide"),
        ("NursingAide", "Nursing Aide"),
        ("Nurs ing Aid", "Nursing Aide"),
        ("MAHT 101", "MATH 101"),
        ("Laek Conuty", "Lake County"),
        ("ana7@exmple.com", "ana7@example.com"),
    ],
)
def test_a_text_a_slip_or_two_from_one_known_text_probably_means_it(text: str, known: str) -> None:
    assert meant([text, "Plumbing"], KNOWN) == {text: known}


@pytest.mark.parametrize(
    "text",
    [
        "CMA101",
        "CNA102",
        "MATH 102",
        "West High School",
        "Marion High School",
        "ana8@example.com",
        "Algebra I",
        "Algebra III",
        "Nursing Aide Evening",
        "",
        "?",
    ],
)
def test_another_number_code_or_word_means_nothing_known(text: str) -> None:
    assert meant([text], KNOWN) == {}


def test_of_two_known_texts_as_near_none_is_meant() -> None:
    assert meant(["Porder County"], ["Porter County", "Border County", "Lake County"]) == {}
    assert (meant([], KNOWN), meant(["Nursing"], [])) == ({}, {})
