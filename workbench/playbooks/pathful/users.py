"""Pathful's User Report: educators become teachers' accounts, professionals volunteers."""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import pathful
from workbench.model.arrays import matches, only
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks.pathful.rows import FIGURES, PEOPLE, Rows, number
from workbench.prepare.shaping import in_order, issues, of_series

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


class _Users(Rows):
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
        return pc.cast(number(self[name]), pa.string())

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


_PERSON = {"email": "login_email", "name": "name", "pathful_user_id": "user_auth_id"}


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
    figures=FIGURES[:4] + FIGURES[-1:],
    keeps_good_parts=True,
)
