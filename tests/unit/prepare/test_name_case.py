"""Names in capitals are written as names are; others stay as they are."""

import pyarrow as pa
import pytest

from workbench.prepare.name_case import cased, cased_of_one_case, in_capitals


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("RACHEL MAYO", "Rachel Mayo"),
        ("O'BRIEN", "O'Brien"),
        ("MCCARTHY", "McCarthy"),
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("\u00c1NGELA", "\u00c1ngela"),
        ("SMITH III", "Smith III"),
        ("LI", "Li"),
        ("YILMAZ", "Yilmaz"),
        ("\u0130NC\u0130 YILMAZ", "\u0130nci Y\u0131lmaz"),
        ("I\u015eIK D\u0130N\u00c7", "I\u015f\u0131k Din\u00e7"),
    ],
)
def test_capitals_become_a_name(name: str, written: str) -> None:
    assert cased(pa.array([name, None])).to_pylist() == [written, None]


@pytest.mark.parametrize("name", ["Rachel", "McCarthy", "van der Berg", "deShawn", "J", "AJ", "JD", "\u674e", "J.", ""])
def test_what_is_no_name_in_capitals_stays(name: str) -> None:
    assert cased(pa.array([name])).to_pylist() == [name]
    assert in_capitals(pa.array([name])).to_pylist() == [False]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("RACHEL MAYO", "Rachel Mayo"),
        ("rachel mayo", "Rachel Mayo"),
        ("o'brien", "O'Brien"),
        ("jos\u00e9 mccarthy iii", "Jos\u00e9 McCarthy III"),
        ("kate y\u0131lmaz", "Kate Y\u0131lmaz"),
        ("inci \u0131\u015f\u0131k", "\u0130nci I\u015f\u0131k"),
        ("jd", "JD"),
        ("j", "J"),
        *((name, name) for name in ("Ben van den Berg", "Elif de la Cruz", "Kate Y\u0131lmaz", "deShawn", "McCarthy")),
        *((name, name) for name in ("AJ", "Li-Ming", "ann O'BRIEN", "\u674e", "12 B.", "", "J. R. de Vries")),
    ],
)
def test_a_name_in_small_letters_is_written_as_names_are_too_and_one_in_both_stays(name: str, written: str) -> None:
    assert cased_of_one_case(pa.array([name, None])).to_pylist() == [written, None]
    assert cased_of_one_case(pa.array([written])).to_pylist() == [written]
