"""Texts of files as a page shows them."""

from zoneinfo import ZoneInfo

import pytest

from workbench.doors.web import words


@pytest.mark.parametrize("given", ["ann@example.org", "https://example.org/x", "see www.example.org", "plain · text"])
def test_an_address_in_a_text_is_shown_and_is_no_link(given: str) -> None:
    shown = words.unlinked(given)
    assert shown.replace("\\", "").replace("\u2060", "") == given
    for linked in ("@", "://", "www."):
        assert linked not in shown.replace("\\", "").replace(f"\u2060{linked}", "")


def test_times_in_a_sentence_are_told_in_the_readers_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "zone", lambda: ZoneInfo("America/Chicago"))
    issue = {"field": "email", "message": "Student not found (as it was on 2026-03-03 15:00 UTC)"}
    assert words.told([issue]) == "email: Student not found (as it was on 2026-03-03 09:00 CST)"
    assert words.in_zone("on 2026-02-30 15:00 UTC") == "on 2026-02-30 15:00 UTC"  # no day at all
