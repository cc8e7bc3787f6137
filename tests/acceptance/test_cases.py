"""Small files that are met in the field, each with one fault: read rightly, or told of before anything is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import WorkbenchError
from workbench.model.sheet import Sheet, Tally

CASES = Path(__file__).parents[2].parent / "shared" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases stands beside the checkout")


class Read:
    """What the reader makes of a file: its rows, and all that it says; or why it refuses it."""

    def __init__(self, name: str) -> None:
        self.rows: list[list[str]] = []
        self.headers: tuple[str, ...] = ()
        self.refusal, self.said = "", ""
        try:
            sheet = open_sheet(CASES / "reading" / name)
            tally = Tally()
            self.headers = sheet.headers
            for chunk in sheet.chunks(tally):
                self.rows += [list(row.values()) for row in chunk.cells.to_pylist()]
            left = [*sheet.reading.left_out, *tally.left_out]
            self.said = " ".join([*sheet.reading.warnings, *(f"{out.first}: {out.what}" for out in left)])
        except WorkbenchError as refusal:
            self.refusal = str(refusal)


def test_a_comma_too_many_is_refused_with_its_line() -> None:
    assert Read("01_extra_comma_shifts_row.csv").refusal.startswith("Line 3: has 5 cells where the header has 4.")
    assert Read("24_extra_comma_import.csv").refusal.startswith("Line 3: has 6 cells where the header has 5.")


def test_labels_that_run_together_are_told() -> None:
    read = Read("11_two_labels_run_together.csv")
    assert "4 cells" in read.refusal + read.said and "3" in read.refusal + read.said


def test_a_first_line_of_data_is_told() -> None:
    read = Read("02_no_header.csv")
    assert "looks like data" in read.refusal + read.said


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("03_two_header_rows.csv", None),
        ("16_second_header_row.csv", "Travel Air"),
        ("31_merged_header_two_rows.xlsx", "First"),
    ],
)
def test_two_lines_of_headers_are_one_and_told(name: str, joined: str | None) -> None:
    read = Read(name)
    assert len(read.rows) == 2 and read.said
    assert joined is None or joined in read.headers


def test_headers_again_and_other_tables_are_no_records() -> None:
    again = Read("04_header_repeated.csv")
    assert [row[1] for row in again.rows] == ["Mara", "Odo", "Pia"] and "4: the header again" in again.said
    stacked = Read("06_stacked_tables.csv")
    assert stacked.refusal.startswith("Line 5") or (len(stacked.rows) == 2 and "5: " in stacked.said)


def test_quotes_of_all_sorts_are_quotes() -> None:
    blanks = Read("08_blank_before_quote.csv")
    assert blanks.headers == ("id", "name", "city")
    assert blanks.rows == [["1", "Mara Quist", "Lund"], ["2", 'Odo "Lin" Lint', "Oslo"]]
    assert Read("09_single_quotes.csv").rows == [["1", "Mara Quist", "Lund"], ["2", "Odo Lint", "Oslo"]]


@pytest.mark.parametrize("name", ["10_blank_delimited.csv", "18_tilde_delimited.txt", "19_fixed_width.txt"])
def test_unusual_delimiters_are_found_or_none_is_said_to_be(name: str) -> None:
    read = Read(name)
    assert len(read.headers) == 3 or "delimiter" in read.said + read.refusal
    if len(read.headers) == 3:
        assert ["2", "Odo Lint", "7"] in read.rows or ["2", "Odo", "7"] in read.rows


def test_damaged_characters_are_repaired_or_told() -> None:
    read = Read("12_c1_characters.csv")
    assert read.rows[0][1:] == ["7 \u2013 8 Feb", "Mara\u2019s shop"] and read.said
    assert Read("23_replacement_characters.csv").said


def test_data_is_not_taken_for_a_preamble() -> None:
    read = Read("14_data_taken_for_preamble.csv")
    assert read.headers[0] == "Source" and len(read.rows) == 5


def test_the_null_of_a_database_is_blank_and_told() -> None:
    read = Read("20_mysql_null.csv")
    assert read.rows == [["1", 'Mara "M" Quist', ""], ["2", "Odo", "x"]] and "\\N" in read.said


def test_a_workbook_says_what_its_sheet_shows() -> None:
    assert Read("30_leading_zeros_by_format.xlsx").rows[0][1:] == ["02134", "012-34-5678", "S-0012"]
    assert Read("34_float_noise.xlsx").rows[0][1] == "0.3"
    assert Read("37_tab_and_line_break.ods").rows[0][1:] == ["a   b\tc\nd"] or "a   b\tc\nd" in str(
        Read("37_tab_and_line_break.ods").rows[0]
    )


def test_rows_that_a_filter_hides_are_read_and_told() -> None:
    read = Read("33_filtered_rows.xlsx")
    assert len(read.rows) == 5 and "2 rows are hidden" in read.said


def test_days_before_the_first_are_no_times() -> None:
    born = [row[1] for row in Read("36_date_zero.xlsx").rows]
    assert born == ["1900-01-00", "########", "2026-01-01"]


# --- values and records ---


@pytest.fixture
def bring(wb: Workbench, sheet: Callable[..., Sheet]) -> Callable[..., Batch]:
    """Imports a case, after whatever it names; good rows go on without the others."""
    wb.import_sheet(sheet("name,code\nNursing,NUR1\nCare,C1\n"), "elevate.courses")
    people = "".join(f"{letter}{n}@ex.example,X {n}\n" for letter in "xyp" for n in range(12))
    wb.import_sheet(sheet(f"email,name\na@t.example,Ana Bo\n{people}"), "elevate.students")

    def brought(name: str, dataset: str, **options: Any) -> Batch:
        return wb.import_sheet(open_sheet(CASES / name), dataset, **{"skip_errors": True} | options)

    return brought


def codes(wb: Workbench, batch: Batch) -> list[tuple[int, str, str]]:
    """Line, field and code of each issue that is an error."""
    return sorted(
        (row["line"], issue["field"], issue["code"])
        for row in wb.rows.each(batch)
        for issue in row["issues"] or ()
        if issue["severity"] == "error"
    )


def values(wb: Workbench, batch: Batch, field: str) -> list[Any]:
    """What each row has in a field, in the order of the lines."""
    return [row["payload"].get(field) for row in wb.rows.each(batch)]


def outcomes(wb: Workbench, batch: Batch) -> list[str]:
    return [row["outcome"] for row in wb.rows.each(batch)]


def test_percent_cells_mean_percent(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("values/08_percent.xlsx", "elevate.enrollments")
    shown = {row["raw"]["progress"]: row["payload"].get("progress") for row in wb.rows.each(batch)}
    assert shown["100%"] == 100 and shown["75%"] == 75
    messages = {issue["message"] for row in wb.rows.each(batch) for issue in row["issues"] or ()}
    assert not any("2147483647" in message for message in messages)


def test_long_ids_keep_their_digits(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("values/11_long_ids.xlsx", "elevate.courses")
    assert batch.skipped == 0 and batch.processed == 9
    assert len(set(values(wb, batch, "code"))) == 9


def test_one_proof_makes_a_column_day_first(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("values/12_ddmm.csv", "elevate.enrollments")
    assert [day[:10] for day in values(wb, batch, "enrolled_at")] == ["2024-12-25", "2024-02-03", "2024-05-04"]
    assert "day first" in str(batch.reading["forms"])


def test_dates_of_all_sorts_are_asked_or_told_field_by_field(bring: Callable[..., Batch], wb: Workbench) -> None:
    with pytest.raises(WorkbenchError, match="--date-order"):
        bring("values/12c_dates.csv", "elevate.enrollments")
    forms = {"enrolled_at": "mdy", "completed_at": "dmy"}
    batch = bring("values/12c_dates.csv", "elevate.enrollments", forms=forms)
    counts = {(each["field"], each["code"]): each["rows"] for each in batch.summary["issue_counts"]}
    assert max(counts.values()) <= 7 and {field for field, _ in counts} >= {"enrolled_at", "completed_at"}
    first = next(wb.rows.each(batch))["payload"]
    assert first["completed_at"].startswith("2024-01-15")


def test_a_header_within_the_file_is_no_record(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("values/15b_repeat_courses.csv", "elevate.courses")
    assert (batch.processed, values(wb, batch, "code")) == (3, ["RA1", "RB1", "RC1"])
    joined = bring("values/15d_bom_mid_quoted.csv", "elevate.students")
    assert values(wb, joined, "full_name") == ["Ro One", "Ro Two", "Ro Three"]


def test_mixed_decimal_signs_are_asked(bring: Callable[..., Batch], wb: Workbench) -> None:
    with pytest.raises(WorkbenchError, match="--decimal"):
        bring("values/19_decimal.csv", "elevate.courses")
    batch = bring("values/19_decimal.csv", "elevate.courses", forms={"duration_weeks": "comma"})
    weeks = dict(zip(values(wb, batch, "code"), values(wb, batch, "duration_weeks"), strict=True))
    assert (weeks["DC1"], weeks["DC2"], weeks["DC4"], weeks["DC10"]) == (8, 1000, 1, 1)


def test_what_looks_the_same_has_one_key(bring: Callable[..., Batch], wb: Workbench) -> None:
    employers = bring("values/20_nfd.csv", "elevate.employers", on_conflict="first")
    assert outcomes(wb, employers).count("created") == 4
    courses = bring("values/38_nbsp_key.csv", "elevate.courses", on_conflict="first")
    assert outcomes(wb, courses) == ["created", "skipped", "skipped", "skipped"]


def test_errors_of_a_spreadsheet_are_issues_and_null_is_a_name(bring: Callable[..., Batch], wb: Workbench) -> None:
    names = bring("values/22_null_names.csv", "elevate.students")
    assert values(wb, names, "full_name")[0] == "Jo Null"
    assert (9, "last_name", "error_cell") in codes(wb, names)
    assert [outcomes(wb, names)[line - 2] for line in (5, 6)] == ["invalid"] * 2  # N/A False, Nil -
    errors = bring("values/26_errors.xlsx", "elevate.students")
    assert {code for _, _, code in codes(wb, errors)} == {"error_cell"}


def test_ids_are_what_the_sheet_shows(bring: Callable[..., Batch], wb: Workbench) -> None:
    assert "00123" in values(wb, bring("values/30_numfmt_zeros.xlsx", "elevate.students"), "external_id")
    wrapped = bring("values/40_formula_wrapped.csv", "elevate.students")
    assert values(wb, wrapped, "external_id") == ["00123", "00124", "00125"]
    assert values(wb, wrapped, "full_name")[2] == "Ann"


def test_a_known_record_is_updated_by_what_a_row_has(bring: Callable[..., Batch], wb: Workbench) -> None:
    bring("values/33_up1_first.csv", "elevate.students")
    assert outcomes(wb, bring("values/33_up2_blank_name.csv", "elevate.students")) == ["updated", "skipped"]
    record = wb.records.get("elevate.students", "up1@ex.example")["record"]
    assert (record["full_name"], record["phone"]) == ("Up One", "555-201-9999")


def test_half_a_name_changes_no_name(bring: Callable[..., Batch], wb: Workbench) -> None:
    bring("values/36_first.csv", "elevate.students")
    assert outcomes(wb, bring("values/36_partial_name.csv", "elevate.students")) == ["updated"]
    record = wb.records.get("elevate.students", "john.m@ex.example")["record"]
    assert (record["full_name"], record["phone"]) == ("John Marsh", "555-201-0009")


def test_numbers_that_a_program_has_written_are_told(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("values/37_float_phone.csv", "elevate.students")
    assert values(wb, batch, "phone")[0] == "5551234567"
    assert {line for line, _, code in codes(wb, batch) if code == "rounded"} == {3, 4}
    rounded = bring("values/41_sci_id.csv", "elevate.students")
    assert codes(wb, rounded) == [(2, "external_id", "rounded"), (3, "external_id", "rounded")]


@pytest.mark.parametrize(
    ("name", "rows"),
    [("values/10b_dimension.xlsx", 2), ("values/04_inline_v.xlsx", 2), ("values/28c_hidden_rows.xlsx", 2)],
)
def test_odd_workbooks_are_read(bring: Callable[..., Batch], name: str, rows: int) -> None:
    assert bring(name, "elevate.students").created == rows


def test_an_empty_column_and_a_footer_stop_nothing(bring: Callable[..., Batch], wb: Workbench) -> None:
    assert bring("record/01_empty_column.csv", "elevate.courses").created == 2
    columns = {"Stud. E-Mail": "email", "Given": "first_name", "Surname": "last_name", "Tel.": "phone"}
    batch = bring("record/02_footer.csv", "elevate.students", columns=columns)
    assert batch.created == 2 and [out["first"] for out in batch.reading["left_out"]] == [4]


def test_two_people_of_one_key_wait_for_a_decision(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("record/03_same_key_two_people.csv", "elevate.students", skip_errors=False)
    assert batch.stage == "held"
    assert outcomes(wb, batch) == ["invalid", "created", "invalid", "skipped"]
    assert {code for _, _, code in codes(wb, batch)} == {"conflict"}


def test_nobody_is_switched_off_for_a_typo_in_a_row(bring: Callable[..., Batch], wb: Workbench) -> None:
    bring("record/04_roster_first.csv", "polaris.teacher_roster")
    batch = bring("record/04_roster_typo.csv", "polaris.teacher_roster")
    assert (batch.stage, [each["code"] for each in batch.summary["held_for"]]) == ("held", ["unread"])
    names = ["a@t.example|2025-2026", "b@t.example|2025-2026", "c@t.example|2025-2026"]
    everybody = [wb.records.get("polaris.teacher_roster", name)["record"] for name in names]
    assert [each["is_active"] for each in everybody] == [True] * 3


def test_two_columns_of_one_name_stop(bring: Callable[..., Batch]) -> None:
    with pytest.raises(WorkbenchError, match="would both fill email"):
        bring("record/05_repeated_header_that_fills.csv", "elevate.students")


def test_texts_that_mean_nothing_are_asked_about(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("record/06_nan_in_required.csv", "polaris.teacher_roster")
    assert batch.invalid == 2 and {"null_text", "error_cell"} & {code for _, _, code in codes(wb, batch)}


def test_percents_and_near_codes_are_told(bring: Callable[..., Batch], wb: Workbench) -> None:
    batch = bring("record/07_percent_and_near_codes.csv", "elevate.enrollments")
    assert outcomes(wb, batch) == ["unmatched", "unmatched", "invalid"]
    assert values(wb, batch, "progress")[:2] == [50, 100]
    messages = " ".join(issue["message"] for row in wb.rows.each(batch) for issue in row["issues"] or ())
    assert "did you mean C1?" in messages and "whole number of percent" in messages
