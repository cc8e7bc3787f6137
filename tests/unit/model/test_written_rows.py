"""The apostrophe that keeps a spreadsheet from running a cell goes on and comes off again."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.written_rows import harmless, meant, other_import, revision_of, runs, written_as

BATCH = UUID("01a21c43-e6cb-8a29-8000-000000000001")


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


@given(st.integers(0, 10**9 - 1), st.integers(1, 1000))
def test_a_number_that_was_counted_on_is_not_believed(revision: int, further: int) -> None:
    text = written_as(BATCH, revision)
    assert revision_of(text, BATCH) == revision
    assert revision_of(text.replace(f"of {revision}", f"of {revision + further}"), BATCH) is None


def test_a_file_says_of_which_import_it_is() -> None:
    other = UUID("01a21c43-e6cb-8a30-8000-000000000001")
    assert other_import(written_as(other, 1), BATCH) == "01a21c43-e6cb-8a30"
    assert other_import(written_as(BATCH, 1), BATCH) is None
    assert revision_of(written_as(other, 1), BATCH) is None
