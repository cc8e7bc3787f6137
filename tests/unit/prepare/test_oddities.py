"""A literal sheet in; the issues of its rows, what is kept of them and what is said of its columns out."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, strategies

from tests.examples import MANY
from workbench.datasets.catalog import contract
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.judging import Judge, JudgedRows
from workbench.prepare.normalize import normalize
from workbench.prepare.oddities import Oddities

COURSES = contract("elevate.courses")
STUDENTS = contract("elevate.students")


def chunk(header: str, *rows: str) -> Chunk:
    headers = header.split("|")
    cells = [row.split("|") for row in rows]
    columns = [pa.array([row[i] for row in cells], pa.string()) for i in range(len(headers))]
    lines = pa.array(range(2, 2 + len(rows)), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(columns, names=headers))


def judged(sheet: Chunk, dataset: str = "elevate.students", **mapping: object) -> tuple[JudgedRows, Judge]:
    mapping.setdefault("columns", {header: header for header in sheet.cells.schema.names})
    judge = Judge(contract(dataset), Mapping(**mapping), Path("none"), window=None)
    return judge.judge(sheet), judge


def issues(rows: JudgedRows) -> list[tuple[int, str, str, str]]:
    names = ("line", "field", "code", "severity")
    return list(zip(*(rows.issues[name].to_pylist() for name in names), strict=True))


def messages(rows: JudgedRows) -> list[str]:
    found: list[str] = rows.issues["message"].to_pylist()
    return found


def kept(rows: JudgedRows, field: str) -> list[str | None]:
    found: list[str | None] = rows.normalized.values[field].to_pylist()
    return found


# --- what cannot be read ---


def test_a_key_that_stands_twice_in_one_object_is_named_wherever_it_stands() -> None:
    cells = (
        '{"a": 1, "a": 2}',
        '{"b": [{"x y": 1, "x y": 1}]}',
        "{",
        '{"a": {"a": 1}}',
        '{"Gr\u00f6\u00dfe \\"m\\"":1, "Gr\u00f6\u00dfe \\"m\\"":2}',
    )
    rows, _ = judged(
        chunk("id|extras", *(f"inst-{n}|{cell}" for n, cell in enumerate(cells))), "generic_csv.institutions"
    )
    found = [each for each in rows.issues.to_pylist() if each["field"] == "extras"]
    assert [(each["line"], each["code"], each["message"]) for each in found] == [
        (2, "repeated_key", 'One object has the key "a" more than once, and one of its values would be lost'),
        (3, "repeated_key", 'One object has the key "x y" more than once, and one of its values would be lost'),
        (4, "bad_json", "Not valid JSON"),
        (
            6,
            "repeated_key",
            'One object has the key "Gr\u00f6\u00dfe \\"m\\"" more than once, and one of its values would be lost',
        ),
    ]


# --- no value ---


@pytest.mark.parametrize("text", ["nan", "NaN", "None", "NULL", "null", "Null", "N/A", "NA", "<NA>", "-", "--", "\\N"])
def test_a_required_name_that_reads_as_no_value_makes_its_row_invalid(text: str) -> None:
    rows, judge = judged(chunk("email|full_name", f"a@b.co|{text}", "b@b.co|Ann Lee"))
    assert issues(rows) == [(2, "full_name", "null_text", "error")]
    assert messages(rows) == [
        f"'{text}' reads as no value: map it to nothing, or to itself where it is meant as it stands"
    ]
    assert judge.noticed.to_dict() == {"null_texts": {"full_name": {text: 1}}}


def test_in_an_optional_text_it_is_a_warning_and_in_another_kind_the_error_says_so() -> None:
    rows, _ = judged(chunk("email|full_name|phone|external_id", "a@b.co|Ann|n/a|NULL", "b@b.co|Bo|call|X1"))
    assert issues(rows) == [
        (2, "phone", "bad_phone", "error"),
        (2, "external_id", "null_text", "warning"),
        (3, "phone", "bad_phone", "error"),
    ]
    assert messages(rows)[0].endswith(". 'n/a' reads as no value: map it to nothing, or correct it")
    assert messages(rows)[2].startswith("Invalid phone number")


def test_a_required_email_that_reads_as_no_value_says_so() -> None:
    rows, _ = judged(chunk("email|full_name", "nan|Ann", "ann|Ann"))
    assert issues(rows) == [(2, "email", "bad_email", "error"), (3, "email", "bad_email", "error")]
    assert messages(rows) == [
        "Invalid email format. 'nan' reads as no value: map it to nothing, or correct it",
        "Invalid email format",
    ]


def test_of_a_number_that_nobody_knew_it_is_said_that_it_stands_for_none() -> None:
    rows, judge = judged(chunk("code|name|duration_weeks", "A1|Unknown|TBD", "A2|Two|call"), "elevate.courses")
    assert issues(rows) == [
        (2, "duration_weeks", "bad_integer", "error"),
        (3, "duration_weeks", "bad_integer", "error"),
    ]
    assert messages(rows)[0].endswith(". 'TBD' reads as no value: map it to nothing, or correct it")
    assert judge.noticed.to_dict() == {"null_texts": {"duration_weeks": {"TBD": 1}}}


def test_a_person_called_null_keeps_the_name_and_is_asked_about() -> None:
    sheet = chunk(
        "email|first_name|last_name",
        "a@b.co|Jo|Null",
        "b@b.co|Nan|NA",
        "c@b.co|True|None",
        "d@b.co|N/A|False",
        "e@b.co|-|-",
        "f@b.co||-",
        "g@b.co|Nan|",
        "h@b.co|Mara|Quist",
        "i@b.co|NaN|Null",
        "j@b.co|nan|NaN",
    )
    rows, judge = judged(sheet)
    assert issues(rows) == [
        (2, "last_name", "null_text", "warning"),
        (3, "last_name", "null_text", "warning"),
        (4, "last_name", "null_text", "warning"),
        (5, "first_name", "null_text", "error"),
        (6, "full_name", "null_text", "error"),
        (7, "full_name", "null_text", "error"),
        (10, "first_name", "null_text", "warning"),
        (10, "last_name", "null_text", "warning"),
        (11, "full_name", "null_text", "error"),
    ]
    assert kept(rows, "full_name")[:3] == ["Jo Null", "Nan NA", "True None"]
    assert judge.noticed.null_texts == {
        "first_name": {"N/A": 1, "-": 1, "NaN": 1, "nan": 1},
        "last_name": {"Null": 2, "NA": 1, "None": 1, "-": 2, "NaN": 1},
    }


@pytest.mark.parametrize("text", ["N/A", "n/a", "-", "--", "<NA>", "\\N", "(null)", "N.A.", "\u2013"])
def test_a_name_is_not_joined_of_what_nobody_is_called_before_somebody_has_said_what_it_means(text: str) -> None:
    sheet = chunk("email|first_name|last_name", f"a@b.co|{text}|Jones", f"b@b.co|Ann|{text}", "c@b.co|Jo|Null")
    rows, judge = judged(sheet)
    assert issues(rows) == [
        (2, "first_name", "null_text", "error"),
        (3, "last_name", "null_text", "error"),
        (4, "last_name", "null_text", "warning"),
    ]
    assert judge.noticed.null_texts == {"first_name": {text: 1}, "last_name": {text: 1, "Null": 1}}
    rows, _ = judged(sheet, value_maps={"full_name": {text: "", "Null": "Null"}})
    assert (issues(rows), kept(rows, "full_name")) == ([], ["Jones", "Ann", "Jo Null"])
    rows, _ = judged(sheet, value_maps={"first_name": {text: text}, "last_name": {text: "", "Null": "Null"}})
    assert (issues(rows), kept(rows, "full_name")) == ([], [f"{text} Jones", "Ann", "Jo Null"])


def test_a_part_that_no_name_was_joined_of_is_warned_of_alone() -> None:
    rows, _ = judged(chunk("email|full_name|first_name|last_name", "a@b.co|Ann Lee|Ann|N/A"))
    assert (issues(rows)[0], kept(rows, "full_name")) == ((2, "last_name", "null_text", "warning"), ["Ann Lee"])


def test_a_name_that_its_parts_contradict_is_warned_of_and_counts() -> None:
    sheet = chunk(
        "email|full_name|first_name|last_name",
        "a@b.co|Ann Lee|Bob|Ray",
        "b@b.co|Ann Lee|Ann|Lee",
        "c@b.co|LEE, Ann M.|Ann|Lee",
        "d@b.co|Ann Marie Lee|Ann|Lee",
        "e@b.co|Ann Lee|Bob|",
        "f@b.co||Bob|Ray",
        "g@b.co|Ann Lee|Ann|Leigh",
    )
    rows, _ = judged(sheet)
    assert issues(rows) == [(2, "full_name", "not_used", "warning"), (8, "full_name", "not_used", "warning")]
    assert messages(rows)[0] == "first name and last name say Bob Ray, full name says Ann Lee, which counts"
    assert kept(rows, "full_name")[0] == "Ann Lee"
    whole = {"columns": {"full_name": "full_name", "email": "email", "first_name": "first_name"}}
    assert issues(judged(sheet, **whole)[0]) == []


def test_a_name_that_begins_or_ends_with_no_value_is_warned_of() -> None:
    cells = ["N/A Jones", "Ann -", "-- Lee", "Ann (null)", "Ann - Lee", "Ann-Marie Lee", "Jo Null", "A.N. Other"]
    sheet = chunk("email|full_name", *(f"a{n}@b.co|{cell}" for n, cell in enumerate(cells)))
    rows, _ = judged(sheet)
    assert issues(rows) == [(line, "full_name", "null_part", "warning") for line in (2, 3, 4, 5)]
    assert messages(rows)[0].startswith("'N/A Jones' has a part that reads as no value")
    said = {cell: cell for cell in cells[:4]}
    assert issues(judged(sheet, value_maps={"full_name": said})[0]) == []


def test_what_a_person_says_of_a_text_holds_for_ingredients_too() -> None:
    sheet = chunk("email|first_name|last_name", "a@b.co|Jo|Null", "b@b.co|Mara|-", "c@b.co|null|NULL")
    rows, judge = judged(sheet, value_maps={"last_name": {"Null": "Null", "-": ""}, "first_name": {"Null": ""}})
    assert issues(rows) == []
    assert kept(rows, "full_name") == ["Jo Null", "Mara", "NULL"]
    assert judge.noticed.to_dict() == {}


def test_what_is_said_of_a_joined_name_holds_for_what_it_is_made_of() -> None:
    sheet = chunk("email|first_name|last_name", "a@b.co|Jo|Null", "b@b.co|Mara|-", "c@b.co|-|-")
    rows, judge = judged(sheet, value_maps={"full_name": {"Null": "Null", "-": ""}})
    assert kept(rows, "full_name") == ["Jo Null", "Mara", None]
    assert issues(rows) == []  # the plan misses it, of a new record
    assert judge.noticed.to_dict() == {}


def test_a_text_that_is_said_to_be_meant_stays_as_it_is_written() -> None:
    rows, _ = judged(chunk("email|full_name", "a@b.co|NULL", "b@b.co|Null"), value_maps={"full_name": {"Null": "Null"}})
    assert (issues(rows), kept(rows, "full_name")) == ([], ["NULL", "Null"])


# --- a spreadsheet's errors ---


@pytest.mark.parametrize(
    "text",
    [
        "#REF!",
        "#N/A",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "Err:502",
        "########",
        "1900-01-00",
    ],
)
def test_an_error_of_a_spreadsheet_is_an_error_of_its_row_in_any_text(text: str) -> None:
    rows, _ = judged(chunk("name|code|description", f"{text}|A|x", f"B|{text}|x", f"C|C|{text}"), "elevate.courses")
    assert issues(rows) == [
        (2, "name", "error_cell", "error"),
        (3, "code", "error_cell", "error"),
        (4, "description", "error_cell", "error"),
    ]


def test_a_name_that_was_joined_of_error_cells_is_one_and_a_sharp_is_none() -> None:
    sheet = chunk("email|full_name|first_name|last_name", "a@b.co|Ann #REF!||", "b@b.co|C# Minor||", "c@b.co||Ann|#N/A")
    rows, _ = judged(sheet)
    assert issues(rows) == [(2, "full_name", "error_cell", "error"), (4, "last_name", "error_cell", "error")]


def test_an_error_cell_can_be_said_to_be_no_value() -> None:
    sheet = chunk("email|full_name|external_id", "a@b.co|Ann|#N/A")
    rows, _ = judged(sheet, value_maps={"external_id": {"#N/A": ""}})
    assert (issues(rows), kept(rows, "external_id")) == ([], [None])


# --- digits that are gone ---


@pytest.mark.parametrize("text", ["1.23457E+11", "5.55123E+09", "1.2345678901234568E+18", "1e+05"])
def test_an_identifier_or_a_phone_with_an_exponent_is_no_value(text: str) -> None:
    rows, _ = judged(chunk("email|full_name|phone|external_id", f"a@b.co|Ann|{text}|{text}"))
    assert issues(rows) == [(2, "phone", "rounded", "error"), (2, "external_id", "rounded", "error")]


def test_a_phone_whose_digits_are_all_there_is_read_and_an_identifier_is_not() -> None:
    rows, judge = judged(chunk("email|full_name|phone|external_id", "a@b.co|Ann|5.551234567E9|5.551234567E9"))
    assert issues(rows) == [(2, "external_id", "rounded", "error")]
    assert kept(rows, "phone") == ["5551234567"]
    told = "1 cell was written as a number with an exponent, and read as its digits"
    assert [sentence for _, part, sentence in judge.noticed.told() if part == "exponents"] == [told]


def test_what_may_be_an_identifier_is_one_and_a_free_text_may_say_what_it_likes() -> None:
    sheet = chunk(
        "name|code|description", "A|1e5|1.5E+11", "B|3E2|x", "C|12345678901234567.0|x", "D|123456789012345000|"
    )
    rows, _ = judged(sheet, "elevate.courses")
    assert issues(rows) == [(4, "code", "rounded", "error"), (5, "code", "may_be_rounded", "warning")]


@pytest.mark.parametrize(
    "text", ["2024-03-01", "2024-03-01T00:00:00", "2024-03-01 00:00:00", "2-Mar", "Mar-24", "12-Oct", "2-Mar-24"]
)
def test_an_identifier_that_looks_like_a_date_is_warned_of(text: str) -> None:
    rows, _ = judged(chunk("email|full_name|external_id", f"a@b.co|Ann|{text}", "b@b.co|Bo|NB-101"))
    assert issues(rows) == [(2, "external_id", "may_be_date", "warning")]
    assert messages(rows) == [f"'{text}' may be a date that a spreadsheet has made of an identifier"]
    assert kept(rows, "external_id") == [text, "NB-101"]
    rows, _ = judged(
        chunk("email|full_name|external_id", f"a@b.co|Ann|{text}"), value_maps={"external_id": {text: text}}
    )
    assert issues(rows) == []


def test_what_no_spreadsheet_writes_for_a_date_is_an_identifier() -> None:
    cells = ["2024-13-01", "1234-56-78", "012-34-5678", "MAR-1", "Mar-1", "Marx-24", "24-03", "2024-03-01-A"]
    sheet = chunk("email|full_name|external_id", *(f"a{n}@b.co|Ann|{cell}" for n, cell in enumerate(cells)))
    assert issues(judged(sheet)[0]) == []


# --- letters ---


def test_letters_that_were_misread_are_warned_of_and_repaired_on_a_word() -> None:
    sheet = chunk("email|full_name", "a@b.co|JosÃ© Ruiz", "b@b.co|José Ruiz", "c@b.co|CONCEIÇÃO", "d@b.co|Dâ€™Arcy")
    rows, judge = judged(sheet)
    assert issues(rows) == [(2, "full_name", "mojibake", "warning"), (5, "full_name", "mojibake", "warning")]
    assert messages(rows)[0] == "'JosÃ© Ruiz' may be 'José Ruiz': its letters were read in a wrong encoding"
    assert judge.noticed.misread == {"full_name": {"before": "JosÃ© Ruiz", "after": "José Ruiz", "rows": 2}}
    rows, judge = judged(sheet, repairs=("full_name",))
    assert kept(rows, "full_name") == ["José Ruiz", "José Ruiz", "CONCEIÇÃO", "D\u2019Arcy"]
    assert (issues(rows), judge.noticed.to_dict()) == ([], {"repaired": {"full_name": 2}})


def test_a_soft_hyphen_that_is_half_of_a_misread_letter_stays_for_its_repair() -> None:
    sheet = chunk(
        "email|first_name|last_name", "a@b.co|Mar\u00c3\u00ada|Garc\u00c3\u00ada", "b@b.co|Jo\u00ad|Co\u00adop"
    )
    assert kept(judged(sheet)[0], "full_name") == ["Mar\u00c3\u00ada Garc\u00c3\u00ada", "Jo Coop"]
    rows, _ = judged(sheet, repairs=("full_name",))
    assert kept(rows, "full_name") == ["María García", "Jo Coop"]
    assert issues(rows) == [(3, "first_name", "unseen", "warning"), (3, "last_name", "unseen", "warning")]


def test_a_joined_name_is_repaired_in_what_it_is_made_of() -> None:
    sheet = chunk("email|first_name|last_name", "a@b.co|JosÃ©|MÃ¼ller")
    rows, judge = judged(sheet, repairs=("full_name",))
    assert (issues(rows), kept(rows, "full_name")) == ([], ["José Müller"])
    assert judge.noticed.to_dict() == {"repaired": {"first_name": 1, "last_name": 1}}


def test_a_text_of_several_lines_is_repaired_too() -> None:
    cells = pa.RecordBatch.from_pydict({"name": ["A"], "code": ["A"], "description": ["CafÃ©\nJosÃ©"]})
    sheet = Chunk(lines=pa.array([2], pa.int32()), cells=cells)
    rows, _ = judged(sheet, "elevate.courses", repairs=("description",))
    assert kept(rows, "description") == ["Café\nJosé"]


def test_a_letter_that_is_lost_is_an_error_but_in_a_free_text() -> None:
    sheet = chunk("name|code|description", "Zo\ufffd|A|x", "B|\ufffd|x", "C|C|caf\ufffd")
    rows, _ = judged(sheet, "elevate.courses")
    assert issues(rows) == [
        (2, "name", "damaged_text", "error"),
        (3, "code", "damaged_text", "error"),
        (4, "description", "damaged_text", "warning"),
    ]


# --- cells that cost themselves alone ---


def test_a_wrong_cell_of_a_lenient_field_is_left_out_with_a_warning() -> None:
    sheet = chunk(
        "email|full_name|phone|external_id", "a@b.co|Ann|call me|X1", "b@b.co|Bo||#REF!", "c@b.co|Cy|555-123-4567|"
    )
    rows, _ = judged(sheet, lenient=("phone", "external_id"))
    assert issues(rows) == [(2, "phone", "bad_phone", "warning"), (3, "external_id", "error_cell", "warning")]
    assert messages(rows)[0].endswith("(left out: 'call me')")
    assert kept(rows, "phone") == [None, None, "555-123-4567"]
    assert kept(rows, "external_id") == ["X1", None, None]
    assert {name: flags.to_pylist() for name, flags in rows.left_out.items()} == {
        "phone": [True, False, False],
        "external_id": [False, True, False],
    }


# --- whole columns ---


def test_what_was_taken_off_is_counted_by_column() -> None:
    sheet = chunk(
        "email|full_name|phone|external_id",
        'a@b.co|Ann|5551234567.00|="00123"',
        "b@b.co|O'Brien|'5551234567|'00124",
        "c@b.co|Cy|555-123-4567|12345.0",
        "d@b.co|Di|5.551234567E9|00125",
    )
    rows, judge = judged(sheet)
    assert issues(rows) == []
    assert kept(rows, "phone") == ["5551234567", "5551234567", "555-123-4567", "5551234567"]
    assert kept(rows, "external_id") == ["00123", "00124", "12345", "00125"]
    assert judge.noticed.to_dict() == {
        "wrapped": {"phone": 1, "external_id": 2},
        "points": {"phone": 1, "external_id": 1},
        "exponents": {"phone": 1},
    }


def test_the_counts_of_several_chunks_add_up() -> None:
    mapping = Mapping(columns={"email": "email", "full_name": "full_name"})
    oddities = Oddities(STUDENTS, mapping)
    for _ in range(3):
        sheet = chunk("email|full_name", "a@b.co|nan", 'b@b.co|="Bo"')
        oddities.issues(sheet, normalize(sheet, STUDENTS, mapping).columns)
    assert oddities.noticed.to_dict() == {"null_texts": {"full_name": {"nan": 3}}, "wrapped": {"full_name": 3}}
    assert [(finding.evaluated, finding.unexpected) for finding in oddities.findings()] == [(6, 3)]


@MANY
@given(strategies.lists(strategies.text(strategies.sampled_from("abcXYZ0189 _.éü漢"), max_size=12)))
def test_what_is_not_recognised_stays_as_typed_without_a_word(texts: list[str]) -> None:
    tidy = [" ".join(text.split()) for text in texts]
    cells = pa.RecordBatch.from_pydict({"description": pa.array(tidy, pa.string())})
    sheet = Chunk(lines=pa.array(range(len(tidy)), pa.int32()), cells=cells)
    mapping = Mapping(columns={"description": "description"})
    normalized = normalize(sheet, COURSES, mapping)
    assert normalized.values["description"].to_pylist() == [text or None for text in tidy]
    assert Oddities(COURSES, mapping).issues(sheet, normalized.columns).num_rows == 0


# --- letters that nobody sees ---


@pytest.mark.parametrize("letter", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u200e", "\u2028", "\u2029"])
def test_a_key_with_a_letter_that_nobody_sees_is_read_without_it_and_told(letter: str) -> None:
    rows, _ = judged(chunk("code|name", f"AB{letter}12|Welding", "CD34|Baking"), "elevate.courses")
    assert issues(rows) == [(2, "code", "unseen", "warning")]
    assert kept(rows, "code") == ["AB 12" if letter in "\u2028\u2029" else "AB12", "CD34"]
    assert "letters that nobody sees" in messages(rows)[0]


def test_a_name_with_such_a_letter_is_told_and_one_with_accents_or_wide_spaces_is_not() -> None:
    rows, _ = judged(chunk("email|full_name", "a@b.co|Ann\u200b Lee", "b@b.co|Zo\u00eb\u00a0\u010cern\u00e1"))
    assert issues(rows) == [(2, "full_name", "unseen", "warning")]
    assert kept(rows, "full_name") == ["Ann Lee", "Zo\u00eb \u010cern\u00e1"]


def test_joiners_between_letters_that_are_joined_stay_and_are_not_told() -> None:
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    rows, _ = judged(chunk("email|full_name", f"a@b.co|{name}"))
    assert issues(rows) == []
    assert kept(rows, "full_name") == [name]


def test_what_is_hidden_in_a_free_text_is_not_told() -> None:
    rows, _ = judged(chunk("code|name|description", "A1|Welding|Well\u200bding"), "elevate.courses")
    assert issues(rows) == []
