"""Operations on the text of each cell, and what holds for every text."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recipes import done, put_back, sheet_of, with_steps
from workbench.model.recipe import Condition, Step

TEXTS = st.lists(st.text(max_size=12), min_size=1, max_size=20)
TWICE_IS_ONCE: list[tuple[str, dict[str, Any]]] = [
    ("trim", {}),
    ("collapse", {}),
    ("case", {"to": "lower"}),
    ("case", {"to": "title"}),
    ("repair", {}),
    ("blank_texts", {}),
    ("dates", {"form": "dmy"}),
    ("numbers", {"form": "point"}),
    ("map_values", {"meanings": {"a": "b", "B": "b"}}),
    ("fill_down", {}),
]


def test_trim_takes_away_what_nobody_sees_around_a_text_and_nothing_inside() -> None:
    assert done({"A": [" a  b\t", "\u00a0c\u200b", ""]}, "trim") == {"A": ["a  b", "c", ""]}


def test_collapse_makes_every_run_of_white_space_one_space() -> None:
    assert done({"A": [" a \u00a0 b\n", "c"]}, "collapse") == {"A": ["a b", "c"]}


@pytest.mark.parametrize(
    "to, found",
    [
        ("lower", ["ann o'brien", "josé mccarthy iii", "ben van den berg"]),
        ("upper", ["ANN O'BRIEN", "JOSÉ MCCARTHY III", "BEN VAN DEN BERG"]),
        ("title", ["Ann O'Brien", "José McCarthy III", "Ben van den Berg"]),
    ],
)
def test_case_writes_names_as_they_are_written(to: str, found: list[str]) -> None:
    assert done({"A": ["ANN O'BRIEN", "josé mccarthy iii", "Ben van den Berg"]}, "case", "A", to=to) == {"A": found}


@pytest.mark.parametrize(
    "options, found",
    [
        ({"find": "x", "by": "l"}, ["hospital", "xx.l"]),
        ({"find": "x"}, ["hospita", "."]),
        ({"find": ".", "by": "!"}, ["hospitax", "xx!x"]),
        ({"find": "x+", "by": "y", "pattern": True}, ["hospitay", "y.y"]),
        ({"find": r"(x)\.(x)", "by": r"\2\1", "pattern": True}, ["hospitax", "xxx"]),
        ({"find": "xx.x", "by": "z", "whole": True}, ["hospitax", "z"]),
        ({"find": "x.*", "by": "z", "whole": True, "pattern": True}, ["hospitax", "z"]),
    ],
)
def test_replace_takes_a_text_or_a_pattern(options: dict[str, Any], found: list[str]) -> None:
    found = ["hospital", "ll.l"] if options == {"find": "x", "by": "l"} else found
    assert done({"A": ["hospitax", "xx.x"]}, "replace", "A", **options) == {"A": found}


def test_values_of_a_cluster_become_the_one_that_was_chosen() -> None:
    meanings = {"Weldng": "Welding", "welding": "Welding"}
    assert done({"A": ["Weldng", "Welding", "welding", "Art"]}, "map_values", "A", meanings=meanings) == {
        "A": ["Welding", "Welding", "Welding", "Art"]
    }


def test_texts_that_mean_nothing_are_blank_as_chosen() -> None:
    cells = {"A": ["n/a", " - ", "None", "NONE", "x"]}
    assert done(cells, "blank_texts") == {"A": ["", "", "", "", "x"]}
    assert done(cells, "blank_texts", texts=["none"], any_case=True) == {"A": ["n/a", " - ", "", "", "x"]}


def test_doubly_encoded_texts_are_repaired() -> None:
    assert done({"A": ["JosÃ©", "José", "plain"]}, "repair") == {"A": ["José", "José", "plain"]}


def test_an_operation_is_done_to_the_rows_of_its_conditions_alone() -> None:
    in_boston = Condition(column="City", test="values", values=("Boston",))
    cells = {"A": ["x1", "x2"], "City": ["Boston", "Lynn"]}
    assert done(cells, "replace", "A", find="x", where=[in_boston])["A"] == ["1", "x2"]


@pytest.mark.parametrize("operation, options", TWICE_IS_ONCE)
@settings(deadline=None, max_examples=50)
@given(texts=TEXTS)
def test_twice_is_once(operation: str, options: dict[str, Any], texts: list[str]) -> None:
    step = Step(operation=operation, columns=("A",), options=options)
    once = with_steps(sheet_of({"A": texts}), step)
    assert put_back(with_steps(once, step)) == {
        "A": [cell for chunk in once.chunks() for cell in chunk.cells["A"].to_pylist()]
    }


@pytest.mark.parametrize("operation, options", TWICE_IS_ONCE)
@settings(deadline=None, max_examples=50)
@given(texts=TEXTS, chunk=st.integers(1, 7))
def test_what_was_changed_put_back_is_the_source_and_lines_are_its_lines(
    operation: str, options: dict[str, Any], texts: list[str], chunk: int
) -> None:
    sheet = sheet_of({"A": texts, "B": texts}, chunk)
    cleaned = with_steps(sheet, Step(operation=operation, columns=("A",), options=options), Step(operation="trim"))
    assert put_back(cleaned) == {"A": texts, "B": texts}
    assert [line for part in cleaned.chunks() for line in part.lines.to_pylist()] == list(range(2, len(texts) + 2))


@settings(deadline=None, max_examples=50)
@given(texts=TEXTS, chunk=st.integers(1, 7))
def test_how_a_source_comes_in_chunks_makes_no_difference(texts: list[str], chunk: int) -> None:
    steps = (
        Step(operation="fill_down", columns=("A",)),
        Step(operation="agree", columns=("A",), options={"by": ["B"]}),
        Step(operation="keep_last", columns=("A",)),
        Step(operation="split_rows", columns=("A",), options={"separator": "a"}),
    )
    keys = [text[:1] for text in texts]
    whole, parts = (with_steps(sheet_of({"A": texts, "B": keys}, size), *steps) for size in (1000, chunk))
    assert put_back(whole) == put_back(parts)


def test_what_nobody_sees_is_taken_out_and_what_joins_letters_stays() -> None:
    cells = [
        "\u200fA\u00adnn\u200b",
        "\u0645\u06cc\u200c\u062e",
        "👩\u200d🚀",
        "A\u00a0B",
        " a ",
        "Ã\u00ad",
        "\u200d\u200b",
    ]
    left = ["Ann", "\u0645\u06cc\u200c\u062e", "👩\u200d🚀", "A\u00a0B", " a ", "Ã\u00ad", ""]
    assert done({"A": cells}, "strip_unseen") == {"A": left}
