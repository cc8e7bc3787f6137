"""Salesforce's accounts, which are organizations, school districts and schools alike, and the classes of schools (seed
001, Playbook D, D5, D7 and D8).

All accounts are records of one dataset, so that whoever is affiliated to one needs not know of which type it is. A
school is there as soon as it is read; its district is a record of its own, which waits until the district is there too.
"""

from workbench.model.contract import Contract, Field
from workbench.model.reference import Reference

DISTRICT = "School District"
SCHOOL = "School"
HOUSEHOLD = "Household"
"""The types of accounts that are no organizations."""

_DELETED = Field(
    name="is_deleted",
    kind="boolean",
    default="false",
    aliases=("IsDeleted",),
    help="Whether Salesforce has deleted it; the record stays.",
)
_MERGED = Field(
    name="merged_into",
    kind="salesforce_id",
    aliases=("MasterRecordId",),
    help="The record that it was merged into there.",
    erases=True,  # it may be restored
)


def _id(*examples: str) -> Field:
    return Field(
        name="salesforce_id",
        kind="salesforce_id",
        required=True,
        aliases=("Id", "Account ID", "Class ID"),
        help="Salesforce's own id, of 15 or 18 characters.",
        examples=examples,
    )


_NAME = Field(
    name="name",
    kind="name",
    required=True,
    aliases=("Name", "Account Name"),
    max_length=300,
    examples=("Kansas City Kansas Public Schools", "Wyandotte High"),
)
_ADDRESS = (
    Field(name="street", aliases=("BillingStreet",), max_length=500),
    Field(name="city", aliases=("BillingCity",), max_length=200, examples=("Kansas City", "Kansas City")),
    Field(name="state", aliases=("BillingState",), max_length=100, examples=("KS", "KS")),
    Field(name="postal_code", kind="identifier", aliases=("BillingPostalCode",), max_length=40),
    Field(name="country", aliases=("BillingCountry",), max_length=100),
)
_PARENT = Field(
    name="parent_id",
    kind="salesforce_id",
    aliases=("ParentId", "Parent Account ID"),
    help="The account above it.",
    examples=("", "0015e00000AcMeAAAV"),
)
_DESCRIPTION = Field(name="description", aliases=("Description",))
_ACTIVITY = Field(name="last_activity", kind="day", aliases=("LastActivityDate",), help="When something was last done.")
_CODE = Field(name="code", kind="identifier", aliases=("School_Code_External_ID__c",), max_length=100)
_NORMALIZED = Field(
    name="normalized_name",
    aliases=("Connector_Account_Name__c",),
    max_length=300,
    help="Its name as the connector of programs writes it.",
)

ACCOUNTS = Contract(
    name="salesforce.accounts",
    title="Salesforce: Accounts",
    noun="account",
    table="accounts",
    key=("salesforce_id",),
    fields=(
        _id("0015e00000AcMeAAAV", "0015e00000WyHiAAAV"),
        _NAME,
        Field(
            name="type",
            aliases=("Type", "Account Type"),
            max_length=200,
            help="School District and School are those; anything else is an organization.",
            examples=(DISTRICT, SCHOOL),
        ),
        _DESCRIPTION,
        _PARENT,
        _CODE,
        Field(
            name="level",
            aliases=("Level", "School Level"),
            max_length=100,
            help="Of a school: Elementary, Middle, High. It comes from a sheet of its own: Id, Level.",
            examples=("", "High"),
        ),
        _NORMALIZED,
        *_ADDRESS,
        _ACTIVITY,
        _DELETED,
        _MERGED,
    ),
)

SCHOOL_DISTRICTS = Contract(
    name="salesforce.school_districts",
    title="Salesforce: Districts of schools",
    noun="school's district",
    table="school_districts",
    key=("school",),
    fields=(
        Field(
            name="school",
            kind="salesforce_id",
            required=True,
            aliases=("School ID",),
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="school_id",
                noun="school",
                waits=True,
            ),
            examples=("0015e00000WyHiAAAV", "0015e00000AcMeAAAV"),
        ),
        Field(
            name="district",
            kind="salesforce_id",
            required=True,
            aliases=("District ID",),
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="district_id",
                noun="district",
                waits=True,
            ),
            help="The account above the school. A school waits for it with this alone.",
            examples=("0015e00000AcMeAAAV", "0015e00000AcMeAAAV"),
        ),
    ),
)

_YEAR = Field(
    name="year",
    kind="integer",
    aliases=("Class_Year_Number__c", "Class Year"),
    help="The year of the class, a whole number.",
    examples=("2026", "2027"),
)

CLASSES = Contract(
    name="salesforce.school_classes",
    title="Salesforce: Classes of schools",
    noun="class",
    table="classes",
    key=("salesforce_id",),
    fields=(
        _id("a01000000000001AAA", "a01000000000002AAA"),
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("Name", "Class Name"),
            max_length=300,
            examples=("Wyandotte 2026", "Wyandotte 2027"),
        ),
        Field(
            name="school",
            kind="salesforce_id",
            aliases=("School__c", "School ID"),
            reference=Reference(
                dataset="salesforce.accounts",
                field="salesforce_id",
                column="school_id",
                noun="school",
                waits=True,
            ),
            examples=("0015e00000WyHiAAAV", "0015e00000WyHiAAAV"),
        ),
        _YEAR,
        _DELETED,
    ),
)

CONTRACTS = (ACCOUNTS, SCHOOL_DISTRICTS, CLASSES)

_TYPE = Field(name="type", aliases=("Type",), help="Other when blank.", examples=("Business", ""))

ORGANIZATIONS_FORM = Contract(
    name="salesforce.organizations",
    title="Salesforce: Organization",
    noun="organization",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            examples=("001000000000003AAA", "001000000000004AAA"),
        ),
        Field(name="name", required=True, aliases=("Name",), examples=("Acme Steel", "Next Level")),
        _TYPE,
        _DESCRIPTION,
        Field(name="parent_id", kind="salesforce_id", aliases=("ParentId",)),
        *_ADDRESS,
        _ACTIVITY,
        _DELETED,
        _MERGED,
    ),
)

SCHOOLS_FORM = Contract(
    name="salesforce.schools",
    title="Salesforce: School",
    noun="school",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            examples=("0015e00000AcMeAAAV", "0015e00000WyHiAAAV"),
        ),
        Field(
            name="name",
            required=True,
            aliases=("Name",),
            examples=("Kansas City Kansas Public Schools", "Wyandotte High"),
        ),
        Field(
            name="type",
            aliases=("Type",),
            help="School District or School.",
            examples=(DISTRICT, SCHOOL),
        ),
        Field(
            name="parent_id",
            kind="salesforce_id",
            aliases=("ParentId",),
            help="Of a school: its district.",
            examples=("", "0015e00000AcMeAAAV"),
        ),
        _DESCRIPTION,
        _CODE,
        _NORMALIZED,
        *_ADDRESS,
        _ACTIVITY,
        _DELETED,
        _MERGED,
    ),
)

CLASSES_FORM = Contract(
    name="salesforce.classes",
    title="Salesforce: Class",
    noun="class",
    key=("salesforce_id",),
    fields=(
        Field(
            name="salesforce_id",
            kind="salesforce_id",
            required=True,
            aliases=("Id",),
            examples=("a01000000000001AAA", "a01000000000002AAA"),
        ),
        Field(
            name="name", kind="name", required=True, aliases=("Name",), examples=("Wyandotte 2026", "Wyandotte 2027")
        ),
        Field(
            name="school",
            kind="salesforce_id",
            aliases=("School__c",),
            help="A class waits until its school is there.",
            examples=("0015e00000WyHiAAAV", "0015e00000WyHiAAAV"),
        ),
        _YEAR,
        _DELETED,
    ),
)

FORMS = (ORGANIZATIONS_FORM, SCHOOLS_FORM, CLASSES_FORM)
