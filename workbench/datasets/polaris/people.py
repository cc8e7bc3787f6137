"""Whom and what Polaris knows: the teacher roster of each year (Playbook B), the accounts of teachers and volunteers,
districts, schools and organizations.

The teacher roster says who counts in an academic year. Both vocabularies of its headers are known: the playbook's
(`Teacher Email`, `School`) and the running system's (`Email`, `Building`). Its key is the system's: one record per
teacher and academic year. The seed replaces the year's records; the running system switches off who is missing
(`preserve`), which is the default here. The district is no column of the sheet in either: it comes from
`--set district=...`. The schools and districts of the roster are texts that its records have.
"""

from workbench.model.contract import Contract, Field, Removal, Usual
from workbench.model.derivation import FromWindow, Joined, SameAs
from workbench.model.figure import Figure

_LEVEL = "pre-?k|pk|tk|k|kindergarten|(?:0?[1-9]|1[0-2])(?:st|nd|rd|th)?|es|ms|hs|elementary|middle|high"
_GRADE = f"(?:grades? )?(?:{_LEVEL})(?: grade| school)?"
_GRADES = f"^(?i:{_GRADE}(?: ?[-/,&] ?{_GRADE})*)$"
"""Grades, and several of them: 7, 7th grade, 6-8, K/1, Middle School."""

TEACHER_ROSTER = Contract(
    name="polaris.teacher_roster",
    title="Teacher Roster Import",
    noun="teacher",
    table="teacher_progress",
    key=("email", "academic_year"),
    modes=("preserve", "replace", "upsert", "insert", "update"),
    removal=Removal(
        scope=("district", "academic_year"),
        reasons=("Left district", "Transferred to another school", "Retired", "Data entry error"),
    ),
    figures=(
        Figure(name="Teachers imported", outcomes=("created", "updated")),
        Figure(name="Teachers created", outcomes=("created",)),
        Figure(name="Teachers updated", outcomes=("updated",)),
        Figure(name="Rows skipped", outcomes=("skipped",)),
    ),
    template=(
        "email",
        "name",
        "building",
        "grade",
        "academic_year",
        "virtual_year",
        "target_sessions",
        "district",
    ),
    fields=(
        Field(
            name="email",
            kind="email",
            required=True,
            aliases=("teacher email", "teacher e-mail", "e-mail", "email address"),
            help="Who it is: lower case, trimmed; magic links and the Pathful import find the teacher by it.",
            examples=("ada.park@kck.example", "ben.ruiz@kck.example"),
        ),
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("teacher name", "full name", "teacher"),
            max_length=300,
            examples=("Ada Park", "Ben Ruiz"),
        ),
        Field(
            name="building",
            required=True,
            recurs=True,
            aliases=("school", "school name", "building name", "school/building", "school or building"),
            max_length=300,
            examples=("Argentine Middle", "Wyandotte High"),
        ),
        Field(
            name="grade",
            aliases=("grade level",),
            usual=Usual(pattern=_GRADES, told="K, 1 to 12 or HS"),
            max_length=20,
            help="K, 1 to 12, HS.",
            examples=("7", "HS"),
        ),
        Field(
            name="academic_year",
            kind="academic_year",
            required=True,
            aliases=("school year", "year"),
            derive=FromWindow(),
            examples=("2024-2025", "2024-2025"),
        ),
        Field(
            name="virtual_year",
            kind="academic_year",
            aliases=("virtual school year",),
            derive=SameAs(field="academic_year"),
            help="The same as academic_year unless the file says otherwise.",
            examples=("2024-2025", "2024-2025"),
        ),
        Field(
            name="target_sessions",
            kind="integer",
            aliases=("target", "sessions target"),
            default="1",
            minimum=0,
            maximum=1000,
            help="How many sessions the teacher aims for; 1 when blank.",
            examples=("1", "3"),
        ),
        Field(
            name="district",
            recurs=True,
            aliases=("district name", "school district"),
            max_length=300,
            help="Which district's roster this is; usually one for the whole file: --set district=...",
            examples=("Kansas City Kansas Public Schools", "Kansas City Kansas Public Schools"),
        ),
        Field(
            name="pathful_user_id",
            kind="identifier",
            holder="name",
            aliases=("pathful id", "user auth id"),
            max_length=200,
            help="Who it is in Pathful, where the roster knows it.",
        ),
    ),
)


def _person(*people: tuple[str, str, str, str]) -> tuple[Field, ...]:
    """The fields of an account in Polaris, with examples: e-mail, first name, last name, Pathful's id."""
    emails, first_names, last_names, ids = zip(*people, strict=True)
    return (
        Field(
            name="email",
            kind="email",
            required=True,
            aliases=("e-mail", "email address", "login email", "primary email"),
            help="Who it is: compared in lower case, without surrounding spaces.",
            examples=emails,
        ),
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("full name", "display name"),
            derive=Joined(fields=("first_name", "last_name")),
            max_length=300,
            help="Either this, or first_name and last_name.",
            examples=tuple(map(" ".join, zip(first_names, last_names, strict=True))),
        ),
        Field(name="first_name", kind="name", stored=False, aliases=("first", "given name"), examples=first_names),
        Field(name="last_name", kind="name", stored=False, aliases=("last", "surname"), examples=last_names),
        Field(
            name="pathful_user_id",
            kind="identifier",
            holder="name",
            aliases=("user auth id", "pathful id"),
            merge="fill",
            max_length=200,
            help="Who it is in Pathful.",
            examples=ids,
        ),
    )


ACCOUNT = (
    *(
        Field(name=name, kind="day", written="mdy", help=f"{what}, as Pathful says.")
        for name, what in (
            ("join_date", "Since when the account is there"),
            ("last_login_date", "When it was used last"),
            ("last_session_date", "The last session"),
        )
    ),
    Field(name="login_count", kind="integer", minimum=0, help="How often it was used."),
    Field(
        name="days_logged_in",
        kind="integer",
        aliases=("count of days logged in last 30 days",),
        minimum=0,
        help="On how many of the last 30 days it was used.",
    ),
    Field(name="skills", max_length=2000),
    Field(name="grade_cluster", max_length=200),
    Field(name="city", max_length=100),
    Field(name="state", max_length=100),
    Field(name="postal_code", kind="identifier", max_length=20),
    Field(name="subscription_type", aliases=("active subscription type",), max_length=200),
    Field(name="subscription_name", aliases=("active subscription name",), max_length=200),
    Field(name="affiliations", max_length=2000),
)
"""What Pathful's User Report says of an account besides."""

DISTRICTS = Contract(
    name="polaris.districts",
    title="Polaris: Districts",
    noun="district",
    table="districts",
    key=("name",),
    fields=(
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("district", "district name"),
            max_length=300,
            examples=("Kansas City Kansas Public Schools", "Center 58"),
        ),
        Field(name="code", kind="identifier", aliases=("district code",), max_length=60, examples=("KCKPS", "C58")),
        Field(name="state", max_length=100, examples=("Kansas", "Missouri")),
    ),
)

SCHOOLS = Contract(
    name="polaris.schools",
    title="Polaris: Schools",
    noun="school",
    table="schools",
    key=("name",),
    fields=(
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("school", "school name", "building"),
            max_length=300,
            examples=("Argentine Middle", "Wyandotte High"),
        ),
        Field(
            name="district",
            kind="name",
            aliases=("district name",),
            max_length=300,
            examples=("Kansas City Kansas Public Schools", "Kansas City Kansas Public Schools"),
        ),
        Field(name="level", aliases=("school level",), max_length=60, examples=("Middle", "High")),
    ),
)

ORGANIZATIONS = Contract(
    name="polaris.organizations",
    title="Polaris: Organizations",
    noun="organization",
    table="organizations",
    key=("name",),
    fields=(
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("organization", "organisation", "company", "employer"),
            max_length=300,
            examples=("Acme Health", "Northside Steel"),
        ),
        Field(name="type", aliases=("organization type",), max_length=100, examples=("Health care", "Manufacturing")),
        Field(name="city", max_length=100, examples=("Kansas City", "Kansas City")),
    ),
)

TEACHERS = Contract(
    name="polaris.teachers",
    title="Polaris: Teachers",
    noun="teacher",
    table="teachers",
    key=("email",),
    template=("email", "first_name", "last_name", "pathful_user_id", "school", "district"),
    fields=(
        *_person(
            ("ada.park@kck.example", "Ada", "Park", "PF-1001"),
            ("ben.ruiz@kck.example", "Ben", "Ruiz", ""),
        ),
        Field(
            name="school",
            aliases=("school name", "building"),
            max_length=300,
            examples=("Argentine Middle", "Wyandotte High"),
        ),
        Field(
            name="district",
            aliases=("district name", "school district", "district or company"),
            max_length=300,
            examples=("Kansas City Kansas Public Schools", "Kansas City Kansas Public Schools"),
        ),
        *ACCOUNT,
    ),
)

VOLUNTEERS = Contract(
    name="polaris.volunteers",
    title="Polaris: Volunteers",
    noun="volunteer",
    table="volunteers",
    key=("email",),
    template=("email", "first_name", "last_name", "pathful_user_id", "organization", "job_title"),
    fields=(
        *_person(
            ("dana@acme.example", "Dana", "Reed", "PF-2001"),
            ("lee@northside.example", "Lee", "Ortiz", ""),
        ),
        Field(
            name="organization",
            aliases=("organisation", "company", "employer", "district or company"),
            max_length=300,
            examples=("Acme Health", "Northside Steel"),
        ),
        Field(name="job_title", aliases=("job title",), max_length=300, examples=("Nurse", "Welder")),
        *ACCOUNT,
    ),
)
