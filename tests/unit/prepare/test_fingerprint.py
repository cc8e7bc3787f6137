"""What two writings of the same value have in common."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.prepare.fingerprint import fingerprints, solid


@pytest.mark.parametrize(
    ("text", "fingerprint"),
    [
        ("Lincoln High School", "high lincoln school"),
        ("  School,  LINCOLN high. high ", "high lincoln school"),
        ("O'Brien", "obrien"),
        ("José Ángel", "angel jose"),
        ("ﬁne", "fine"),
        ("北京 大学", "北京 大学"),
        ("Łódź Straße", "lodz strasse"),
        ("\uff26\uff55\uff4c\uff4c\xa0Width", "full width"),
        ("soft\xadhyphen", "softhyphen"),
        ("K-12", "k 12"),
        ("School 12, High", "12 high school"),
        ("2 of 3", "2 of 3"),
        ("12\u200b3", "123"),
        ("$1,250.00!", "1,250.00"),
        ("-$5", "5 minus"),
        (".5", "0.5"),
        ("2024\u20132025", "2024-2025"),
        ("Welding-Technology", "technology welding"),
        ("Welding/Technology_II", "ii technology welding"),
        ("2024-01-02", "2024-01-02"),
        ("?!", None),
        ("", None),
        (" ", None),
    ],
)
def test_a_fingerprint_is_what_case_accents_punctuation_and_order_leave(text: str, fingerprint: str | None) -> None:
    assert fingerprints(pa.array([text, "x", text], pa.string())).to_pylist() == [fingerprint, "x", fingerprint]


def test_a_mark_that_makes_another_letter_stays() -> None:
    ga, ka, ki = fingerprints(pa.array(["が", "か", "कि"])).to_pylist()
    assert ga != ka and ki == "कि"


def test_words_are_joined_and_numbers_stay_apart() -> None:
    told = solid(pa.array(["K-12", "K 12", "Car Pool", "Room 1 01", "Room 10 1"])).to_pylist()
    assert told == ["k12", "k12", "carpool", "room1 01", "room10 1"]


@settings(deadline=None)  # the first time compiles the patterns
@given(st.lists(st.text(st.sampled_from("aB1-/_.,'$ \t5x"), max_size=12), min_size=1, max_size=8))
def test_what_stands_beside_letters_beyond_ascii_changes_no_fingerprint(texts: list[str]) -> None:
    alone = fingerprints(pa.array(texts)), solid(pa.array(texts))
    beside = fingerprints(pa.array([*texts, "北京"])), solid(pa.array([*texts, "北京"]))
    assert [each.to_pylist() for each in alone] == [each.to_pylist()[:-1] for each in beside]
