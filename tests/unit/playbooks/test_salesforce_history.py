"""What Salesforce's tasks and e-mails are made into, without a database."""

import pytest

from tests.unit.playbooks.test_salesforce_sessions import cells, chunk, knows
from workbench.playbooks.salesforce_history import history

ADA = "0035e00000PaRkAAAV"


def activity(*names: str, **said: str) -> tuple[object, ...]:
    (made,) = cells(history(chunk(said), knows())["salesforce.activities"], *names)
    return made


@pytest.mark.parametrize(
    ("said", "type_", "channel"),
    [
        ("Email", "activity", "Email"),
        ("email", "activity", "Email"),
        ("Call", "activity", "Call"),
        ("status_update", "status_change", None),
        ("Status Update", "status_change", None),
        ("Meeting", "note", None),
        ("", "note", None),
    ],
)
def test_a_task_is_an_activity_a_change_of_status_or_a_note(said: str, type_: str, channel: str | None) -> None:
    assert activity("type", "channel", salesforce_id="00T000000000001", type=said) == (type_, channel)


@pytest.mark.parametrize(
    ("incoming", "status"), [("true", "Received"), ("false", "Sent"), ("", "Sent"), ("1", "Received")]
)
def test_an_email_was_received_or_sent(incoming: str, status: str) -> None:
    said = {"salesforce_id": "02s000000000001", "incoming": incoming, "status": "3"}
    assert activity("type", "channel", "status", **said) == ("activity", "Email", status)


def test_an_emails_addresses_are_found_out_of_their_names_and_in_lower_case() -> None:
    said = {"salesforce_id": "02s000000000001", "from_address": "Lea <LEA@kck.example>"}
    to = '"Park, Ada" <Ada@Acme.example>; undisclosed recipients;ben@kck.example'
    assert activity("to_addresses", "from_address", "person", **said, to_address=to) == (
        "ada@acme.example; ben@kck.example",
        "lea@kck.example",
        "ada@acme.example; ben@kck.example",
    )


def test_an_email_is_told_whole_with_the_text_of_its_html() -> None:
    said = {
        "salesforce_id": "02s000000000001",
        "subject": "Thanks",
        "from_address": "lea@kck.example",
        "to_address": "ada@acme.example",
        "bcc_address": "ben@kck.example",
        "html_body": "<p>Thank you.</p>",
    }
    ((text),) = activity("description", **said)
    assert text == ("From: lea@kck.example\nTo: ada@acme.example\nBCC: ben@kck.example\nSubject: Thanks\n\nThank you.")


def test_a_tasks_description_is_kept_without_html() -> None:
    said = {"salesforce_id": "00T000000000001", "who_id": ADA, "description": "<div>Called.</div>"}
    assert activity("description", "person", **said) == ("Called.", ADA)
