"""References that name nothing as they are written: what they may have meant is told, and accepted for all rows."""

from collections.abc import Callable

import pytest

from tests.imports import issues, messages, outcome, outcomes
from workbench import Workbench
from workbench.datasets import catalog
from workbench.model.derivation import FirstOf
from workbench.model.errors import UnknownField
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

ENROLLMENTS = """\
student_email,course_code,status
ada@example.com,CNA 101,active
ada@example.com,WELD101,active
ben@exmple.com,cna-101,active
ada@example.com,WELD 102,active
ada@example.com,cna-101,odd
"""


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\nWelding,WELD101\nMore,WELD103\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nada@example.com,Ada\nben@example.com,Ben\n"), "elevate.students")


def test_a_reference_is_read_as_the_key_is_that_it_names() -> None:
    """So what looks the same is the same, whichever of the two was typed so."""
    for contract in catalog.CONTRACTS.values():
        for field in contract.references:
            assert field.reference is not None
            other = catalog.contract(field.reference.dataset)
            for way in field.reference.by:
                dataset, name = way.through or (other.name, way.field)
                named = catalog.contract(dataset).field(name)
                # what is made of an id or a name is a text, as a text that names several is: of no kind itself
                no_kind = way.any_of or isinstance(named.derive, FirstOf)
                assert no_kind or contract.field(way.said).kind == named.kind
            assert field.reference.by or field.kind == other.field(field.reference.field).kind


def test_what_nearly_fits_is_told_with_its_rows(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", skip_errors=True)
    said = [(one["field"], one["text"], one["means"], one["rows"]) for one in batch.summary["suggestions"]]
    assert said == [
        ("course_code", "cna-101", "CNA101", 2),
        ("course_code", "CNA 101", "CNA101", 1),
        ("student_email", "ben@exmple.com", "ben@example.com", 1),
    ]
    told = messages(wb, batch)
    assert told[2] == "Course not found: 'CNA 101'; did you mean CNA101?"
    assert told[5] == "Course not found: 'WELD 102'"  # of two that are as near, or with another number, none is told


def test_all_issues_of_a_row_are_told_the_first_time(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", dry_run=True)
    assert outcomes(wb, batch)[4] == (6, "invalid")
    assert issues(wb, batch)[-2:] == [(6, "status", "bad_choice"), (6, "course_code", "course_not_found")]
    refused = "student_email,course_code\nnot an address,NOPE\n"
    assert issues(wb, wb.import_sheet(sheet(refused), "elevate.enrollments")) == [
        (2, "student_email", "bad_email"),
        (2, "course_code", "course_not_found"),
    ]


def test_it_is_accepted_for_all_rows_at_once(wb: Workbench, sheet: Given) -> None:
    planned = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", dry_run=True)
    corrected = wb.mean(planned)
    assert (corrected.stage, corrected.summary["corrected"]) == ("staged", 3)
    assert outcomes(wb, wb.plan(planned).batch) == [
        (2, "created"),
        (3, "created"),
        (4, "created"),
        (5, "unmatched:course"),
        (6, "invalid"),
    ]
    wb.mean(planned, {"course_code": {"WELD 102": "WELD103"}, "status": {"odd": "active"}})
    assert outcome(wb.plan(planned).batch) == (4, 0, 1, 0, 0)
    with pytest.raises(UnknownField):
        wb.mean(planned, {"progress": {"x": "1"}})


def test_the_template_remembers_it(wb: Workbench, sheet: Given) -> None:
    wb.templates.save("usual", "elevate.enrollments", Mapping(value_maps={"status": {"odd": "active"}}))
    planned = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", template="usual", dry_run=True)
    wb.mean(planned, remember=True)
    (saved,) = wb.templates.all("elevate.enrollments")
    assert saved.mapping.value_maps == {
        "status": {"odd": "active"},
        "course_code": {"cna-101": "CNA101", "CNA 101": "CNA101"},
        "student_email": {"ben@exmple.com": "ben@example.com"},
    }
    assert outcome(wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", template="usual", dry_run=True))[3] == 1


def test_a_run_is_told_of_what_it_makes_itself(wb: Workbench, sheet: Given) -> None:
    text = """\
email,first_name,last_name,course_code,course_name
ada@example.com,Ada,,NEW 1,A new one
ben@example.com,Ben,,new1,
"""
    run = wb.import_sheet(sheet(text), "elevate.learners", dry_run=True)
    assert [(one["field"], one["text"], one["means"]) for one in run.summary["suggestions"]] == [
        ("course_code", "new1", "NEW 1")
    ]
    assert messages(wb, run)[3] == "Course not found: 'new1'; did you mean NEW 1?"
    wb.mean(run)
    assert outcome(wb.plan(run).batch) == (2, 0, 0, 0, 0)


def test_a_reference_without_a_text_is_no_slip_of_a_key(wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    rows = [("user-1", "x" * 2_500), ("user-2", "null"), ("user-3", "#REF!"), ("user-4", ""), ("user-5", "acme")]
    text = "".join(f"{name},{name}@example.edu,{institution}\n" for name, institution in rows)
    batch = wb.import_sheet(sheet(f"id,email,institution_id\n{text}"), "generic_csv.users")
    assert (batch.stage, batch.processed) == ("held", 5)
