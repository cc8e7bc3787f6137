"""Polaris' datasets (seed 001): what Playbooks A, B and C import."""

from workbench.datasets.polaris.events import (
    EVENT_TEACHERS,
    EVENT_VOLUNTEERS,
    EVENTS,
    VIRTUAL_SESSIONS,
)
from workbench.datasets.polaris.people import DISTRICTS, ORGANIZATIONS, SCHOOLS, TEACHER_ROSTER, TEACHERS, VOLUNTEERS

CONTRACTS = (
    DISTRICTS,
    SCHOOLS,
    ORGANIZATIONS,
    TEACHER_ROSTER,
    TEACHERS,
    VOLUNTEERS,
    EVENTS,
    EVENT_TEACHERS,
    EVENT_VOLUNTEERS,
)

FORMS = (VIRTUAL_SESSIONS,)
"""The columns of sources that are more than one dataset: contracts without a table."""
