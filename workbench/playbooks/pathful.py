"""Pathful (seed 001, Playbook A): who took part in which session, and who has an account.

Three sources are told apart by their headers. Of the Session Report each session becomes an event, an educator a
teacher of it and a professional a volunteer. The rows of the seed's export are attendances of teachers at events that
have to be known. Teachers are looked for in the roster of the session's academic year and never made up: a row of
another waits, and what is good of it goes on. Of the User Report educators become teachers' accounts, professionals
volunteers.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import pathful
from workbench.model import dates
from workbench.model.arrays import matches, only
from workbench.model.errors import WrongValue
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS, spelling
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import session_ids
from workbench.prepare.shaping import gathered, in_order, issues, meant, of_series, series, something

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

ATTENDANCES = {
    **dict.fromkeys(("registered", "upcoming", "signed up", "signedup"), "registered"),
    **dict.fromkeys(("attended", "completed"), "attended"),
    "absent": "absent",
    **dict.fromkeys(("no show", "noshow"), "no_show"),
    **dict.fromkeys(("canceled", "cancelled"), "cancelled"),
}
"""What became of a teacher whose row of the seed's export says so."""
UNKNOWN_ATTENDANCE = f"attendance_status is none of: {', '.join(pathful.ATTENDANCES)}"
"""What is told of a row that says anything else."""

MINUTES = 60
"""How long a session is that does not say it."""
PEOPLE = ("educator", "professional")
"""The roles whose people are imported, in lower case."""
ROLES = "Student, Parent"
"""The roles that are left out where nobody says which."""
NO_SCHOOLS = ("prep-kc",)
"""What stands where the school should, and is none."""
_IMPOSSIBLE = "No date that a session can have: look at its year"


# --- the window: since when rows are imported ---


def windowed(said: str | None, today: date) -> str:
    """The window as it is kept: full (when nothing is said: a file is imported as it is), a semester (since August, or
    since January), six months, an academic year, or the day that a person says. Raises WrongValue."""
    match (said or "full").strip().lower().replace("_", " "):
        case "full":
            return "full"
        case "semester":
            return f"semester, since {date(today.year, 8 if today.month >= 8 else 1, 1)}"
        case "six month" | "six months":
            return f"six months, since {today - timedelta(days=180)}"
        case text if re.fullmatch(r"\d{4}-\d{4}", text) and int(text[5:]) == int(text[:4]) + 1:
            return f"{text}, since {text[:4]}-07-01 until {text[5:]}-06-30"
        case text:
            return f"since {_day(text.removeprefix('since ').strip())}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        why = "say full, semester, six months, an academic year such as 2025-2026, or a day as YYYY-MM-DD."
        raise WrongValue(field="The window", value=f"'{text}'", why=why) from None


def _outside(days: pa.StringArray, window: str | None) -> pa.BooleanArray:
    """Which of the days are out of the window; none that are not known."""
    since = re.search(r"since (\S+)", window or "")
    until = re.search(r"until (\S+)", window or "")
    out = pa.array(np.zeros(len(days), dtype=bool))
    if since:
        out = pc.or_(out, pc.fill_null(pc.less(days, since[1]), False))
    return pc.or_(out, pc.fill_null(pc.greater(days, until[1]), False)) if until else out


# --- what cells say ---


class _Rows:
    """The rows of a chunk: the texts of the form's columns, and which rows are imported."""

    def __init__(self, columns: Chunk, known: Known, *, day: str, role: str) -> None:
        self._columns = columns
        self._texts: dict[str, pa.StringArray] = {}
        moments = (
            KINDS["timestamp"].parsed(self[day], known.forms.get(day)) if day else pa.nulls(len(columns), pa.string())
        )
        self.moments = only(moments, matches(moments, KINDS["timestamp"].pattern))
        """When each is, as far as it can be read."""
        self.roles = spelling(pc.fill_null(self[role], ""))
        out = pc.or_(self._of_others(), pc.is_in(self.roles, spelling(pa.array(self._setting("without_roles", ROLES)))))
        self.kept = pc.invert(pc.or_(out, _outside(pc.utf8_slice_codeunits(self.moments, 0, 10), known.window)))
        year = matches(dates.academic_year(self.moments), KINDS["academic_year"].pattern)
        self.impossible = pc.and_(self.kept, pc.and_not(pc.is_valid(self.moments), pc.fill_null(year, False)))
        """Whose date is in a year that no session is in, as 1926 and 9999."""

    def __getitem__(self, name: str) -> pa.StringArray:
        if name not in self._texts:
            there = name in self._columns.cells.schema.names
            self._texts[name] = (
                something(self._columns.cells[name], pathful.NOTHING)
                if there
                else pa.nulls(len(self._columns), pa.string())
            )
        return self._texts[name]

    def _setting(self, name: str, otherwise: str) -> list[str]:
        """What was said of the import, the parts of it between commas."""
        column = self[name]
        said = column[0].as_py() if len(column) else None
        return [each.strip() for each in (said or otherwise).split(",") if each.strip()]

    def _of_others(self) -> pa.BooleanArray:
        """Which rows are another partner's, or nobody's; none where no partner is asked for."""
        wanted = [each.upper() for each in self._setting("only_partner", "")]
        if not wanted:
            return pa.array(np.zeros(len(self._columns), dtype=bool))
        return pc.invert(pc.is_in(pc.utf8_upper(self["partner"]), pa.array(wanted)))

    def part(self, where: pa.BooleanArray, cells: Mapping[str, pa.StringArray]) -> Shaped:
        """The rows of a part, of those where that is so; those that say exactly the same become one."""
        at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
        taken = pa.RecordBatch.from_arrays([column.take(at) for column in cells.values()], names=list(cells))
        return gathered(Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=taken), at=at))

    def same(self, text: str) -> pa.StringArray:
        """A text, in every row."""
        return pa.array([text] * len(self._columns), pa.string())


def _number(texts: pa.StringArray) -> pa.Int64Array:
    """The whole numbers that texts are, 1.0 too; null where one is none."""
    return pc.cast(
        pc.replace_substring_regex(only(texts, matches(texts, r"^[0-9]{1,9}(\.0+)?$")), r"\..*", ""), pa.int64()
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the Session Report ---


def _others(events: pa.Table | None) -> pd.Series:
    """The other id of each stored session, by its id."""
    if events is None:
        return pd.Series(None, pd.Index([], dtype="str"), dtype="str")
    session, other = (events[name].combine_chunks() for name in RECALL.fields)
    return pd.Series(series(other).array, index=series(session))


class _Sessions(_Rows):
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
        others = _others(known.stored)
        kept = session_ids.without_own(session_ids.stored_as(ids, names, others, known.taken), names, others)
        waiting = only(session_ids.undated(self["title"]), pc.and_(self.good, pc.is_null(self["date"])))
        self.session = pc.coalesce(of_series(kept), only(waiting, pc.is_null(own)))
        """The id under which each row's session is stored; what it waits under that has no id and no date."""
        self.other_id = of_series(session_ids.other_ids(ids, names, kept))
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
            "session_type": self.same("Virtual"),
            "source": self.same("pathful"),
        }
        return self.part(self.good, cells)

    def teachers(self) -> Shaped:
        attended = pc.and_(
            self.completed, pc.fill_null(pc.greater_equal(_number(self["attended_educator_count"]), 1), False)
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
            "simulcast": pc.if_else(pc.equal(self.status, "Simulcast"), "true", "false"),
            "confirmed_at": only(self.same(_now()), attended),
            "participant_type": self["sign_up_role"],
        }
        return self.part(pc.and_(self.good, pc.equal(self.roles, "educator")), cells)

    def volunteers(self) -> Shaped:
        minutes = pc.fill_null(_number(self["duration"]), MINUTES)
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
            issues(self.impossible, KINDS["timestamp"].code, "date", _IMPOSSIBLE),
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


# --- the seed's export ---


class _Export(_Rows):
    REQUIRED = ("session_id", "session_start", "attendance_status")
    """What no part misses; the rest is of its key."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known, day="session_start", role="participant_type")
        self.blank = {name: pc.and_(self.kept, pc.is_null(self[name])) for name in self.REQUIRED}
        self.unread = pc.and_(self.kept, pc.and_(pc.is_valid(self["session_start"]), pc.is_null(self.moments)))
        said = self["attendance_status"]
        self.status = meant(said, ATTENDANCES)
        self.unknown = pc.and_(self.kept, pc.and_(pc.is_valid(said), pc.is_null(self.status)))
        self.good = self.kept
        for wrong in (self.unread, self.impossible, self.unknown, *self.blank.values()):
            self.good = pc.and_not(self.good, wrong)

    def teachers(self) -> Shaped:
        cells = {
            "session_id": self["event_id"],
            "teacher": self["teacher_email"],
            "email": self["teacher_email"],
            "start": self["session_start"],
            "status": self.status,
            "participant_type": pc.fill_null(self["participant_type"], "Volunteer"),
            "confirmed_at": only(self.same(_now()), pc.fill_null(pc.equal(self.status, "attended"), False)),
        }
        return self.part(self.good, cells)

    def issues_found(self) -> pa.Table:
        kind = KINDS["timestamp"]
        return in_order(
            *(issues(blank, "missing", name, f"{name} is required") for name, blank in self.blank.items()),
            issues(self.unread, kind.code, "session_start", kind.message),
            issues(self.impossible, kind.code, "session_start", _IMPOSSIBLE),
            issues(self.unknown, "bad_choice", "attendance_status", UNKNOWN_ATTENDANCE),
        )


def attendances(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The teachers of events that the rows of the seed's export are made into."""
    return {"polaris.event_teachers": _Export(columns, known).teachers()}


def check_attendances(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows of the seed's export that no part can tell: what is required of a row."""
    return _Export(columns, known).issues_found()


# --- the User Report ---


_DAYS = ("join_date", "last_login_date", "last_session_date")
_COUNTS = ("login_count", "count_of_days_logged_in_last_30_days")
_ACCOUNT = {
    **{name: name for name in (*_DAYS, "login_count", "skills", "grade_cluster", "city", "state", "postal_code")},
    "days_logged_in": "count_of_days_logged_in_last_30_days",
    "subscription_type": "active_subscription_type",
    "subscription_name": "active_subscription_name",
    "affiliations": "affiliations",
}
"""What an account has besides, with the column that says it."""


class _Users(_Rows):
    """An account is known by its e-mail, which Pathful's users need not have: their key there is an id. The row of one
    without is the account that has the id, under the e-mail by which that is known; where none is, or several are,
    there is nothing to know the account by again: its row is invalid, and the next report brings it."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns, known, day="", role="sign_up_role")
        self.named = pc.is_valid(self["user_auth_id"])
        own = pc.coalesce(self["login_email"], self["notification_email"])
        ids = only(self["user_auth_id"], pc.is_null(own))
        self.known = _emails(ids, known.stored)
        self.email = pc.coalesce(own, self.known)
        self._read = {name: self._day(name, known) for name in _DAYS} | {name: self._count(name) for name in _COUNTS}
        self.account = {name: self._read.get(column, self[column]) for name, column in _ACCOUNT.items()}

    def _day(self, name: str, known: Known) -> pa.StringArray:
        """The days of a column as far as they can be read."""
        moments = KINDS["timestamp"].parsed(self[name], known.forms.get(name, "mdy"))
        return pc.utf8_slice_codeunits(only(moments, matches(moments, KINDS["timestamp"].pattern)), 0, 10)

    def _count(self, name: str) -> pa.StringArray:
        return pc.cast(_number(self[name]), pa.string())

    def _unread(self, imported: pa.BooleanArray) -> Iterator[pa.Table]:
        """What of an account cannot be read: it is left out, and its person is not."""
        for name, read in self._read.items():
            lost = pc.and_(imported, pc.and_(pc.is_valid(self[name]), pc.is_null(read)))
            what = ("bad_day", "day") if name in _DAYS else ("bad_integer", "whole number")
            yield issues(lost, what[0], name, f"No {what[1]} that can be read: it is left out", "warning")

    def issues_found(self) -> pa.Table:
        told = "No e-mail here: the account that has this id counts"
        imported = pc.is_in(self.roles, pa.array(PEOPLE))
        found = pc.and_(imported, pc.is_valid(self.known))
        return in_order(issues(found, "known_by_id", "login_email", told, "warning"), *self._unread(imported))


def _emails(ids: pa.StringArray, stored: pa.Table | None) -> pa.StringArray:
    """The e-mails by which the people with these ids are known, where there is only one."""
    if stored is None:
        return pa.nulls(len(ids), pa.string())
    pairs = stored.to_pandas().dropna().drop_duplicates()
    alone = pairs.drop_duplicates("pathful_user_id", keep=False)
    place = pc.index_in(ids, of_series(alone["pathful_user_id"]), skip_nulls=True)
    return of_series(alone["email"]).take(place)


def users(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The accounts that the rows of a User Report are made into; one without an id is none."""
    rows = _Users(columns, known)
    person = {"email": rows.email, "name": rows["name"], "pathful_user_id": rows["user_auth_id"]}
    person |= rows.account
    teacher = person | {"school": rows["school"], "district": rows["district_or_company"]}
    volunteer = person | {"organization": rows["district_or_company"], "job_title": rows["job_title"]}
    return {
        "polaris.teachers": rows.part(pc.and_(rows.named, pc.equal(rows.roles, "educator")), teacher),
        "polaris.volunteers": rows.part(pc.and_(rows.named, pc.equal(rows.roles, "professional")), volunteer),
    }


def check_users(columns: Chunk, known: Known) -> pa.Table:
    """What is to be told of rows of a User Report: who is known by the id alone."""
    return _Users(columns, known).issues_found()


# --- the declarations ---

RECALL = Recall(dataset="polaris.events", fields=("session_id", "other_id"))

_FIGURES = (
    Figure(name="Rows processed", outcomes=("created", "updated", "skipped", "unmatched", "invalid")),
    Figure(name="Rows created", outcomes=("created",)),
    Figure(name="Rows updated", outcomes=("updated",)),
    Figure(name="Rows skipped (duplicates)", outcomes=("skipped",)),
    Figure(name="Rows unmatched (teacher)", reasons=("teacher",)),
    Figure(name="Rows unmatched (event)", reasons=("event", "date")),
    Figure(name="Rows invalid", outcomes=("invalid",)),
)
"""As the seed's expected output has them, and in its order. A session without a date is no event yet."""

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
_ATTENDANCE = Part(
    dataset="polaris.event_teachers",
    columns={
        "session_id": "event_id",
        "teacher": "teacher_email",
        "email": "teacher_email",
        "start": "session_start",
        "status": "attendance_status",
    },
    made=("participant_type", "confirmed_at"),
    repeats=True,
)
_PERSON = {"email": "login_email", "name": "name", "pathful_user_id": "user_auth_id"}

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
    figures=_FIGURES,
    keeps_good_parts=True,
)

EXPORT = Playbook(
    name=pathful.EXPORT.name,
    title=pathful.EXPORT.title,
    about="Pathful's export as the playbook has it: attendances of teachers at events that are known.",
    form=pathful.EXPORT,
    parts=(_ATTENDANCE,),
    shape=attendances,
    check=check_attendances,
    windowed=windowed,
    figures=_FIGURES,
    keeps_good_parts=True,
)

USERS = Playbook(
    name=pathful.USERS.name,
    title=pathful.USERS.title,
    about="Pathful's User Report: the accounts of teachers and volunteers.",
    form=pathful.USERS,
    parts=(
        Part(
            dataset="polaris.teachers",
            columns={**_PERSON, **_ACCOUNT, "school": "school", "district": "district_or_company"},
        ),
        Part(
            dataset="polaris.volunteers",
            columns={**_PERSON, **_ACCOUNT, "organization": "district_or_company", "job_title": "job_title"},
        ),
    ),
    shape=users,
    recall=Recall(
        dataset="polaris.teachers",
        fields=("pathful_user_id", "email"),
        also=("polaris.volunteers", "polaris.teacher_roster"),
    ),
    check=check_users,
    figures=_FIGURES[:4] + _FIGURES[-1:],
    keeps_good_parts=True,
)
