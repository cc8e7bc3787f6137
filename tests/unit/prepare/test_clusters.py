"""Values that are probably the same, written differently."""

import time
from collections.abc import Iterable
from itertools import product
from random import Random

import pyarrow as pa
import pytest

from workbench.prepare.clusters import Cluster, key_collision, nearest


def values(rows: dict[str, int]) -> pa.Table:
    return pa.table({"text": pa.array(rows, pa.string()), "rows": pa.array(rows.values(), pa.int64())})


def texts(clusters: Iterable[Cluster]) -> list[list[str]]:
    return [[text for text, _ in cluster.values] for cluster in clusters]


def test_values_with_the_same_fingerprint_are_a_cluster_the_most_frequent_first() -> None:
    found = key_collision(
        values({"lincoln high": 2, "Lincoln High": 90, "High, Lincoln": 1, "Lincoln": 7, "Ähre": 1, "ahre": 1, "--": 3})
    )
    assert [(cluster.values, cluster.rows) for cluster in found] == [
        ((("Lincoln High", 90), ("lincoln high", 2), ("High, Lincoln", 1)), 93),
        ((("Ähre", 1), ("ahre", 1)), 2),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        {"Welding Technology": 10, "Welding-Technology": 2, "welding/technology": 1},
        {"K-12": 3, "K12": 2, "K 12": 1},
        {"2024-2025": 3, "2024/2025": 2, "2024\u20132025": 1},
        {"Oak School 12": 3, "Oak School, 12": 2, "12 Oak School": 1},
        {"Carpool": 3, "Car Pool": 2, "pool, car": 1},
        {"Łódź": 3, "Lodz": 2, "LÓDŹ": 1},
        {"Straße": 3, "Strasse": 2},
        {"\uff2d\uff41\uff54\uff48 \uff11": 3, "Math\u20031": 2, "math\u200b 1": 1},
    ],
)
def test_words_that_a_hyphen_a_slash_or_nothing_joins_are_the_same(rows: dict[str, int]) -> None:
    assert texts(key_collision(values(rows))) == [list(rows)]


@pytest.mark.parametrize(
    "rows",
    [
        {"01/02/2024": 1, "02/01/2024": 1},
        {"Room 1 01": 1, "Room 10 1": 1},
        {"2024-2025": 1, "2025-2024": 1},
        {"15": 17, "1.5": 7, "15.0": 9, "150": 8, "1,5": 2, "-15": 1, ".15": 1},
        {"Room 1-2": 9, "Room 12": 8, "Room 1.2": 1, "Room 1 2": 1},
        {"A-11": 9, "A1-1": 8, "A 1.1": 1},
        {"A1": 9, "1-A": 8, "A1A": 1},
        {"AB-1": 9, "1-AB": 8},
        {"2300": 9, "2,300": 8},
        {"12:30": 9, "1230": 8},
        {"2 of 3": 9, "3 of 2": 8},
        {"Room 1 House 2": 9, "Room 2 House 1": 8},
    ],
)
def test_another_number_or_another_place_of_its_signs_is_another_value(rows: dict[str, int]) -> None:
    assert (key_collision(values(rows)), nearest(values(rows))) == ((), ())


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


@pytest.mark.parametrize("slip", ["Xelding", "Eelding", "elding", "Wlding", "Wedling", "Weldin", "Weldimg", "WELDNG"])
def test_a_slip_is_found_wherever_in_a_word_it_is(slip: str) -> None:
    assert texts(nearest(values({"Welding": 90, slip: 2}))) == [["Welding", slip]]
    with_more = values({"Welding Technology": 90, "Nursing": 4, f"{slip} technology": 2, f"Technologie, {slip}": 1})
    assert texts(nearest(with_more)) == [["Welding Technology", f"{slip} technology", f"Technologie, {slip}"]]


def test_what_is_rare_beside_what_is_frequent_is_probably_a_slip_and_what_is_frequent_is_not() -> None:
    assert texts(nearest(values({"Austin": 40, "Boston": 30, "Austni": 2}))) == [["Austin", "Austni"]]
    assert nearest(values({"Gambia": 40, "Zambia": 30, "Carolina": 20, "Caroline": 12, "Elba": 9, "Alba": 2})) == ()
    assert texts(nearest(values({"Elba": 30, "Eblb": 1, "Exba": 1}))) == [["Elba", "Exba"]]


@pytest.mark.parametrize(
    "rows",
    [
        {"Kansas City": 45, "Kansas Cty": 5},
        {"Reading Buddies": 33, "Reading Buddys": 2},
        {"Kansas City": 38, "KANSAS CTY": 5, "kansas city": 2},
    ],
)
def test_a_short_word_may_lack_a_letter_and_a_longer_one_have_two_slips_beside_the_same_other_words(
    rows: dict[str, int],
) -> None:
    assert texts(nearest(values(rows))) == [list(rows)]


@pytest.mark.parametrize(
    "rows",
    [
        {"City": 45, "Cty": 5},
        {"Kansas City": 38, "Kansas Cty": 5},
        {"Kansas City": 90, "Dodge Cty": 5},
        {"Kansas City": 90, "Kansas Cit": 5, "Kansas ity": 5, "Kansas Cay": 5},
        {"Minimum Age": 90, "Maximum Age": 2},
        {"Martin Street": 90, "Morton Street": 2},
        {"Boys Team": 90, "Boy Team": 2},
        {"Kansas City": 90, "Kansas Cty 1": 5},
        {"Oak City": 90, "Elm Cty": 1, "Oak Cty 2": 1, "Ash Cty": 1},
    ],
)
def test_and_else_they_are_words_of_their_own(rows: dict[str, int]) -> None:
    assert nearest(values(rows)) == ()


def test_a_word_that_many_values_have_is_one_of_its_own() -> None:
    towns = {f"{part} {town}": 40 for part in ("Marina", "Marine") for town in ("Bay", "Park", "Hill", "Lake")}
    assert nearest(values({**towns, "Marina": 900})) == ()


def test_all_of_a_cluster_are_near_its_most_frequent_value_and_not_only_near_one_another() -> None:
    assert texts(nearest(values({"Smithson": 90, "Smithsen": 9, "Smitsen": 1}))) == [["Smithson", "Smithsen"]]


def test_surnames_are_near_one_another_by_nature_and_no_clusters() -> None:
    assert nearest(values({name: 1 + 20_000 // (place + 20) for place, name in enumerate(surnames(5_000))})) == ()


def test_slips_of_places_are_found_although_places_are_near_one_another_by_nature() -> None:
    rows = {name: 1 + 20_000 // (place + 20) for place, name in enumerate(towns(1_200))}
    right = {f"{town[:4]}{town[5]}{town[4]}{town[6:]}": town for town in towns(1_200)[:60:3]}
    found = texts(nearest(values(rows | dict.fromkeys(right, 2))))
    assert {text: names[0] for names in found for text in names[1:] if text in right} == right


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


def towns(number: int) -> list[str]:
    """Made of parts, as names of places are; each once."""
    parts = (
        "Ash Brad Clif Dal East Fair Glen Green Hamp High Kings Lake Lin Long Mar Mid Mill New North Oak Park Pine Red"
        " River Rose Shel South Spring Stan Stone Water West White Win Wood",
        "ton ford field ville burg wood dale port land mont bury view brook mouth haven",
    )
    begins, ends = (part.split() for part in parts)
    made = {"".join(each) for each in product(begins, ("", "er", "ing", "le", "en"), ends)}
    return Random(5).sample(sorted(made), number)


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
        {"Room 12": 90, "Room 13": 1},
        {"CNA101": 90, "CNA102": 1},
        {"North Campus": 90, "South Campus": 2},
        {"Male": 90, "Female": 2},
        {"Algebra I": 90, "Algebra II": 1, "Algebra IV": 1},
        {"J. Smith": 90, "K. Smith": 1},
        {"Numerals": 30, "Numeral": 12},
        {"北京大学院": 90, "北東大学院": 1},
        {"Radiology": 9, "Cardiology": 8, "Neurology": 2, "Nephrology": 1},
        {"Active": 9, "Inactive": 8},
        {"Phlebotomy 101": 9, "Phlebotomie 102": 8},
        {"Welding": 1, "Nursing": 1},
        {"": 3, "?": 2},
    ],
)
def test_other_numbers_other_words_and_the_same_fingerprint_are_no_neighbours(rows: dict[str, int]) -> None:
    assert nearest(values(rows)) == ()


@pytest.mark.parametrize(
    ("rows", "keep"),
    [
        ({"welding": 9, "Welding": 2}, "welding"),
        ({"WELDING": 2, "Welding": 2, "welding": 2}, "Welding"),
        ({"cna": 2, "CNA": 2}, "CNA"),
        ({"Jose": 1, "José": 1}, "José"),
        ({"\uff37elding": 2, "Welding": 2}, "Welding"),
        ({"Nursing\xa0Aide": 9, " Nursing  Aide ": 1}, "Nursing Aide"),
    ],
)
def test_the_value_to_keep_is_the_most_frequent_else_the_best_written_one(rows: dict[str, int], keep: str) -> None:
    (found,) = key_collision(values(rows))
    assert found.keep == keep


def test_a_cluster_has_the_rows_of_all_its_values() -> None:
    assert Cluster(values=(("a", 3), ("A", 1))).rows == 4


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
