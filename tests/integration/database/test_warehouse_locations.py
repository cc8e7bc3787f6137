"""Where SKUs stand: a SKU has to be in stock, all its stock stands there, and a bad row does not stop the others."""

from collections.abc import Callable

import pytest

from tests.imports import ask, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.errors import Held
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

LOCATIONS = "commerce.warehouse_locations"
Given = Callable[..., Sheet]
SKUS = "sku,name\nFRA1023,Chablis\nITA2040,Barbera\nESP3000,Rioja\nGHOST1,Nothing of it\n"
STOCK = "sku,warehouse,units\nFRA1023,Baltimore,12\nFRA1023,Warrenton,0\nITA2040,Baltimore,3\nESP3000,Storage,1\n"


@pytest.fixture
def stocked(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(SKUS, "skus.csv"), "commerce.skus")
    wb.import_sheet(sheet(STOCK, "inventory.csv"), "commerce.inventory")


def places(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        "select s.code, l.aisle, l.row, l.shelf, l.bin, l.sort_order from commerce.sku_locations l "
        "join commerce.skus s on s.id = l.sku_id order by 1",
    )


@pytest.mark.usefixtures("stocked")
def test_a_bad_row_does_not_stop_the_others_and_says_what_is_wrong(wb: Workbench, sheet: Given, url: str) -> None:
    text = "SKU,Aisle,Row,Shelf\nfra1023,A1,R2,S3\nITA2040,B3,1,1\nESP3000,1000,1,1\nGHOST1,1,1,1\nNONE1,1,1,1\n"
    batch = wb.import_sheet(sheet(text), LOCATIONS, skip_errors=True)
    assert outcomes(wb, batch) == [
        (2, "created"),
        (3, "invalid"),
        (4, "invalid"),
        (5, "unmatched:SKU"),
        (6, "unmatched:SKU"),
    ]
    assert messages(wb, batch) == {
        3: "Invalid location: aisle B3",
        4: "Location exceeds warehouse configuration: aisle 1000 of 999",
        5: "SKU not found in inventory: 'GHOST1'",
        6: "SKU not found in inventory: 'NONE1'",
    }
    assert places(url) == [("FRA1023", 1, 2, 3, None, 10203)]
    assert wb.figures(batch) == {
        "Locations imported": 1,
        "SKUs not found in inventory": 2,
        "Rows not imported": 4,
        "Rows in total": 5,
    }


@pytest.mark.usefixtures("stocked")
def test_all_stock_of_a_sku_stands_there_and_what_is_not_known_is_not_zero(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet('sku,location\nFRA1023,"Aisle 10, Row 5, Shelf 12"\n'), LOCATIONS)
    assert records(url, "commerce.stock", "sku", "warehouse", "units", "aisle", "sort_order", "state") == [
        ("ESP3000", "Storage", 1, None, None, "in stock"),
        ("FRA1023", "Baltimore", 12, 10, 100512, "in stock"),
        ("FRA1023", "Warrenton", 0, 10, 100512, "out of stock"),
        ("GHOST1", None, None, None, None, "unknown"),
        ("ITA2040", "Baltimore", 3, None, None, "in stock"),
    ]


@pytest.mark.usefixtures("stocked")
def test_another_file_moves_a_sku_and_the_same_file_changes_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("sku,location\nFRA1023,A-01-01\nITA2040,12-C1\n"), LOCATIONS)
    again = wb.import_sheet(sheet("sku,aisle,row,shelf\nFRA1023,1,1,Bottom\nITA2040,12,1,Top\n"), LOCATIONS)
    assert outcome(again) == (0, 0, 2, 0, 0)
    moved = wb.import_sheet(
        sheet("sku,aisle,row,shelf\nITA2040,12,2,Top\n"), LOCATIONS, value_maps={"shelf": {"Top": "5"}}
    )
    assert outcome(moved) == (0, 1, 0, 0, 0)
    assert places(url)[1] == ("ITA2040", 12, 2, 5, None, 120205)
    wb.undo(moved)
    assert places(url)[1] == ("ITA2040", 12, 1, 3, None, 120103)


@pytest.mark.usefixtures("stocked")
def test_a_location_waits_for_its_stock(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet("sku,location\nGHOST1,1-1-1\n"), LOCATIONS)
    assert outcome(batch) == (0, 0, 0, 1, 0)
    wb.import_sheet(sheet("sku,warehouse,units\nGHOST1,Storage,2\n"), "commerce.inventory")
    assert places(url) == [("GHOST1", 1, 1, 1, None, 10101)]


@pytest.mark.usefixtures("stocked")
def test_two_places_of_one_sku_wait_for_a_person(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet("sku,location\nFRA1023,1-1-1\nFRA1023,2-1-1\n"), LOCATIONS)
    assert (batch.stage, outcome(batch), places(url)) == ("held", (0, 0, 0, 0, 2), [])
    with pytest.raises(Held):
        wb.commit(batch)


@pytest.mark.usefixtures("stocked")
def test_the_template_imports_as_it_stands(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 72: templates that fail their own importer."""
    batch = wb.import_sheet(sheet(csv_template(catalog.contract(LOCATIONS))), LOCATIONS)
    assert outcome(batch) == (2, 0, 0, 0, 0)
    assert places(url) == [("FRA1023", 1, 1, 1, None, 10101), ("ITA2040", 10, 2, 3, None, 100203)]
