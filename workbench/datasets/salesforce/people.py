"""Salesforce's contacts (seed 001, D1 to D3): people, whatever their type, and what belongs to each of them.

A person is one record, by the contact's id, and refers to nothing, so that nobody waits for anything. A contact has a
place for each of its addresses (MailingAddress, HomeEmail, ...), which are the records' keys: what changes there
changes here. Which of them is the primary one the person says (`email_slot`, ...), so that there is never a second.
Where somebody works or goes to school is a record of its own, which waits until that is there.
"""

from workbench.model.contract import Contract, Field
from workbench.model.limits import USUAL, USUAL_OF_MISSING, USUAL_OF_NAMES, USUAL_OF_PLACES
from workbench.model.reference import Reference

TYPES = ("volunteer", "teacher", "student")
GENDERS = (
    "male",
    "female",
    "non_binary",
    "genderfluid",
    "agender",
    "transgender",
    "prefer_not_to_say",
    "other",
)
RACES = (
    *("american_indian", "asian", "black", "hispanic", "native_hawaiian", "white"),
    *("multi_racial", "bi_racial", "two_or_more", "other_poc", "prefer_not_to_say", "other", "unknown"),
)
EDUCATIONS = (
    *("HIGH_SCHOOL", "SOME_COLLEGE", "ASSOCIATES", "BACHELORS_DEGREE", "MASTERS", "DOCTORATE", "PROFESSIONAL"),
    *("OTHER", "UNKNOWN"),
)
AGE_GROUPS = ("UNDER_18", "AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54", "AGE_55_64", "AGE_65_PLUS", "UNKNOWN")

EMAIL_SLOTS = ("email", "home", "work", "alternate")
PHONE_SLOTS = ("phone", "home", "mobile", "work")
ADDRESS_SLOTS = ("mailing", "home", "work", "other")
KINDS_OF_CONTACT = ("personal", "professional")
AFFILIATION_STATUSES = ("Current", "Past", "Pending")

_IDS = ("0035e00000PaRkAAAV", "0035e00000RuIzAAAV")


def _of_person(examples: tuple[str, ...] = _IDS) -> Field:
    """The field that says whose it is."""
    return Field(
        name="person",
        kind="salesforce_id",
        required=True,
        aliases=("contact", "contact id"),
        reference=Reference(
            dataset="salesforce.people", field="salesforce_id", column="person_id", noun="person", waits=True
        ),
        examples=examples,
    )


PEOPLE = Contract(
    name="salesforce.people",
    title="Salesforce: People",
    noun="person",
    table="people",
    key=("salesforce_id",),
    limits=(
        *USUAL,
        ("first_name.changed", USUAL_OF_NAMES),
        ("email.missing", USUAL_OF_MISSING),
        ("phone.missing", USUAL_OF_MISSING),
        ("email_slot.changed", USUAL_OF_PLACES),
        ("phone_slot.changed", USUAL_OF_PLACES),
    ),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id", "contact id"),
            help="The contact's id; of 15 characters it becomes that of 18.",
            examples=_IDS,
        ),
        Field(name="type", kind="choice", choices=TYPES, aliases=("contact type",), examples=("volunteer", "teacher")),
        Field(name="first_name", kind="name", max_length=300, examples=("Ada", "Ben")),
        Field(name="middle_name", kind="name", max_length=300),
        Field(
            name="last_name",
            kind="name",
            required=True,
            max_length=300,
            never_blank=True,  # Salesforce keeps no contact without one
            examples=("Park", "Ruiz"),
        ),
        Field(
            name="email",
            kind="email",
            help="The primary address.",
            examples=("ada@acme.example", "ben.ruiz@kck.example"),
        ),
        Field(name="email_slot", kind="choice", choices=EMAIL_SLOTS, help="Which of the contact's addresses that is."),
        Field(name="phone", kind="phone", help="The primary number.", examples=("913-555-0114", "913-555-0127")),
        Field(name="phone_slot", kind="choice", choices=PHONE_SLOTS, help="Which of the contact's numbers that is."),
        Field(name="address_slot", kind="choice", choices=ADDRESS_SLOTS, help="Which postal address is the primary."),
        Field(name="title", max_length=300),
        Field(name="department", max_length=300),
        Field(name="gender", kind="choice", choices=GENDERS),
        Field(name="birthdate", kind="day"),
        Field(name="race_ethnicity", kind="choice", choices=RACES, default="unknown"),
        Field(name="education", kind="choice", choices=EDUCATIONS, default="UNKNOWN"),
        Field(name="age_group", kind="choice", choices=AGE_GROUPS, default="UNKNOWN"),
        Field(name="grade", kind="integer", minimum=0, maximum=12, help="0 is kindergarten."),
        Field(name="local_student_id", help="The district's id of a student."),
        Field(name="account_id", kind="salesforce_id", help="The account that the contact is filed under."),
        Field(name="times_volunteered", kind="integer", minimum=0, default="0"),
        Field(name="skills", help="Those that the contact names now, with '; ' between them."),
        Field(name="interests"),
        Field(name="recruitment_notes"),
        Field(name="description"),
        Field(name="first_volunteered_on", kind="day"),
        Field(name="last_volunteered_on", kind="day"),
        Field(name="last_activity_on", kind="day"),
        Field(name="last_email_on", kind="day"),
        Field(name="last_mailchimp_email_on", kind="day"),
        Field(name="last_non_internal_email_on", kind="day"),
        Field(name="email_bounced_at", kind="timestamp"),
        Field(name="do_not_call", kind="boolean"),
        Field(name="do_not_contact", kind="boolean"),
        Field(name="opted_out_of_email", kind="boolean"),
        Field(name="is_active", kind="boolean", default="true"),
        Field(
            name="is_deleted",
            kind="boolean",
            default="false",
            help="Whether Salesforce has deleted the contact; the record stays.",
        ),
        Field(
            name="merged_into",
            kind="salesforce_id",
            aliases=("MasterRecordId",),
            help="The contact that took its place when two were merged.",
        ),
    ),
)

EMAILS = Contract(
    name="salesforce.emails",
    title="Salesforce: E-mail addresses",
    noun="e-mail address",
    table="emails",
    key=("person", "slot"),
    fields=(
        _of_person(),
        Field(name="slot", kind="choice", choices=EMAIL_SLOTS, required=True, examples=("email", "work")),
        Field(
            name="email",
            kind="email",
            required=True,
            aliases=("address", "e-mail address"),
            examples=("ada@acme.example", "ben.ruiz@kck.example"),
        ),
        Field(name="kind", kind="choice", choices=KINDS_OF_CONTACT, examples=("personal", "professional")),
    ),
)

PHONES = Contract(
    name="salesforce.phones",
    title="Salesforce: Phone numbers",
    noun="phone number",
    table="phones",
    key=("person", "slot"),
    fields=(
        _of_person(),
        Field(name="slot", kind="choice", choices=PHONE_SLOTS, required=True, examples=("mobile", "work")),
        Field(
            name="phone",
            kind="phone",
            required=True,
            aliases=("number", "phone number"),
            examples=("913-555-0114", "913-555-0127"),
        ),
        Field(name="kind", kind="choice", choices=KINDS_OF_CONTACT, examples=("personal", "professional")),
    ),
)

ADDRESSES = Contract(
    name="salesforce.addresses",
    title="Salesforce: Addresses",
    noun="address",
    table="addresses",
    key=("person", "slot"),
    fields=(
        _of_person(),
        Field(name="slot", kind="choice", choices=ADDRESS_SLOTS, required=True, examples=("mailing", "work")),
        Field(name="street", examples=("12 Elm St", "2010 N 59th St")),
        Field(name="city", examples=("Kansas City", "Kansas City")),
        Field(name="state", examples=("KS", "KS")),
        Field(name="postal_code", aliases=("zip", "zip code"), examples=("66101", "66104")),
        Field(name="country", examples=("United States", "United States")),
    ),
)

SKILLS = Contract(
    name="salesforce.skills",
    title="Salesforce: Skills",
    noun="skill",
    table="skills",
    key=("person", "skill"),
    fields=(
        _of_person(),
        Field(name="skill", required=True, max_length=300, examples=("Public speaking", "Data analysis")),
    ),
)

PLACEMENTS = Contract(
    name="salesforce.placements",
    title="Salesforce: Placements",
    noun="placement",
    table="placements",
    key=("person",),
    fields=(
        _of_person(),
        Field(
            name="organization",
            kind="salesforce_id",
            aliases=("organization id",),
            help="Where a volunteer is at home: the primary affiliation.",
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="organization_id",
                noun="organization",
                waits=True,
            ),
        ),
        Field(
            name="school",
            kind="salesforce_id",
            aliases=("school id",),
            help="The school of a teacher or a student.",
            reference=Reference(
                dataset="salesforce.accounts", field="salesforce_id", column="school_id", noun="school", waits=True
            ),
        ),
        Field(
            name="class",
            kind="salesforce_id",
            aliases=("class id",),
            help="A student's class.",
            reference=Reference(
                dataset="salesforce.school_classes", field="salesforce_id", column="class_id", noun="class", waits=True
            ),
        ),
        Field(
            name="teacher",
            kind="salesforce_id",
            aliases=("teacher id",),
            help="A student's teacher, where the organization has a field for that.",
            reference=Reference(
                dataset="salesforce.people", field="salesforce_id", column="teacher_id", noun="teacher", waits=True
            ),
        ),
    ),
)

PERSON_ACCOUNTS = Contract(
    name="salesforce.person_accounts",
    title="Salesforce: People of accounts",
    noun="affiliation",
    table="person_accounts",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            help="The affiliation's own id: somebody may have left an account and come back.",
            examples=("a0B5e00000AfFiAEAV", "a0B5e00000BfFiAEAV"),
        ),
        _of_person(),
        Field(
            name="account",
            kind="salesforce_id",
            required=True,
            aliases=("organization", "account id"),
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="account_id",
                noun="organization",
                waits=True,
            ),
            examples=("0015e00000AcMeAAAV", "0015e00000WyHiAAAV"),
        ),
        Field(name="role", max_length=300, examples=("Employee", "")),
        Field(name="is_primary", kind="boolean", default="false", examples=("true", "false")),
        Field(name="status", kind="choice", choices=AFFILIATION_STATUSES, examples=("Current", "Past")),
        Field(name="start", kind="day", column="starts_on"),
        Field(name="end", kind="day", column="ends_on"),
        Field(name="is_deleted", kind="boolean", default="false"),
    ),
)

CONTRACTS = (PEOPLE, EMAILS, PHONES, ADDRESSES, SKILLS, PLACEMENTS, PERSON_ACCOUNTS)
