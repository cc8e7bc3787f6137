"""The eleven entities of the generic CSV format (seed 003, adapter generic_csv_v1): one CSV each, in one ZIP.

A record is known by the id that its file gives it, and an association by the ids of both its ends. So an institution
that comes under another name is the same one, renamed; and one that comes under another id is another one, whatever it
is called, for all that is its own names it by that id: that it is called as a known one is told. The type of a column
is the column's: a section number 20240101, a surname True and an id 2024-01-01 are texts, whatever they look like.
Sensitive columns (passwords, tokens and when they expire) are in no field.
"""

from workbench.model.contract import SECRETS, Contract, Field, Forward, Mode
from workbench.model.reference import Reference

FAMILY = "generic_csv"
ROLES = ("instructor", "program_admin", "institution_admin", "site_admin")
"""From the least to the most that one may do: no import lowers a role."""

MODES: tuple[Mode, ...] = ("upsert", "skip", "insert", "update")
"""The file wins, or what is there does: the format says both of an id that is known."""


def _id(*examples: str, aliases: tuple[str, ...] = (), help: str = "Its id in the system the export is of.") -> Field:
    return Field(
        name="id",
        kind="identifier",
        column="source_id",
        required=True,
        aliases=aliases,
        max_length=200,
        help=help,
        examples=examples,
    )


def _reference(
    name: str, noun: str, table: str, *examples: str, required: bool = True, help: str = "", column: str = ""
) -> Field:
    """A field that has the id of a record of another entity; a row may come before it, and then waits as unmatched."""
    return Field(
        name=name,
        kind="identifier",
        required=required,
        max_length=200,
        reference=Reference(dataset=f"{FAMILY}.{table}", field="id", column=column or name, noun=noun, waits=True),
        help=help or f"The id of the {noun}.",
        examples=examples,
    )


def _institution(*examples: str) -> Field:
    return _reference("institution_id", "institution", "institutions", *examples)


def _maker() -> Field:
    """The id of the user who made a record, who comes later in the order of import, and may belong to it. The format
    calls it no reference: nothing is left out for the want of her."""
    return Field(
        name="created_by",
        kind="identifier",
        max_length=200,
        reference=Reference(
            dataset=f"{FAMILY}.users",
            field="id",
            column="created_by",
            noun="creator",
            waits=True,
            ahead=True,
            optional=True,
        ),
        help="The id of the user who made it, who may come later; one who is not known is left out.",
    )


def _inviter() -> Field:
    """The id of the user who invited another: both may come in one file, in any order."""
    return Field(
        name="invited_by",
        kind="identifier",
        max_length=200,
        reference=Reference(
            dataset=f"{FAMILY}.users", field="id", column="invited_by", noun="inviter", waits=True, ahead=True
        ),
        help="The id of the user who invited this one, on any line.",
        examples=("", "user-1"),
    )


def _flag(name: str, default: str, *examples: str, help: str = "") -> Field:
    return Field(name=name, kind="boolean", default=default, help=help, examples=examples)


def _time(name: str, *examples: str, help: str = "", column: str | None = None) -> Field:
    return Field(name=name, kind="timestamp", column=column, help=help, examples=examples)


def _count(name: str, *examples: str) -> Field:
    return Field(name=name, kind="integer", minimum=0, examples=examples)


_TIMES = (
    _time(
        "created_at",
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z",
        column="source_created_at",
        help="When it was made in the system the export is of, in UTC.",
    ),
    _time(
        "updated_at",
        "2024-10-01T00:00:00Z",
        "2024-10-01T00:00:00Z",
        column="source_updated_at",
        help="When it was changed there last, in UTC.",
    ),
)
_EXTRAS = Field(name="extras", kind="json", help="Whatever else is known of it: JSON, nothing that runs.")

INSTITUTIONS = Contract(
    name="generic_csv.institutions",
    title="Generic CSV: Institutions",
    noun="institution",
    table="institutions",
    key=("id",),
    modes=MODES,
    telling=("name",),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "name", "short_name", "website_url", "created_by", "admin_email", "allow_self_registration"),
        *("require_email_verification", "is_active", "created_at", "updated_at"),
    ),
    fields=(
        _id("mocku-123", "riverside-7"),
        Field(name="name", kind="name", required=True, max_length=300, examples=("Example University", "Riverside")),
        Field(name="short_name", max_length=100, examples=("MockU", "RCC")),
        Field(name="website_url", max_length=2000, examples=("https://example.edu", "")),
        _maker(),
        Field(name="admin_email", kind="email", examples=("admin@example.edu", "admin@riverside.example")),
        _flag("allow_self_registration", "false", "false", "false"),
        _flag("require_email_verification", "true", "true", "true"),
        _flag("is_active", "true", "true", "true"),
        *_TIMES,
        _EXTRAS,
    ),
)

PROGRAMS = Contract(
    name="generic_csv.programs",
    title="Generic CSV: Programs",
    noun="program",
    table="programs",
    key=("id",),
    modes=MODES,
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "name", "short_name", "description", "institution_id", "created_by", "is_default", "is_active"),
        *("created_at", "updated_at"),
    ),
    fields=(
        _id(
            "prog-1",
            "prog-2",
            aliases=("program_id",),
            help="Its id in the system the export is of, which some exports call program_id.",
        ),
        Field(name="name", kind="name", required=True, max_length=300, examples=("Computer Science", "Nursing")),
        Field(name="short_name", max_length=100, examples=("CS", "RN")),
        Field(name="description", examples=("Undergraduate CS Program", "Registered Nurse Program")),
        _institution("mocku-123", "mocku-123"),
        _maker(),
        _flag("is_default", "false", "true", "false"),
        _flag("is_active", "true", "true", "true"),
        *_TIMES,
        _EXTRAS,
    ),
)

USERS = Contract(
    name="generic_csv.users",
    title="Generic CSV: Users",
    noun="user",
    table="users",
    key=("id",),
    modes=MODES,
    unique=(("email",),),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "email", "first_name", "last_name", "display_name", "role", "institution_id", "invited_by"),
        *("invited_at", "registration_completed_at", "oauth_provider", "created_at", "updated_at"),
    ),
    fields=(
        _id("user-1", "user-2"),
        Field(
            name="email",
            kind="email",
            required=True,
            help="Who it is: in lower case, and of one user only.",
            examples=("john.doe@example.edu", "ann.lee@example.edu"),
        ),
        Field(name="first_name", kind="name", max_length=300, examples=("John", "Ann")),
        Field(name="last_name", kind="name", max_length=300, examples=("Doe", "Lee")),
        Field(name="display_name", kind="name", max_length=300, examples=("", "Prof. Lee")),
        Field(
            name="role",
            kind="choice",
            choices=ROLES,
            default=ROLES[0],
            merge=Forward(order=ROLES, final=ROLES),
            help="What the user may do. No import lowers it.",
            examples=("instructor", "program_admin"),
        ),
        _institution("mocku-123", "mocku-123"),
        _inviter(),
        _time("invited_at", "", "2024-08-02T09:30:00Z"),
        Field(
            name="registration_completed_at",
            kind="timestamp",
            merge="fill",
            help="When the registration was completed; of a user who has completed it here, that stays.",
            examples=("2024-08-01T00:00:00Z", ""),
        ),
        Field(name="oauth_provider", max_length=100),
        Field(
            name="account_status",
            max_length=100,
            default="pending",
            imported=False,
            help="A new user is pending and has to complete the registration, whatever a file says.",
        ),
        Field(name="email_verified", kind="boolean", default="false", imported=False, help="False of a new user."),
        Field(name="login_attempts", kind="integer", default="0", imported=False, minimum=0, help="0 of a new user."),
        Field(name="locked_until", kind="timestamp", imported=False, help="Blank of a new user."),
        Field(name="last_login_at", kind="timestamp", imported=False, help="Blank of a new user."),
        *_TIMES,
        _EXTRAS,
    ),
)

USER_PROGRAMS = Contract(
    name="generic_csv.user_programs",
    title="Generic CSV: Programs of users",
    noun="user's program",
    table="user_programs",
    key=("user_id", "program_id"),
    modes=MODES,
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    fields=(
        _reference("user_id", "user", "users", "user-1", "user-2"),
        _reference("program_id", "program", "programs", "prog-1", "prog-2"),
    ),
)

COURSES = Contract(
    name="generic_csv.courses",
    title="Generic CSV: Courses",
    noun="course",
    table="courses",
    key=("id",),
    modes=MODES,
    unique=(("course_number", "institution_id"),),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "course_number", "course_title", "department", "credit_hours", "institution_id", "active"),
        *("created_at", "updated_at"),
    ),
    fields=(
        _id("course-1", "course-2"),
        Field(
            name="course_number",
            required=True,
            max_length=100,
            help="One course of an institution has it.",
            examples=("CS101", "NUR201"),
        ),
        Field(
            name="course_title",
            max_length=500,
            examples=("Introduction to Programming", "Fundamentals of Nursing"),
        ),
        Field(name="department", max_length=300, examples=("Computer Science", "Nursing")),
        Field(name="credit_hours", kind="decimal", written="point", minimum=0, maximum=1000, examples=("3", "4")),
        _institution("mocku-123", "mocku-123"),
        _flag("active", "true", "true", "true"),
        *_TIMES,
        _EXTRAS,
    ),
)

COURSE_PROGRAMS = Contract(
    name="generic_csv.course_programs",
    title="Generic CSV: Programs of courses",
    noun="course's program",
    table="course_programs",
    key=("course_id", "program_id"),
    modes=MODES,
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    fields=(
        _reference("course_id", "course", "courses", "course-1", "course-2"),
        _reference("program_id", "program", "programs", "prog-1", "prog-2"),
    ),
)

TERMS = Contract(
    name="generic_csv.terms",
    title="Generic CSV: Terms",
    noun="term",
    table="terms",
    key=("id",),
    modes=MODES,
    unique=(("term_name", "institution_id"),),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "term_name", "name", "start_date", "end_date", "assessment_due_date", "active", "institution_id"),
        *("created_at", "updated_at"),
    ),
    fields=(
        _id("term-1", "term-2"),
        Field(
            name="term_name",
            required=True,
            max_length=200,
            help="One term of an institution has it.",
            examples=("FA2024", "SP2025"),
        ),
        Field(name="name", max_length=200, help="What people call it.", examples=("Fall 2024", "Spring 2025")),
        Field(name="start_date", kind="day", examples=("2024-08-26", "2025-01-13")),
        Field(name="end_date", kind="day", examples=("2024-12-15", "2025-05-10")),
        Field(name="assessment_due_date", kind="day", examples=("2024-12-20", "2025-05-15")),
        _flag("active", "true", "true", "true"),
        _institution("mocku-123", "mocku-123"),
        *_TIMES,
        _EXTRAS,
    ),
)

COURSE_OFFERINGS = Contract(
    name="generic_csv.course_offerings",
    title="Generic CSV: Course offerings",
    noun="offering",
    table="course_offerings",
    key=("id",),
    modes=MODES,
    unique=(("course_id", "term_id"),),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "course_id", "term_id", "institution_id", "status", "capacity", "total_enrollment", "section_count"),
        *("created_at", "updated_at"),
    ),
    fields=(
        _id("off-1", "off-2"),
        _reference("course_id", "course", "courses", "course-1", "course-2"),
        _reference("term_id", "term", "terms", "term-1", "term-1"),
        _institution("mocku-123", "mocku-123"),
        Field(name="status", max_length=100, default="active", examples=("active", "active")),
        _count("capacity", "75", "60"),
        _count("total_enrollment", "50", "45"),
        _count("section_count", "2", "2"),
        *_TIMES,
        _EXTRAS,
    ),
)

COURSE_SECTIONS = Contract(
    name="generic_csv.course_sections",
    title="Generic CSV: Course sections",
    noun="section",
    table="course_sections",
    key=("id",),
    modes=MODES,
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "offering_id", "instructor_id", "section_number", "enrollment", "status", "grade_distribution"),
        *("assigned_date", "completed_date", "created_at", "updated_at"),
    ),
    fields=(
        _id("section-1", "section-2"),
        _reference("offering_id", "offering", "course_offerings", "off-1", "off-1"),
        _reference(
            "instructor_id",
            "instructor",
            "users",
            "user-1",
            "",
            required=False,
            help="The id of the user who teaches it; blank where nobody does yet.",
        ),
        Field(name="section_number", max_length=100, help="A text: 001 is not 1.", examples=("001", "002")),
        _count("enrollment", "25", "25"),
        Field(name="status", max_length=100, examples=("in_progress", "in_progress")),
        Field(name="grade_distribution", kind="json", examples=("{}", "{}")),
        _time("assigned_date", "2024-08-01T00:00:00Z", "2024-08-01T00:00:00Z"),
        _time("completed_date"),
        *_TIMES,
        _EXTRAS,
    ),
)

COURSE_OUTCOMES = Contract(
    name="generic_csv.course_outcomes",
    title="Generic CSV: Course outcomes",
    noun="outcome",
    table="course_outcomes",
    key=("id",),
    modes=MODES,
    unique=(("course_id", "clo_number"),),
    on_conflict="first",
    common_headers=True,
    drops_secrets=True,
    template=(
        *("id", "course_id", "clo_number", "description", "assessment_method", "active", "assessment_data"),
        *("narrative", "created_at", "updated_at"),
    ),
    fields=(
        _id("outcome-1", "outcome-2"),
        _reference("course_id", "course", "courses", "course-1", "course-1"),
        Field(
            name="clo_number",
            required=True,
            max_length=100,
            help="One outcome of a course has it.",
            examples=("CLO1", "CLO2"),
        ),
        Field(
            name="description",
            examples=("Students will understand basic programming concepts", "Students will write simple programs"),
        ),
        Field(name="assessment_method", max_length=500, examples=("Written Exam", "Programming Assignment")),
        _flag("active", "true", "true", "true"),
        Field(name="assessment_data", kind="json", examples=("{}", "{}")),
        Field(name="narrative"),
        *_TIMES,
        _EXTRAS,
    ),
)

USER_INVITATIONS = Contract(
    name="generic_csv.user_invitations",
    title="Generic CSV: Invitations",
    noun="invitation",
    table="user_invitations",
    key=("id",),
    modes=MODES,
    on_conflict="first",
    only=("status", ("pending",)),
    # 244 random bits; who has it may register, so it is in no field, and in no file
    made=(
        ("token", "text", "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')"),
        ("expires_at", "timestamptz", "now() + interval '14 days'"),
    ),
    common_headers=True,
    drops_secrets=True,
    forbidden=(*SECRETS, "expires_at"),
    template=(
        *("id", "email", "role", "institution_id", "invited_by", "invited_at", "status", "accepted_at"),
        *("personal_message", "created_at", "updated_at"),
    ),
    fields=(
        _id("inv-1", "inv-2"),
        Field(
            name="email",
            kind="email",
            required=True,
            examples=("new.instructor@example.edu", "second.instructor@example.edu"),
        ),
        Field(
            name="role",
            kind="choice",
            choices=ROLES,
            default=ROLES[0],
            examples=("instructor", "instructor"),
        ),
        _institution("mocku-123", "mocku-123"),
        _reference(
            "invited_by", "inviter", "users", "user-1", "", required=False, help="The id of the user who invited."
        ),
        _time("invited_at", "2024-10-01T00:00:00Z", "2024-10-02T00:00:00Z"),
        Field(
            name="status",
            max_length=100,
            default="pending",
            help="Only pending ones come in.",
            examples=("pending", "pending"),
        ),
        _time("accepted_at"),
        Field(name="personal_message", examples=("Welcome to our institution!", "")),
        *_TIMES,
        _EXTRAS,
    ),
)

CONTRACTS = (
    INSTITUTIONS,
    PROGRAMS,
    USERS,
    USER_PROGRAMS,
    COURSES,
    COURSE_PROGRAMS,
    TERMS,
    COURSE_OFFERINGS,
    COURSE_SECTIONS,
    COURSE_OUTCOMES,
    USER_INVITATIONS,
)
"""In the order of the format, which is that of their references."""
