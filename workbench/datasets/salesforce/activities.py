"""What was done with people: Salesforce's tasks and e-mails (seed 001, Playbook D, D6).

An activity is somebody's: the contact that a task names, or whose address an e-mail has, in any of its To, then in its
From, or whom it is related to. Once stored it never changes, but for a deletion.
"""

from typing import Any

from workbench.model.contract import Contract, Field
from workbench.model.derivation import FirstOf
from workbench.model.reference import Reference, Sought

TYPES = ("activity", "status_change", "note")


def _text(name: str, *aliases: str, **more: Any) -> Field:
    return Field(name=name, aliases=aliases, once=True, **more)


_PERSON = "salesforce.people"
_TO = ("ada@acme.example", "")
_ADDRESSES = ("salesforce.emails", "email")

ACTIVITIES = Contract(
    name="salesforce.activities",
    title="Salesforce: Activities",
    noun="activity",
    table="activities",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id", "Activity ID"),
            help="Salesforce's own id, of 15 or 18 characters.",
            examples=("00T000000000001EAA", "00T000000000002EAA"),
        ),
        Field(
            name="person",
            required=True,
            derive=FirstOf(fields=("who_id", "to_addresses", "from_address", "related_to")),
            once=True,
            reference=Reference(
                dataset=_PERSON,
                field="salesforce_id",
                column="person_id",
                noun="contact",
                by=(
                    Sought(field="salesforce_id", said="who_id"),
                    Sought(field="salesforce_id", said="to_addresses", through=_ADDRESSES, any_of=True),
                    Sought(field="salesforce_id", said="from_address", through=_ADDRESSES, any_of=True),
                    Sought(field="salesforce_id", said="related_to"),
                    Sought(field="account_id", said="related_to"),
                ),
                waits=True,
            ),
            help="Whose it is: by the contact's id, an address of the e-mail, or what it is related to.",
        ),
        _text("who_id", "WhoId", kind="salesforce_id", examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV")),
        _text("related_to", "RelatedToId", "WhatId", kind="salesforce_id", help="What it is about, e.g. a session."),
        _text("type", kind="choice", choices=TYPES, examples=("activity", "note")),
        _text("channel", max_length=100, help="Email, Call: by which way.", examples=("Email", "")),
        _text("subject", "Subject", max_length=1000, examples=("Thank you", "Spoke at the fair")),
        _text("status", "Status", max_length=200, examples=("Completed", "Completed")),
        _text(
            "occurred",
            "ActivityDate",
            "MessageDate",
            kind="timestamp",
            column="occurred_at",
            examples=("2026-03-02T15:30:00Z", "2026-03-09T00:00:00Z"),
        ),
        _text("description", "Description"),
        _text("to_addresses", "ToAddress", help="E-mail addresses, with semicolons between.", examples=_TO),
        _text("from_address", "FromAddress", examples=("office@prep.example", "")),
        Field(name="is_deleted", kind="boolean", aliases=("IsDeleted",), help="Whether it is deleted in Salesforce."),
    ),
)

CONTRACTS = (ACTIVITIES,)

HISTORY_FORM = Contract(
    name="salesforce.history",
    title="Salesforce: History",
    noun="activity",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            examples=("00T000000000001EAA", "00T000000000002EAA"),
        ),
        Field(name="subject", aliases=("Subject",), examples=("Thank you", "Spoke at the fair")),
        Field(name="status", aliases=("Status",), examples=("Completed", "Completed")),
        Field(name="description", aliases=("Description",), help="Of a task."),
        Field(
            name="type",
            aliases=("Type",),
            help="Of a task: Email and Call are activities, Status Update a change of status, anything else a note.",
            examples=("Email", ""),
        ),
        Field(
            name="activity_date",
            kind="day",
            aliases=("ActivityDate",),
            help="Of a task.",
            examples=("2026-03-02", "2026-03-09"),
        ),
        Field(
            name="who_id",
            kind="salesforce_id",
            aliases=("WhoId",),
            help="Of a task: the contact.",
            examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV"),
        ),
        Field(name="what_id", kind="salesforce_id", aliases=("WhatId",), help="Of a task: what it is about."),
        Field(name="message_date", kind="timestamp", aliases=("MessageDate",), help="Of an e-mail."),
        Field(name="from_address", aliases=("FromAddress",), help="Of an e-mail."),
        Field(name="to_address", aliases=("ToAddress",), help="Of an e-mail."),
        Field(name="cc_address", aliases=("CcAddress",), help="Of an e-mail."),
        Field(name="bcc_address", aliases=("BccAddress",), help="Of an e-mail."),
        Field(name="text_body", aliases=("TextBody",), help="Of an e-mail."),
        Field(name="html_body", aliases=("HtmlBody",), help="Of an e-mail; its text is kept where there is no other."),
        Field(name="incoming", kind="boolean", aliases=("Incoming",), help="Of an e-mail: whether we received it."),
        Field(name="related_to", kind="salesforce_id", aliases=("RelatedToId",), help="Of an e-mail."),
        Field(name="is_deleted", kind="boolean", aliases=("IsDeleted",)),
    ),
)

FORMS = (HISTORY_FORM,)
