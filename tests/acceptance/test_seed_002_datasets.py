"""Seed 002, section 2: the eight datasets of its inventory table, each with all that the plan asks for."""

from pathlib import Path

import pytest

from tests.imports import outcome
from workbench import Workbench, open_sheet
from workbench.database.inventory import DATASETS, LISTS
from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.derived.field_guide import field_guide, playbook_guide
from workbench.model.resources import samples, suites
from workbench.playbooks import PLAYBOOKS

SAMPLES = samples() / "commerce"
each_dataset = pytest.mark.parametrize(("named", "imported_as"), DATASETS.items(), ids=DATASETS)


def test_the_table_of_the_inventory_has_its_eight_lines_first_and_what_each_is_imported_as(wb: Workbench) -> None:
    sources = wb.sources.all()
    assert [source["dataset"] for source in sources] == [
        "Customers",
        "Contacts",
        "Products/SKUs",
        "Inventory",
        "Orders / Invoices",
        "Payments",
        "Warehouse Locations",
        "Delivery Routes",
        *LISTS,
    ]
    assert {source["dataset"]: source["data_type"] for source in sources} == DATASETS | LISTS


@each_dataset
def test_a_line_takes_owner_format_location_cadence_and_notes(wb: Workbench, named: str, imported_as: str) -> None:
    source = next(source for source in wb.sources.all() if source["dataset"] == named)
    said = {
        "owner": "RevOps",
        "format": "CSV",
        "location": "Shared drive",
        "refresh_cadence": "Weekly",
        "notes": "Header on line 4.",
    }
    wb.sources.save(id=source["id"], **said)
    kept = next(source for source in wb.sources.all() if source["dataset"] == named)
    assert {name: kept[name] for name in said} == said
    assert kept["data_type"] == imported_as


@pytest.mark.parametrize(("named", "imported_as"), (DATASETS | LISTS).items(), ids=DATASETS | LISTS)
def test_it_has_a_contract_a_template_a_suite_a_sample_and_a_guide(named: str, imported_as: str) -> None:
    playbook = PLAYBOOKS.get(imported_as)
    contract = catalog.contract(imported_as)
    written = playbook.datasets if playbook is not None else (imported_as,)
    assert contract.fields
    header, *examples = csv_template(contract).splitlines()
    assert header
    assert examples
    for dataset in written:
        family, _, name = dataset.partition(".")
        assert dataset in catalog.CONTRACTS
        assert (suites() / family / f"{name}.json").is_file()
    guide = playbook_guide(playbook) if playbook is not None else field_guide(contract)
    assert all(f"`{field.name}`" in guide for field in contract.fields)
    assert sample(imported_as).is_file()


def test_the_samples_of_all_eight_are_imported_in_their_order_and_twice(wb: Workbench) -> None:
    for dataset in DATASETS.values():
        batch = wb.import_sheet(open_sheet(sample(dataset)), dataset)
        unknown = 1 if dataset == "commerce.inventory" else 0  # a SKU that nobody has told
        assert (dataset, batch.stage, outcome(batch)[3:]) == (dataset, "completed", (unknown, 0))
        assert batch.created
    for dataset in DATASETS.values():
        again = wb.import_sheet(open_sheet(sample(dataset)), dataset)
        assert (dataset, again.created, again.updated, again.invalid) == (dataset, 0, 0, 0)
    found = {each.check.name: each.found for each in wb.checks.all()}
    assert found["payments-beyond-invoice"] == 0
    assert found["unknown-stock"] > 0


def sample(dataset: str) -> Path:
    return SAMPLES / f"{dataset.partition('.')[2]}.csv"
