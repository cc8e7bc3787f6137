"""Salesforce's sessions, which the seed calls events, and who takes part in them (seed 001, Playbook D: D4).

A session is there at once; the accounts that it names are as soon as those are. A participation waits for its person
and its event. Drafts and connector sessions are left out where they are read. A session that belongs to no account gets
its districts from the students who take part, in the view `salesforce.session_district`.
"""

import html
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce import sessions as forms
from workbench.model.arrays import joined, matches, only, replaced
from workbench.model.figure import Breakdown, Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import by_distinct
from workbench.playbooks import salesforce_figures
from workbench.playbooks.pathful import STATUSES
from workbench.playbooks.salesforce_figures import waiting
from workbench.playbooks.salesforce_records import Records, listed, split
from workbench.prepare.shaping import issues, meant

NO_STATUS = "Draft"
"""The status of a session that has none."""
CANCELLATIONS = {"inclement weather cancellation": "weather"}
"""Reasons of a cancellation that have a word; any other is kept as it is."""
COUNTS = ("non_scheduled_students", "requested_volunteers", "available_slots")
SKILLS = {
    "PWY-": "Pathway: ",
    "Skills-": "Skill: ",
    "CCE-": "Career/College: ",
    "CSCs-": "Core Skill: ",
    "ACT-": "Activity: ",
}
"""What stands before a skill, and what that means."""

_WHO = ("", "teacher ", "professional ", "local professional ", "pathful professional ")
PARTICIPATIONS = {
    **dict.fromkeys(
        ("attended", "completed", "present", "confirmed", "simulcast", "successfully completed"), "Attended"
    ),
    **{f"{who}{what}": "No-Show" for who in _WHO for what in ("no show", "noshow")},
    **dict.fromkeys(("absent", "did not attend", "technical difficulties"), "No-Show"),
    **dict.fromkeys(("cancelled", "canceled", "event cancelled", "event canceled"), "Cancelled"),
    **{f"{who}{what}": "Cancelled" for who in _WHO[1:] for what in ("cancellation", "cancelation")},
    "scheduled": "Scheduled",
}
"""What became of a participation, in lower case and without hyphens."""
UNKNOWN = "Unknown"
"""What a participation's status counts as that is none of them."""

_TYPES = {each.lower().replace(" - ", " "): each for each in forms.TYPES}
_FORMATS = {each.lower().replace("-", " "): each for each in forms.FORMATS}
_ANCHOR = r"""(?is)^.*?\bhref\s*=\s*["']?([^"'\s>]+).*$"""
_SEPARATORS = r"\s*[;,]\s*"
_ACCOUNT_ID = "^001"
"""How the id of an account begins."""


# --- events ---


class _Events(Records):
    """The rows of sessions."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known)
        self.type = meant(self["type"], _TYPES)
        self.format = meant(self["format"], _FORMATS)
        self.counts = {name: _count(self[name]) for name in COUNTS}

    def sessions(self) -> Shaped:
        made = {
            "type": pc.fill_null(self.type, forms.UNKNOWN_TYPE),
            "format": pc.fill_null(self.format, forms.FORMATS[0]),
            "status": pc.fill_null(pc.coalesce(meant(self["status"], STATUSES), self["status"]), NO_STATUS),
            "cancellation_reason": pc.coalesce(
                meant(self["cancellation_reason"], CANCELLATIONS), self["cancellation_reason"]
            ),
            "registration_link": _address(self["registration_link"]),
            **self.counts,
        }
        cells = self.taken(_SESSION.columns, made) | {"skills": self._skills()}
        return self.part(self.kept, cells)

    def accounts(self) -> Shaped:
        """The accounts that the sessions name, a row for each."""
        found = [self._named(slot, column) for slot, column in zip(forms.SLOTS, _NAMING, strict=True)]
        at = np.concatenate([places for places, _, _ in found])
        order = np.argsort(at, kind="stable")
        at, by_place = at[order], pa.array(order)
        slots, named = (pa.concat_arrays([each[n] for each in found]).take(by_place) for n in (1, 2))
        ids = KINDS["salesforce_id"].parse(named)
        ids = only(ids, pc.and_(matches(ids, KINDS["salesforce_id"].pattern), matches(ids, _ACCOUNT_ID)))
        cells = {
            "session": self["salesforce_id"].take(pa.array(at)),
            "slot": slots,
            "account": pc.coalesce(ids, named),
            "salesforce_account_id": ids,
            "name": only(named, pc.is_null(ids)),
        }
        return self.parts(at, cells)

    def issues_found(self) -> pa.Table:
        live = pc.and_not(self.kept, self.deleted)
        untyped = pc.and_(live, pc.is_null(self.type))
        odd_format = pc.and_(live, pc.and_(pc.is_valid(self["format"]), pc.is_null(self.format)))
        wrong = {
            name: pc.and_(live, pc.and_(pc.is_valid(self[name]), pc.is_null(count)))
            for name, count in self.counts.items()
        }
        return self.told(
            issues(
                untyped,
                "unknown_type",
                "type",
                f"No type of a session that is known: counts as {forms.UNKNOWN_TYPE}",
                "warning",
            ),
            issues(odd_format, "unknown_format", "format", f"No known format: counts as {forms.FORMATS[0]}", "warning"),
            *(
                issues(where, "bad_count", name, "Not a whole number from 0: left out", "warning")
                for name, where in wrong.items()
            ),
        )

    def _named(self, slot: str, column: str) -> tuple[npt.NDArray[np.int64], pa.StringArray, pa.StringArray]:
        """Positions, slots and texts of the accounts that a column names; a column of districts may name several."""
        texts = only(self[column], pc.and_not(self.kept, self.deleted))
        if slot != "district":
            at, named = np.flatnonzero(np.asarray(pc.is_valid(texts))), texts.drop_null()
            return at, pa.array([slot] * len(at), pa.string()), named
        at, named = split(texts, ";")
        firsts = np.concatenate(([True], at[1:] != at[:-1])) if len(at) else np.array([], dtype=bool)
        nth = np.arange(len(at)) - np.maximum.accumulate(np.where(firsts, np.arange(len(at)), 0)) + 1
        numbered = joined(slot, " ", pc.cast(pa.array(nth, pa.int64()), pa.string()))
        return at, pc.if_else(pa.array(firsts), slot, numbered), named

    def _skills(self) -> pa.StringArray:
        places, texts = [], []
        for name in ("legacy_skill", "requested_skills", "needed_skills"):
            at, found = split(self[name], _SEPARATORS)
            for prefix, meaning in SKILLS.items():
                found = replaced(found, (f"^{prefix} *", meaning))
            places.append(at)
            texts.append(joined(found, " (Required)") if name == "needed_skills" else found)
        return listed(np.concatenate(places), pa.concat_arrays(texts), len(self.kept))


def _count(texts: pa.StringArray) -> pa.StringArray:
    """The whole numbers from 0 that texts are; null where one is none."""
    numbers = KINDS["integer"].parse(texts)
    return only(numbers, matches(numbers, "^[0-9]{1,9}$"))


def _address(texts: pa.StringArray) -> pa.StringArray:
    """The address that an HTML anchor leads to; any other text as it is."""
    anchors = matches(texts, _ANCHOR)
    found = replaced(only(texts, anchors), (_ANCHOR, r"\1"))
    plain = by_distinct(found, lambda each: pa.array(map(html.unescape, each.to_pylist()), pa.string()))
    return pc.if_else(anchors, plain, texts)


def events(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The sessions that rows are made into, and the accounts that they name."""
    rows = _Events(columns, known)
    return {"salesforce.sessions": rows.sessions(), "salesforce.session_accounts": rows.accounts()}


def check_events(columns: Chunk, known: Known) -> pa.Table:
    """What is told of rows of sessions that no part can tell: unknown types and formats, counts that are none, and what
    is deleted there."""
    return _Events(columns, known).issues_found()


# --- participations ---


class _Participations(Records):
    """The rows of participations."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known)
        self.status = meant(self["status"], PARTICIPATIONS)
        numbers = KINDS["decimal"].parse(self["delivery_hours"])
        self.numbers = only(numbers, matches(numbers, KINDS["decimal"].pattern))
        emails = KINDS["email"].parse(self["email"])
        self.emails = only(emails, matches(emails, KINDS["email"].pattern))

    def part_rows(self) -> Shaped:
        given = pc.fill_null(pc.greater(pc.cast(self.numbers, pa.float64()), 0), False)
        made = {
            "status": only(pc.fill_null(self.status, UNKNOWN), pc.is_valid(self["status"])),
            "delivery_hours": only(self.numbers, given),
            "email": self.emails,
        }
        return self.part(self.kept, self.taken(_PARTICIPATION.columns, made))

    def issues_found(self) -> pa.Table:
        live = pc.and_not(self.kept, self.deleted)
        unknown = pc.and_(live, pc.and_(pc.is_valid(self["status"]), pc.is_null(self.status)))
        no_email = pc.and_(live, pc.and_(pc.is_valid(self["email"]), pc.is_null(self.emails)))
        no_number = pc.and_(live, pc.and_(pc.is_valid(self["delivery_hours"]), pc.is_null(self.numbers)))
        return self.told(
            issues(unknown, "unknown_status", "status", f"No status that is known: counts as {UNKNOWN}", "warning"),
            issues(no_email, "bad_email", "email", "No e-mail address: left out", "warning"),
            issues(no_number, "bad_hours", "delivery_hours", "Not a number of hours: left out", "warning"),
        )


def participations(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The participations that rows are made into."""
    return {"salesforce.session_participations": _Participations(columns, known).part_rows()}


def check_participations(columns: Chunk, known: Known) -> pa.Table:
    """What is told of rows of participations: unknown statuses, hours that are no number, and what is deleted there."""
    return _Participations(columns, known).issues_found()


# --- the declarations ---

_NAMING = ("school", "district", "parent_account")
"""The columns that name accounts, as `forms.SLOTS` calls them."""
_SESSION = Part(
    dataset="salesforce.sessions",
    columns={
        name: name
        for name in (
            *("salesforce_id", "name", "type", "format", "start", "end", "status", "cancellation_reason", *COUNTS),
            *("location", "description", "additional_information", "host", "registration_link", "is_deleted"),
        )
    },
    made=("skills",),
)
_ACCOUNT = Part(
    dataset="salesforce.session_accounts",
    columns={"session": "salesforce_id"},
    made=("slot", "account", "salesforce_account_id", "name"),
)
_PARTICIPATION = Part(
    dataset="salesforce.session_participations",
    columns={
        name: name
        for name in (
            *("salesforce_id", "person", "session", "kind", "status", "delivery_hours", "age_group", "email", "title"),
            "is_deleted",
        )
    },
)
_EVENT_FIGURES = (
    salesforce_figures.total("Total from Salesforce"),
    salesforce_figures.successful(forms.SESSIONS, "Successfully processed"),
    salesforce_figures.ERRORS,
    Figure(name="Skipped (invalid)", outcomes=("invalid",)),
    *waiting("account"),
)
_BREAKDOWNS = (
    Breakdown(name="Status breakdown", part="salesforce.sessions", field="status"),
    Breakdown(name="Session type breakdown", part="salesforce.sessions", field="type"),
)
_KEPT = "Session_Status__c != 'Draft' AND Session_Type__c != 'Connector Session'"
"""Of the sessions those that are imported; Salesforce takes a blank for another text."""
_UNAFFILIATED = "School__c = null AND District__c = null AND Parent_Account__c = null"

EVENTS = Playbook(
    name=forms.EVENTS_FORM.name,
    title=forms.EVENTS_FORM.title,
    about="Salesforce's sessions, with the school, the districts and the account that they name.",
    form=forms.EVENTS_FORM,
    parts=(_SESSION, _ACCOUNT),
    shape=events,
    recall=Recall(dataset="salesforce.sessions", fields=("salesforce_id",)),
    check=check_events,
    figures=_EVENT_FIGURES,
    breakdowns=_BREAKDOWNS,
    extracts=(Extract(object="Session__c", where=_KEPT),),
    keeps_good_parts=True,
)

UNAFFILIATED = Playbook(
    name=forms.UNAFFILIATED_FORM.name,
    title=forms.UNAFFILIATED_FORM.title,
    about="Salesforce's sessions that name no account: their districts are those of the students who take part.",
    form=forms.UNAFFILIATED_FORM,
    parts=(_SESSION, _ACCOUNT),
    shape=events,
    recall=EVENTS.recall,
    check=check_events,
    figures=_EVENT_FIGURES,
    breakdowns=_BREAKDOWNS,
    extracts=(Extract(object="Session__c", where=f"{_UNAFFILIATED} AND {_KEPT}"),),
    keeps_good_parts=True,
)

_PARTICIPATIONS = Recall(dataset="salesforce.session_participations", fields=("salesforce_id",))


def _taking_part(of: tuple[str, ...]) -> tuple[Extract, ...]:
    return tuple(Extract(object="Session_Participant__c", where=f"Participant_Type__c = '{each}'") for each in of)


VOLUNTEERS_AND_TEACHERS = Playbook(
    name=forms.PARTICIPATIONS_FORM.name,
    title=forms.PARTICIPATIONS_FORM.title,
    about="Volunteers, and then teachers, who take part in sessions.",
    form=forms.PARTICIPATIONS_FORM,
    parts=(_PARTICIPATION,),
    shape=participations,
    recall=_PARTICIPATIONS,
    check=check_participations,
    figures=(*salesforce_figures.of(forms.PARTICIPATIONS_OF_SESSIONS), *waiting("person", "event")),
    extracts=_taking_part(("Volunteer", "Teacher")),
)

STUDENTS = Playbook(
    name=forms.STUDENTS_FORM.name,
    title=forms.STUDENTS_FORM.title,
    about="Students who take part in sessions.",
    form=forms.STUDENTS_FORM,
    parts=(_PARTICIPATION,),
    shape=participations,
    recall=_PARTICIPATIONS,
    check=check_participations,
    figures=(*salesforce_figures.of(forms.PARTICIPATIONS_OF_SESSIONS), *waiting("person", "event")),
    extracts=_taking_part(("Student",)),
)

PLAYBOOKS = (EVENTS, VOLUNTEERS_AND_TEACHERS, STUDENTS, UNAFFILIATED)
