"""A row whose record an undo has kept is not lost: the record is there, and it is the row's."""

from collections.abc import Callable

import pytest

from tests.imports import ask
from workbench import Workbench
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]


def lost(wb: Workbench, text: str) -> list[tuple[str, int]]:
    return [(row["file_name"], row["line"]) for row in wb.records.left_out(text).rows]


def test_a_row_whose_record_an_undo_has_kept_is_not_among_those_that_became_no_record(
    wb: Workbench, sheet: Given
) -> None:
    people = "email,name\nann@x.org,Ann\nben@x.org,Ben\n"
    first = wb.import_sheet(sheet(people, "first.csv"), "elevate.students")
    later = wb.import_sheet(sheet("email,name\nann@x.org,Anna\n", "later.csv"), "elevate.students")
    wb.undo(first)
    assert (lost(wb, "ann@x.org"), lost(wb, "ben@x.org")) == ([], [("first.csv", 3)])
    wb.undo(later)
    wb.undo(first)  # and what was kept goes
    assert lost(wb, "ann@x.org") == [("later.csv", 2), ("first.csv", 2)]


def test_a_row_of_several_parts_is_not_lost_while_one_of_its_records_is_kept(
    wb: Workbench, sheet: Given, url: str
) -> None:
    header = "email,first_name,last_name,course_code,course_name,status\n"
    rows = f"{header}ann@x.org,Ann,Lee,CNA101,Nursing,active\nben@x.org,Ben,Oka,CNA101,Nursing,active\n"
    first = wb.import_sheet(sheet(rows, "first.csv"), "elevate.learners")
    ask(url, "update elevate.profiles set full_name = 'Anna Lee' where email = 'ann@x.org' returning id")
    wb.undo(first)
    assert (lost(wb, "ann@x.org"), lost(wb, "ben@x.org")) == ([], [("first.csv", 3)])
