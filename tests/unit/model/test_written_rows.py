"""The apostrophe that keeps a spreadsheet from running a cell goes on and comes off again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.written_rows import harmless, meant, runs


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("''=1+1", "'''=1+1"),
        ("+1 555 123", "'+1 555 123"),
        ("-5", "-5"),
        ("'-5", "'-5"),
        ("O'Brien", "O'Brien"),
        ("'t Hooft", "'t Hooft"),
        ("'", "'"),
        ("''", "''"),
        ("", ""),
    ],
)
def test_every_text_has_one_way_to_be_written(text: str, written: str) -> None:
    assert harmless(text) == written
    assert meant(written) == text


@given(st.text(alphabet="'=+-@1. \t\na\u00a0\uff1d٣", max_size=8))
def test_any_text_comes_back_and_never_runs(text: str) -> None:
    assert meant(harmless(text)) == text
    assert not runs(harmless(text))
