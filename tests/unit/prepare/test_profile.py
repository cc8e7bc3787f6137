import json
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from workbench.model.sheet import Chunk, Reading, Sheet, Tally
from workbench.prepare.counts import Frequency
from workbench.prepare.profile import DISTINCT_LIMIT, ColumnProfile, profile
from workbench.sources.frame import open_frame


def column(values: list[str]) -> ColumnProfile:
    """The profile of a column with these cells, beside one that keeps its rows from being blank."""
    frame = pd.DataFrame({"values": pd.Series(values, dtype="str"), "row": "x"})
    return profile(open_frame(frame)).columns[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-20", "+3", "1,200"], "integer"),
        (["0", "1", "1", "0"], "integer"),
        (["1", "2.5"], "decimal"),
        (["850000000000"], "decimal"),
        (["$1.50", "(2.00)"], "money"),
        (["2024-01-15", "1/2/2024"], "day"),
        (["2024-01-15T10:30:00Z", "2024-01-15"], "timestamp"),
        (["2023-2024", "2024-2025"], "academic_year"),
        (["yes", "No", "y"], "boolean"),
        (["true", "FALSE"], "boolean"),
        (["ann@example.org", "Bob@Example.org "], "email"),
        (["+1 (555) 123-4567", "555-987-6543"], "phone"),
        (["6F9619FF-8B86-D011-B42D-00CF4FC964FF"], "uuid"),
        (["Ann", "Bob"], "text"),
        (["1", "Ann"], "text"),
        (["001", "002"], "text"),
        (["00501", "10001", "20002"], "text"),
        (["", " "], "blank"),
    ],
)
def test_the_type_is_the_kind_its_values_are_of(values: list[str], kind: str) -> None:
    assert column(values).type == kind


@pytest.mark.parametrize(
    ("values", "kind", "form"),
    [
        (["25/12/2024", "3/2/2024"], "day", "day first (25/12/2024)"),
        (["31.12.2024 10:30", "1.2.2024"], "timestamp", "day first (31.12.2024 10:30)"),
        (["3/2/2024", "4/5/2024"], "day", "could be month first or day first (3/2/2024)"),
        (["25/12/2024", "12/25/2024"], "day", "could be month first or day first (25/12/2024, 12/25/2024)"),
        (["Jan 15, 2024", "2 May 2024"], "day", ""),
        (["5/5/2024", "2024-01-15"], "day", ""),
        (["4/15/91"], "day", "month first (4/15/91); years of two digits are 1969 to 2068 (4/15/91)"),
        (["8,5", "1.234,25"], "decimal", "decimal comma (8,5)"),
        (["1.250", "8,5"], "decimal", "decimal comma (8,5)"),
        (["1.250", "2.500"], "integer", "could be decimal point or decimal comma (1.250)"),
        (["1.250", "8.5"], "decimal", "decimal point (8.5)"),
        (["$1.50", "(2.00)"], "money", ""),
        (["50%", "75 %"], "percent", "in percent signs (50% is 50)"),
    ],
)
def test_dates_and_numbers_are_known_however_they_are_written_and_how_is_said(
    values: list[str], kind: str, form: str
) -> None:
    found = column(values)
    assert (found.type, found.form) == (kind, form)


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("Student ID", ["1001", "1002", "1002"], "identifier"),
        ("studentId", ["0012", "0013"], "identifier"),
        ("SKU", ["AB-100", "AB-101", "AB-101"], "identifier"),
        ("Invoice No", ["2201", "2202", "2203", "2204", "2205"], "identifier"),
        ("Room number", ["12", "14", "12", "12", "14"], "integer"),
        ("x", ["S001", "S002", "S003", "S004", "S005"], "identifier"),
        ("x", ["S001", "S002", "S003", "S004", "S004"], "text"),
        ("Paid", ["12", "13", "14", "15", "16"], "integer"),
        ("Date of ID", ["2024-01-15", "2024-01-16"], "day"),
        ("Name of key", ["Ann", "Bob"], "text"),
        ("Discount", ["10%", "5.5%", "0 %"], "percent"),
    ],
)
def test_identifiers_and_percentages_are_called_so(header: str, values: list[str], kind: str) -> None:
    found = profile(open_frame(pd.DataFrame({header: values}))).columns[0]
    assert (found.type, found.fits) == (kind, 1.0)


def test_no_identifier_is_far_off_the_others() -> None:
    values = [str(1000 + number) for number in range(300)] + ["999999", "n/a"]
    found = profile(open_frame(pd.DataFrame({"Student ID": values}))).columns[0]
    assert [(each.text, each.why) for each in found.outliers] == [("n/a", "is no whole number")]
    assert found.numbers == ()


def test_a_range_that_depends_on_what_nobody_knows_is_not_told() -> None:
    found = column(["3/2/2024", "4/5/2024"])
    assert (found.minimum, found.maximum, found.numbers) == ("", "", ())


def test_a_few_wrong_values_do_not_hide_the_type_and_are_told_by_the_fit() -> None:
    found = column([*map(str, range(97)), "n/a", "?", "unknown"])
    assert (found.type, found.fits) == ("integer", 0.97)
    assert column([*map(str, range(9)), "n/a"]).type == "text"


def test_the_type_holds_when_most_rows_share_one_value() -> None:
    found = column(["0"] * 9_600 + [f"n/a {number}" for number in range(400)])
    assert (found.type, found.fits) == ("integer", 0.96)


def test_fill_counts_cells_with_something_in_them() -> None:
    found = column(["Ann", "", " ", "Bob", "NULL"])
    assert (found.rows, found.filled, found.fill) == (5, 3, 0.6)


def test_distinct_and_most_frequent_values_are_exact() -> None:
    found = column(["b", "a", "b", "c", " b", "a", "", "d", "e", "f"])
    assert (found.distinct, found.distinct_exact, found.unique) == (6, True, False)
    assert found.top == (
        Frequency(text="b", rows=3),
        Frequency(text="a", rows=2),
        Frequency(text="c", rows=1),
        Frequency(text="d", rows=1),
        Frequency(text="e", rows=1),
    )
    assert found.examples == ("b", "a", "c")


def test_a_column_is_unique_when_every_row_has_a_value_of_its_own() -> None:
    assert column(["a", "b", "c"]).unique
    assert not column(["a", "b", ""]).unique
    assert not column(["a", "b", "a"]).unique


def test_patterns_show_letters_and_digits_by_their_shape() -> None:
    found = column(["AB-123", "CD-456", "ef-7", "Zoë 1", "Ünal 2", "ÉÉ-\uff19\uff19\uff19"])
    assert found.patterns == (
        Frequency(text="AA-999", rows=3),
        Frequency(text="Aaa 9", rows=1),
        Frequency(text="Aaaa 9", rows=1),
    )


def test_the_range_is_that_of_the_type() -> None:
    assert (column(["9", "10", "-2"]).minimum, column(["9", "10", "-2"]).maximum) == ("-2", "10")
    days = column(["12/31/2023", "2/1/2024", "2024-01-15"])
    assert (days.minimum, days.maximum) == ("2023-12-31", "2024-02-01")
    assert (column(["b", "B", "a"]).minimum, column(["b", "B", "a"]).maximum) == ("B", "b")
    assert (column([""]).minimum, column([""]).maximum) == ("", "")


def test_lengths_count_characters_not_bytes() -> None:
    found = column(["Zoë", "日本", ""])
    assert (found.shortest, found.longest) == (2, 3)


def test_a_long_value_is_shown_cut() -> None:
    found = column(["x" * 5_000])
    assert found.longest == 5_000
    assert found.top[0].text == found.examples[0] == found.maximum == "x" * 59 + "…"
    assert found.patterns[0].text == "a" * 40


def told(values: list[str]) -> list[tuple[str, int, str]]:
    return [(outlier.text, outlier.rows, outlier.why) for outlier in column(values).outliers]


def test_values_that_are_not_of_the_type_are_outliers() -> None:
    assert told(["1", "2"] * 50 + ["n/a", "n/a", "?"]) == [
        ("n/a", 2, "is no whole number"),
        ("?", 1, "is no whole number"),
    ]


def test_numbers_and_days_far_from_the_others_are_outliers_and_leave_the_histogram() -> None:
    ages = [str(20 + number % 15) for number in range(300)]
    assert told([*ages, "999"]) == [("999", 1, "far larger than the others")]
    assert sum(rows for _, _, rows in column([*ages, "999"]).numbers) == 300
    days = [f"2024-{1 + number % 12:02d}-15" for number in range(100)]
    assert told([*days, "1900-01-01", "2204-01-01"]) == [
        ("1900-01-01", 1, "far earlier than the others"),
        ("2204-01-01", 1, "far later than the others"),
    ]


def test_texts_far_longer_than_the_others_are_outliers() -> None:
    names = ["Ann", "Robert", "Li", "Maria"] * 30
    assert told([*names, "see the attached letter of Monday"]) == [
        ("see the attached letter of Monday", 1, "far longer than the others"),
    ]


def test_values_written_unlike_nearly_all_the_others_are_outliers() -> None:
    codes = [f"EMP{number}" for number in range(500)]
    assert told([*codes, "12-EMP"]) == [("12-EMP", 1, "written unlike nearly all the others")]
    assert told(["Ann", "Ben Adams", "Cy"] * 40) == []


def test_the_histograms_count_every_value() -> None:
    found = column(["a", "bb", "bb", "cccc", ""])
    assert found.lengths == ((1, 2, 1), (2, 3, 2), (3, 4, 0), (4, 5, 1))
    assert found.numbers == ()
    assert column(["1.5", "1.5", "2"]).numbers[0] == (1.5, 1.515625, 2)


def test_the_values_that_were_counted_can_be_asked_for() -> None:
    found = profile(open_frame(pd.DataFrame({"name": ["Ann", "Bob", "Ann"]})))
    assert sorted(map(tuple, (row.values() for row in found.values["name"].to_pylist()))) == [("Ann", 2), ("Bob", 1)]


def test_whoever_watches_is_told_how_many_rows_were_read() -> None:
    seen: list[int] = []
    profile(many(50_000), progress=seen.append)
    assert seen == [20_000, 40_000, 50_000]


def many(rows: int, columns: int = 1, size: int = 1) -> Sheet:
    """A sheet whose every cell is different, made while it is read."""
    headers = tuple(f"c{number}" for number in range(columns))

    def read(tally: Tally) -> Iterator[Chunk]:
        for first in range(0, rows, 20_000):
            last = min(first + 20_000, rows)
            cells = pa.array([f"{number:0{size}d}" for number in range(first, last)])
            tally.rows += last - first
            yield Chunk(
                lines=pa.array(range(first + 2, last + 2), pa.int32()),
                cells=pa.RecordBatch.from_arrays([cells] * columns, names=list(headers)),
            )

    reading = Reading(format="csv")
    return Sheet(name="many", headers=headers, checksum="", size=0, reading=reading, read=read)


def test_beyond_the_limit_the_distinct_values_are_a_lower_bound() -> None:
    found = profile(many(DISTINCT_LIMIT + 1)).columns[0]
    assert (found.distinct, found.distinct_exact, found.unique) == (DISTINCT_LIMIT, False, False)
    assert (found.rows, found.type, found.minimum, found.maximum) == (100_001, "integer", "0", "100000")
    exact = profile(many(DISTINCT_LIMIT)).columns[0]
    assert (exact.distinct, exact.distinct_exact, exact.unique) == (DISTINCT_LIMIT, True, True)


def test_a_frequent_value_is_found_among_more_values_than_are_counted() -> None:
    values = [f"v{number}" if number % 4 else "often" for number in range(300_000)]
    found = column(values)
    assert not found.distinct_exact
    assert found.top[0] == Frequency(text="often", rows=75_000)


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(rows: int) -> int:
        held = []
        sheet = many(rows, size=40)

        def read(tally: Tally) -> Iterator[Chunk]:
            for chunk in sheet.read(tally):
                held.append(pa.total_allocated_bytes())
                yield chunk

        profile(replace(sheet, read=read))
        return max(held)

    assert peak(400_000) < peak(200_000) * 1.1


def test_many_columns_share_the_memory() -> None:
    found = profile(many(50_000, columns=50)).columns[0]
    assert (found.distinct, found.distinct_exact) == (40_000, False)


def test_the_profile_of_a_sheet_without_rows_has_its_columns() -> None:
    found = profile(open_frame(pd.DataFrame({"id": [], "name": []})))
    assert [(c.name, c.type, c.rows, c.fill, c.top) for c in found.columns] == [
        ("id", "blank", 0, 0.0, ()),
        ("name", "blank", 0, 0.0, ()),
    ]


def test_the_profile_is_a_dictionary_for_json() -> None:
    found = profile(open_frame(pd.DataFrame({"age": ["30", "40", None], "name": ["Ann", "Bob", "Eve"]}), name="people"))
    assert json.loads(json.dumps(found.to_dict()))["columns"][0] == {
        "name": "age",
        "type": "integer",
        "fits": 1.0,
        "rows": 3,
        "filled": 2,
        "fill": 0.6667,
        "distinct": 2,
        "distinct_exact": True,
        "unique": False,
        "top": [{"text": "30", "rows": 1}, {"text": "40", "rows": 1}],
        "patterns": [{"text": "99", "rows": 2}],
        "shortest": 2,
        "longest": 2,
        "minimum": "30",
        "maximum": "40",
        "examples": ["30", "40"],
        "lengths": [[2, 3, 2]],
        "numbers": [[30, 31, 1], *([low, low + 1, 0] for low in range(31, 40)), [40, 41, 1]],
        "outliers": [],
        "usual": {"kind": "integer", "form": None, "low": None, "high": None, "rare": []},
    }
    assert (found.to_dict()["source"], found.to_dict()["rows"], found.to_dict()["blank_rows"]) == ("people", 3, 0)
