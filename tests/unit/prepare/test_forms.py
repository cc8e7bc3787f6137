"""A column in, its form out: what its cells prove is said, what they leave open is asked."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.datasets.catalog import contract
from workbench.model.errors import DoubtfulColumns
from workbench.model.kinds import KINDS
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.model.template import Mapping
from workbench.prepare import forms
from workbench.prepare.forms import ColumnForm, Evidence
from workbench.sources.frame import open_frame

ENROLLMENTS = contract("elevate.enrollments")
COURSES = contract("elevate.courses")


def sheet(*cells: str, header: str = "start date") -> Sheet:
    return open_frame(pd.DataFrame({header: pd.Series(cells, dtype="str"), "row": "x"}), name="x.csv")


def days(*cells: str, **mapping: object) -> ColumnForm | None:
    """What is said of a column of moments."""
    known = Mapping(columns={"start date": "enrolled_at"}, **mapping)
    return next(iter(forms.decide(sheet(*cells), ENROLLMENTS, known)), None)


def weeks(*cells: str, **mapping: object) -> ColumnForm | None:
    """What is said of a column of whole numbers."""
    known = Mapping(columns={"weeks": "duration_weeks"}, **mapping)
    return next(iter(forms.decide(sheet(*cells, header="weeks"), COURSES, known)), None)


def said(column: ColumnForm | None) -> str:
    return "" if column is None else column.question or column.said


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("2024-01-15", ""),
        ("2024-01-15|2024/2/3|15 Jan 2024|n/a", ""),
        ("1/1/2024|5/5/2024", ""),
        ("45306|2024-02-30|30/02/2024", ""),
        ("3/2/2024|25/12/2024|4/5/2024", "start date: day first (25/12/2024 on line 3)"),
        ("3/2/2024|12/25/2024", "start date: month first (12/25/2024 on line 3)"),
        ("3/2/2024|2024-01-15|1.1.2024|15.1.2024 10:30|rubbish", "start date: day first (15.1.2024 10:30 on line 5)"),
        (
            "3/2/2024|4/5/2024",
            "start date can be read in several ways: 3/2/2024 on line 2 is 2024-03-02 if the month stands first, "
            "2024-02-03 if the day stands first.",
        ),
        (
            "3/2/2024|25/12/2024|12/25/2024",
            "start date is written in several ways: 25/12/2024 on line 3 can only be day first, "
            "12/25/2024 on line 4 can only be month first.",
        ),
        (
            "4/15/91",
            "start date: month first (4/15/91 on line 2); years of two digits are 1969 to 2068 (4/15/91 on line 2)",
        ),
        (
            "15-Jul-24",
            "start date: day first (every cell fits); years of two digits are 1969 to 2068 (15-Jul-24 on line 2)",
        ),
        (
            "15/07/24",
            "start date can be read in several ways: 15/07/24 on line 2 is 2015-07-24 if the year stands first, "
            "2024-07-15 if the day stands first.",
        ),
        (
            "15/07/24|31/12/99",
            "start date: day first (31/12/99 on line 3); years of two digits are 1969 to 2068 (15/07/24 on line 2)",
        ),
    ],
)
def test_the_order_of_dates_is_that_which_all_cells_fit(cells: str, what: str) -> None:
    assert said(days(*cells.split("|"))) == what


def units(*last: str) -> str:
    """What is said of a column of units whose last row is as given: a warehouse, a SKU, units."""
    frame = pd.DataFrame([("A", "FRA1", "1547"), ("B", "FRA1", "1547"), last], columns=["Warehouse", "SKU", "Units"])
    mapping = Mapping(columns={"Warehouse": "warehouse", "SKU": "sku", "Units": "units"})
    stock = contract("commerce.inventory")
    return said(next(iter(forms.decide(open_frame(frame, name="x.csv"), stock, mapping)), None))


def test_a_last_line_that_adds_up_the_others_says_nothing_of_how_they_are_written() -> None:
    assert units("Total", "", "3,094") == ""
    assert units("C", "FRA1", "3,094").startswith("Units can be read in several ways: 3,094 on line 4 is ")
    assert units("Total", "FRA1", "3,094").startswith("Units can be read in several ways")


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("8|12", ""),
        ("8|12.0|1,234.50", ""),
        ("1 000|1'000", ""),
        ("1,000|12.0", "weeks: decimal point (12.0 on line 3)"),
        ("1.000|8,5", "weeks: decimal comma (8,5 on line 3)"),
        ("8,0", "weeks: decimal comma (8,0 on line 2)"),
        ("1,234,567|1,000", "weeks: decimal point (1,234,567 on line 2)"),
        (
            "1,000",
            "weeks can be read in several ways: 1,000 on line 2 is 1000 if the point is the decimal sign, "
            "1 if the comma is the decimal sign.",
        ),
        (
            "1.000|8,5|12.0",
            "weeks is written in several ways: 8,5 on line 3 can only have a decimal comma, "
            "12.0 on line 4 can only have a decimal point.",
        ),
    ],
)
def test_the_decimal_sign_is_that_which_all_cells_fit(cells: str, what: str) -> None:
    assert said(weeks(*cells.split("|"))) == what


def test_percent_signs_are_said() -> None:
    known = Mapping(columns={"Progress %": "progress"})
    (column,) = forms.decide(sheet("50%", "7.5%", header="Progress %"), ENROLLMENTS, known)
    assert column.said == "Progress %: in percent signs (50% on line 2 is 50)"


def test_a_percentage_without_its_sign_among_others_is_said() -> None:
    known = Mapping(columns={"Progress %": "progress"})
    (column,) = forms.decide(sheet("100%", "1", "n/a", "", "0.5", header="Progress %"), ENROLLMENTS, known)
    assert column.said == "Progress %: in percent signs (100% on line 2 is 100), but 1 on line 3 has none"
    assert forms.decide(sheet("100", "1", header="Progress %"), ENROLLMENTS, known) == ()
    meant = Mapping(columns={"Progress %": "progress"}, value_maps={"progress": {"1": "100"}})
    (column,) = forms.decide(sheet("100%", "1", header="Progress %"), ENROLLMENTS, meant)
    assert column.said == "Progress %: in percent signs (100% on line 2 is 100)"


def test_what_a_person_or_a_template_says_counts_and_what_does_not_fit_it_is_said() -> None:
    known = Mapping(columns={"start date": "enrolled_at"}, forms={"enrolled_at": "dmy"})
    cells = sheet("3/2/2024", "12/25/2024")
    but = "but 12/25/2024 on line 3 can only be month first)"
    (by_template,) = forms.decide(cells, ENROLLMENTS, known)
    (by_person,) = forms.decide(cells, ENROLLMENTS, known, {"enrolled_at"})
    assert by_template.said == f"start date: day first (as the template says, {but}"
    assert by_person.said == f"start date: day first (as it was said, {but}"
    assert forms.settled(known, [by_person]).forms == {"enrolled_at": "dmy"}


def test_a_text_that_has_been_given_a_meaning_proves_nothing() -> None:
    meanings = {"enrolled_at": {"25/12/2024": "2024-01-01"}}
    assert (days("3/2/2024", "25/12/2024", value_maps=meanings) or ColumnForm(header="", field="")).is_open


def test_an_open_column_stops_the_import_with_both_readings_and_what_to_say() -> None:
    column = days("3/2/2024")
    assert column is not None
    with pytest.raises(DoubtfulColumns) as refused:
        forms.settled(Mapping(), [column])
    assert str(refused.value) == (
        "start date can be read in several ways: 3/2/2024 on line 2 is 2024-03-02 if the month stands first, "
        "2024-02-03 if the day stands first. "
        "Say which it is: --date-order enrolled_at=mdy or --date-order enrolled_at=dmy."
    )


def chunked(*chunks: list[str]) -> tuple[Sheet, list[int]]:
    """A sheet that is read in these chunks, and how many of them were asked for."""
    asked: list[int] = []
    first = sheet("x")

    def read(tally: Tally):
        for number, cells in enumerate(chunks):
            asked.append(number)
            lines = pa.array(range(100 * number, 100 * number + len(cells)), pa.int32())
            columns = [pa.array(cells), pa.array(["x"] * len(cells))]
            yield Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(columns, names=["start date", "row"]))

    return Sheet(name="x", headers=first.headers, checksum="", size=0, reading=first.reading, read=read), asked


@pytest.mark.parametrize(
    ("chunks", "read", "what"),
    [
        ([["2024-01-15"], ["25/12/2024"]], [0], ""),
        ([[""], ["2024-01-15"], ["25/12/2024"]], [0, 1], ""),
        ([["3/2/2024"], ["4/5/2024"], ["25/12/2024"]], [0, 1, 2], "start date: day first (25/12/2024 on line 200)"),
    ],
)
def test_rows_are_read_only_as_far_as_the_first_ones_leave_something_open(
    chunks: list[list[str]], read: list[int], what: str
) -> None:
    cells, asked = chunked(*chunks)
    found = forms.decide(cells, ENROLLMENTS, Mapping(columns={"start date": "enrolled_at"}))
    assert (asked, said(next(iter(found), None))) == (read, what)


def test_a_sheet_without_dates_and_numbers_is_not_read_for_them() -> None:
    cells, asked = chunked(["a"])
    assert forms.decide(cells, ENROLLMENTS, Mapping(columns={"start date": "course_code"})) == ()
    assert asked == []


# --- for any column ---

DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))
WRITTEN = {
    "ymd": lambda day, sign, short: sign.join((_year(day, short), f"{day.month:02}", f"{day.day:02}")),
    "mdy": lambda day, sign, short: sign.join((f"{day.month}", f"{day.day}", _year(day, short))),
    "dmy": lambda day, sign, short: sign.join((f"{day.day:02}", f"{day.month:02}", _year(day, short))),
}


def _year(day: date, short: bool) -> str:
    return f"{day.year % 100:02}" if short else str(day.year)


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(sorted(WRITTEN)), st.sampled_from("-/."), st.booleans())
@settings(max_examples=50, deadline=None)
def test_reading_in_an_order_is_the_inverse_of_writing_in_it(
    column: list[date], order: str, sign: str, short: bool
) -> None:
    cells = pa.array([WRITTEN[order](day, sign, short) for day in column])
    assert KINDS["day"].parsed(cells, order).to_pylist() == [day.isoformat() for day in column]


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(sorted(WRITTEN)), st.sampled_from("-/."), st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_column_of_dates_is_read_as_it_was_written_or_somebody_is_asked(
    column: list[date], order: str, sign: str, short: bool
) -> None:
    cells = pa.array([WRITTEN[order](day, sign, short) for day in column])
    evidence = Evidence(kind=KINDS["day"])
    evidence.add(cells)
    verdict = evidence.verdict("start date", "enrolled_at")
    if not verdict.is_open:
        assert KINDS["day"].parsed(cells, verdict.form).to_pylist() == [day.isoformat() for day in column]
    elif not short and any(day.day > 12 for day in column):
        raise AssertionError("a day after the 12th leaves nothing open")
    else:
        assert order in verdict.candidates


NUMBERS = st.decimals(-9_999_999, 9_999_999, places=3, allow_nan=False, allow_infinity=False)


def _written(number: Decimal, form: str, grouped: bool, places: int) -> str:
    text = f"{number:,.{places}f}" if grouped else f"{number:.{places}f}"
    return text.translate(str.maketrans(".,", ",.")) if form == "comma" else text


@given(
    st.lists(NUMBERS, min_size=1, max_size=20),
    st.sampled_from(["point", "comma"]),
    st.booleans(),
    st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_a_column_of_numbers_is_read_as_it_was_written_or_somebody_is_asked(
    column: list[Decimal], form: str, grouped: bool, places: int
) -> None:
    numbers = [round(number, places) for number in column]
    cells = pa.array([_written(number, form, grouped, places) for number in numbers])
    in_its_form = KINDS["decimal"].parsed(cells, form).to_pylist()
    assert [Decimal(text or "x") for text in in_its_form] == numbers
    evidence = Evidence(kind=KINDS["decimal"])
    evidence.add(cells)
    verdict = evidence.verdict("weeks", "duration_weeks")
    if verdict.is_open:
        assert form in verdict.candidates
        assert not any("." in cell and "," in cell for cell in cells.to_pylist())
    else:
        assert KINDS["decimal"].parsed(cells, verdict.form).to_pylist() == in_its_form


@given(st.lists(st.text("0123456789-/.: ,JanuaryfebT", max_size=16), max_size=12))
@settings(max_examples=20, deadline=None)
def test_nothing_that_is_typed_stops_the_decision(cells: list[str]) -> None:
    for kind in ("day", "timestamp", "integer", "decimal", "money", "percent"):
        evidence = Evidence(kind=KINDS[kind])
        evidence.add(pa.array(cells, pa.string()), pa.array(range(len(cells)), pa.int32()))
        verdict = evidence.verdict("h", "f")
        assert verdict.is_open == bool(verdict.question)
        read = KINDS[kind].parsed(pa.array(cells, pa.string()), verdict.form)
        assert len(read) == len(cells)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1)), st.sampled_from(sorted(WRITTEN)))
@settings(max_examples=30, deadline=None)
def test_a_moment_keeps_its_clock_in_every_order(moment: datetime, order: str) -> None:
    moment = moment.replace(microsecond=0)
    cell = f"{WRITTEN[order](moment.date(), '/', False)} {moment:%H:%M:%S}"
    assert KINDS["timestamp"].parsed(pa.array([cell]), order).to_pylist() == [f"{moment.isoformat()}Z"]
