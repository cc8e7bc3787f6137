"""Names as they are compared, and their two parts."""

import pyarrow as pa
import pytest

from workbench.prepare import person_name


def normalized(name: str) -> str | None:
    return person_name.normalized(pa.array([name], pa.string()))[0].as_py()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("  Ada   PARK ", "ada park"),
        ("Prof. Dr. Ada Park", "ada park"),
        ("Ms Ada Park", "ada park"),
        ("Ada Park III", "ada park"),
        ("Ada Park, Ed.D.", "ada park"),
        ("Park, Ada M.", "ada m park"),
        ("Ada \u201cAddie\u201d Park", "ada park"),
        ("Søren Łukasz Groß", "soren lukasz gross"),
        ("Anne-Marie O'Neil", "anne marie oneil"),
        ("Dr. Drake Mist", "drake mist"),
        ("...", None),
        ("", None),
    ],
)
def test_a_name_is_compared_without_case_accents_and_titles(name: str, plain: str | None) -> None:
    assert normalized(name) == plain


def test_no_name_stays_none() -> None:
    assert person_name.normalized(pa.array([None, "Ada"], pa.string())).to_pylist() == [None, "ada"]


def test_the_first_word_is_the_given_name_and_one_alone_a_surname() -> None:
    given, surname = person_name.parts(pa.array(["maria de la cruz", "madonna", None]))
    assert (given.to_pylist(), surname.to_pylist()) == (["maria", None, None], ["de la cruz", "madonna", None])


def test_initials_before_a_surname_go() -> None:
    assert person_name.core(pa.array(["a b smith", "smith", "de la cruz"])).to_pylist() == [
        "smith",
        "smith",
        "de la cruz",
    ]
