"""What Salesforce's accounts are made into, without a database."""

from tests.unit.playbooks.test_salesforce_sessions import cells, chunk, knows
from workbench.playbooks import salesforce_accounts as accounts

SCHOOL, DISTRICT = "0015e00000ScHoAAAV", "0015e00000DiStAAAV"


def test_an_organization_without_a_type_is_another_with_a_warning() -> None:
    rows = chunk({"salesforce_id": SCHOOL, "name": "Acme", "type": ""}, {"salesforce_id": DISTRICT, "type": "Business"})
    assert cells(accounts.organizations(rows, knows())["salesforce.accounts"], "type") == [("Other",), ("Business",)]
    found = accounts.check_organizations(rows, knows())
    assert found.select(["position", "code", "severity"]).to_pylist() == [
        {"position": 0, "code": "null_org_type", "severity": "warning"}
    ]


def test_only_a_school_has_a_district() -> None:
    rows = chunk(
        {"salesforce_id": DISTRICT, "type": "School District", "parent_id": SCHOOL},
        {"salesforce_id": SCHOOL, "type": "School", "parent_id": DISTRICT},
        {"salesforce_id": "0015e00000ScTwAAAV", "type": "School", "parent_id": ""},
    )
    made = accounts.schools(rows, knows())
    assert cells(made["salesforce.accounts"], "salesforce_id", "parent_id") == [
        (DISTRICT, SCHOOL),
        (SCHOOL, DISTRICT),
        ("0015e00000ScTwAAAV", None),
    ]
    assert cells(made["salesforce.school_districts"], "school", "district") == [(SCHOOL, DISTRICT)]


def test_what_was_merged_names_the_record_that_it_was_merged_into() -> None:
    row = {"salesforce_id": SCHOOL[:15], "name": "Acme", "is_deleted": "true", "merged_into": DISTRICT}
    found = accounts.check_organizations(chunk(row), knows(SCHOOL))
    assert found.select(["field", "message"]).to_pylist() == [
        {"field": "merged_into", "message": f"Merged in Salesforce into {DISTRICT}"}
    ]
