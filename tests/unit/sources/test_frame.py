import datetime as dt
import hashlib
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.model.errors import UnreadableSource
from workbench.model.sheet import Sheet, Tally
from workbench.sources.frame import open_frame


def rows(sheet: Sheet) -> dict[int, list[str]]:
    """Line -> cells."""
    found = {}
    for chunk in sheet.chunks():
        columns = [column.to_pylist() for column in chunk.cells.columns]
        found |= dict(zip(chunk.lines.to_pylist(), map(list, zip(*columns, strict=True)), strict=True))
    return found


def texts(values: object) -> list[str]:
    """A column of a DataFrame as the sheet gives it, beside a column that keeps its rows from being blank."""
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    return [cells[0] for cells in rows(open_frame(pd.DataFrame({"values": series, "row": 1}))).values()]


def test_rows_are_numbered_from_2_as_below_a_header() -> None:
    frame = pd.DataFrame({"name": ["Ann", "Bob"], "age": [30, 40]})
    assert rows(open_frame(frame)) == {2: ["Ann", "30"], 3: ["Bob", "40"]}


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([None, "x"], dtype=object),
        pd.Series([float("nan"), "x"], dtype=object),
        pd.Series([pd.NA, "x"], dtype=object),
        pd.Series([pd.NaT, "x"], dtype=object),
        pd.Series([Decimal("NaN"), "x"], dtype=object),
        pd.Series([None, "x"], dtype="str"),
        pd.Series([None, "x"], dtype="string"),
        pd.Series([None, "x"], dtype=pd.ArrowDtype(pa.string())),
        pd.Series(pd.Categorical([None, "x"])),
    ],
)
def test_every_kind_of_missing_value_is_blank(values: "pd.Series[str]") -> None:
    assert texts(values) == ["", "x"]


def test_missing_numbers_and_times_are_blank() -> None:
    assert texts([1.5, np.nan]) == ["1.5", ""]
    assert texts(pd.array([1, None], dtype="Int64")) == ["1", ""]
    assert texts(pd.array([True, None], dtype="boolean")) == ["true", ""]
    assert texts(pd.Series([pd.Timestamp("2024-01-15"), pd.NaT])) == ["2024-01-15", ""]
    assert texts(pd.Series([pd.Timedelta("30h"), pd.NaT])) == ["30:00:00", ""]


@pytest.mark.parametrize("word", ["nan", "None", "NULL", "NA", "<NA>", "NaT", "N/A", "true", "001", " x "])
def test_a_text_that_looks_like_something_else_stays_this_text(word: str) -> None:
    assert texts([word]) == [word]
    assert texts(pd.Series([word], dtype=object)) == [word]
    assert texts(pd.Series(pd.Categorical([word]))) == [word]


def test_whole_numbers_in_a_float_column_have_no_fraction() -> None:
    assert texts([1.0, None, -3.0, 850000000000.0, 0.1, 1e-7]) == ["1", "", "-3", "850000000000", "0.1", "1e-7"]
    assert texts(np.array([0.1, 2], dtype="float32")) == ["0.1", "2"]


def test_timestamps_are_iso_texts_and_a_midnight_without_zone_is_a_day() -> None:
    moments = pd.Series(
        pd.to_datetime(["2024-01-15 00:00", "2024-01-15 10:30", "2024-01-15 10:30:00.25"], format="mixed")
    )
    assert texts(moments) == ["2024-01-15", "2024-01-15T10:30:00", "2024-01-15T10:30:00.25"]
    assert texts(moments.dt.tz_localize("America/New_York"))[:2] == [
        "2024-01-15T00:00:00-05:00",
        "2024-01-15T10:30:00-05:00",
    ]
    assert texts(moments.dt.tz_localize("UTC"))[1] == "2024-01-15T10:30:00Z"


def test_times_durations_and_days_are_texts() -> None:
    assert texts(pd.Series([dt.time(10, 30), None], dtype=object)) == ["10:30:00", ""]
    assert texts(pd.Series([pd.Timedelta("30h"), pd.Timedelta("-90min")])) == ["30:00:00", "-01:30:00"]
    assert texts(pd.Series([dt.date(2024, 1, 15), None], dtype=object)) == ["2024-01-15", ""]


def test_mixed_objects_are_written_each_by_its_kind() -> None:
    mixed = pd.Series([1, 2.0, 2.5, "x", True, None, dt.date(2024, 1, 15), dt.datetime(2024, 1, 15, 9)], dtype=object)
    assert texts(mixed) == ["1", "2", "2.5", "x", "true", "", "2024-01-15", "2024-01-15T09:00:00"]
    assert texts(pd.Series([Decimal("1.50"), Decimal("2"), UUID(int=1), 2**70], dtype=object)) == [
        "1.50",
        "2",
        "00000000-0000-0000-0000-000000000001",
        "1180591620717411303424",
    ]


def test_nested_values_are_json_and_no_guess() -> None:
    assert texts(pd.Series([{"name": "Zoë"}, [1, "a"], None], dtype=object)) == ['{"name": "Zoë"}', '[1, "a"]', ""]


def test_what_only_pandas_knows_is_written_as_pandas_writes_it() -> None:
    assert texts(pd.Series(pd.period_range("2024-01", periods=2, freq="M"))) == ["2024-01", "2024-02"]
    assert texts(pd.Series(pd.arrays.SparseArray([1, 2]))) == ["1", "2"]


@pytest.mark.parametrize("values", [pd.Series([b"x"]), pd.Series([b"x"], dtype=pd.ArrowDtype(pa.binary()))])
def test_bytes_are_refused(values: "pd.Series[bytes]") -> None:
    with pytest.raises(UnreadableSource, match="its column raw holds bytes; decode them first"):
        open_frame(pd.DataFrame({"raw": values}))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="its column name holds text that is not valid Unicode"):
        open_frame(pd.DataFrame({"name": pd.Series(["\ud800"], dtype=object)}))


def test_a_frame_without_columns_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="DataFrame cannot be read: it has no columns"):
        open_frame(pd.DataFrame())


def test_wholly_blank_rows_are_counted_and_left_out() -> None:
    tally = Tally()
    sheet = open_frame(pd.DataFrame({"a": ["x", None, " ", "y"], "b": [1, None, None, 2]}))
    lines = [line for chunk in sheet.chunks(tally) for line in chunk.lines.to_pylist()]
    assert (lines, tally) == ([2, 5], Tally(rows=2, blank_rows=2))


def test_a_named_index_is_data_and_a_nameless_one_is_not() -> None:
    frame = pd.DataFrame({"email": ["a@x.org", "b@x.org"], "age": [30, 40]})
    assert open_frame(frame.set_index("email")).headers == ("email", "age")
    assert rows(open_frame(frame.set_index("email"))) == {2: ["a@x.org", "30"], 3: ["b@x.org", "40"]}
    assert open_frame(frame[frame.age > 30]).headers == ("email", "age")


def test_labels_become_unique_headers() -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=pd.Index(["id", "id", None, 2024], dtype=object))
    assert open_frame(frame).headers == ("id", "id_2", "column_3", "2024")
    assert rows(open_frame(frame)) == {2: ["1", "2", "3", "4"]}
    levels = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("score", "math"), ("score", "")]))
    assert open_frame(levels).headers == ("score math", "score")


def test_the_checksum_is_that_of_the_frame_as_csv() -> None:
    frame = pd.DataFrame({"name": ["Ann", 'the "Bob"', None], "age": [30.0, None, None]})
    written = b'"name","age"\n"Ann","30"\n"the ""Bob""",""\n"",""\n'
    sheet = open_frame(frame)
    assert (sheet.checksum, sheet.size) == (hashlib.sha256(written).hexdigest(), len(written))
    assert open_frame(frame.astype(object)).checksum == sheet.checksum
    assert open_frame(frame.rename(columns={"age": "years"})).checksum != sheet.checksum


def test_changing_the_frame_afterwards_does_not_change_the_sheet() -> None:
    frame = pd.DataFrame({"name": ["Ann"]})
    sheet = open_frame(frame)
    frame.loc[0, "name"] = "Bob"
    assert rows(sheet) == {2: ["Ann"]}


def test_a_long_frame_comes_in_chunks_and_can_be_read_again() -> None:
    sheet = open_frame(pd.DataFrame({"id": range(120_001)}), name="numbers")
    for _ in range(2):
        tally = Tally()
        sizes = [(len(chunk), chunk.lines[0].as_py()) for chunk in sheet.chunks(tally)]
        assert sizes == [(50_000, 2), (50_000, 50_002), (20_001, 100_002)]
        assert tally == Tally(rows=120_001, blank_rows=0)
    assert (sheet.name, sheet.path, sheet.reading.format) == ("numbers", None, "dataframe")


def test_a_frame_without_rows_is_a_sheet_without_rows() -> None:
    sheet = open_frame(pd.DataFrame({"id": [], "name": []}))
    assert (sheet.headers, rows(sheet), len(sheet.sample())) == (("id", "name"), {}, 0)
