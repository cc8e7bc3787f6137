"""What a configured Google Sheet is imported as, by its purpose (seed 001), and what is said of every row of it."""

from typing import Any

from workbench.datasets import catalog
from workbench.model.contract import Contract
from workbench.model.errors import UnknownPlaybook
from workbench.model.google_sheet import GoogleSheet
from workbench.model.sheet import Sheet
from workbench.playbooks import PLAYBOOKS
from workbench.prepare import recognition

_TARGETS = {
    "teacher_progress_tracking": ("polaris.teacher_roster",),
    "virtual_sessions": ("polaris.virtual_sessions", "polaris.pathful", "polaris.pathful_sessions"),
    "pathful": ("polaris.pathful", "polaris.pathful_sessions", "polaris.pathful_users"),
}
"""Seed 001 imports Pathful's export from a sheet for virtual sessions too: its headers tell which of them it is."""


def targets(purpose: str, dataset: str | None = None) -> tuple[str, ...]:
    """The datasets and playbooks that a sheet of that purpose may be; none where this Workbench has none of them."""
    named = (dataset,) if dataset else _TARGETS.get(purpose, ())
    return tuple(name for name in named if name in known())


def known() -> tuple[str, ...]:
    """Every dataset and playbook that one sheet can be imported as."""
    return (*catalog.CONTRACTS, *(name for name, playbook in PLAYBOOKS.items() if playbook.form is not None))


def target(configured: GoogleSheet, opened: Sheet) -> str:
    """The dataset or playbook that a sheet is imported as: its template's, else the one of several that its headers
    look most like. Raises UnknownPlaybook where there is none."""
    if configured.template_of is not None:
        return configured.template_of
    possible = targets(configured.purpose, configured.dataset)
    if not possible:
        raise UnknownPlaybook(playbook=configured.dataset or configured.purpose, known=", ".join(PLAYBOOKS))
    if len(possible) == 1:
        return possible[0]
    scores = {name: score for name, score, _ in recognition.recognise(opened)}
    return max(possible, key=lambda name: scores.get(form(name).name, 0.0))


def form(target: str) -> Contract:
    """The columns of a dataset, or of a playbook's source."""
    playbook = PLAYBOOKS.get(target)
    return playbook.form if playbook is not None and playbook.form is not None else catalog.contract(target)


def options(configured: GoogleSheet, target: str) -> dict[str, Any]:
    """What an import of a configured sheet is begun with (see `options.Options`): its year is the window, its district
    stands where the rows do not say one, and its template maps and cleans it."""
    has_district = any(field.name == "district" for field in form(target).fields)
    same = {"district": configured.district} if configured.district and has_district else None
    template = str(configured.template_id) if configured.template_of == target else None
    return {"window": configured.year or None, "constants": same, "template": template}
