"""Values that are probably the same, written differently."""

import time
from collections.abc import Iterable
from itertools import product
from random import Random

import pyarrow as pa
import pytest

from workbench.prepare.clusters import Cluster, fingerprints, key_collision, nearest


def values(rows: dict[str, int]) -> pa.Table:
    return pa.table({"text": pa.array(rows, pa.string()), "rows": pa.array(rows.values(), pa.int64())})


def texts(clusters: Iterable[Cluster]) -> list[list[str]]:
    return [[text for text, _ in cluster.values] for cluster in clusters]


@pytest.mark.parametrize(
    ("text", "fingerprint"),
    [
        ("Lincoln High School", "high lincoln school"),
        ("  School,  LINCOLN high. high ", "high lincoln school"),
        ("O'Brien", "obrien"),
        ("José Ángel", "angel jose"),
        ("ﬁne", "fine"),
        ("北京 大学", "北京 大学"),
        ("K-12", "12 k"),
        ("Welding-Technology", "technology welding"),
        ("Welding/Technology_II", "ii technology welding"),
        ("2024-01-02", "20240102"),
        ("?!", None),
        ("", None),
        (" ", None),
    ],
)
def test_a_fingerprint_is_what_case_accents_punctuation_and_order_leave(text: str, fingerprint: str | None) -> None:
    assert fingerprints(pa.array([text, "x", text], pa.string())).to_pylist() == [fingerprint, "x", fingerprint]


def test_values_with_the_same_fingerprint_are_a_cluster_the_most_frequent_first() -> None:
    found = key_collision(
        values({"lincoln high": 2, "Lincoln High": 90, "High, Lincoln": 1, "Lincoln": 7, "Ähre": 1, "ahre": 1, "--": 3})
    )
    assert [(cluster.values, cluster.rows) for cluster in found] == [
        ((("Lincoln High", 90), ("lincoln high", 2), ("High, Lincoln", 1)), 93),
        ((("ahre", 1), ("Ähre", 1)), 2),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        {"Welding Technology": 10, "Welding-Technology": 2, "welding/technology": 1},
        {"K-12": 3, "K12": 2, "K 12": 1},
        {"Carpool": 3, "Car Pool": 2, "pool, car": 1},
    ],
)
def test_words_that_a_hyphen_a_slash_or_nothing_joins_are_the_same(rows: dict[str, int]) -> None:
    assert texts(key_collision(values(rows))) == [list(rows)]


@pytest.mark.parametrize(
    "rows",
    [{"01/02/2024": 1, "02/01/2024": 1}, {"Room 1 01": 1, "Room 10 1": 1}, {"2024-2025": 1, "2025-2024": 1}],
)
def test_numbers_are_not_joined_and_have_their_order(rows: dict[str, int]) -> None:
    assert key_collision(values(rows)) == ()


@pytest.mark.parametrize(
    "rows",
    [
        {"Phlebotomy": 90, "Phlebotomie": 2},
        {"Nurse": 9, "Nures Aide": 2, "Nurse Aide": 1},
        {"Phlebotomy 101": 9, "Phlebotomie 101": 1},
    ],
)
def test_words_with_a_letter_or_two_that_are_others_are_neighbours(rows: dict[str, int]) -> None:
    (found,) = texts(nearest(values(rows)))
    assert len(found) == 2 and "Nurse" not in found


def test_values_that_are_nearly_the_same_are_neighbours() -> None:
    found = nearest(
        values({"Washington Middle": 40, "Washingten Middle": 1, "washington midle": 2, "Jefferson": 9, "Jeferson": 1})
    )
    assert texts(found) == [["Washington Middle", "washington midle", "Washingten Middle"], ["Jefferson", "Jeferson"]]


def test_all_of_a_cluster_are_near_its_most_frequent_value_and_not_only_near_one_another() -> None:
    chain = {"abcdefghijklmnop": 3, "abcdefghijklmnoq": 2, "abcdefghijklmnrq": 1, "abcdefghijklmsrt": 1}
    assert texts(nearest(values(chain), likeness=0.93)) == [list(chain)[:3]]


def test_surnames_are_near_one_another_by_nature_and_no_clusters() -> None:
    assert nearest(values({name: 1 + 20_000 // (place + 20) for place, name in enumerate(surnames(5_000))})) == ()


def test_each_of_many_values_is_found_with_its_misspellings() -> None:
    courses = [f"{what} {how}" for what in WHAT for how in HOW]
    rows = {course: 40 for course in courses} | {course[:3] + course[4:]: 2 for course in courses}
    assert sorted(texts(nearest(values(rows)))) == sorted([course, course[:3] + course[4:]] for course in courses)


WHAT = ["Welding", "Nursing", "Plumbing", "Carpentry", "Radiology", "Phlebotomy", "Cosmetology", "Aviation", "Forestry"]
HOW = ["Basics", "Technology", "Certificate", "Internship", "Diploma", "Seminar", "Workshop", "Safety", "Principles"]


def surnames(number: int) -> list[str]:
    """Made of parts, as surnames are; each once."""
    parts = (
        "An Bar Ber Bran Cal Car Chan Col Dan Del Don Ed El Fer Fin Gal Gar Gra Hal Ham Har Hen Hol Jack Ken Lan",
        "der ing en er al in on ar ti o e i",
        "son sen ton man ley field ford wood well ard ett ing s th er ham land more stone by ler ner dez ez berg stein",
    )
    made = ["".join(each) for each in product(*(part.split() for part in parts))]
    return Random(5).sample(sorted(set(made)), number)


@pytest.mark.parametrize(
    "rows",
    [
        {"Room 101": 5, "Room 102": 4},
        {"2024-2025": 5, "2025-2026": 4},
        {"EMP0001": 1, "EMP0002": 1},
        {"Lincoln High": 9, "lincoln  high": 1},
        {"abc": 1, "abd": 1},
        {"CNA": 9, "CMA": 8},
        {"CNA Program": 9, "CMA Program": 8},
        {"Level I": 9, "Level II": 8},
        {"Nursing A": 9, "Nursing B": 8},
        {"Radiology": 9, "Cardiology": 8, "Neurology": 2, "Nephrology": 1},
        {"Active": 9, "Inactive": 8},
        {"Phlebotomy 101": 9, "Phlebotomie 102": 8},
        {"Welding": 1, "Nursing": 1},
        {"": 3, "?": 2},
    ],
)
def test_other_numbers_other_words_and_the_same_fingerprint_are_no_neighbours(rows: dict[str, int]) -> None:
    assert nearest(values(rows)) == ()


def test_nothing_has_no_clusters() -> None:
    assert (key_collision(values({})), nearest(values({}))) == ((), ())


def test_very_many_values_take_bounded_work() -> None:
    many = values({f"Person Number {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{n}": 1 for n in range(100_000)})
    alike = values({f"person number {'abcdefghij'[n % 10] * (n // 10 % 40)}x": 1 for n in range(20_000)})
    began = time.monotonic()
    assert key_collision(many) == ()
    nearest(many)
    nearest(alike)
    assert time.monotonic() - began < 20
