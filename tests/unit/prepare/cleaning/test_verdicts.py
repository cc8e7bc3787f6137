"""What a dataset says of a column by itself is what an import says of it."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.datasets import catalog
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.cleaning.verdicts import Filled, has, verdicts
from workbench.prepare.judging import Judge

CELLS = [
    *(
        "",
        " ",
        "n/a",
        "N/A",
        "#REF!",
        "a@x.org",
        " A@x.org ",
        "a(at)x",
        "a@x.org; b@x.org",
        "Ann",
        "Ann Lee",
        "x" * 300,
    ),
    *("12", "-3", "1,250.75", "1e15", "99999999999999", "0", "5.5", "100%", "2024-03-01", "12/25/2024", "03/04/2024"),
    *("Active", "in progress", "Attended", "yes", "1.23E+14", "5552010001", "+1 (555) 201-0001", "Jos\ufffd", "JosÃ©"),
    *("CNA101", "soft\u00adhyphen", "2024-2025", "a\nb", "a\x00b", "=1+1", "9/11/2001 10:00"),
]
FILLED = [
    Filled(dataset=contract.name, field=field.name)
    for contract in catalog.contracts()
    for field in contract.stored
    if field.imported
]


def column(*cells: str) -> pa.StringArray:
    return pa.array(cells, pa.string())


def said(filled: Filled, *cells: str) -> list[tuple[int, str]]:
    found = verdicts(column(*cells), filled)
    return sorted(zip(found["position"].to_pylist(), found["code"].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def judged(filled: Filled, cells: list[str], home: Path) -> list[tuple[int, str]]:
    """What an import says of the field, when this is its only column; that a record needs it, its plan would say."""
    contract = catalog.contract(filled.dataset)
    mapping = Mapping(columns={"c": filled.field}, forms={filled.field: filled.form} if filled.form else {})
    rows = Chunk(lines=pa.array(range(len(cells)), pa.int32()), cells=pa.record_batch([column(*cells)], names=["c"]))
    issues = Judge(contract, mapping, home, window=None).judge(rows).issues.to_pylist()
    return sorted((each["position"], each["code"]) for each in issues if each["field"] == filled.field)


def by_itself(filled: Filled, cells: list[str]) -> list[tuple[int, str]]:
    key = catalog.contract(filled.dataset).key
    return [each for each in said(filled, *cells) if each[1] != "missing" or filled.field in key]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filled=st.sampled_from(FILLED), cells=st.lists(st.sampled_from(CELLS) | st.text(max_size=8), max_size=12))
def test_it_is_what_an_import_says_of_each_cell(filled: Filled, cells: list[str], home: Path) -> None:
    assert by_itself(filled, cells) == judged(filled, cells, home)


@pytest.mark.parametrize("filled", FILLED, ids=str)
def test_every_field_of_every_dataset_can_be_asked(filled: Filled) -> None:
    assert Filled.from_text(str(filled)) == filled
    assert all(place < len(CELLS) for place, _ in said(filled, *CELLS))


def test_a_column_is_judged_in_the_form_that_it_is_written_in() -> None:
    filled = Filled(dataset="elevate.enrollments", field="enrolled_at")
    assert said(filled, "03/04/2024") == [(0, "bad_timestamp")]
    in_form = Filled.from_text("elevate.enrollments.enrolled_at dmy")
    assert said(in_form, "03/04/2024", "12/25/2024") == [(1, "bad_timestamp")]


def test_what_no_record_can_be_without_is_missing_where_it_is_blank() -> None:
    assert said(Filled.from_text("polaris.events.title"), "Visit", "", " ") == [(1, "missing"), (2, "missing")]
    assert said(Filled.from_text("elevate.students.phone"), "") == []


def test_cells_are_asked_for_one_code_or_for_anything() -> None:
    email = Filled.from_text("elevate.students.email")
    cells = column("a@x.org", "", "a(at)x", "a@x.org")
    assert has(cells, email, ("bad_email",)).to_pylist() == [False, False, True, False]
    assert has(cells, email, ()).to_pylist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("email", "'email' is no dataset"),
        ("elevate.nobody.email", "'elevate.nobody' is no dataset"),
        ("elevate.students.e_mail", "elevate.students has no field called 'e_mail'"),
        ("elevate.students.email dmy", "'dmy' is no form of elevate.students.email"),
    ],
)
def test_what_is_no_field_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Filled.from_text(text)
