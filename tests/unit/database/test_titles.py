"""By which fields a person may know a record: of every dataset, so that none is found by nothing."""

import pytest

from workbench.database.titles import key_of, readings, searched, tables
from workbench.datasets import catalog
from workbench.model.contract import Contract

STORED = [contract for contract in catalog.CONTRACTS.values() if contract.table]


@pytest.mark.parametrize("contract", STORED, ids=lambda contract: contract.name)
def test_every_record_is_found_by_words_or_by_what_it_refers_to(contract: Contract) -> None:
    assert searched(contract) or contract.references


def test_students_are_known_by_address_name_and_id_and_not_by_what_many_share() -> None:
    known = [field.name for field in searched(catalog.contract("elevate.students"))]
    assert {"email", "full_name", "external_id"} <= {*known}
    assert "phone" not in known  # looked for apart, as a number


@pytest.mark.parametrize("contract", STORED, ids=lambda contract: contract.name)
def test_a_key_has_all_its_parts_those_of_other_records_joined(contract: Contract) -> None:
    joins, parts = key_of(contract)
    assert len(parts) == len(contract.key)
    assert joins.as_string(None).count("join") == sum(field.reference is not None for field in contract.key_fields)


def test_contracts_that_share_a_table_are_found_together() -> None:
    assert sorted(each.name for each in tables()["elevate", "profiles"]) == ["elevate.staff", "elevate.students"]


def test_a_printed_key_is_read_in_every_way_that_its_parts_may_have_bars() -> None:
    assert readings("WELD|101", 1) == [["WELD|101"]]
    assert readings("ada@x.example | WELD|101", 2) == [["ada@x.example", "WELD|101"], ["ada@x.example | WELD", "101"]]
    assert readings("ada@x.example", 2) == []
    assert len(readings("|" * 300, 3)) == 200, "no key makes anybody wait"
