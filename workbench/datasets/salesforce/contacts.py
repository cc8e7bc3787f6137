"""What Salesforce's Contact looks like to whoever imports volunteers, teachers or students (seed 001, D1 to D3), and
what an affiliation does: columns of sources, without tables. The first alias of each is the field's API name.
"""

from workbench.datasets.salesforce.people import ADDRESS_SLOTS
from workbench.model.contract import Contract, Field

NOTHING = ("n/a", "nan", "none", "nat", "null")
"""Texts that programs write where there is nothing."""

_ID = Field(
    name="salesforce_id",
    kind="salesforce_id",
    required=True,
    aliases=("Id", "contact id"),
    examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV"),
)
_DELETED = (
    Field(name="is_deleted", aliases=("IsDeleted",), help="A contact that is here is marked, and no other is made."),
    Field(
        name="merged_into",
        aliases=("MasterRecordId",),
        help="The contact that took its place.",
        erases=True,  # it may be restored
    ),
)
_LAST_NAME = Field(name="last_name", required=True, aliases=("LastName",), examples=("Park", "RUIZ"))
_PARTS_OF_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def _first_name(*, required: bool = False) -> Field:
    note = "A name all in capitals is written as names are, and told."
    return Field(name="first_name", required=required, aliases=("FirstName",), help=note, examples=("Ada", "BEN"))


def _texts(**api_names: str) -> tuple[Field, ...]:
    """Fields with their API names."""
    return tuple(Field(name=name, aliases=(api_name,)) for name, api_name in api_names.items())


def _days(**api_names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind="day", aliases=(api_name,)) for name, api_name in api_names.items())


_EMAILS_BEYOND = (
    *_texts(
        home_email="npe01__HomeEmail__c", work_email="npe01__WorkEmail__c", alternate_email="npe01__AlternateEmail__c"
    ),
    Field(
        name="preferred_email",
        aliases=("npe01__Preferred_Email__c",),
        help="Personal, Work or Alternate: which address is the primary; Email when blank.",
    ),
)
_PHONES_BEYOND = (
    *_texts(home_phone="HomePhone", mobile_phone="MobilePhone", work_phone="npe01__WorkPhone__c"),
    Field(
        name="preferred_phone",
        aliases=("npe01__PreferredPhone__c",),
        help="Home, Mobile or Work: which number is the primary; Phone when blank.",
    ),
)
_ADDRESSES = (
    Field(
        name="mailing_address",
        aliases=("MailingAddress",),
        help="As Salesforce has it in one; its parts may be columns of their own.",
    ),
    *(
        Field(name=name, aliases=(f"Mailing{part}",))
        for part, name in zip(
            _PARTS_OF_ADDRESS,
            ("mailing_street", "mailing_city", "mailing_state", "mailing_postal_code", "mailing_country"),
            strict=True,
        )
    ),
    *(
        Field(
            name=f"{slot}_address",
            aliases=(f"npe01__{slot.capitalize()}_Address__c",),
            help="As a text: street, city, ST zip." if slot == "work" else "",
        )
        for slot in ADDRESS_SLOTS
        if slot != "mailing"
    ),
    Field(
        name="primary_address",
        aliases=("npe01__Primary_Address_Type__c",),
        help="Home or Work: which address is the primary; the mailing address when blank.",
    ),
    Field(name="secondary_address", aliases=("npe01__Secondary_Address_Type__c",)),
)
_PREFERENCES = (
    *_texts(do_not_call="DoNotCall", do_not_contact="npsp__Do_Not_Contact__c", opted_out_of_email="HasOptedOutOfEmail"),
    Field(name="email_bounced_at", kind="timestamp", aliases=("EmailBouncedDate",)),
)

VOLUNTEERS = Contract(
    name="salesforce.volunteers",
    title="Salesforce: Volunteer",
    noun="volunteer",
    key=("salesforce_id",),
    nothing=NOTHING,
    fields=(
        _ID,
        _first_name(),
        *_texts(middle_name="MiddleName"),
        _LAST_NAME,
        Field(name="email", aliases=("Email",), examples=("ada@acme.example", "")),
        *_EMAILS_BEYOND,
        Field(name="phone", aliases=("Phone",), examples=("913-555-0114", "")),
        *_PHONES_BEYOND,
        *_ADDRESSES,
        Field(
            name="organization",
            aliases=("npsp__Primary_Affiliation__c",),
            help="The account of the primary affiliation; the volunteer is imported without it, which waits.",
        ),
        *_texts(account_id="AccountId", title="Title", department="Department"),
        Field(name="gender", aliases=("Gender__c",), examples=("Female", "Non-binary")),
        *_days(birthdate="Birthdate"),
        Field(name="race_ethnicity", aliases=("Racial_Ethnic_Background__c",)),
        Field(name="education", aliases=("Highest_Level_of_Educational__c",)),
        Field(name="age_group", aliases=("Age_Group__c",)),
        Field(
            name="skills",
            aliases=("Volunteer_Skills__c",),
            help="With semicolons or commas between them.",
            examples=("Public speaking;Data analysis", ""),
        ),
        *_texts(
            skills_text="Volunteer_Skills_Text__c",
            interests="Volunteer_Interests__c",
            recruitment_notes="Volunteer_Recruitment_Notes__c",
            description="Description",
        ),
        Field(
            name="times_volunteered",
            aliases=("Number_of_Attended_Volunteer_Sessions__c",),
            help="0 when it is no number.",
        ),
        *_days(
            first_volunteered_on="First_Volunteer_Date__c",
            last_volunteered_on="Last_Volunteer_Date__c",
            last_activity_on="Last_Activity_Date__c",
            last_email_on="Last_Email_Message__c",
            last_mailchimp_email_on="Last_Mailchimp_Email_Date__c",
            last_non_internal_email_on="Last_Non_Internal_Email_Activity__c",
        ),
        *_PREFERENCES,
        *_DELETED,
    ),
)

TEACHERS = Contract(
    name="salesforce.teachers",
    title="Salesforce: Teacher",
    noun="teacher",
    key=("salesforce_id",),
    nothing=NOTHING,
    fields=(
        _ID,
        _first_name(required=True),
        _LAST_NAME,
        Field(name="email", aliases=("Email",), examples=("ada.park@kck.example", "ben.ruiz@kck.example")),
        Field(name="phone", aliases=("Phone",)),
        Field(
            name="school",
            aliases=("npsp__Primary_Affiliation__c",),
            help="The account of the teacher's school; the teacher is imported without it, which waits.",
        ),
        *_texts(account_id="AccountId", department="Department"),
        Field(name="gender", aliases=("Gender__c",), examples=("Female", "Male")),
        *_days(last_email_on="Last_Email_Message__c", last_mailchimp_email_on="Last_Mailchimp_Email_Date__c"),
        *_DELETED,
    ),
)

STUDENTS = Contract(
    name="salesforce.students",
    title="Salesforce: Student",
    noun="student",
    key=("salesforce_id",),
    nothing=NOTHING,
    fields=(
        _ID,
        _first_name(),
        *_texts(middle_name="MiddleName"),
        _LAST_NAME,
        Field(name="email", aliases=("Email",), examples=("ada.park@kck.example", "")),
        Field(name="phone", aliases=("Phone",)),
        Field(
            name="school",
            aliases=("npsp__Primary_Affiliation__c",),
            help="The account of the student's school; the student is imported without it, which waits.",
        ),
        Field(name="class", aliases=("Class__c",), help="The student's class, which waits as the school does."),
        Field(
            name="teacher",
            help="The id of the student's teacher, where the organization has a field for it: map it by a template.",
        ),
        *_texts(account_id="AccountId", department="Department", local_student_id="Local_Student_ID__c"),
        Field(name="gender", aliases=("Gender__c",), examples=("Female", "NA")),
        *_days(birthdate="Birthdate"),
        Field(name="race_ethnicity", aliases=("Racial_Ethnic_Background__c",)),
        Field(name="grade", aliases=("Current_Grade__c",), help="K, or 0 to 12.", examples=("7", "K")),
        Field(name="legacy_grade", aliases=("Legacy_Grade__c",), help="The grade where there is no current one."),
        *_days(last_email_on="Last_Email_Message__c", last_mailchimp_email_on="Last_Mailchimp_Email_Date__c"),
        *_DELETED,
    ),
)

AFFILIATIONS = Contract(
    name="salesforce.affiliations",
    title="Salesforce: Affiliation",
    noun="affiliation",
    key=("salesforce_id",),
    nothing=NOTHING,
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            examples=("a0B5e00000AfFiAEAV", "a0B5e00000BfFiAEAV"),
        ),
        Field(
            name="person",
            kind="salesforce_id",
            required=True,
            aliases=("npe5__Contact__c", "contact"),
            examples=("0035e00000PaRkAAAV", "0035e00000RuIzAAAV"),
        ),
        Field(
            name="account",
            kind="salesforce_id",
            required=True,
            aliases=("npe5__Organization__c", "organization"),
            examples=("0015e00000AcMeAAAV", "0015e00000WyHiAAAV"),
        ),
        Field(name="role", aliases=("npe5__Role__c",), help="Most have none.", examples=("Employee", "")),
        Field(name="is_primary", aliases=("npe5__Primary__c",), examples=("true", "false")),
        Field(
            name="status",
            aliases=("npe5__Status__c",),
            help="Current, Former (which is Past) or Pending.",
            examples=("Current", "Former"),
        ),
        *_days(start="npe5__StartDate__c", end="npe5__EndDate__c"),
        Field(name="is_deleted", aliases=("IsDeleted",)),
    ),
)

FORMS = (VOLUNTEERS, TEACHERS, STUDENTS, AFFILIATIONS)
