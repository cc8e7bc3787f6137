"""What a person says of a row can be said otherwise until the signature: the later word counts, no word is lost."""

from collections.abc import Callable

import pytest

from tests.imports import untimed
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import AlreadySigned
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
TEXT = "email,full_name\nann@example.org,Ann Lee\nnobody,Bea\nno one,Cy\n"


@pytest.fixture
def batch(wb: Workbench, sheet: Given) -> Batch:
    """Two invalid rows, rejected by ana."""
    done = wb.import_sheet(sheet(TEXT), "elevate.students", skip_errors=True)
    wb.reject(done, [3, 4], "Not a person")
    return done


def test_the_later_reason_counts_and_the_earlier_one_stays_known(
    wb: Workbench, open_wb: Callable[..., Workbench], batch: Batch
) -> None:
    ben = open_wb(user="ben")
    figures = ben.reject(batch, [4], "Left in May")
    assert (figures.rejected_by, figures.done) == ({"ana": 1, "ben": 1}, True)
    assert [
        (row["line"], row["explanation"], row["explained_by"]) for row in wb.rows.each(batch, outcome="invalid")
    ] == [
        (3, "Not a person", "ana"),
        (4, "Left in May", "ben"),
    ]
    story = [(each["actor"], each["action"], each["detail"]) for each in wb.batches.story(batch)][-2:]
    assert story[0][:2] == ("ben", "said otherwise")
    assert {name: story[0][2][name] for name in ("was", "by", "rows", "lines")} == {
        "was": "Not a person",
        "by": "ana",
        "rows": 1,
        "lines": [4],
    }
    assert story[1] == ("ben", "rejected", {"rows": 1, "lines": [4], "reason": "Left in May"})
    log = untimed(wb.log(batch).render())
    assert "ben rejected 1 row: Left in May (line 4)." in log
    assert "ana rejected 1 row: Not a person (line 3)." in log


def test_the_same_word_again_changes_nothing(wb: Workbench, open_wb: Callable[..., Workbench], batch: Batch) -> None:
    open_wb(user="ben").reject(batch, [3, 4], "Not a person")
    assert [(each["by"], each["rows"], each["lines"]) for each in wb.rows.said(batch)] == [("ana", 2, [3, 4])]


def test_an_explanation_is_said_otherwise_too(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nWelding,WELD\n"), "elevate.courses")
    wb.import_sheet(sheet(TEXT), "elevate.students", skip_errors=True)
    text = "student_email,course_code\nann@example.org,CNA101\nann@example.org,BAKE\n"
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    wb.explain(batch, [2, 3], "Cancelled")
    wb.explain(batch, [3], "Moved to May")
    assert [(each["word"], each["reason"], each["lines"]) for each in wb.rows.said(batch)] == [
        ("explained", "Cancelled", [2]),
        ("explained", "Moved to May", [3]),
    ]
    assert wb.reconcile(batch).done


def test_after_the_signature_no_word_changes(wb: Workbench, open_wb: Callable[..., Workbench], batch: Batch) -> None:
    ben = open_wb(user="ben")
    ben.sign_off(batch)
    with pytest.raises(AlreadySigned):
        wb.reject(batch, [3], "Left in May")
    assert ben.verify(batch)
