"""Salesforce's sessions, which the seed calls events, and who takes part in them (seed 001, Playbook D, D4).

A session refers to nothing, so that it never waits. The accounts that it names (its school, its district, the account
above) are records of their own, each of which waits until the account is there. The districts of a session are never
written: the view `salesforce.session_district` has them, whatever came first.
"""

from workbench.model.contract import Contract, Field
from workbench.model.derivation import FirstOf
from workbench.model.reference import Reference, Sought

TYPES = (
    *("Connector Session", "Career Jumping", "Career Speaker", "Employability Skills", "IGNITE", "Career Fair"),
    *("Client Connected Project", "Pathway campus visits", "Workplace Visit", "Pathway Workplace Visits"),
    *("College Options", "DIA", "DIA - Classroom Speaker", "Campus Visit", "Advisory Sessions"),
    *("Volunteer Orientation", "Volunteer Engagement", "Mentoring", "Financial Literacy", "Math Relays"),
    *("Classroom Speaker", "Internship", "College Application Fair", "FAFSA", "Classroom Activity"),
    *("Historical, Not Yet Updated", "DataViz", "P2GD", "SLA", "HealthStart", "P2T", "BFI"),
)
"""What a session may be; anything else counts as UNKNOWN_TYPE."""
UNKNOWN_TYPE = "Classroom Activity"
FORMATS = ("In-Person", "Virtual")
"""Where a session is held; the first where nobody says it."""
PARTICIPATIONS = ("Attended", "No-Show", "Cancelled", "Scheduled", "Unknown")
"""What became of somebody's part in a session."""
PARTICIPANTS = ("Volunteer", "Teacher", "Student")
"""As what somebody takes part."""
SLOTS = ("school", "district", "parent account")
"""In which way a session may name an account."""

_DELETED = Field(
    name="is_deleted",
    kind="boolean",
    default="false",
    aliases=("IsDeleted",),
    help="Whether Salesforce has deleted it; the record stays.",
)


def _count(name: str, api_name: str) -> Field:
    return Field(name=name, kind="integer", aliases=(api_name,), minimum=0, help="A whole number, 0 or more.")


_COUNTS = (
    _count("non_scheduled_students", "Non_Scheduled_Students_Count__c"),
    _count("requested_volunteers", "Total_Requested_Volunteer_Jobs__c"),
    _count("available_slots", "Available_Slots__c"),
)
_TEXTS = (
    Field(name="location", aliases=("Location_Information__c",)),
    Field(name="description", aliases=("Description__c",)),
    Field(name="additional_information", aliases=("Additional_Information__c",)),
    Field(name="host", aliases=("Session_Host__c",), max_length=300),
)

SESSIONS = Contract(
    name="salesforce.sessions",
    title="Salesforce: Sessions",
    noun="session",
    table="sessions",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id", "Session ID"),
            help="Salesforce's own id, of 15 or 18 characters.",
            examples=("a00000000000001AAA", "a00000000000002AAA"),
        ),
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("Name", "Session Name"),
            max_length=500,
            examples=("Careers in Nursing", "Inside a Steel Mill"),
        ),
        Field(
            name="type",
            kind="choice",
            choices=TYPES,
            aliases=("Session_Type__c", "Session Type"),
            examples=("Career Speaker", "Workplace Visit"),
        ),
        Field(
            name="format",
            kind="choice",
            choices=FORMATS,
            aliases=("Format__c",),
            examples=("In-Person", "Virtual"),
        ),
        Field(
            name="start",
            kind="timestamp",
            column="starts_at",
            required=True,
            aliases=("Start_Date_and_Time__c",),
            help="When it begins, with its time of day. A session without one is not imported, and none is made up.",
            examples=("2026-03-02T15:30:00Z", "2026-03-09T14:00:00Z"),
        ),
        Field(name="end", kind="timestamp", column="ends_at", aliases=("End_Date_and_Time__c",)),
        Field(
            name="status",
            aliases=("Session_Status__c",),
            max_length=200,
            help="How far it got, e.g. Confirmed, Published, Completed, Cancelled, No Show.",
            examples=("Completed", "Confirmed"),
        ),
        Field(name="cancellation_reason", aliases=("Cancellation_Reason__c",), max_length=300),
        *_COUNTS,
        Field(name="skills", help="What it teaches, with semicolons between: Pathway: ..., Skill: ... (Required)."),
        *_TEXTS,
        Field(name="registration_link", aliases=("Registration_Link__c",), max_length=2000),
        _DELETED,
    ),
)


def _session(*examples: str, required: bool = True) -> Field:
    return Field(
        name="session",
        kind="salesforce_id",
        required=required,
        aliases=("Session__c", "Session ID"),
        reference=Reference(
            dataset="salesforce.sessions",
            field="salesforce_id",
            column="session_id",
            noun="event",
            waits=True,
        ),
        examples=examples,
    )


SESSION_ACCOUNTS = Contract(
    name="salesforce.session_accounts",
    title="Salesforce: Accounts of sessions",
    noun="session's account",
    table="session_accounts",
    key=("session", "slot"),
    fields=(
        _session("a00000000000001AAA", "a00000000000002AAA"),
        Field(
            name="slot",
            required=True,
            max_length=40,
            help="In which way it is named: school, district, parent account; the second district is district 2.",
            examples=("school", "district"),
        ),
        Field(
            name="account",
            required=True,
            derive=FirstOf(fields=("salesforce_account_id", "name")),
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="account_id",
                noun="account",
                by=(
                    Sought(field="salesforce_id", said="salesforce_account_id"),
                    Sought(field="name", said="name", folded=True),
                ),
                decided=(("name",),),
                within_of="session",
                again=("name",),  # an account that is renamed is still meant by who has named it before
                waits=True,
            ),
            help="The account by Salesforce's id, by its name, or by one that a person has said means it.",
        ),
        Field(
            name="salesforce_account_id",
            kind="salesforce_id",
            aliases=("Account ID",),
            help="Salesforce's id, where the session names the account by it.",
        ),
        Field(
            name="name",
            kind="name",
            aliases=("Account Name",),
            max_length=300,
            help="What the session calls it, where it does not name it by its id.",
            examples=("Wyandotte High", "Kansas City Kansas Public Schools"),
        ),
    ),
)

_HOURS = Field(
    name="delivery_hours",
    kind="decimal",
    aliases=("Delivery_Hours__c",),
    minimum=0,
    help="Hours that were given; none where they are blank, no number, or not more than 0.",
    examples=("1.5", ""),
)

PARTICIPATIONS_OF_SESSIONS = Contract(
    name="salesforce.session_participations",
    title="Salesforce: Participations",
    noun="participation",
    table="participations",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id", "Participation ID"),
            help="Salesforce's own id, of 15 or 18 characters.",
            examples=("a02000000000001AAA", "a02000000000002AAA"),
        ),
        Field(
            name="person",
            kind="salesforce_id",
            required=True,
            aliases=("Contact__c", "Contact ID"),
            reference=Reference(
                dataset="salesforce.people",
                field="salesforce_id",
                column="person_id",
                noun="person",
                waits=True,
            ),
            examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV"),
        ),
        _session("a00000000000001AAA", "a00000000000002AAA"),
        Field(
            name="kind",
            kind="choice",
            choices=PARTICIPANTS,
            required=True,
            aliases=("Participant_Type__c", "Participant Type"),
            examples=("Volunteer", "Teacher"),
        ),
        Field(
            name="status",
            kind="choice",
            choices=PARTICIPATIONS,
            aliases=("Status__c",),
            protected_by="notes",
            examples=("Attended", "Scheduled"),
        ),
        _HOURS,
        Field(name="age_group", aliases=("Age_Group__c",), max_length=100),
        Field(name="email", kind="email", aliases=("Email__c",)),
        Field(name="title", aliases=("Title__c",), max_length=300),
        Field(name="notes", aliases=("admin notes",), help="A person's; it protects the status."),
        _DELETED,
    ),
)

CONTRACTS = (SESSIONS, SESSION_ACCOUNTS, PARTICIPATIONS_OF_SESSIONS)


def _events(name: str, title: str) -> Contract:
    return Contract(
        name=name,
        title=title,
        noun="event",
        key=("salesforce_id",),
        fields=(
            Field(
                name="salesforce_id",
                kind="salesforce_id",
                required=True,
                aliases=("Id",),
                examples=("a00000000000001AAA", "a00000000000002AAA"),
            ),
            Field(
                name="name",
                required=True,
                aliases=("Name",),
                examples=("Careers in Nursing", "Inside a Steel Mill"),
            ),
            Field(
                name="type",
                aliases=("Session_Type__c",),
                help=f"{UNKNOWN_TYPE} where it is none of the known types.",
                examples=("Career Speaker", "Workplace Visit"),
            ),
            Field(
                name="format",
                aliases=("Format__c",),
                help=f"{FORMATS[0]} when blank.",
                examples=FORMATS,
            ),
            Field(
                name="start",
                kind="timestamp",
                required=True,
                aliases=("Start_Date_and_Time__c",),
                help="A row without one is invalid: no date is made up.",
                examples=("2026-03-02T15:30:00Z", "2026-03-09T14:00:00Z"),
            ),
            Field(name="end", kind="timestamp", aliases=("End_Date_and_Time__c",)),
            Field(
                name="status",
                aliases=("Session_Status__c",),
                help="Draft when blank.",
                examples=("Completed", "Confirmed"),
            ),
            Field(name="cancellation_reason", aliases=("Cancellation_Reason__c",)),
            *_COUNTS,
            Field(
                name="district",
                aliases=("District__c",),
                help="Districts by id or name, with semicolons between.",
            ),
            Field(name="school", aliases=("School__c",), help="By id, or by name."),
            Field(name="parent_account", aliases=("Parent_Account__c",), help="By id, or by name."),
            Field(name="legacy_skill", aliases=("Legacy_Skill_Covered_for_the_Session__c",)),
            Field(name="needed_skills", aliases=("Legacy_Skills_Needed__c",)),
            Field(name="requested_skills", aliases=("Requested_Skills__c",)),
            *_TEXTS,
            Field(
                name="registration_link",
                aliases=("Registration_Link__c",),
                help="An address, be it inside an HTML anchor.",
            ),
            _DELETED,
        ),
    )


def _participations(name: str, title: str, participants: tuple[str, str]) -> Contract:
    return Contract(
        name=name,
        title=title,
        noun="participation",
        key=("salesforce_id",),
        fields=(
            Field(
                name="salesforce_id",
                kind="salesforce_id",
                required=True,
                aliases=("Id",),
                examples=("a02000000000001AAA", "a02000000000002AAA"),
            ),
            Field(
                name="person",
                kind="salesforce_id",
                required=True,
                aliases=("Contact__c",),
                help="A row waits until the person is there.",
                examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV"),
            ),
            Field(
                name="session",
                kind="salesforce_id",
                required=True,
                aliases=("Session__c",),
                help="A row waits until the event is there.",
                examples=("a00000000000001AAA", "a00000000000002AAA"),
            ),
            Field(name="kind", required=True, aliases=("Participant_Type__c",), examples=participants),
            Field(
                name="status",
                aliases=("Status__c",),
                help=f"Counts as one of: {', '.join(PARTICIPATIONS)}.",
                examples=("Attended", "Scheduled"),
            ),
            # as they are: what is no number is none, and no reason to leave the row out
            Field(
                name="delivery_hours",
                aliases=("Delivery_Hours__c",),
                help=_HOURS.help,
                examples=("1.5", ""),
            ),
            Field(name="age_group", aliases=("Age_Group__c",)),
            Field(name="email", aliases=("Email__c",)),
            Field(name="title", aliases=("Title__c",)),
            _DELETED,
        ),
    )


EVENTS_FORM = _events("salesforce.events", "Salesforce: Event")
UNAFFILIATED_FORM = _events("salesforce.unaffiliated_events", "Salesforce: Unaffiliated event")
PARTICIPATIONS_FORM = _participations(
    "salesforce.participations", "Salesforce: Participation", ("Volunteer", "Teacher")
)
STUDENTS_FORM = _participations(
    "salesforce.student_participations", "Salesforce: Student participation", ("Student", "Student")
)

FORMS = (EVENTS_FORM, UNAFFILIATED_FORM, PARTICIPATIONS_FORM, STUDENTS_FORM)
