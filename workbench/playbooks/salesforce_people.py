"""Volunteers, teachers and students of Salesforce (seed 001, D1 to D3): each contact is a person, with the e-mail
addresses, phone numbers, postal addresses and skills that it has, and where the person works or goes to school.

A person is made of the contact alone and waits for nothing. The account and the class that it names may come later:
that part of the row waits. A contact that Salesforce has deleted, or merged into another, makes no record; one that is
here is marked.
"""

from collections.abc import Mapping

import pyarrow as pa

from workbench.datasets.salesforce import contacts
from workbench.datasets.salesforce.people import PEOPLE
from workbench.model.figure import Figure
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import salesforce_figures
from workbench.playbooks.postal_address import PARTS
from workbench.playbooks.salesforce_contact import Contacts
from workbench.playbooks.salesforce_figures import waiting

CHUNK = 2_000
"""So many students the seed's import reads at once."""

_PERSON = (
    *("salesforce_id", "first_name", "last_name", "email", "phone", "account_id", "department", "gender"),
    *("last_email_on", "last_mailchimp_email_on", "is_deleted", "merged_into"),
)
_OF_VOLUNTEERS = (
    *("middle_name", "title", "birthdate", "race_ethnicity", "education", "age_group", "times_volunteered"),
    *("interests", "recruitment_notes", "description", "first_volunteered_on", "last_volunteered_on"),
    *("last_activity_on", "last_non_internal_email_on", "email_bounced_at"),
    *("do_not_call", "do_not_contact", "opted_out_of_email"),
)
_OF_STUDENTS = ("middle_name", "birthdate", "race_ethnicity", "local_student_id")
_SLOTS = ("type", "email_slot", "phone_slot", "address_slot")
_WHOSE = {"person": "salesforce_id"}


def _people(*names: str, made: tuple[str, ...] = ()) -> Part:
    return Part(dataset="salesforce.people", columns={name: name for name in (*_PERSON, *names)}, made=(*_SLOTS, *made))


def _placements(**columns: str) -> Part:
    return Part(dataset="salesforce.placements", columns=_WHOSE | columns)


_EMAILS = Part(dataset="salesforce.emails", columns=_WHOSE, made=("slot", "email", "kind"))
_PHONES = Part(dataset="salesforce.phones", columns=_WHOSE, made=("slot", "phone", "kind"))
_ADDRESSES = Part(dataset="salesforce.addresses", columns=_WHOSE, made=("slot", *PARTS))
_SKILLS = Part(dataset="salesforce.skills", columns=_WHOSE, made=("skill",))

_VOLUNTEERS = _people(*_OF_VOLUNTEERS, made=("skills",))
_TEACHERS = _people()
_STUDENTS = _people(*_OF_STUDENTS, made=("grade",))
_ORGANIZATION = _placements(organization="organization")
_SCHOOL = _placements(school="school")
_CLASS = _placements(**{name: name for name in ("school", "class", "teacher")})


def _contacts_of_volunteers(columns: Chunk, known: Known) -> Contacts:
    return Contacts(columns, known, contacts.VOLUNTEERS, "volunteer")


def _contacts_of_teachers(columns: Chunk, known: Known) -> Contacts:
    return Contacts(columns, known, contacts.TEACHERS, "teacher", required=("first_name", "last_name"))


def _contacts_of_students(columns: Chunk, known: Known) -> Contacts:
    return Contacts(columns, known, contacts.STUDENTS, "student")


def volunteers(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The people that volunteers are, and what belongs to them."""
    rows = _contacts_of_volunteers(columns, known)
    return {
        "salesforce.people": rows.people(_VOLUNTEERS.columns),
        "salesforce.emails": rows.of_places("email", professional=("work",)),
        "salesforce.phones": rows.of_places("phone", professional=("phone", "work")),
        "salesforce.addresses": rows.addresses(),
        "salesforce.skills": rows.skills(),
        "salesforce.placements": rows.placements(_ORGANIZATION.columns),
    }


def teachers(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The people that teachers are, and what belongs to them."""
    rows = _contacts_of_teachers(columns, known)
    return {
        "salesforce.people": rows.people(_TEACHERS.columns),
        "salesforce.emails": rows.of_places("email", professional=("email",)),
        "salesforce.phones": rows.of_places("phone", professional=("phone",)),
        "salesforce.placements": rows.placements(_SCHOOL.columns),
    }


def students(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The people that students are, and what belongs to them."""
    rows = _contacts_of_students(columns, known)
    return {
        "salesforce.people": rows.people(_STUDENTS.columns),
        "salesforce.emails": rows.of_places("email", professional=()),
        "salesforce.phones": rows.of_places("phone", professional=()),
        "salesforce.placements": rows.placements(_CLASS.columns),
    }


def check_volunteers(columns: Chunk, known: Known) -> pa.Table:
    """What is odd about volunteers that no part can tell."""
    return _contacts_of_volunteers(columns, known).odd()


def check_teachers(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with teachers that no part can tell."""
    return _contacts_of_teachers(columns, known).odd()


def check_students(columns: Chunk, known: Known) -> pa.Table:
    """What is odd about students that no part can tell."""
    return _contacts_of_students(columns, known).odd()


_RECALL = Recall(dataset="salesforce.people", fields=("salesforce_id",))
"""So that what was deleted there, and never was here, makes no record."""
_PEOPLE = salesforce_figures.of(PEOPLE)
"""Created are people, and updated those of whom anything was; what belongs to them has figures of its own too."""
_CHUNKS = Figure(name="Chunks processed", outcomes=salesforce_figures.TOTAL, every=CHUNK)


def _stored(**parts: Part) -> tuple[Figure, ...]:
    """How many of what belongs to people was created or updated, by what it is called."""
    return tuple(
        Figure(name=f"{name.replace('_', ' ')} stored", part=part.dataset, outcomes=("created", "updated"))
        for name, part in parts.items()
    )


VOLUNTEERS = Playbook(
    name=contacts.VOLUNTEERS.name,
    title=contacts.VOLUNTEERS.title,
    about="Salesforce's volunteers, with their addresses, numbers, skills and organizations.",
    form=contacts.VOLUNTEERS,
    parts=(_VOLUNTEERS, _EMAILS, _PHONES, _ADDRESSES, _SKILLS, _ORGANIZATION),
    shape=volunteers,
    check=check_volunteers,
    recall=_RECALL,
    figures=(
        *_PEOPLE,
        *_stored(
            Emails=_EMAILS, Phone_numbers=_PHONES, Addresses=_ADDRESSES, Skills=_SKILLS, Organizations=_ORGANIZATION
        ),
        *waiting("organization"),
    ),
    extracts=(Extract(object="Contact", where="Contact_Type__c = 'Volunteer' or Contact_Type__c = ''"),),
    keeps_good_parts=True,
)

TEACHERS = Playbook(
    name=contacts.TEACHERS.name,
    title=contacts.TEACHERS.title,
    about="Salesforce's teachers, with their addresses, numbers and schools.",
    form=contacts.TEACHERS,
    parts=(_TEACHERS, _EMAILS, _PHONES, _SCHOOL),
    shape=teachers,
    check=check_teachers,
    recall=_RECALL,
    figures=(*_PEOPLE, *_stored(Emails=_EMAILS, Phone_numbers=_PHONES, Schools=_SCHOOL), *waiting("school")),
    extracts=(Extract(object="Contact", where="Contact_Type__c = 'Teacher'"),),
    keeps_good_parts=True,
)

STUDENTS = Playbook(
    name=contacts.STUDENTS.name,
    title=contacts.STUDENTS.title,
    about="Salesforce's students, with their addresses, schools and classes.",
    form=contacts.STUDENTS,
    parts=(_STUDENTS, _EMAILS, _PHONES, _CLASS),
    shape=students,
    check=check_students,
    recall=_RECALL,
    figures=(
        *_PEOPLE,
        _CHUNKS,
        *_stored(Emails=_EMAILS, Phone_numbers=_PHONES, Schools_and_classes=_CLASS),
        *waiting("school", "class", "teacher"),
    ),
    extracts=(Extract(object="Contact", where="Contact_Type__c = 'Student'"),),
    keeps_good_parts=True,
)
