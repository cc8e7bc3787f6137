"""What was done with Salesforce's contacts (seed 001, Playbook D: D6): its tasks and its e-mails become activities.

Once stored an activity is never changed. HTML becomes the text that a reader sees of it.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce import activities as forms
from workbench.model.arrays import joined, matches, replaced
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks.salesforce_records import Records, listed, split
from workbench.prepare.html_text import text_of
from workbench.prepare.shaping import issues, meant

TYPES = {"email": "activity", "e mail": "activity", "call": "activity", "status update": "status_change"}
"""What a task of such a type is; any other is a note."""
CHANNELS = {"email": "Email", "e mail": "Email", "call": "Call"}

_EMAIL_ID = "^02s"
"""How the id of an e-mail begins."""
_CASE_ID = "^500"
"""How the id of a case begins. Cases are not imported: an e-mail about one is of whom its addresses name."""
_NAMED = r"^.*<([^<>]*)>.*$"
"""An address with a name before it."""


def history(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The activities that tasks and e-mails are made into."""
    rows = Records(columns, known)
    email = matches(rows["salesforce_id"], _EMAIL_ID)
    incoming = pc.equal(KINDS["boolean"].parse(rows["incoming"]), "true")
    related_to = pc.coalesce(rows["related_to"], rows["what_id"])
    to, sender = (_addresses(rows[name], len(columns)) for name in ("to_address", "from_address"))
    cells = {
        "salesforce_id": rows["salesforce_id"],
        "who_id": rows["who_id"],
        "person": pc.coalesce(rows["who_id"], to, sender, related_to),
        "related_to": related_to,
        "type": pc.if_else(email, "activity", pc.fill_null(meant(rows["type"], TYPES), "note")),
        "channel": pc.if_else(email, "Email", meant(rows["type"], CHANNELS)),
        "subject": rows["subject"],
        "status": pc.if_else(email, pc.if_else(pc.fill_null(incoming, False), "Received", "Sent"), rows["status"]),
        "occurred": pc.coalesce(rows["message_date"], rows["activity_date"]),
        "description": pc.if_else(email, _message(rows), text_of(rows["description"])),
        "to_addresses": to,
        "from_address": sender,
        "is_deleted": rows["is_deleted"],
    }
    return {"salesforce.activities": rows.part(rows.kept, cells)}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is told of activities that their part cannot tell: that one is about a case, which leads to nobody, and what
    is deleted there."""
    rows = Records(columns, known)
    about = matches(pc.coalesce(rows["related_to"], rows["what_id"]), _CASE_ID)
    of_case = pc.and_(pc.and_not(rows.kept, rows.deleted), pc.and_(about, pc.is_null(rows["who_id"])))
    told = "It is about a case, and cases are not imported: only its addresses say whose it is"
    return rows.told(issues(of_case, "related_to_case", "related_to", told, "warning"))


def _message(rows: Records) -> pa.StringArray:
    """An e-mail as one text: its addresses, its subject, and its body."""
    body = pc.coalesce(text_of(rows["text_body"]), text_of(rows["html_body"]))
    lines = [
        pc.fill_null(joined(f"{title}: ", rows[column], "\n"), "")
        for title, column in {
            "From": "from_address",
            "To": "to_address",
            "CC": "cc_address",
            "BCC": "bcc_address",
            "Subject": "subject",
        }.items()
    ]
    return joined(*lines, pc.fill_null(joined("\n", body), ""))


def _addresses(texts: pa.StringArray, rows: int) -> pa.StringArray:
    """The e-mail addresses in each text, in lower case, with semicolons between."""
    at, found = split(texts, "[;,]")
    found = KINDS["email"].parse(replaced(found, (_NAMED, r"\1")))
    fit = matches(found, KINDS["email"].pattern)
    return listed(at[np.asarray(fit)], found.filter(fit), rows)


_ACTIVITY = Part(
    dataset="salesforce.activities",
    columns={
        "salesforce_id": "salesforce_id",
        "who_id": "who_id",
        "subject": "subject",
        "is_deleted": "is_deleted",
    },
    made=(
        *("person", "related_to", "type", "channel", "status", "occurred", "description", "to_addresses"),
        "from_address",
    ),
)
_OF_EMAILS = (
    *("message_date", "from_address", "to_address", "cc_address", "bcc_address", "text_body", "html_body"),
    *("incoming", "related_to"),
)
_OF_TASKS = ("description", "type", "activity_date", "who_id", "what_id")

HISTORY = Playbook(
    name=forms.HISTORY_FORM.name,
    title=forms.HISTORY_FORM.title,
    about="Salesforce's tasks, and then its e-mails, each of the contact that it is with.",
    form=forms.HISTORY_FORM,
    parts=(_ACTIVITY,),
    shape=history,
    recall=Recall(dataset="salesforce.activities", fields=("salesforce_id",)),
    check=check,
    figures=(
        Figure(name="Total records to process", outcomes=("created", "updated", "skipped", "unmatched", "invalid")),
        Figure(name="New records created", outcomes=("created",)),
        Figure(name="Records already exist", reasons=("unchanged", "protected", "kept", "duplicate")),
        Figure(name="No matching contact", reasons=("contact",)),
        Figure(name="Other errors", outcomes=("invalid",)),
        Figure(name="Total skipped", outcomes=("skipped", "unmatched", "invalid")),
    ),
    extracts=(
        Extract(object="Task", where="WhoId != null", without=_OF_EMAILS),
        Extract(object="EmailMessage", where="RelatedToId != null", without=_OF_TASKS),
    ),
)

PLAYBOOKS = (HISTORY,)
