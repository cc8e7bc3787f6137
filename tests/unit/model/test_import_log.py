from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from workbench.model.import_log import ImportLog

ROSTER = ImportLog(
    import_type="Teacher Roster Import",
    run_at=datetime(2025, 1, 15, 14, 30, tzinfo=UTC),
    run_by="admin_user",
    file_name="KCK_Teacher_Roster_2024-2025",
    window="2024-2025",
    processed=150,
    created=145,
    updated=5,
    skipped=0,
    unmatched=0,
    invalid=0,
    notes="All teachers imported successfully. 5 teachers updated with new grade assignments.",
)

# The example of the playbook (seed 001, "Import Log Template"), to the letter.
WRITTEN = """\
Import type: Teacher Roster Import
Run date/time: 2025-01-15 14:30:00 UTC
Run by: admin_user
File name: KCK_Teacher_Roster_2024-2025
Window: 2024-2025

Results:
  Processed: 150
  Created: 145
  Updated: 5
  Skipped: 0
  Unmatched: 0
  Invalid: 0

Decisions/notes: All teachers imported successfully. 5 teachers updated with new grade assignments.

Follow-ups: None"""


def test_the_log_is_the_playbooks_template_filled_in_to_the_letter() -> None:
    assert ROSTER.render() == WRITTEN


def test_the_time_of_the_run_is_written_in_utc() -> None:
    kansas = timezone(timedelta(hours=-6))
    log = replace(ROSTER, run_at=datetime(2025, 1, 15, 8, 30, tzinfo=kansas))
    assert log.render() == WRITTEN
    assert log.to_dict()["run_at"] == "2025-01-15T14:30:00+00:00"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the time zone of its run"):
        replace(ROSTER, run_at=datetime(2025, 1, 15, 14, 30))


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_what_nobody_wrote_is_none(blank: str | None) -> None:
    lines = replace(ROSTER, window="", notes=blank, follow_ups=blank).render().splitlines()
    assert (lines[4], lines[14], lines[16]) == ("Window: None", "Decisions/notes: None", "Follow-ups: None")


def test_no_text_can_write_a_line_of_the_form() -> None:
    log = replace(
        ROSTER, file_name="a.csv\nInvalid: 0", notes="First.\n\nFollow-ups: None\nLast.", follow_ups="Call Ann"
    )
    assert log.render().splitlines()[3] == "File name: a.csv Invalid: 0"
    assert log.render().splitlines()[14:] == [
        "Decisions/notes: First.",
        "  Follow-ups: None",
        "  Last.",
        "",
        "Follow-ups: Call Ann",
    ]


def test_what_figures_are_to_be_read_with_stands_on_the_first_line() -> None:
    log = replace(ROSTER, state="held: nothing is written")
    first = "Import type: Teacher Roster Import (held: nothing is written)"
    assert log.render().splitlines() == [first, *WRITTEN.splitlines()[1:]]
    assert log.to_markdown().splitlines()[0] == "## Teacher Roster Import (held: nothing is written)"


def test_what_workbench_adds_stands_after_a_persons_words_and_apart_from_them() -> None:
    log = replace(
        ROSTER,
        notes="Ann agreed.\nadded by workbench:\n- 9 rows rejected",
        notes_added=("Template: KCK.", "ben rejected 2 rows:\nno such person (lines 3-4)."),
        follow_ups_added=("1 invalid row: correct and import it.",),
    )
    assert log.render().splitlines()[14:] == [
        "Decisions/notes: Ann agreed.",
        '  "added by workbench:"',
        "  - 9 rows rejected",
        "  Added by Workbench:",
        "  - Template: KCK.",
        "  - ben rejected 2 rows: no such person (lines 3-4).",
        "",
        "Follow-ups: Added by Workbench:",
        "  - 1 invalid row: correct and import it.",
    ]
    assert log.to_dict()["notes"] == "Ann agreed.\nadded by workbench:\n- 9 rows rejected"
    assert log.to_dict()["notes_added"][0] == "Template: KCK."
    assert "**Follow-ups:** Added by Workbench:\n  - 1 invalid row" in log.to_markdown()


def test_the_log_is_a_dictionary_with_every_field() -> None:
    assert ROSTER.to_dict() == {
        "import_type": "Teacher Roster Import",
        "run_at": "2025-01-15T14:30:00+00:00",
        "run_by": "admin_user",
        "file_name": "KCK_Teacher_Roster_2024-2025",
        "window": "2024-2025",
        "processed": 150,
        "created": 145,
        "updated": 5,
        "skipped": 0,
        "unmatched": 0,
        "invalid": 0,
        "notes": "All teachers imported successfully. 5 teachers updated with new grade assignments.",
        "follow_ups": None,
        "state": "",
        "notes_added": [],
        "follow_ups_added": [],
    }


def test_the_log_as_markdown_shows_names_as_they_are() -> None:
    assert replace(ROSTER, file_name="a|b <i>.csv").to_markdown().splitlines()[:12] == [
        "## Teacher Roster Import",
        "",
        "- **Run date/time:** 2025-01-15 14:30:00 UTC",
        "- **Run by:** admin\\_user",
        "- **File name:** a\\|b \\<i\\>.csv",
        "- **Window:** 2024-2025",
        "",
        "| Result | Rows |",
        "| --- | ---: |",
        "| Processed | 150 |",
        "| Created | 145 |",
        "| Updated | 5 |",
    ]
