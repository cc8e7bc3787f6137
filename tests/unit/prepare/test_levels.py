"""How far two values agree: a word and a number, whichever of the two comes first."""

import pyarrow as pa
import pytest

from workbench.prepare import levels


def how(kind: str, one: str | None, other: str | None) -> str:
    found = levels.agreement(kind, pa.array([one, other], pa.string()), pa.array([other, one], pa.string()))
    first, second = found.how
    assert first == second
    assert found.score[0] == found.score[1]
    return str(first)


@pytest.mark.parametrize(
    ("kind", "one", "other", "word"),
    [
        ("email", "a@x.example", "a@x.example", "same"),
        ("email", "sam@x.example", "samuel@x.example", "other"),
        ("email", "a+x@corp.example", "a+y@corp.example", "same but for the +tag"),
        ("email", "ada.park@x.example", "adapark@y.example", "same before the @"),
        ("identifier", "p1001", "p1001", "same"),
        ("identifier", "p1001", "p1010", "one slip"),
        ("identifier", "p1", "p2", "other"),
        ("day", "19900513", "19900531", "one slip"),
        ("day", "19900513", "19910613", "two slips"),
        ("day", "19900513", "20010704", "other"),
        ("place", "argentine middle", "argentine midle", "alike"),
        ("place", "school 12", "school 21", "other"),
        ("place", "north", "south", "other"),
        ("text", "12 mill road", "mill road 12", "alike"),
        ("text", "12 millroad", "12 mill road", "alike"),
        ("surname", "corr", "correa", "other"),
        ("surname", "clay", "clayton", "other"),
        ("surname", "law", "lawallen", "other"),
        ("surname", "kling", "klinginsmith", "other"),
        ("surname", "velarde", "velarde duarte", "part of the surname"),
        ("surname", "ann williams", "jean williams", "other middle name"),
        ("given", "dave", "david", "nickname"),
        ("given", "d", "david", "initial"),
        ("given", "al", "bo", "other"),
        ("given", None, "david", ""),
        ("email", None, None, ""),
    ],
)
def test_how_values_agree(kind: str, one: str | None, other: str | None, word: str) -> None:
    assert how(kind, one, other) == word


def test_nothing_agrees_with_nothing() -> None:
    for kind in levels.KINDS:
        found = levels.agreement(kind, pa.array([], pa.string()), pa.array([], pa.string()))
        assert len(found.score) == 0
