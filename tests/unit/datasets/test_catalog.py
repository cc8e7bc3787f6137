"""The declarations hold together."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from workbench.datasets import catalog
from workbench.model.arrays import matches
from workbench.model.contract import Contract
from workbench.model.errors import UnknownDataset
from workbench.model.kinds import KINDS
from workbench.prepare.mapping import key
from workbench.prepare.normalize import canonical

each_contract = pytest.mark.parametrize("contract", catalog.CONTRACTS.values(), ids=catalog.CONTRACTS)


def test_courses_and_students_are_imported_before_enrollments() -> None:
    names = [contract.dataset for contract in catalog.family("elevate")]
    assert names == ["courses", "students", "employers", "staff", "enrollments"]


def test_the_order_follows_the_references_whatever_the_order_given() -> None:
    given = [catalog.contract(f"elevate.{name}") for name in ("enrollments", "students", "courses")]
    assert [contract.dataset for contract in catalog.import_order(given)] == ["students", "courses", "enrollments"]


def test_the_generic_entities_are_imported_in_the_order_of_their_format() -> None:
    assert [contract.dataset for contract in catalog.family("generic_csv")] == [
        *("institutions", "programs", "users", "user_programs", "courses", "course_programs", "terms"),
        *("course_offerings", "course_sections", "course_outcomes", "user_invitations"),
    ]


def test_a_contract_says_what_it_needs_and_what_needs_it() -> None:
    assert catalog.needs(catalog.contract("elevate.enrollments")) == ("elevate.students", "elevate.courses")
    dependents = catalog.dependents("elevate.courses")
    assert [(contract.name, column) for contract, column in dependents] == [("elevate.enrollments", "course_id")]


def test_the_families_are_known_in_their_order() -> None:
    assert catalog.families() == ("elevate", "polaris", "salesforce", "generic_csv", "commerce")


def test_an_unknown_dataset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match=r"no dataset called elevate\.studens\. Known datasets: elevate\.courses"):
        catalog.contract("elevate.studens")


@each_contract
def test_every_name_in_a_contract_is_one_of_its_fields(contract: Contract) -> None:
    known = {field.name for field in contract.fields}
    assert len(known) == len(contract.fields)
    named = {*contract.key, *contract.template, *(contract.removal.scope if contract.removal else ())}
    named |= {name for field in contract.fields for name in field.ingredients}
    named |= {name for total in contract.totals for name in total.fields}
    assert named | ({contract.slice_by} - {None}) <= known
    assert {field.kind for field in contract.fields} <= KINDS.keys()


@each_contract
def test_no_header_means_two_fields(contract: Contract) -> None:
    headers = Counter(header for field in contract.fields for header in {key(n) for n in (field.name, *field.aliases)})
    assert [header for header, fields in headers.items() if fields > 1] == []


@each_contract
def test_references_lead_to_a_field_of_a_known_contract(contract: Contract) -> None:
    for field in contract.references:
        assert field.reference is not None
        assert field.reference.field in catalog.contract(field.reference.dataset).key


@each_contract
def test_defaults_and_examples_are_values_of_their_fields(contract: Contract) -> None:
    for field in contract.fields:
        said = [text for text in (field.default, *field.examples) if text]
        found = canonical(pa.array(said, pa.string()), field)
        assert all(text in field.choices for text in found.to_pylist()) if field.choices else True
        assert pc.all(matches(found, KINDS[field.kind].pattern)).as_py() is not False


def test_a_dataset_stands_behind_a_form_that_there_is() -> None:
    behind = {contract.name: contract.behind for contract in catalog.CONTRACTS.values() if contract.behind}
    assert behind["commerce.sku_locations"] == "commerce.warehouse_locations"
    assert set(behind.values()) <= catalog.FORMS.keys()
