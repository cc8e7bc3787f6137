"""Whom rows may mean, and by what that is told (seed 001, Playbook B, "Post-Import: Teacher Matching"; D4)."""

from workbench.datasets.polaris.events import EVENT_TEACHERS
from workbench.datasets.salesforce import sessions
from workbench.model.contract import Contract
from workbench.model.errors import UnknownMatching
from workbench.model.matching import Compared, Matching

_ID = Compared(name="pathful_user_id", kind="identifier")
_EMAIL = Compared(name="email", kind="email")
_NAME = Compared(name="name", kind="name")
_SCHOOLS, _ORGANIZATIONS = "polaris.schools", "polaris.organizations"


def _decided(contract: Contract, dataset: str) -> tuple[tuple[str, ...], ...]:
    """The fields by which rows of a contract look for a decision on the record of a dataset."""
    named = (field.reference for field in contract.references if field.reference is not None)
    return next(reference.decided for reference in named if reference.dataset == dataset)


TEACHERS = Matching(
    of="polaris.teacher_roster",
    dataset="polaris.teachers",
    title="Match Teachers",
    noun="teacher of the roster",
    meant="teacher's account",
    said=(("email",),),
    compared=(_ID, _EMAIL, _NAME, Compared(name="building", kind="place", known="school", alias_of=_SCHOOLS)),
)

EDUCATORS = Matching(
    of="polaris.event_teachers",
    dataset="polaris.teacher_roster",
    title="Match Educators",
    noun="educator of a session",
    meant="teacher of the roster",
    said=_decided(EVENT_TEACHERS, "polaris.teacher_roster"),
    compared=(_ID, _EMAIL, _NAME, Compared(name="school", kind="place", known="building", alias_of=_SCHOOLS)),
    unmatched="teacher",
)

PRESENTERS = Matching(
    of="polaris.event_volunteers",
    dataset="polaris.volunteers",
    title="Match Presenters",
    noun="presenter of a session",
    meant="volunteer",
    said=(("pathful_user_id",), ("name", "organization")),
    compared=(_ID, _NAME, Compared(name="organization", kind="place", alias_of=_ORGANIZATIONS)),
)


def _names(dataset: str, title: str, noun: str, *named_in: tuple[str, str]) -> Matching:
    return Matching(
        of=dataset,
        dataset=dataset,
        title=title,
        noun=f"name of {noun}",
        meant=noun.rsplit(maxsplit=1)[-1],
        said=(("name",),),
        compared=(Compared(name="name", kind="place", agrees=5, differs=5),),
        named_in=named_in,
    )


SCHOOLS = _names(
    _SCHOOLS,
    "Match Schools",
    "a school",
    ("polaris.teacher_roster", "building"),
    ("polaris.teachers", "school"),
    ("polaris.events", "school"),
    ("polaris.event_teachers", "school"),
)

DISTRICTS = _names(
    "polaris.districts",
    "Match Districts",
    "a district",
    ("polaris.teacher_roster", "district"),
    ("polaris.teachers", "district"),
    ("polaris.schools", "district"),
    ("polaris.events", "district"),
)

ORGANIZATIONS = _names(
    _ORGANIZATIONS,
    "Match Organizations",
    "an organization",
    ("polaris.volunteers", "organization"),
    ("polaris.event_volunteers", "organization"),
)

SESSION_ACCOUNTS = Matching(
    of="salesforce.session_accounts",
    dataset="salesforce.accounts",
    title="Match Accounts of Sessions",
    noun="account of a session",
    meant="account",
    said=_decided(sessions.SESSION_ACCOUNTS, "salesforce.accounts"),
    compared=(Compared(name="name", kind="place", agrees=5, differs=5),),
    unmatched="account",
)

MATCHINGS: dict[str, Matching] = {
    each.of: each for each in (TEACHERS, EDUCATORS, PRESENTERS, SCHOOLS, DISTRICTS, ORGANIZATIONS, SESSION_ACCOUNTS)
}
"""By the dataset that says it."""


def matching(of: str) -> Matching:
    """Whom the rows of a dataset may mean; its name without the family does too. Raises UnknownMatching."""
    found = MATCHINGS.get(of) or next((each for each in MATCHINGS.values() if each.of.partition(".")[2] == of), None)
    if found is None:
        raise UnknownMatching(of=of, known=", ".join(MATCHINGS))
    return found
