"""Routes are imported whole or not at all: one bad stop refuses the file, and nobody can let the others go on."""

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from tests.imports import ask, fingerprint, messages, outcome, tamper
from workbench import Workbench, open_sheet
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.errors import HeldWhole, Unbalanced
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

ROUTES = "commerce.routes"
Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]
INVOICES = "number,date,company,total\n" + "".join(f"1000{n},2025-01-10,Harbor,10\n" for n in range(1, 6))
BAD = """Route Name,Stop Number,Order Number,ETA
North-2025-01-16,1,10001,8:30 AM
North-2025-01-16,3,10002,25:00
North-2025-01-16,3,10003,9:00
South-2025-01-16,2,10003,10:15
South-2025-01-16,3,99999,11:00
South-2025-01-16,6,10004,
South-2025-01-16,7,,2 PM
"""


def order(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name\nHarbor\n", "companies.csv"), "commerce.companies")
    wb.import_sheet(sheet(INVOICES, "invoices.csv"), "commerce.invoice_headers")


@pytest.fixture
def ordered(wb: Workbench, sheet: Given) -> None:
    order(wb, sheet)


def stops(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        "select r.route, s.stop, i.number, s.eta from commerce.route_stops s "
        "join commerce.delivery_routes r on r.id = s.route_id left join commerce.invoices i on i.id = s.invoice_id "
        "order by 1, 2",
    )


@pytest.mark.usefixtures("ordered")
def test_one_bad_stop_refuses_the_file_with_every_reason(wb: Workbench, sheet: Given, url: str) -> None:
    before = fingerprint(url)
    batch = wb.import_sheet(sheet(BAD), ROUTES, skip_errors=True)
    assert (batch.stage, outcome(batch)) == ("held", (0, 0, 0, 0, 7))
    assert messages(wb, batch) == {
        2: "Another stop of this route is wrong, on line 3: Duplicate stop: 3 stands on lines 3 and 4",
        3: "Invalid time format: write 8:30 AM or 14:30; Duplicate stop: 3 stands on lines 3 and 4; "
        "Stop 3 comes after 1: 2 is missing",
        4: "Duplicate order number: 10003 stands on lines 4 and 5; Duplicate stop: 3 stands on lines 3 and 4",
        5: "Duplicate order number: 10003 stands on lines 4 and 5; "
        "The first stop is 2: they are numbered 1, 2, 3 in each route",
        6: "Order ID not found: '99999'; Another stop of this route is wrong, on line 5: "
        "Duplicate order number: 10003 stands on lines 4 and 5",
        7: "eta is required; Stop 6 comes after 3: 4 to 5 are missing",
        8: "order_number is required; Another stop of this route is wrong, on line 5: "
        "Duplicate order number: 10003 stands on lines 4 and 5",
    }
    for accept in ((), ("all",)):
        with pytest.raises(HeldWhole, match=r"whole or not at all, and 7 rows are invalid"):
            wb.commit(batch, skip_errors=True, accept=accept)
    assert fingerprint(url) == before


@pytest.mark.usefixtures("ordered")
def test_the_file_of_what_is_wrong_has_every_row_of_a_wrong_route_and_brings_it_in_once_it_is_right(
    wb: Workbench, sheet: Given, url: str, tmp_path: Path
) -> None:
    head = "Route Name,Stop,Order,ETA\n"
    right = "S-2025-01-16,1,10004,8:00\nS-2025-01-16,2,10005,9:00\n"
    wrong = "N-2025-01-16,1,10001,8:00\nN-2025-01-16,3,10002,9:00\nN-2025-01-16,4,10003,10:00\n"
    batch = wb.import_sheet(sheet(head + right + wrong), ROUTES)
    assert outcome(batch) == (0, 0, 2, 0, 3)
    path = tmp_path / "invalid.csv"
    assert wb.rows.save(batch, path, "csv", outcome="invalid") == 3
    written = path.read_text("utf-8-sig")
    assert written.count("Stop 3 comes after 1: 2 is missing") == 3
    path.write_text(written.replace("N-2025-01-16,3,", "N-2025-01-16,2,").replace("N-2025-01-16,4,", "N-2025-01-16,3,"))
    wb.corrections.correct_from(batch, open_sheet(path))
    wb.plan(batch)
    assert outcome(wb.commit(batch)) == (5, 0, 0, 0, 0)
    assert [stop for _, stop, *_ in stops(url)] == [1, 2, 3, 1, 2]


@pytest.mark.usefixtures("ordered")
def test_a_refused_file_is_imported_once_its_rows_are_right(wb: Workbench, sheet: Given, url: str) -> None:
    text = "Route Name,Stop,Order,ETA\nN-2025-01-16,1,10001,8:30 AM\nN-2025-01-16,3,10002,25:00\n"
    batch = wb.import_sheet(sheet(text), ROUTES)
    wb.correct(batch, {3: {"ETA": "9:00"}})
    assert outcome(wb.plan(batch).batch) == (0, 0, 0, 0, 2)
    wb.correct(batch, {3: {"Stop": "2"}})
    wb.plan(batch)
    assert outcome(wb.commit(batch)) == (2, 0, 0, 0, 0)
    assert stops(url) == [
        ("2025-01-16 N-2025-01-16", 1, "10001", time(8, 30)),
        ("2025-01-16 N-2025-01-16", 2, "10002", time(9)),
    ]


@pytest.mark.usefixtures("ordered")
@pytest.mark.parametrize(
    ("name", "text", "window"),
    [
        (
            "Route-2025-01-15.csv",
            "Stop,Customer,Order Number,ETA,Address,Status\n1,A,10001,8:30 AM,1 Main,Planned\n",
            None,
        ),
        (
            "Route-2025-01-15.csv",
            "#,Name,Order #,Arrival Time,Location,State\n1,A,10001,8:30 AM,1 Main,Planned\n",
            None,
        ),
        (
            "sheet.csv",
            "route_name,stop_number,sequence,customer_name,address,estimated_arrival,estimated_departure,"
            "estimated_duration,order_id,driver_assigned,route_start_time,route_end_time,total_distance,total_duration,"
            "latitude,longitude\n"
            "Route-2025-01-15,1,1,A,1 Main,8:30,8:45,15,10001,Lee,8:00,17:00,40.5,480,39.29,-76.61\n",
            "2025-01-15",
        ),
    ],
)
def test_each_vocabulary_of_headers_is_known(
    wb: Workbench, sheet: Given, url: str, name: str, text: str, window: str | None
) -> None:
    assert outcome(wb.import_sheet(sheet(text, name), ROUTES, window=window)) == (1, 0, 0, 0, 0)
    assert stops(url) == [("2025-01-15 Route-2025-01-15", 1, "10001", time(8, 30))]


def test_the_sheet_of_a_driver_has_addresses_and_no_orders(wb: Workbench, sheet: Given, url: str) -> None:
    head = "Route Name,Stop Order,Name,Address,City,State,Zip,ETA\n"
    batch = wb.import_sheet(sheet(head + "Route-2025-01-15,1,A,1 Main,Baltimore,MD,21230,14:30\n"), ROUTES)
    assert (outcome(batch), stops(url)) == ((1, 0, 0, 0, 0), [("2025-01-15 Route-2025-01-15", 1, None, time(14, 30))])
    assert messages(wb, batch) == {2: "No order: the stop is known by its address alone"}


@pytest.mark.usefixtures("ordered")
def test_a_route_that_comes_again_is_as_its_file_has_it(wb: Workbench, sheet: Given, url: str) -> None:
    head = "Route Name,Stop,Order,ETA\n"
    first = head + "R-2025-03-01,1,10001,8:00\nR-2025-03-01,2,10002,9:00\nR-2025-03-01,3,10003,10:00\n"
    wb.import_sheet(sheet(first), ROUTES)
    assert outcome(wb.import_sheet(sheet(first), ROUTES)) == (0, 0, 3, 0, 0)
    before = stops(url)
    changed = wb.import_sheet(sheet(head + "R-2025-03-01,1,10003,8:00\nR-2025-03-01,2,10001,9:00\n"), ROUTES)
    assert (outcome(changed), changed.removed) == ((0, 2, 0, 0, 0), 1)
    assert [(stop, number) for _, stop, number, _ in stops(url)] == [(1, "10003"), (2, "10001")]
    wb.undo(changed)
    assert stops(url) == before


@pytest.mark.usefixtures("ordered")
def test_routes_of_one_name_on_two_days_are_two(wb: Workbench, sheet: Given, url: str) -> None:
    text = "Route,Stop,Order,ETA\nNorth,1,10001,8:00\n"
    for day in ("2025-01-15", "2025-01-16"):
        assert wb.import_sheet(sheet(text), ROUTES, window=day).created == 1
    assert [route for route, *_ in stops(url)] == ["2025-01-15 North", "2025-01-16 North"]


@pytest.mark.usefixtures("ordered")
def test_an_order_of_another_tenant_is_not_found(open_wb: Opened, sheet: Given) -> None:
    """Hazard 79: an order lookup that is not limited to the tenant."""
    other = open_wb(tenant="other")
    batch = other.import_sheet(sheet("Route,Stop,Order,ETA\nR-2025-01-15,1,10001,8:00\n"), ROUTES)
    assert (batch.stage, messages(other, batch)) == ("held", {2: "Order ID not found: '10001'"})
    order(other, sheet)
    other.plan(batch)
    assert outcome(other.commit(batch)) == (1, 0, 0, 0, 0)


@pytest.mark.usefixtures("ordered")
def test_the_template_imports_as_it_stands(wb: Workbench, sheet: Given) -> None:
    """Hazard 72: templates that fail their own importer."""
    assert outcome(wb.import_sheet(sheet(csv_template(catalog.contract(ROUTES))), ROUTES)) == (2, 0, 0, 0, 0)


@pytest.mark.usefixtures("ordered")
def test_the_database_completes_no_route_of_which_a_row_is_refused(wb: Workbench, sheet: Given, url: str) -> None:
    right = "S-2025-01-16,1,10004,8:00\nS-2025-01-16,2,10005,9:00\n"
    batch = wb.import_sheet(sheet(f"Route Name,Stop,Order,ETA\n{right}N-2025-01-16,2,10001,8:00\n"), ROUTES)
    before = fingerprint(url)
    tamper(url, "update workbench.import_batch set summary = summary || '{\"refused\": false}' where id = %s", batch.id)
    with pytest.raises(Unbalanced, match="3 of its parts' rows are withheld of source rows that are not refused"):
        wb.commit(batch, skip_errors=True)
    assert fingerprint(url) == before
