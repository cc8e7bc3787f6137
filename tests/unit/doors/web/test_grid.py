"""What the grid is told: labels that are no programs, widths within bounds, and cells that are marked."""

import json

from st_aggrid import JsCode
from st_aggrid.shared import walk_gridOptions

from workbench.doors.web import grid
from workbench.doors.web.grid.keyboard import refusal


def test_a_header_is_a_label_and_never_a_program() -> None:
    hostile = ("::JSCODE::alert(1)::JSCODE::", "::JSC::JSCODE::ODE::", "::JSCODE::JSCODE::JSCODE::", "<b>x</b>")
    columns = [grid.Column(name=str(place), label=label, width=90) for place, label in enumerate(hostile)]
    options = grid.options(columns, None, ordered=True, picks=True)
    for column, label in zip(options["columnDefs"], hostile, strict=True):
        assert "::JSCODE::" not in column["headerName"] + column["headerTooltip"]
        assert column["headerName"].replace("\u2060", "") == label
        assert column["field"].isdecimal()
    programs: list[str] = []
    walk_gridOptions(options, lambda each: programs.append(each.js_code) if isinstance(each, JsCode) else each)
    assert not any("alert" in program for program in programs)


def test_columns_are_as_wide_as_their_cells_within_bounds() -> None:
    rows = [grid.Row(id="2", cells={"0": "x", "1": "y" * 500})]
    columns = [
        grid.Column(name="0", label="A"),
        grid.Column(name="1", label="B"),
        grid.Column(name="2", label="C" * 99),
    ]
    assert [each.width for each in grid.fitted(columns, rows)] == [90, 260, 222]


def test_what_is_typed_makes_no_column_wider() -> None:
    rows = [grid.Row(id="2", cells={"0": "y" * 20}, kept={"0": "x"})]
    assert [each.width for each in grid.fitted([grid.Column(name="0", label="A")], rows)] == [90]


def test_why_nothing_was_pasted_is_one_sentence() -> None:
    block = "Nothing was pasted: the block of 2 rows and 3 columns"
    assert refusal("rows", 2, 3, "1") == f"{block} is too long, for from that cell on there is room for 1 row."
    assert refusal("columns", 2, 3, "2") == f"{block} is too wide, for from that cell on there is room for 2 columns."
    assert refusal("closed", 1, 1, "Line") == (
        "Nothing was pasted: the text would go into Line, which is not edited here."
    )
    assert refusal("nowhere", 1, 1, "") == "Nothing was pasted: click the cell first where the text is to begin."


def test_what_is_told_of_a_row_goes_beside_its_cells() -> None:
    row = grid.Row(id="2", cells={"0": "x"}, kept={"0": "y"}, changed={"1": "was z"}, wrong={"0": "no"})
    about = {"kept": {"0": "y"}, "changed": {"1": "was z"}, "wrong": {"0": "no"}, "fixed": {}, "sought": 0}
    assert json.loads(row.about) == about
