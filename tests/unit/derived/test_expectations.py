"""What a contract asks of every row, and what analysts may add in a file of their own."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.datasets.catalog import CONTRACTS, contract
from workbench.derived.expectations import expectations, extra_files, read_extra, suite, suite_json
from workbench.derived.generate import outdated
from workbench.model.contract import Contract, Field
from workbench.model.errors import BrokenSuite

COURSES = contract("elevate.courses")
STUDENTS = contract("elevate.students")


def asked(contract: Contract) -> list[tuple[str, str, str]]:
    return [(each.field, each.code, each.severity) for each in expectations(contract)]


def extra(folder: Path, *entries: Any) -> Path:
    file = folder / "students.extra.json"
    file.write_text(json.dumps({"name": "mine", "expectations": entries}), "utf-8")
    return file


def refusal(file: Path, contract: Contract = STUDENTS) -> str:
    with pytest.raises(BrokenSuite) as refused:
        read_extra(file, contract)
    assert str(refused.value).startswith(f"{file} cannot be used as expectations: ")
    return str(refused.value).partition("expectations: ")[2]


def test_a_suite_asks_for_what_the_fields_declare_in_their_order() -> None:
    assert asked(COURSES) == [
        ("name", "control_character", "error"),
        ("code", "missing", "error"),
        ("code", "control_character", "error"),
        ("code", "too_long", "error"),
        ("description", "control_character", "error"),
        ("duration_weeks", "bad_integer", "error"),
        ("duration_weeks", "out_of_range", "error"),
        ("is_active", "bad_boolean", "error"),
    ]


def test_only_stored_fields_are_asked_about() -> None:
    assert {"first_name", "last_name"}.isdisjoint(each.field for each in expectations(STUDENTS))


def test_a_number_is_compared_in_the_fields_column_and_read_from_the_text_beside_it() -> None:
    assert [(each.code, each.columns) for each in expectations(COURSES) if each.field == "duration_weeks"] == [
        ("bad_integer", ("duration_weeks.text",)),
        ("out_of_range", ("duration_weeks",)),
    ]


@pytest.mark.parametrize(
    ("field", "code", "message"),
    [
        (Field(name="email", required=True), "missing", "email is required"),
        (Field(name="state", kind="choice", choices=("on", "off")), "bad_choice", "state is none of: on, off"),
        (Field(name="title", max_length=20), "too_long", "title is longer than 20 characters"),
        (Field(name="weeks", kind="integer", minimum=0, maximum=9), "out_of_range", "weeks is not between 0 and 9"),
        (Field(name="weeks", kind="integer", minimum=1), "out_of_range", "weeks is less than 1"),
        (Field(name="weeks", kind="decimal", maximum=0.5), "out_of_range", "weeks is more than 0.5"),
        (Field(name="weeks", kind="integer"), "bad_integer", "Not a whole number"),
        (Field(name="weeks", kind="integer", minimum=0, maximum=9), "bad_integer", "Not a whole number from 0 to 9"),
        (Field(name="weeks", kind="integer", minimum=1), "bad_integer", "Not a whole number of at least 1"),
        (Field(name="share", kind="decimal", maximum=0.5), "bad_decimal", "Not a number of at most 0.5"),
        (
            Field(name="done", kind="percent", minimum=0, maximum=100),
            "bad_integer",
            "Not a whole number of percent from 0 to 100",
        ),
    ],
)
def test_every_issue_has_a_sentence(field: Field, code: str, message: str) -> None:
    contract = Contract(
        name="a.b", title="", noun="", table="", key=(field.name,) if field.required else (), fields=(field,)
    )
    assert [each.message for each in expectations(contract) if each.code == code] == [message]


def test_a_sentence_speaks_of_the_form_that_the_column_is_written_in() -> None:
    fields = (Field(name="day", kind="day"), Field(name="weeks", kind="integer", minimum=0, maximum=9))
    contract = Contract(name="a.b", title="", noun="", table="", key=(), fields=fields)
    told = {each.code: each.message for each in expectations(contract, {"day": "dmy", "weeks": "comma"})}
    assert told["bad_day"] == "Invalid date: day first, such as 31/12/2024, or YYYY-MM-DD"
    assert told["bad_integer"] == "Not a whole number from 0 to 9, with a decimal comma"


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
def test_great_expectations_reads_a_generated_suite_as_it_was_meant(contract: Contract) -> None:
    text = suite_json(contract)
    written = json.loads(text)["expectations"]
    read = suite(contract).to_json_dict()["expectations"]
    assert text == suite_json(contract)
    assert [(each["type"], each["kwargs"], each["meta"]) for each in read] == [
        (each["type"], each["kwargs"], each["meta"]) for each in written
    ]


def test_an_analysts_expectation_is_understood_without_any_meta(tmp_path: Path) -> None:
    file = extra(
        tmp_path,
        {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "phone", "regex": "^555"}},
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "external_id"},
            "severity": "warning",
        },
        {
            "type": "expect_column_pair_values_to_be_equal",
            "kwargs": {"column_A": "email", "column_B": "external_id"},
            "severity": "info",
        },
    )
    assert [(each.code, each.field, each.severity, each.message) for each in read_extra(file, STUDENTS)] == [
        ("match_regex", "phone", "error", "phone values must match this regular expression: ^555."),
        ("not_be_null", "external_id", "warning", "external_id values must never be null."),
        ("pair_values_to_be_equal", "", "warning", "Values in email and external_id must always be equal."),
    ]


def test_an_analyst_says_code_message_and_severity_in_meta(tmp_path: Path) -> None:
    meta = {"code": "foreign_phone", "message": "Phone is not ours", "severity": "warning"}
    kwargs = {"column": "phone", "regex": "^555"}
    file = extra(tmp_path, {"type": "expect_column_values_to_match_regex", "kwargs": kwargs, "meta": meta})
    assert [(each.code, each.message, each.severity) for each in read_extra(file, STUDENTS)] == [
        ("foreign_phone", "Phone is not ours", "warning")
    ]


@pytest.mark.parametrize(
    ("type", "kwargs", "why"),
    [
        (
            "expect_table_row_count_to_be_between",
            {"max_value": 9},
            "expectation 1 (expect_table_row_count_to_be_between) cannot be answered for one row by itself",
        ),
        (
            "expect_column_mean_to_be_between",
            {"column": "phone", "max_value": 9},
            "expectation 1 (expect_column_mean_to_be_between) cannot be answered for one row by itself",
        ),
        (
            "expect_column_values_to_be_unique",
            {"column": "email"},
            "expectation 1 (expect_column_values_to_be_unique) cannot be answered for one row by itself",
        ),
        ("expect_magic", {}, "expectation 1 (expect_magic) is refused by Great Expectations: "),
        (
            "expect_column_values_to_match_regex",
            {"regex": "^555"},
            "expectation 1 (expect_column_values_to_match_regex) is refused by Great Expectations: ",
        ),
        (
            "expect_column_values_to_not_be_null",
            {"column": "shoe_size"},
            "expectation 1 (expect_column_values_to_not_be_null) speaks of shoe_size, "
            "which is no column of this suite: email, external_id, full_name, phone",
        ),
        (
            "expect_column_values_to_not_be_null",
            {"column": "phone", "mostly": 0.9},
            'expectation 1 (expect_column_values_to_not_be_null) says "mostly", but every row is judged by itself',
        ),
    ],
)
def test_what_cannot_be_asked_of_a_row_is_refused_by_name(
    tmp_path: Path, type: str, kwargs: dict[str, Any], why: str
) -> None:
    assert refusal(extra(tmp_path, {"type": type, "kwargs": kwargs})).startswith(why)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is not a suite in JSON (Expecting property name"),
        ("[]", "it is not a suite in JSON ("),
        ('{"expectations": {}}', "it is not a suite in JSON (its expectations are no list)."),
        ("{}", 'it has no list called "expectations".'),
        ('{"expectations": [7]}', 'expectation 1 has no "type".'),
        ('{"expectations": [{"type": "expect_x"}]}', 'expectation 1 (expect_x) has no "kwargs".'),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence_that_names_it(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "students.extra.json"
    file.write_text(text, "utf-8")
    assert refusal(file).startswith(why)


def test_extra_files_stand_beside_the_suite_in_any_of_the_folders(tmp_path: Path) -> None:
    there = tmp_path / "mine" / "elevate" / "students.extra.json"
    there.parent.mkdir(parents=True)
    there.write_text("{}", "utf-8")
    assert extra_files(STUDENTS, tmp_path / "theirs", tmp_path / "mine") == (there,)
    assert extra_files(COURSES, tmp_path / "theirs", tmp_path / "mine") == ()


def test_the_committed_suites_are_those_of_the_contracts() -> None:
    assert outdated() == (), "run: make generate"
