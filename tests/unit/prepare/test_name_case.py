"""Names in capitals are written as names are; others stay as they are."""

import pyarrow as pa
import pytest

from workbench.prepare.name_case import cased, in_capitals


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
    ],
)
def test_capitals_become_a_name(name: str, written: str) -> None:
    assert cased(pa.array([name, None])).to_pylist() == [written, None]


@pytest.mark.parametrize("name", ["Rachel", "McCarthy", "van der Berg", "deShawn", "J", "AJ", "JD", "\u674e", "J.", ""])
def test_what_is_no_name_in_capitals_stays(name: str) -> None:
    assert cased(pa.array([name])).to_pylist() == [name]
    assert in_capitals(pa.array([name])).to_pylist() == [False]
