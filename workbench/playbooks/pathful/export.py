"""The seed's export of Pathful: attendances of teachers at events that have to be known."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import pathful
from workbench.model.arrays import only
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks.pathful.rows import FIGURES, IMPOSSIBLE, Rows, now, windowed
from workbench.prepare.shaping import in_order, issues, meant

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


class _Export(Rows):
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
            "confirmed_at": only(self.same(now()), pc.fill_null(pc.equal(self.status, "attended"), False)),
        }
        return self.part(self.good, cells)

    def issues_found(self) -> pa.Table:
        kind = KINDS["timestamp"]
        return in_order(
            *(issues(blank, "missing", name, f"{name} is required") for name, blank in self.blank.items()),
            issues(self.unread, kind.code, "session_start", kind.message),
            issues(self.impossible, kind.code, "session_start", IMPOSSIBLE),
            issues(self.unknown, "bad_choice", "attendance_status", UNKNOWN_ATTENDANCE),
        )


def attendances(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The teachers of events that the rows of the seed's export are made into."""
    return {"polaris.event_teachers": _Export(columns, known).teachers()}


def check_attendances(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows of the seed's export that no part can tell: what is required of a row."""
    return _Export(columns, known).issues_found()


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


EXPORT = Playbook(
    name=pathful.EXPORT.name,
    title=pathful.EXPORT.title,
    about="Pathful's export as the playbook has it: attendances of teachers at events that are known.",
    form=pathful.EXPORT,
    parts=(_ATTENDANCE,),
    shape=attendances,
    check=check_attendances,
    windowed=windowed,
    figures=FIGURES,
    keeps_good_parts=True,
)
