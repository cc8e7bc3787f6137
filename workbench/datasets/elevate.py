"""Elevate's datasets (seed 000): courses, students, employers, staff, enrollments.

The tables are the seed's `profiles`, `courses` and `enrollments`; `employers` is the one its list implies. Students
and staff share `profiles` and are told apart by `role`. E-mail is unique per tenant, not across tenants as the seed's
column has it: two licensees may know the same person.
"""

from workbench.model.contract import Contract, Field
from workbench.model.derivation import CodeOf, Joined
from workbench.model.reference import Reference

COURSES = Contract(
    name="elevate.courses",
    title="Elevate: Courses",
    noun="course",
    table="courses",
    key=("code",),
    template=("name", "code", "description", "duration_weeks"),
    fields=(
        Field(
            name="name",
            column="course_name",
            required=True,
            aliases=("course name", "course", "course title", "title", "program", "program name"),
            help="What the course is called.",
            examples=("CNA Training", "Welding Basics"),
        ),
        Field(
            name="code",
            kind="identifier",
            column="course_code",
            aliases=("course code", "course id", "course number", "program code"),
            derive=CodeOf(field="name"),
            max_length=60,
            help="What enrollments refer to; made of the name when blank.",
            examples=("CNA101", "WELD101"),
        ),
        Field(
            name="description",
            aliases=("course description", "summary"),
            examples=("Certified Nursing Assistant program", "Introduction to welding"),
        ),
        Field(
            name="duration_weeks",
            kind="integer",
            aliases=("duration", "weeks", "duration in weeks", "length weeks"),
            default="8",
            minimum=0,
            maximum=1000,
            help="Whole weeks; a new course gets 8 when blank.",
            examples=("8", "12"),
        ),
        Field(
            name="is_active",
            kind="boolean",
            aliases=("active",),
            default="true",
            examples=("true", "true"),
        ),
    ),
)


def _person(*people: tuple[str, str, str, str]) -> tuple[Field, ...]:
    """The fields of a person, with examples: e-mail, first name, last name, phone."""
    emails, first_names, last_names, phones = zip(*people, strict=True)
    return (
        Field(
            name="email",
            kind="email",
            required=True,
            aliases=("e-mail", "email address", "e-mail address", "mail", "primary email"),
            help="Who it is: compared in lower case, without surrounding spaces.",
            examples=emails,
        ),
        Field(
            name="full_name",
            kind="name",
            required=True,
            aliases=("name", "display name"),
            derive=Joined(fields=("first_name", "last_name")),
            max_length=300,
            help="Either this, or first_name and last_name.",
            examples=tuple(map(" ".join, zip(first_names, last_names, strict=True))),
        ),
        Field(
            name="first_name",
            kind="name",
            stored=False,
            aliases=("first", "given name", "forename"),
            help="Joined with last_name when full_name is blank.",
            examples=first_names,
        ),
        Field(
            name="last_name",
            kind="name",
            stored=False,
            aliases=("last", "surname", "family name"),
            help="Joined with first_name when full_name is blank.",
            examples=last_names,
        ),
        Field(
            name="phone",
            kind="phone",
            aliases=("phone number", "mobile", "telephone", "cell", "mobile phone"),
            examples=phones,
        ),
    )


STUDENTS = Contract(
    name="elevate.students",
    title="Elevate: Students",
    noun="student",
    table="profiles",
    key=("email",),
    fixed=(("role", "student"),),
    template=("email", "first_name", "last_name", "phone", "external_id"),
    fields=(
        *_person(
            ("john@example.com", "John", "Doe", "555-123-4567"),
            ("jane@example.com", "Jane", "Smith", "555-987-6543"),
        ),
        Field(
            name="external_id",
            kind="identifier",
            aliases=("your id", "student id", "id", "employee id", "external key"),
            max_length=200,
            help="The person's id in the system the data comes from.",
            examples=("EMP001", "EMP002"),
        ),
    ),
)

STAFF = Contract(
    name="elevate.staff",
    title="Elevate: Staff",
    noun="staff member",
    table="profiles",
    key=("email",),
    slice_by="role",
    template=("email", "first_name", "last_name", "phone", "role", "external_id"),
    fields=(
        *_person(
            ("mary@example.com", "Mary", "Major", "555-300-1000"),
            ("omar@example.com", "Omar", "Haddad", "555-300-2000"),
        ),
        Field(
            name="role",
            kind="choice",
            choices=("instructor", "admin"),
            default="instructor",
            aliases=("staff role", "position", "type"),
            examples=("instructor", "admin"),
        ),
        Field(
            name="external_id",
            kind="identifier",
            aliases=("your id", "staff id", "id", "employee id", "external key"),
            max_length=200,
            examples=("EMP003", "EMP004"),
        ),
    ),
)

EMPLOYERS = Contract(
    name="elevate.employers",
    title="Elevate: Employers",
    noun="employer",
    table="employers",
    key=("company_name",),
    fields=(
        Field(
            name="company_name",
            kind="name",
            required=True,
            aliases=("company", "employer", "employer name", "organization", "organisation", "business name"),
            max_length=300,
            examples=("Acme Health", "Northside Steel"),
        ),
        Field(
            name="contact_name",
            kind="name",
            aliases=("contact", "contact person"),
            examples=("Dana Reed", "Lee Ortiz"),
        ),
        Field(
            name="contact_email",
            kind="email",
            aliases=("email", "e-mail", "email address"),
            examples=("dana@acme.example", "lee@northside.example"),
        ),
        Field(name="phone", kind="phone", aliases=("phone number", "telephone"), examples=("555-200-1000", "")),
        Field(name="address", aliases=("street address", "location"), examples=("1 Main St", "22 Mill Rd")),
    ),
)

ENROLLMENTS = Contract(
    name="elevate.enrollments",
    title="Elevate: Enrollments",
    noun="enrollment",
    table="enrollments",
    key=("student_email", "course_code"),
    template=("student_email", "course_code", "status", "enrolled_at"),
    fields=(
        Field(
            name="student_email",
            kind="email",
            required=True,
            aliases=("email", "student e-mail", "e-mail", "student"),
            reference=Reference(dataset="elevate.students", field="email", column="user_id", noun="student"),
            examples=("john@example.com", "jane@example.com"),
        ),
        Field(
            name="course_code",
            kind="identifier",
            required=True,
            aliases=("code", "course", "course id"),
            reference=Reference(dataset="elevate.courses", field="code", column="course_id", noun="course"),
            examples=("CNA101", "WELD101"),
        ),
        Field(
            name="status",
            kind="choice",
            choices=("pending", "active", "completed"),
            default="active",
            aliases=("enrollment status", "state"),
            examples=("active", "completed"),
        ),
        Field(
            name="progress",
            kind="percent",
            aliases=("progress %", "progress percent", "percent complete"),
            default="0",
            minimum=0,
            maximum=100,
            help="Per cent, 0 to 100.",
            examples=("0", "100"),
        ),
        Field(
            name="enrolled_at",
            kind="timestamp",
            aliases=("start date", "enrolled", "enrollment date", "enrolled on", "date enrolled"),
            examples=("2024-01-15", "2024-02-01"),
        ),
        Field(
            name="completed_at",
            kind="timestamp",
            aliases=("completion date", "end date", "completed on", "date completed"),
            examples=("", "2024-04-30"),
        ),
    ),
)

LEARNERS = Contract(
    name="elevate.learners",
    title="Elevate: Learners with courses",
    noun="learner",
    key=("email", "course_code"),
    template=("email", "first_name", "last_name", "course_code", "course_name", "status"),
    fields=(
        Field(
            name="email",
            required=True,
            aliases=("e-mail", "email address", "e-mail address", "student email", "learner email", "mail"),
            help="Who it is.",
            examples=("john@example.com", "jane@example.com"),
        ),
        Field(name="first_name", required=True, aliases=("first", "given name", "forename"), examples=("John", "Jane")),
        Field(name="last_name", required=True, aliases=("last", "surname", "family name"), examples=("Doe", "Smith")),
        Field(name="phone", aliases=("phone number", "mobile", "telephone"), examples=("555-123-4567", "")),
        Field(
            name="external_id",
            kind="identifier",
            aliases=("your id", "student id", "learner id"),
            examples=("EMP001", "EMP002"),
        ),
        Field(
            name="course_code",
            kind="identifier",
            aliases=("course id", "course number", "code"),
            help="What the learner takes; without one the row is a student alone.",
            examples=("CNA101", "WELD101"),
        ),
        Field(
            name="course_name",
            aliases=("course", "course title"),
            help="What the course is called; a code alone refers to a course that is there.",
            examples=("CNA Training", "Welding Basics"),
        ),
        Field(
            name="status",
            choices=("pending", "active", "completed"),
            aliases=("enrollment status", "state"),
            examples=("active", "completed"),
        ),
    ),
)

CONTRACTS = (COURSES, STUDENTS, EMPLOYERS, STAFF, ENROLLMENTS)
FORMS = (LEARNERS,)
"""The columns of sources that are more than one dataset: contracts without a table."""
