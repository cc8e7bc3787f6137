"""The import log, against the playbook's own page: the template's lines and the filled-in example."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.model.import_log import ImportLog

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the folder of the seeds stands beside the checkout")


def blocks() -> list[str]:
    """The two fenced blocks of the section: the template and its example."""
    page = next(SEEDS.glob("001_*.txt")).read_text(encoding="utf-8")
    section = page.split("## Import Log Template")[1].split("\n## ")[0]
    return [block.strip("\n") for block in re.findall(r"```\n(.*?)```", section, re.DOTALL)]


def test_the_playbooks_example_is_what_we_write() -> None:
    log = ImportLog(
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
    template, example = blocks()
    assert log.render() == example
    labels = [line.split("[")[0] for line in template.splitlines()]
    assert all(line.startswith(label) for line, label in zip(log.render().splitlines(), labels, strict=True))
