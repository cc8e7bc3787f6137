"""What Salesforce's texts say of a person, text by text."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from workbench.datasets.salesforce import people
from workbench.playbooks import demographics


def of(read: Callable[..., Any], *texts: str | None, **how: object) -> list[str | None]:
    return read(pa.array(texts, pa.string()), **how).to_pylist()


def test_every_spelling_of_a_gender_is_that_gender() -> None:
    spellings = ("Non-binary", "non_binary", "Nonbinary", "NON BINARY", "Male", "female ", "Prefer not to say")
    found = of(demographics.gender, *(text.strip() for text in spellings))
    assert found == [*["non_binary"] * 4, "male", "female", "prefer_not_to_say"]
    assert set(of(demographics.gender, *people.GENDERS)) == set(people.GENDERS)
    assert of(demographics.gender, "NA", "Martian", None) == [None, None, None]
    assert of(demographics.gender, "NA", of_students=True) == ["prefer_not_to_say"]


@pytest.mark.parametrize(
    ("text", "race"),
    [
        ("Bi-racial", "bi_racial"),
        ("Two or More Races", "two_or_more"),
        ("Other POC", "other_poc"),
        ("Asian American/Pacific Islander", "asian"),
        ("Bi-racial/Multi-racial/Multicultural", "multi_racial"),
        ("Hispanic or Latino, White", "hispanic"),
        ("Black or African American", "black"),
        ("Caucasian", "white"),
        ("Native Hawaiian or Other", "native_hawaiian"),
        ("First Nation", "american_indian"),
        ("Prefer not to answer", "prefer_not_to_say"),
        ("AggregateResult White", "white"),
        ("Some other race", "other"),
        ("Elf", None),
        (None, None),
    ],
)
def test_a_race_is_known_as_a_whole_or_by_the_first_word_of_the_order(text: str | None, race: str | None) -> None:
    assert of(demographics.race_ethnicity, text) == [race]


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        *(
            (text, "BACHELORS_DEGREE")
            for text in ("Bachelor", "Bachelor's", "Bachelors Degree", "BACHELOR\u2019S DEGREE")
        ),
        *((text, "MASTERS") for text in ("Master", "Masters", "Master's Degree")),
        *((text, "DOCTORATE") for text in ("PhD", "Ph.D", "Ph.D.", "Doctoral", "Doctorate", "Doctoral Degree")),
        *((text, "HIGH_SCHOOL") for text in ("High School", "GED", "High School Diploma or GED")),
        *((text, "ASSOCIATES") for text in ("Associate", "Associate's Degree")),
        *((text, "PROFESSIONAL") for text in ("Professional Degree", "Advanced Professional Degree")),
        ("Some College", "SOME_COLLEGE"),
        ("Certification", "OTHER"),
        ("Prefer not to answer", "UNKNOWN"),
        ("Wizard", None),
    ],
)
def test_a_degree_is_known_in_each_of_its_spellings(text: str, degree: str | None) -> None:
    assert of(demographics.education, text) == [degree]


def test_age_groups_are_known_and_others_are_not() -> None:
    texts = ("Under 18", "18-24", "25\u201334", "35-44", "45-54", "55-64", "65+")
    assert of(demographics.age_group, *texts, "old") == [*people.AGE_GROUPS[:-1], None]


def test_a_grade_is_a_number_from_kindergarten_to_twelve() -> None:
    found = of(demographics.grade, "K", "Kindergarten", "1st", "2nd", "12th", "7.0", "0", "13", "-1", None)
    assert found == ["0", "0", "1", "2", "12", "7", "0", None, None, None]


def test_how_often_somebody_volunteered_is_a_whole_number_else_nought_and_a_blank_says_nothing() -> None:
    assert of(demographics.times, "3.0", "12", "2.7", "many", "-1", None) == ["3", "12", "2", "0", "0", None]
