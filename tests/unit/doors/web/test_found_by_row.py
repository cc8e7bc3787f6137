"""Why a record is found by its row, and why it was not written: with times in the reader's zone."""

from zoneinfo import ZoneInfo

import pytest

from workbench.doors.web import found_by_row, words
from workbench.doors.web.views import record

NOT_FOUND = "Course not found: 'BAKE101' (as it was on 2026-11-27 16:17 UTC)"


@pytest.fixture(autouse=True)
def in_chicago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "zone", lambda: ZoneInfo("America/Chicago"))


def test_what_was_wrong_with_the_row_is_told_with_its_time() -> None:
    row = {"corrected": {}, "cleaned": {}, "raw": {"course": "Bäke101"}, "issues": [{"message": NOT_FOUND}]}
    assert [*found_by_row._cells("bake101", row)] == [
        "course says 'Bäke101'.",
        "Course not found: 'BAKE101' (as it was on 2026-11-27 10:17 CST).",
    ]


def test_what_was_refused_is_told_with_its_time() -> None:
    told = record.withheld({"refused": [{"line": 3, "field": "course", "message": NOT_FOUND}]})
    assert "10:17 CST" in told and "UTC" not in told
