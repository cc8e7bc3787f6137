"""What Pathful's exports look like (seed 001, Playbook A): columns of sources, without tables.

The same facts come in two vocabularies: the seed's export, whose rows name the event that they are about by EventId,
and the Session Report that the running system is given, whose Session ID is the event. Beside them the User Report
brings who has an account.
"""

from workbench.model.contract import Contract, Field

NOTHING = ("n/a", "na", "nan", "none", "nat", "null")
"""Texts that programs write where there is nothing."""

_SETTINGS = (
    Field(
        name="only_partner",
        setting="Only rows of partner {}",
        filters="partner",
        help="Only rows whose Partner is this, whatever its case: --set only_partner=...; every row when not said.",
    ),
    Field(
        name="without_roles",
        setting="Without the roles {}",
        help="The roles whose rows are left out, with commas between them; Student, Parent when not said.",
    ),
)

ATTENDANCES = ("Registered", "Upcoming", "Attended", "Completed", "Absent", "No-Show", "Canceled")
"""What the seed's export says of a teacher, as its guide names it; other spellings are known too."""

EXPORT = Contract(
    name="polaris.pathful",
    title="Pathful",
    noun="attendance",
    key=("session_id", "teacher_email"),
    nothing=NOTHING,
    fields=(
        Field(
            name="session_id",
            kind="identifier",
            required=True,
            help="The row's own id in Pathful.",
            examples=("S-9001", "S-9002"),
        ),
        Field(
            name="event_id",
            kind="identifier",
            required=True,
            help="The session_id of a known event; none is made of it.",
            examples=("5001", "5002"),
        ),
        Field(
            name="teacher_email",
            required=True,
            aliases=("educator email",),
            help="Who it was: looked for in the roster of the session's academic year.",
            examples=("ada.park@kck.example", "ben.ruiz@kck.example"),
        ),
        Field(
            name="session_start",
            kind="timestamp",
            written="mdy",
            required=True,
            aliases=("start",),
            examples=("2026-03-02T15:30:00", "2026-03-09T14:00:00"),
        ),
        Field(
            name="attendance_status",
            required=True,
            aliases=("attendance",),
            help=f"{', '.join(ATTENDANCES[:-1])} or {ATTENDANCES[-1]}.",
            examples=("Attended", "Registered"),
        ),
        Field(
            name="participant_type",
            aliases=("participant role",),
            help="Volunteer when blank.",
            examples=("Volunteer", ""),
        ),
        Field(name="partner"),
        *_SETTINGS,
    ),
)

SESSIONS = Contract(
    name="polaris.pathful_sessions",
    title="Pathful: Session Report",
    noun="participation",
    key=("session_id", "name"),
    nothing=NOTHING,
    fields=(
        Field(
            name="session_id",
            kind="identifier",
            required=True,
            help="The session, which is made when it is new.",
            examples=("5001", "5001", "5002"),
        ),
        Field(name="title", required=True, examples=("Careers in Nursing", "Careers in Nursing", "Inside a Mill")),
        Field(
            name="date",
            kind="timestamp",
            written="mdy",
            required=True,
            aliases=("session date",),
            help="When it begins. A row without one waits until a file has the session's date, a draft is left out.",
            examples=("2026-03-02 15:30:00", "2026-03-02 15:30:00", "03/09/2026 14:00:00"),
        ),
        Field(
            name="status",
            required=True,
            aliases=("session status",),
            help="How far the session got; what is not known counts as Requested.",
            examples=("Completed", "Completed", "Confirmed"),
        ),
        Field(
            name="sign_up_role",
            required=True,
            aliases=("signup role", "role"),
            help="Educators become teachers of the session, professionals volunteers.",
            examples=("Educator", "Professional", "Educator"),
        ),
        Field(name="name", required=True, examples=("Ada Park", "Dana Reed", "Ben Ruiz")),
        Field(
            name="user_auth_id",
            kind="identifier",
            aliases=("pathful user id",),
            examples=("PF-1001", "PF-2001", ""),
        ),
        Field(name="duration", kind="integer", help="Minutes; 60 when blank.", examples=("60", "60", "45")),
        Field(name="school", aliases=("school name",), examples=("Argentine Middle", "", "Wyandotte High")),
        Field(
            name="district_or_company",
            aliases=("district", "company"),
            help="An educator's district, a professional's organization.",
            examples=("Kansas City Kansas Public Schools", "Acme Health", "Kansas City Kansas Public Schools"),
        ),
        Field(name="partner", examples=("PREP-KC", "PREP-KC", "PREP-KC")),
        *(
            Field(
                name=f"{what}_{who}_count",
                kind="integer",
                help="n/a is no value." if who == "student" else "n/a is no value; attended from one on.",
                examples=("25", "25", "n/a") if who == "student" else ("1", "n/a", "1"),
            )
            for who in ("student", "educator")
            for what in ("registered", "attended")
        ),
        Field(name="career_cluster", examples=("Health Science", "Health Science", "Manufacturing")),
        Field(name="work_based_learning"),
        Field(name="series_or_event_title", aliases=("series",)),
        Field(name="state"),
        *_SETTINGS,
    ),
)

USERS = Contract(
    name="polaris.pathful_users",
    title="Pathful: User Report",
    noun="user",
    key=("user_auth_id",),
    nothing=NOTHING,
    fields=(
        Field(name="user_auth_id", kind="identifier", required=True, examples=("PF-1001", "PF-2001")),
        Field(
            name="sign_up_role",
            required=True,
            aliases=("signup role", "role"),
            help="Educators become teachers, professionals volunteers; nobody else is imported.",
            examples=("Educator", "Professional"),
        ),
        Field(name="name", required=True, examples=("Ada Park", "Dana Reed")),
        Field(name="login_email", aliases=("email",), examples=("ada.park@kck.example", "dana@acme.example")),
        Field(name="notification_email", help="Where there is no login e-mail."),
        Field(name="school", examples=("Argentine Middle", "")),
        Field(
            name="district_or_company",
            examples=("Kansas City Kansas Public Schools", "Acme Health"),
        ),
        Field(name="job_title", examples=("", "Nurse")),
        *(
            Field(name=name)
            for name in (
                *("grade_cluster", "skills", "city", "state"),
                *("active_subscription_type", "active_subscription_name", "affiliations"),
            )
        ),
        *(
            Field(name=name, kind="timestamp", written="mdy", examples=("2025-08-14", "2026-01-09"))
            for name in ("join_date", "last_login_date", "last_session_date")
        ),
        *(
            Field(name=name, examples=("12", "3"))
            for name in ("login_count", "count_of_days_logged_in_last_30_days", "postal_code")
        ),
    ),
)

FORMS = (EXPORT, SESSIONS, USERS)
