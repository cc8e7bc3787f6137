"""The completeness audit: what Salesforce has, against what was imported of it."""

from collections.abc import Iterator

import pytest

from tests.imports import ask
from tests.salesforce import Salesforce
from workbench import Workbench
from workbench.model.completeness import Completeness
from workbench.model.errors import UnknownDataset
from workbench.sources import salesforce as source

FIELDS = {"FirstName": "string", "LastName": "string", "Email": "email"}
DATASET = "polaris.teachers"


@pytest.fixture
def org(salesforce: Salesforce) -> Salesforce:
    salesforce.add("Contact", FIELDS, [person(place) for place in range(1, 201)])
    return salesforce


@pytest.fixture
def desk(org: Salesforce, wb: Workbench, url: str, home: object) -> Iterator[Workbench]:
    """A Workbench that knows the organization."""
    with Workbench.open(database_url=url, home=str(home), tenant="default", user="ana") as opened:
        yield opened


def person(place: int) -> dict[str, object]:
    return {"FirstName": "Ada", "LastName": f"Park {place}", "Email": f"ada.{place}@kck.example"}


def read(desk: Workbench) -> None:
    sheet = desk.salesforce.open("Contact", fields=tuple(FIELDS))
    desk.commit(desk.plan(desk.stage(sheet, DATASET)).batch, skip_errors=True)


def found(audit: Completeness) -> list[tuple[str, str, str]]:
    return [(each.kind, each.id, each.why) for each in audit.differences]


def test_what_was_read_whole_is_complete_and_nothing_else_is_read_for_it(desk: Workbench, org: Salesforce) -> None:
    before = desk.salesforce.audit("Contact", DATASET)
    assert (before.there, before.here, before.counts["missing"]) == (200, 0, 200)
    read(desk)
    after = desk.salesforce.audit("salesforce:Contact", DATASET)
    assert (after.there, after.here, after.is_complete, found(after)) == (200, 200, True, [])
    assert org.asked[-1].endswith("SELECT Id, SystemModstamp FROM Contact ORDER BY Id")


@pytest.mark.parametrize("most", [2000, 0], ids=["pages", "job"])
def test_records_deleted_behind_its_back_are_those_that_are_listed(
    desk: Workbench, url: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_BY_PAGES", most)
    read(desk)
    gone = ask(url, "delete from polaris.teachers where name <= 'Ada Park 60' returning email")
    audit = desk.salesforce.audit("Contact", DATASET)
    assert audit.counts == {"missing": len(gone), "stale": 0, "extra": 0, "waiting": 0}
    places = {int(email.split(".")[1].split("@")[0]) for (email,) in gone}
    assert {each.id for each in audit.differences} == {f"003{place:012}AAA" for place in places}
    assert {each.why for each in audit.differences} == {"its record is here no more"}
    assert {each.line for each in audit.differences} == {place + 1 for place in places}


def test_what_is_new_changed_or_deleted_there_is_missing_stale_or_extra_here(desk: Workbench, org: Salesforce) -> None:
    read(desk)
    contacts = [*org.objects["Contact"].records]
    contacts[0] = contacts[0] | {"SystemModstamp": "2026-02-01T00:00:00.000+0000"}
    contacts[1] = contacts[1] | {"IsDeleted": True}
    contacts.append({"Id": "003new", "SystemModstamp": "2026-02-01T00:00:00.000+0000", **person(900)})
    org.objects["Contact"].records = contacts
    audit = desk.salesforce.audit("Contact", DATASET)
    assert (audit.there, audit.here) == (200, 200)
    assert found(audit) == [
        ("missing", "003new", "no import has read it"),
        ("stale", "003000000000001AAA", "it was changed there since it was read"),
        (
            "extra",
            "003000000000002AAA",
            "Salesforce has it no more, or it is of another kind there now",
        ),
    ]
    assert (audit.differences[1].there, audit.differences[1].here) == (
        "2026-02-01T00:00:00.000Z",
        "2026-01-05T10:30:00.000Z",
    )
    read(desk)
    assert [each[0] for each in found(desk.salesforce.audit("Contact", DATASET))] == ["extra"]


def test_a_row_that_is_invalid_is_missing_until_it_is_put_right(desk: Workbench, org: Salesforce) -> None:
    org.objects["Contact"].records[4]["Email"] = "nobody"
    read(desk)
    assert found(desk.salesforce.audit("Contact", DATASET)) == [("missing", "003000000000005AAA", "its row is invalid")]
    org.objects["Contact"].records[4]["Email"] = "somebody@kck.example"
    read(desk)
    assert desk.salesforce.audit("Contact", DATASET).is_complete


def test_an_import_that_was_undone_or_never_written_has_read_nothing(desk: Workbench) -> None:
    sheet = desk.salesforce.open("Contact", fields=tuple(FIELDS))
    planned = desk.plan(desk.stage(sheet, DATASET, dry_run=True)).batch
    assert desk.salesforce.audit("Contact", DATASET).here == 0
    desk.commit(planned)
    assert desk.salesforce.audit("Contact", DATASET).here == 200
    desk.undo(planned)
    assert desk.salesforce.audit("Contact", DATASET).counts["missing"] == 200


def test_so_many_are_named_and_all_are_counted(desk: Workbench) -> None:
    audit = desk.salesforce.audit("Contact", DATASET, limit=3)
    assert (len(audit.differences), audit.counts["missing"]) == (3, 200)


def test_an_object_without_a_stamp_is_compared_by_id_alone(desk: Workbench, org: Salesforce) -> None:
    del org.objects["Contact"].fields["SystemModstamp"]
    read(desk)
    assert desk.salesforce.audit("Contact", DATASET).is_complete


def test_an_unknown_dataset_is_refused_before_salesforce_is_asked(desk: Workbench, org: Salesforce) -> None:
    with pytest.raises(UnknownDataset):
        desk.salesforce.audit("Contact", "teapots")
    assert org.asked == []
