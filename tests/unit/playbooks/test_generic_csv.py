"""What an archive of the generic format says of itself, and what is said where it is another."""

import json
from typing import Any

import pytest

from tests.generic_csv import HEADERS, manifest
from workbench.datasets import generic_csv
from workbench.model.errors import WorkbenchError, WrongManifest
from workbench.model.package import Package
from workbench.playbooks import of_package
from workbench.playbooks.generic_csv import ENTITIES, Manifest


def of(*members: str) -> str | None:
    found = of_package(Package(name="a.zip", checksum="", size=0, members=members))
    return found.name if found is not None else None


def test_the_contracts_have_the_columns_of_the_format_in_its_order() -> None:
    for contract in generic_csv.CONTRACTS:
        template = contract.template or tuple(field.name for field in contract.fields)
        assert ",".join(template) == HEADERS[contract.dataset]


def test_no_contract_has_a_field_for_a_secret() -> None:
    for contract in generic_csv.CONTRACTS:
        assert not {field.name for field in contract.fields} & set(contract.forbidden)
        assert contract.drops_secrets


def test_an_archive_is_known_by_its_manifest_and_by_its_members() -> None:
    every = [f"{entity}.csv" for entity in ENTITIES]
    assert of("manifest.json", *every) == "generic_csv"
    assert of("export/manifest.json", *(f"export/{name}" for name in every)) == "generic_csv"
    assert of(*every) == "generic_csv"
    assert of("manifest.json", *ENTITIES) == "generic_csv"
    assert of("manifest.json", "users.csv", "README", "LICENSE") == "generic_csv"
    assert of("system_manifest.json", "mocku/manifest.json") == "generic_csv"
    assert of("manifest.json", "students.csv", "courses.csv") is None
    assert of("students.csv", "users.csv") is None


def test_members_are_known_whatever_the_case_of_their_names() -> None:
    assert of("Export/Manifest.JSON", "Export/USERS.CSV", "Export/Courses") == "generic_csv"


def test_a_manifest_is_read_in_both_its_forms() -> None:
    seed = Manifest.read(json.dumps(manifest()))
    real = Manifest.read(json.dumps(manifest(import_order=list(HEADERS), adapter_id=None)))
    assert seed.order == real.order == ENTITIES
    assert seed.counts == real.counts
    summed = Manifest.read(json.dumps(manifest(sha256={"x/users.csv": "ABC"})))
    assert summed.digests == {"users": "abc"}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "null",
        '"text"',
        "{",
        json.dumps(manifest(entity_counts=[1])),
        json.dumps(manifest(entity_counts={"users": "5"})),
        json.dumps(manifest(entity_counts={"users": -1})),
        json.dumps(manifest(entity_counts={"users": True})),
        json.dumps(manifest(import_order="users.csv")),
        json.dumps(manifest(import_order=[1])),
        json.dumps(manifest(sha256="abc")),
    ],
)
def test_a_manifest_of_another_form_is_refused(said: str) -> None:
    with pytest.raises(WrongManifest, match=r"^Invalid manifest\.json format"):
        Manifest.read(said)


@pytest.mark.parametrize("digits", [31, 400, 5_000])
def test_a_number_of_rows_that_no_file_has_is_refused_with_the_name_of_its_entity(digits: int) -> None:
    text = json.dumps(manifest()).replace('"terms": 2', f'"terms": 1{"0" * (digits - 1)}')
    with pytest.raises(WrongManifest) as refusal:
        Manifest.read(text)
    assert str(refusal.value) == "Invalid manifest.json format: its entity_counts say no number of rows for terms"


def test_a_manifest_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(WrongManifest):
        Manifest.read("[" * 200_000)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format_version": "1.1"}, "Incompatible format version: 1.1. Expected 1.0"),
        ({"format_version": None}, "Incompatible format version: none. Expected 1.0"),
        ({"adapter_id": "cei_excel_v1"}, "adapter cei_excel_v1"),
    ],
)
def test_another_format_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(WorkbenchError, match=why):
        Manifest.read(json.dumps(manifest(**changes)))
