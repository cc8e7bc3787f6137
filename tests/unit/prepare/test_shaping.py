"""Source rows become the rows of parts: which ones, of which lines, and how their issues come back."""

import pyarrow as pa

from workbench.model.contract import Contract, Field
from workbench.model.issue import ISSUES
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.playbooks.learners import LEARNERS
from workbench.prepare import shaping

HEADER = ("email", "first_name", "last_name", "course_code", "course_name", "status")
SAME = Mapping(columns={name: name for name in HEADER})


def chunk(*rows: tuple[str, ...], first: int = 2, headers: tuple[str, ...] = HEADER) -> Chunk:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return Chunk(
        lines=pa.array(range(first, first + len(rows)), pa.int32()),
        cells=pa.RecordBatch.from_arrays(columns, names=list(headers)),
    )


def shaped(source: Chunk, mapping: Mapping = SAME) -> dict[str, Shaped]:
    assert LEARNERS.form is not None
    return dict(shaping.shaped(LEARNERS, shaping.formed(source, LEARNERS.form, mapping), Known()))


def lines(shape: Shaped, source: Chunk) -> list[tuple[int, list[int]]]:
    groups = shaping.lines_of(shape, source)
    own = shape.rows.lines.to_pylist()
    return list(zip(own, groups.to_pylist() if groups is not None else [[line] for line in own], strict=True))


ADA = ("ada@b.org", "Ada", "Park", "X1", "One", "active")
BEN = ("ben@b.org", "Ben", "Oka", "X1", "One", "active")


def test_a_row_becomes_a_row_of_each_part_in_the_words_of_its_contract() -> None:
    parts = shaped(chunk(ADA))
    assert {name: part.rows.cells.to_pylist() for name, part in parts.items()} == {
        "elevate.students": [{"email": "ada@b.org", "first_name": "Ada", "last_name": "Park"}],
        "elevate.courses": [{"code": "X1", "name": "One"}],
        "elevate.enrollments": [{"student_email": "ada@b.org", "course_code": "X1", "status": "active"}],
    }


def test_rows_that_say_the_same_of_a_record_that_repeats_become_one_that_knows_their_lines() -> None:
    source = chunk(ADA, BEN, ADA)
    parts = shaped(source)
    assert lines(parts["elevate.students"], source) == [(2, [2, 4]), (3, [3])]
    assert lines(parts["elevate.courses"], source) == [(2, [2, 3, 4])]
    assert lines(parts["elevate.enrollments"], source) == [(2, [2]), (3, [3]), (4, [4])]


def test_rows_that_differ_in_anything_stay_apart() -> None:
    source = chunk(ADA, (*ADA[:4], "Other", "active"))
    assert lines(shaped(source)["elevate.courses"], source) == [(2, [2]), (3, [3])]


def test_a_part_takes_only_the_rows_that_have_something_for_it() -> None:
    source = chunk(("ada@b.org", "Ada", "Park", "", " ", ""), BEN, ("cy@b.org", "Cy", "Lee", "X2", "", ""))
    parts = shaped(source)
    assert lines(parts["elevate.courses"], source) == [(3, [3])]
    assert lines(parts["elevate.enrollments"], source) == [(3, [3]), (4, [4])]


def test_meanings_and_constants_stand_in_the_columns_of_the_form() -> None:
    source = chunk(("ada@b.org", "Att"), ("ben@b.org", ""), headers=("Mail", "State"))
    mapping = Mapping(
        columns={"Mail": "email", "State": "status"},
        value_maps={"status": {"att": "completed"}},
        constants={"status": "active", "course_code": "X1"},
    )
    assert LEARNERS.form is not None
    formed = shaping.formed(source, LEARNERS.form, mapping)
    assert formed.cells.to_pydict() == {
        "email": ["ada@b.org", "ben@b.org"],
        "course_code": ["X1", "X1"],
        "status": ["completed", "active"],
    }


def test_what_a_person_says_is_written_as_the_column_is() -> None:
    form = Contract(
        name="a.form",
        title="",
        noun="",
        key=(),
        fields=(Field(name="pay", kind="decimal"), Field(name="on", kind="day")),
    )
    source = chunk(("1.000", "3/2/2024"), ("much", ""), ("", ""), headers=("Pay", "On"))
    mapping = Mapping(
        columns={"Pay": "pay", "On": "on"},
        value_maps={"pay": {"much": "1234.5"}},
        constants={"pay": "8.5", "on": "2024-05-06"},
        forms={"pay": "comma", "on": "dmy"},
    )
    assert shaping.formed(source, form, mapping).cells.to_pydict() == {
        "pay": ["1.000", "1234,5", "8,5"],
        "on": ["3/2/2024", "2024-05-06", "2024-05-06"],
    }


def test_an_issue_of_a_part_is_told_once_of_every_row_it_was_made_of_and_in_the_words_of_the_sheet() -> None:
    source = chunk(ADA, BEN, ADA)
    parts = shaped(source)
    issue = {"line": 2, "severity": "error", "message": "no"}
    course = pa.Table.from_pylist([{"position": 0, "code": "bad", "field": "name", **issue}], ISSUES)
    enrolled = pa.Table.from_pylist([{"position": 1, "code": "odd", "field": "student_email", **issue}], ISSUES)
    student = pa.Table.from_pylist([{"position": 1, "code": "odd", "field": "email", **issue}], ISSUES)
    names = ("elevate.courses", "elevate.enrollments", "elevate.students")
    given = [(LEARNERS.part(n), parts[n], i) for n, i in zip(names, (course, enrolled, student), strict=True)]
    told = shaping.told(given).to_pylist()
    assert [(one["position"], one["code"], one["field"]) for one in told] == [
        (0, "bad", "course_name"),
        (1, "bad", "course_name"),
        (1, "odd", "email"),
        (2, "bad", "course_name"),
    ]


def test_a_blank_cell_is_not_the_same_as_the_first_text_of_its_column() -> None:
    cells = pa.RecordBatch.from_arrays([pa.array(["1", "1", "1"]), pa.array(["x", None, "x"])], names=["id", "said"])
    at = pa.array([0, 1, 2], pa.int32())
    shape = shaping.gathered(Shaped(rows=Chunk(lines=pa.array([2, 3, 4], pa.int32()), cells=cells), at=at))
    assert shape.groups is not None
    assert shape.groups.to_pylist() == [[0, 2], [1]]
