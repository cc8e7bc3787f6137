"""Texts of files as a page shows them."""

import pytest

from workbench.doors.web import words


@pytest.mark.parametrize("given", ["ann@example.org", "https://example.org/x", "see www.example.org", "plain · text"])
def test_an_address_in_a_text_is_shown_and_is_no_link(given: str) -> None:
    shown = words.unlinked(given)
    assert shown.replace("\\", "").replace("\u2060", "") == given
    for linked in ("@", "://", "www."):
        assert linked not in shown.replace("\\", "").replace(f"\u2060{linked}", "")
