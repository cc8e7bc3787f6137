"""What a configured Google Sheet is imported as, and what is said of every row of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from workbench.model.errors import UnknownDataset
from workbench.model.google_sheet import PURPOSES, GoogleSheet, Place
from workbench.playbooks import purposes


def configured(**otherwise: Any) -> GoogleSheet:
    now, who = datetime(2025, 8, 1, tzinfo=UTC), {"created_by": "ana", "updated_by": "ana"}
    given = {"name": "KCK", "purpose": "teacher_progress_tracking", "year": "2025-2026", "district": "KCKPS"}
    where = Place(spreadsheet="k" * 44)
    rest = {"id": UUID(int=1), "dataset": None, "place": where, "created_at": now, "updated_at": now, **who}
    return GoogleSheet(**{**rest, **given, **otherwise})


@pytest.mark.parametrize("purpose", [purpose for purpose in PURPOSES if purpose != "other"])
def test_every_purpose_has_something_to_be_imported_as(purpose: str) -> None:
    assert purposes.targets(purpose)
    assert set(purposes.targets(purpose)) <= set(purposes.known())


def test_another_purpose_is_the_dataset_that_is_named() -> None:
    assert purposes.targets("other", "elevate.learners") == ("elevate.learners",)
    assert purposes.targets("other", "elevate.teapots") == ()
    with pytest.raises(UnknownDataset):
        purposes.form("elevate.teapots")


def test_the_year_is_the_window_and_the_district_stands_where_a_row_says_none() -> None:
    said = purposes.options(configured(), "polaris.teacher_roster")
    assert said == {"window": "2025-2026", "constants": {"district": "KCKPS"}, "template": None}
    assert purposes.options(configured(district=""), "polaris.teacher_roster")["constants"] is None


def test_a_dataset_without_districts_is_told_none() -> None:
    said = purposes.options(configured(purpose="other", dataset="elevate.students", year=""), "elevate.students")
    assert said == {"window": None, "constants": None, "template": None}
