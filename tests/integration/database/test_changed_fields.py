"""Which fields of known records an import changes, as its rows say it one by one."""

from collections import Counter
from collections.abc import Callable

from workbench import Workbench
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]


def test_the_fields_are_those_that_the_rows_tell(wb: Workbench, sheet: Sheets) -> None:
    first = "email,full_name,phone\nada@example.com,Ada Park,555-201-0001\nben@example.com,Ben Berg,555-201-0002\n"
    wb.import_sheet(sheet(first), "elevate.students")
    again = (
        "email,full_name,phone\nada@example.com,Ada Lee,\nben@example.com,Ben Beck,555-201-0003\nnew@example.com,New,\n"
    )
    batch = wb.plan(wb.stage(sheet(again), "elevate.students")).batch
    assert wb.changed_fields(batch) == {"full_name": 2, "phone": 1}  # a blank cell keeps what is stored
    assert wb.changed_fields(batch) == Counter(name for row in wb.rows.each(batch) for name in row["changes"])
    cleared = wb.plan(wb.stage(sheet(again), "elevate.students", clears=["phone"])).batch
    assert wb.changed_fields(cleared) == {"full_name": 2, "phone": 2}
    assert wb.changed_fields(cleared) == Counter(name for row in wb.rows.each(cleared) for name in row["changes"])


def test_references_times_and_numbers_are_compared_as_they_are_stored(wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name,code\nNursing,CNA101\nWelding,WELD1\n"), "elevate.courses")
    wb.import_sheet(sheet("name\nHarbor\nPier\n", "companies.csv"), "commerce.companies")
    rows = "number,date,company,total\n1,2026-01-01,Harbor,10.00\n2,2026-01-02,Harbor,20\n"
    wb.import_sheet(sheet(rows), "commerce.invoice_headers")
    later = "number,date,company,total\n1,2026-01-03,Pier,10\n2,2026-01-02,Harbor,20.50\n"
    batch = wb.plan(wb.stage(sheet(later), "commerce.invoice_headers")).batch
    told = Counter(name for row in wb.rows.each(batch) for name in row["changes"])
    assert told and wb.changed_fields(batch) == told
