"""Values that are probably the same, written differently."""

import time

import pyarrow as pa
import pytest

from workbench.prepare.clusters import fingerprints, key_collision, nearest


def values(rows: dict[str, int]) -> pa.Table:
    return pa.table({"text": pa.array(rows, pa.string()), "rows": pa.array(rows.values(), pa.int64())})


def texts(clusters: object) -> list[list[str]]:
    return [[text for text, _ in cluster.values] for cluster in clusters]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "fingerprint"),
    [
        ("Lincoln High School", "high lincoln school"),
        ("  School,  LINCOLN high. high ", "high lincoln school"),
        ("O'Brien", "obrien"),
        ("José Ángel", "angel jose"),
        ("ﬁne", "fine"),
        ("北京 大学", "北京 大学"),
        ("K-12", "k12"),
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


def test_values_that_are_nearly_the_same_are_neighbours() -> None:
    found = nearest(
        values({"Washington Middle": 40, "Washingten Middle": 1, "washington midle": 2, "Jefferson": 9, "Jeferson": 1})
    )
    assert texts(found) == [["Washington Middle", "washington midle", "Washingten Middle"], ["Jefferson", "Jeferson"]]


def test_a_neighbour_of_a_neighbour_is_in_the_same_cluster() -> None:
    chain = {"abcdefghijklmnop": 3, "abcdefghijklmnoq": 2, "abcdefghijklmnrq": 1}
    assert texts(nearest(values(chain), likeness=0.93)) == [list(chain)]


@pytest.mark.parametrize(
    "rows",
    [
        {"Room 101": 5, "Room 102": 4},
        {"2024-2025": 5, "2025-2026": 4},
        {"EMP0001": 1, "EMP0002": 1},
        {"Lincoln High": 9, "lincoln  high": 1},
        {"abc": 1, "abd": 1},
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
