"""Pathful's Session Report: each session becomes an event, an educator a teacher of it, a professional a volunteer."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import pathful
from workbench.model.arrays import only
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import session_ids
from workbench.playbooks.pathful.rows import FIGURES, IMPOSSIBLE, PEOPLE, Rows, now, number, windowed
from workbench.prepare.shaping import in_order, issues, meant, of_series, series

STATUSES = {
    **dict.fromkeys(("completed", "successfully completed"), "Completed"),
    **dict.fromkeys(("confirmed", "industry chat"), "Confirmed"),
    **dict.fromkeys(("requested", "teacher requested"), "Requested"),
    **dict.fromkeys(("cancelled", "canceled"), "Cancelled"),
    **{
        f"{who} {what}": "Cancelled"
        for who in ("teacher", "local professional", "pathful professional")
        for what in ("cancellation", "cancelation")
    },
    **{f"{who}no show": "No Show" for who in ("", "teacher ", "local professional ", "pathful professional ")},
    "technical difficulties": "No Show",
    "draft": "Draft",
    "published": "Published",
    "simulcast": "Simulcast",
    "count": "Count",
}
"""What a session is whose row says so, in lower case and without hyphens."""
UNKNOWN = "Requested"
"""What it is when the row says nothing, or nothing that is known."""
MINUTES = 60
"""How long a session is that does not say it."""
NO_SCHOOLS = ("prep-kc",)
"""What stands where the school should, and is none."""


def _known(events: pa.Table | None, name: str) -> pd.Series:
    """A field of each stored session, by its id."""
    if events is None:
        return pd.Series(None, pd.Index([], dtype="str"), dtype="str")
    session, said = (events[each].combine_chunks() for each in ("session_id", name))
    return pd.Series(series(said).array, index=series(session))


class _Sessions(Rows):
    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known, day="date", role="sign_up_role")
        self.meant = meant(self["status"], STATUSES)
        self.status = pc.fill_null(self.meant, UNKNOWN)
        undated_draft = pc.and_(pc.is_null(self["date"]), pc.equal(self.status, "Draft"))
        self.kept = pc.and_not(self.kept, undated_draft)
        self.untitled = pc.and_(self.kept, pc.is_null(self["title"]))
        self.good = pc.and_not(pc.and_not(self.kept, self.untitled), self.impossible)
        own = self["session_id"]
        days = only(pc.utf8_slice_codeunits(self.moments, 0, 10), self.good)
        ids, names = series(own), series(session_ids.called(days, self["title"]))
        others = _known(known.stored, "other_id")
        typed = _known(known.stored, "session_type").dropna()
        kept = session_ids.without_own(session_ids.stored_as(ids, names, others, known.taken), names, others)
        waiting = only(session_ids.undated(self["title"]), pc.and_(self.good, pc.is_null(self["date"])))
        self.session = pc.coalesce(of_series(kept), only(waiting, pc.is_null(own)))
        """The id under which each row's session is stored; what it waits under that has no id and no date."""
        self.other_id = of_series(session_ids.other_ids(ids, names, kept))
        self.typed = pc.is_in(self.session, of_series(typed.index.to_series()))
        """Whether the session is stored with its type, which a sheet knows better."""
        self.cancelled = pc.is_in(self.status, pa.array(["Cancelled", "No Show"]))
        self.completed = pc.equal(self.status, "Completed")

    def events(self) -> Shaped:
        cells = {name: self[column] for name, column in _EVENT.columns.items()}
        of_educator = pc.equal(self.roles, "educator")
        cells |= {
            "session_id": self.session,
            "other_id": self.other_id,
            "status": self.status,
            "district": only(self["district_or_company"], of_educator),
            "session_type": only(self.same("Virtual"), pc.invert(self.typed)),
            "source": self.same(session_ids.PATHFUL),
        }
        return self.part(self.good, cells)

    def teachers(self) -> Shaped:
        attended = pc.and_(
            self.completed, pc.fill_null(pc.greater_equal(number(self["attended_educator_count"]), 1), False)
        )
        status = pc.if_else(
            attended, "attended", pc.if_else(pc.or_(self.completed, self.cancelled), "no_show", "registered")
        )
        school = self["school"]
        cells = {
            "session_id": self.session,
            "teacher": pc.coalesce(self["user_auth_id"], self["name"]),
            "pathful_user_id": self["user_auth_id"],
            "name": self["name"],
            "school": only(school, pc.invert(pc.is_in(pc.utf8_lower(school), pa.array(NO_SCHOOLS)))),
            "start": self["date"],
            "status": status,
            "simulcast": only(self.same("true"), pc.equal(self.status, "Simulcast")),
            "confirmed_at": only(self.same(now()), attended),
            "participant_type": self["sign_up_role"],
        }
        return self.part(pc.and_(self.good, pc.equal(self.roles, "educator")), cells)

    def volunteers(self) -> Shaped:
        minutes = pc.fill_null(number(self["duration"]), MINUTES)
        cells = {
            "session_id": self.session,
            "volunteer": pc.coalesce(self["user_auth_id"], self["name"]),
            "pathful_user_id": self["user_auth_id"],
            "name": self["name"],
            "organization": self["district_or_company"],
            "status": pc.if_else(self.completed, "attended", pc.if_else(self.cancelled, "no_show", "registered")),
            "delivery_hours": pc.cast(pc.divide(pc.add(minutes, 59), 60), pa.string()),
        }
        return self.part(pc.and_(self.good, pc.equal(self.roles, "professional")), cells)

    def issues_found(self) -> pa.Table:
        unknown = pc.and_(self.good, pc.and_(pc.is_valid(self["status"]), pc.is_null(self.meant)))
        told = f"No status of a session that is known: counts as {UNKNOWN}"
        nobody = pc.and_(self.good, pc.invert(pc.is_in(self.roles, pa.array(PEOPLE))))
        role = pc.binary_join_element_wise(
            "Role ", self["sign_up_role"], "", null_handling="replace", null_replacement="blank"
        )
        lost = pc.binary_join_element_wise(
            role, ": neither an educator nor a professional, so the person is not imported", ""
        )
        return in_order(
            issues(self.untitled, "missing", "title", "title is required"),
            issues(self.impossible, KINDS["timestamp"].code, "date", IMPOSSIBLE),
            issues(unknown, "unknown_status", "status", told, "warning"),
            issues(nobody, "unknown_role", "sign_up_role", series(lost), "warning"),
            issues(*self._namesakes()),
        )

    def _namesakes(self) -> tuple[pd.Series, str, str, pd.Series, str]:
        """The rows of volunteers without an id whom an earlier row of the session names with another organization: they
        count as one, which is told."""
        rows = pd.DataFrame(
            {
                "session": series(self.session),
                "name": series(session_ids.folded(self["name"])),
                "of": series(self["district_or_company"]),
                "line": np.asarray(self._columns.lines),
            }
        )
        unknown = pc.and_(pc.equal(self.roles, "professional"), pc.is_null(self["user_auth_id"]))
        rows = rows[np.asarray(pc.and_(self.good, unknown))].dropna()
        first = rows.groupby(["session", "name"])[["of", "line"]].transform("first")
        other = rows["of"].str.lower() != first["of"].astype("str").str.lower()
        told = "Line " + first["line"].astype("str") + " has this name at the session with " + first["of"].astype("str")
        told = (told + ": without an id they count as one volunteer, of that")[other].reindex(range(len(self._columns)))
        return told.notna(), "namesake", "name", told, "warning"


def sessions(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The events, their teachers and their volunteers that the rows of a Session Report are made into."""
    rows = _Sessions(columns, known)
    return {
        "polaris.events": rows.events(),
        "polaris.event_teachers": rows.teachers(),
        "polaris.event_volunteers": rows.volunteers(),
    }


def check_sessions(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows of a Session Report that no part can tell: no title, an impossible date, an unknown
    status or role."""
    return _Sessions(columns, known).issues_found()


RECALL = Recall(dataset="polaris.events", fields=("session_id", "other_id", "session_type"))

_EVENT = Part(
    dataset="polaris.events",
    columns={
        "session_id": "session_id",
        "title": "title",
        "start": "date",
        "duration": "duration",
        "status": "status",
        "series": "series_or_event_title",
        "career_cluster": "career_cluster",
        "work_based_learning": "work_based_learning",
        "district": "district_or_company",
        "registered_students": "registered_student_count",
        "attended_students": "attended_student_count",
        "registered_educators": "registered_educator_count",
        "attended_educators": "attended_educator_count",
    },
    made=("other_id", "session_type", "source"),
    repeats=True,
)
_TEACHER = Part(
    dataset="polaris.event_teachers",
    columns={
        "session_id": "session_id",
        "teacher": "name",
        "pathful_user_id": "user_auth_id",
        "name": "name",
        "school": "school",
        "start": "date",
        "status": "status",
        "participant_type": "sign_up_role",
    },
    made=("simulcast", "confirmed_at"),
    repeats=True,
)
_VOLUNTEER = Part(
    dataset="polaris.event_volunteers",
    columns={
        "session_id": "session_id",
        "volunteer": "name",
        "pathful_user_id": "user_auth_id",
        "name": "name",
        "organization": "district_or_company",
        "status": "status",
    },
    made=("delivery_hours",),
    repeats=True,
)

SESSIONS = Playbook(
    name=pathful.SESSIONS.name,
    title=pathful.SESSIONS.title,
    about="Pathful's Session Report: events, the teachers and the volunteers who took part.",
    form=pathful.SESSIONS,
    parts=(_EVENT, _TEACHER, _VOLUNTEER),
    shape=sessions,
    recall=RECALL,
    check=check_sessions,
    windowed=windowed,
    figures=FIGURES,
    keeps_good_parts=True,
)
