"""Salesforce's accounts and classes (seed 001, Playbook D: D5, D7 and D8).

Organizations, districts and schools are accounts of different types, each read by its own playbook. A school is there
at once, and its district as soon as that is. A school's level comes from a sheet with an Id and a Level, which is
imported as the accounts that it updates.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce import accounts
from workbench.model.playbook import Extract, Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import salesforce_figures, salesforce_records
from workbench.playbooks.salesforce_figures import waiting
from workbench.playbooks.salesforce_records import Records
from workbench.prepare.shaping import issues

OTHER = "Other"
"""The type of an organization that has none."""


def organizations(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The accounts that the rows of organizations are made into."""
    rows = Records(columns, known)
    cells = rows.taken(_ORGANIZATION.columns, {"type": pc.fill_null(rows["type"], OTHER)})
    return {"salesforce.accounts": rows.part(rows.kept, cells)}


def check_organizations(columns: Chunk, known: Known) -> pa.Table:
    """What is told of rows of organizations: those without a type, and what is deleted there."""
    rows = Records(columns, known)
    untyped = pc.and_not(pc.is_null(rows["type"]), rows.deleted)
    return rows.told(issues(untyped, "null_org_type", "type", f"No type: counts as {OTHER}", "warning"))


def schools(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The accounts that the rows of districts and schools are made into, and the districts of the schools."""
    rows = Records(columns, known)
    below = pc.fill_null(pc.equal(rows["type"], accounts.SCHOOL), False)
    below = pc.and_(pc.and_not(pc.and_(below, rows.kept), rows.deleted), pc.is_valid(rows["parent_id"]))
    return {
        "salesforce.accounts": rows.part(rows.kept, rows.taken(_SCHOOL.columns, {})),
        "salesforce.school_districts": rows.part(below, rows.taken(_DISTRICT.columns, {})),
    }


def classes(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The classes that rows are made into."""
    rows = Records(columns, known)
    return {"salesforce.school_classes": rows.part(rows.kept, rows.taken(_CLASS.columns, {}))}


_COMMON = (
    *("salesforce_id", "name", "type", "description", "parent_id", "street", "city", "state", "postal_code", "country"),
    *("last_activity", "is_deleted", "merged_into"),
)
_ORGANIZATION = Part(dataset="salesforce.accounts", columns={name: name for name in _COMMON})
_SCHOOL = Part(dataset="salesforce.accounts", columns={name: name for name in (*_COMMON, "code", "normalized_name")})
_DISTRICT = Part(dataset="salesforce.school_districts", columns={"school": "salesforce_id", "district": "parent_id"})
_CLASS = Part(
    dataset="salesforce.school_classes",
    columns={name: name for name in ("salesforce_id", "name", "school", "year", "is_deleted")},
)
_ACCOUNTS = Recall(dataset="salesforce.accounts", fields=("salesforce_id",))

ORGANIZATIONS = Playbook(
    name=accounts.ORGANIZATIONS_FORM.name,
    title=accounts.ORGANIZATIONS_FORM.title,
    about="Salesforce's accounts but for households, districts and schools.",
    form=accounts.ORGANIZATIONS_FORM,
    parts=(_ORGANIZATION,),
    shape=organizations,
    recall=_ACCOUNTS,
    check=check_organizations,
    figures=salesforce_figures.of(accounts.ACCOUNTS),
    extracts=(
        Extract(
            object="Account",
            where=f"(Type = null OR Type NOT IN ('{accounts.HOUSEHOLD}', '{accounts.DISTRICT}', '{accounts.SCHOOL}'))",
        ),
    ),
)

SCHOOLS = Playbook(
    name=accounts.SCHOOLS_FORM.name,
    title=accounts.SCHOOLS_FORM.title,
    about="Salesforce's school districts, and then its schools.",
    form=accounts.SCHOOLS_FORM,
    parts=(_SCHOOL, _DISTRICT),
    shape=schools,
    recall=_ACCOUNTS,
    check=salesforce_records.check,
    figures=(
        *salesforce_figures.of(accounts.ACCOUNTS),
        *waiting("district"),
    ),
    extracts=tuple(
        Extract(object="Account", where=f"Type = '{type_}'") for type_ in (accounts.DISTRICT, accounts.SCHOOL)
    ),
    keeps_good_parts=True,
)

CLASSES = Playbook(
    name=accounts.CLASSES_FORM.name,
    title=accounts.CLASSES_FORM.title,
    about="Salesforce's classes, each of a school.",
    form=accounts.CLASSES_FORM,
    parts=(_CLASS,),
    shape=classes,
    recall=Recall(dataset="salesforce.school_classes", fields=("salesforce_id",)),
    check=salesforce_records.check,
    figures=(*salesforce_figures.of(accounts.CLASSES), *waiting("school")),
    extracts=(Extract(object="Class__c"),),
)

PLAYBOOKS = (ORGANIZATIONS, SCHOOLS, CLASSES)
