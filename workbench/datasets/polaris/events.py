"""Sessions (events) and who took part in them (Playbooks A and C), and the sheet of virtual sessions.

A session has the key that Pathful knows it by. Who took part in one are two datasets: the teachers, who are records of
the roster of the session's academic year and never made up, and the volunteers, who are a text until a person says
whose record it is. A session's status only moves on, its counts only grow, and an attendance that a person has put a
note on stays.
"""

from workbench.model.contract import Contract, Field, Forward, With
from workbench.model.derivation import AcademicYearOf, FirstOf
from workbench.model.reference import Reference, Sought

PLANNED = ("Draft", "Requested", "Confirmed", "Published")
"""How far a session got, in order, before its day."""
ENDED = ("Simulcast", "No Show", "Cancelled", "Completed")
"""What became of it: each is taken whatever was planned. That it took place stands over all else, as an attendance does
(sources that disagree would take turns for ever otherwise); where a file says another end, its rows are warned."""

EVENTS = Contract(
    name="polaris.events",
    title="Polaris: Events",
    noun="event",
    table="events",
    key=("session_id",),
    # in UTC, where a minute is a minute: only so can the database compute it by itself
    computed=(
        (
            "ends_at",
            "timestamptz",
            "((starts_at at time zone 'UTC') + duration * interval '1 minute') at time zone 'UTC'",
        ),
    ),
    fields=(
        Field(
            name="session_id",
            kind="identifier",
            required=True,
            aliases=("event id",),
            max_length=300,
            help="What Pathful knows it by.",
            examples=("5001", "5002"),
        ),
        Field(
            name="other_id",
            max_length=300,
            help="By what else it is known: by its day and title, for sheets that have no ids; one that came from such "
            "a sheet and is stored under those, by its id in Pathful.",
        ),
        Field(
            name="title",
            kind="name",
            required=True,
            aliases=("session title", "event title"),
            max_length=500,
            examples=("Careers in Nursing", "Inside a Steel Mill"),
        ),
        Field(
            name="start",
            kind="timestamp",
            column="starts_at",
            required=True,
            awaited="date",
            aliases=("session start", "date", "start date", "start time"),
            help="When it begins; a session without a date waits for a file that has it.",
            examples=("2025-03-03T15:30:00Z", "2025-03-10T14:00:00Z"),
        ),
        Field(
            name="duration",
            kind="integer",
            aliases=("duration minutes", "length"),
            default="60",
            minimum=0,
            maximum=10_000,
            help="Minutes; 60 when blank. It ends so long after its start.",
            examples=("60", "45"),
        ),
        Field(
            name="academic_year",
            kind="academic_year",
            aliases=("school year",),
            derive=AcademicYearOf(field="start"),
            help="Of its start: July begins one.",
        ),
        Field(
            name="status",
            kind="choice",
            choices=(*PLANNED, *ENDED, "Count"),
            default="Requested",
            merge=Forward(order=("Count", *PLANNED, *ENDED), final=ENDED),
            aliases=("event status", "session status"),
            examples=("Completed", "Confirmed"),
        ),
        Field(name="session_type", aliases=("event type",), max_length=200, examples=("Virtual", "Virtual")),
        Field(name="series", aliases=("series or event title", "topic", "topic/theme"), merge="fill", max_length=500),
        Field(name="career_cluster", aliases=("cluster",), merge="fill", max_length=500),
        Field(name="work_based_learning", aliases=("wbl",), merge="fill", max_length=500),
        Field(name="registration_link", aliases=("session link", "link"), max_length=2000),
        Field(name="host", max_length=200),
        Field(name="source", max_length=200, help="Which import made it; Pathful's, once that has brought it too."),
        Field(name="district", aliases=("district name",), merge="fill", max_length=300),
        Field(name="school", aliases=("school name",), merge="fill", max_length=300),
        Field(name="participants", kind="integer", aliases=("participant count",), merge="greatest", minimum=0),
        *(
            Field(
                name=f"{what}_{who}s",
                kind="integer",
                aliases=(f"{what} {who} count",),
                merge="greatest",
                minimum=0,
                help="The most that a file has said.",
            )
            for who in ("student", "educator")
            for what in ("registered", "attended")
        ),
    ),
)

_EVENT = Field(
    name="session_id",
    kind="identifier",
    required=True,
    aliases=("event id",),
    reference=Reference(
        dataset="polaris.events",
        field="session_id",
        column="event_id",
        noun="event",
        also="other_id",
        waits=True,
    ),
    examples=("5001", "5002"),
)

_KNOWN = ("cancelled", "no_show", "absent", "attended")
ATTENDANCE = Forward(order=("registered", *_KNOWN), final=_KNOWN, agrees=True)
"""Once it is known whether somebody came, no file makes it open again; and sources that disagree settle, whichever
comes last: that somebody came stands over all else, and only a person takes it back."""


def _attendance(*examples: str) -> Field:
    return Field(
        name="status",
        kind="choice",
        choices=("registered", "attended", "no_show", "absent", "cancelled"),
        default="registered",
        merge=ATTENDANCE,
        protected_by="notes",
        aliases=("attendance status", "attendance"),
        help="It only moves on: registered, cancelled, no_show, absent, attended. One with a person's note stays.",
        examples=examples,
    )


_NOTES = Field(name="notes", aliases=("admin notes",), help="A person's; it protects the status.")

EVENT_TEACHERS = Contract(
    name="polaris.event_teachers",
    title="Polaris: Teachers of events",
    noun="registration",
    table="event_teachers",
    key=("session_id", "teacher"),
    template=(
        *("session_id", "email", "name", "school", "academic_year"),
        *("participant_type", "simulcast", "status", "said_status", "notes"),
    ),
    fields=(
        _EVENT,
        Field(
            name="teacher",
            required=True,
            derive=FirstOf(fields=("pathful_user_id", "email", "name")),
            reference=Reference(
                dataset="polaris.teacher_roster",
                field="email",
                column="teacher_id",
                noun="teacher",
                by=(
                    Sought(field="pathful_user_id", said="pathful_user_id"),
                    Sought(field="email", said="pathful_user_id", through=("polaris.teachers", "pathful_user_id")),
                    Sought(field="email", said="email"),
                    Sought(field="name", said="name", folded=True, titled=True),
                    Sought(field="name", said="name", folded=True, titled=True, beside=("building", "school")),
                    # who is called otherwise in the roster of another year
                    Sought(
                        field="email", said="name", folded=True, titled=True, through=("polaris.teacher_roster", "name")
                    ),
                ),
                within="academic_year",
                within_of="session_id",
                decided=(("pathful_user_id",), ("email",), ("name", "school")),
                again=("name", "pathful_user_id", "email", "school"),
                waits=True,
            ),
            help="The record of the roster of the session's academic year: by Pathful's id, e-mail or name.",
        ),
        Field(
            name="pathful_user_id",
            kind="identifier",
            holder="name",
            aliases=("user auth id", "pathful id"),
            merge="fill",
            max_length=200,
        ),
        Field(
            name="email",
            kind="email",
            aliases=("teacher email",),
            merge="fill",
            examples=("ada.park@kck.example", "ben.ruiz@kck.example"),
        ),
        Field(name="name", kind="name", aliases=("teacher name",), merge="fill", max_length=300),
        Field(name="school", aliases=("school name",), merge="fill", max_length=300),
        Field(
            name="academic_year",
            kind="academic_year",
            aliases=("school year",),
            derive=AcademicYearOf(field="start"),
            merge="fill",
            help="Whose roster the teacher is looked for in; the session's own when blank.",
            examples=("2024-2025", "2024-2025"),
        ),
        Field(name="start", kind="timestamp", stored=False, aliases=("session start", "date")),
        _attendance("attended", "registered"),
        Field(name="participant_type", aliases=("participant role",), merge="fill", max_length=100),
        Field(
            name="simulcast",
            kind="boolean",
            default="false",
            merge=With(field="status"),
            help="Whether the class watched a session that was another's.",
        ),
        Field(
            name="said_status",
            max_length=200,
            merge=With(field="status"),
            help="The status as the sheet has it, word for word.",
        ),
        Field(name="confirmed_at", kind="timestamp", merge="fill", protected_by="notes"),
        _NOTES,
    ),
)

EVENT_VOLUNTEERS = Contract(
    name="polaris.event_volunteers",
    title="Polaris: Volunteers of events",
    noun="participation",
    table="event_volunteers",
    key=("session_id", "volunteer"),
    template=("session_id", "name", "organization", "local", "status", "delivery_hours", "notes"),
    fields=(
        _EVENT,
        Field(
            name="volunteer",
            required=True,
            derive=FirstOf(fields=("pathful_user_id", "name")),
            max_length=300,
            help="Who it was, as the file says: Pathful's id, else the name.",
        ),
        Field(
            name="pathful_user_id",
            kind="identifier",
            holder="name",
            column="pathful_user_id",
            aliases=("user auth id", "pathful id"),
            merge="fill",
            max_length=200,
        ),
        Field(
            name="name",
            kind="name",
            aliases=("volunteer name", "presenter"),
            merge="fill",
            max_length=300,
            examples=("Dana Reed", "Lee Ortiz"),
        ),
        Field(
            name="organization",
            aliases=("organisation", "company", "district or company"),
            merge="fill",
            max_length=300,
            examples=("Acme Health", "Northside Steel"),
        ),
        _attendance("attended", "registered"),
        Field(
            name="delivery_hours",
            kind="integer",
            merge="greatest",
            minimum=0,
            help="Whole hours, rounded up.",
            examples=("1", "1"),
        ),
        Field(name="local", kind="choice", choices=("local", "non_local"), merge="fill"),
        Field(name="person_of_color", kind="boolean", merge="fill", aliases=("presenter of color",)),
        _NOTES,
    ),
)

VIRTUAL_SESSIONS = Contract(
    name="polaris.virtual_sessions",
    title="Virtual Session Import",
    noun="virtual session",
    key=("session_title", "date"),
    # what people and programs write where there is nothing, or nothing yet
    nothing=("n/a", "#n/a", "na", "nan", "nat", "none", "null", "tbd", "tba", "-"),
    fields=(
        Field(
            name="session_title",
            required=True,
            aliases=("title", "event title"),
            max_length=500,
            examples=("Careers in Nursing", "Careers in Nursing", "Inside a Steel Mill"),
        ),
        Field(
            name="date",
            required=True,
            aliases=("session date",),
            help="M/D/YYYY, YYYY-MM-DD, or M/D in the academic year that the window says.",
            examples=("9/15", "9/15", "2/5/2027"),
        ),
        Field(
            name="time",
            aliases=("session time", "start time"),
            help="9:30 AM or 14:30; what the session is known to begin at when blank, else 9:00 AM.",
            examples=("9:30 AM", "9:30 AM", ""),
        ),
        Field(
            name="status",
            aliases=("session status",),
            help="Completed, Confirmed, Published, Requested, Draft ...; Simulcast only registers the teacher.",
            examples=("Completed", "Simulcast", "Confirmed"),
        ),
        Field(
            name="teacher_name",
            aliases=("teacher", "teachers", "teacher names"),
            help="Several with / between them; each is looked for in the roster of the academic year.",
            examples=("Ada Park", "Ben Ruiz / Cy Low", "Ada Park"),
        ),
        Field(name="school_name", aliases=("school",), examples=("Argentine Middle", "Wyandotte High", "")),
        Field(name="district", aliases=("district name", "school district"), examples=("KCKPS", "KCKPS", "KCKPS")),
        Field(
            name="presenter",
            aliases=("presenters", "presenter name"),
            help="Several with ; or & between them.",
            examples=("Dr. Dana Reed; Lee Ortiz", "", "Lee Ortiz"),
        ),
        Field(
            name="organization",
            aliases=("organisation", "presenter organization", "company"),
            examples=("Acme Health", "", "Northside Steel"),
        ),
        Field(name="presenter_location", help="Local, or anything else.", examples=("Local", "", "Denver")),
        Field(name="presenter_of_color", help="Yes counts, nothing else.", examples=("Yes", "", "")),
        Field(
            name="session_link",
            aliases=("link", "registration link"),
            help="Its last part is the session's id.",
            examples=("https://virtual.example/sessions/5001", "", ""),
        ),
        Field(name="session_type", examples=("Teacher requested", "", "Industry chat")),
        Field(name="topic_theme", aliases=("topic", "theme", "series"), examples=("Health", "", "Trades")),
        Field(
            name="host",
            setting="Host of the sessions: {}",
            help="Who holds the sessions: --set host=...; PREPKC when not said.",
        ),
    ),
)
