"""What has been found out of a sheet holds as long as it is the same one."""

from dataclasses import replace
from pathlib import Path

from tests import messy
from workbench import open_sheet
from workbench.doors.web.sheets import SAME_SHEET
from workbench.model.recipe import Expected, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import cleaned

TRIM = Step(operation="trim")


def test_a_sheet_is_the_same_whatever_its_steps_expect_and_another_where_they_do_otherwise(tmp_path: Path) -> None:
    raw = open_sheet(messy.write(tmp_path / "march.csv", rows=20))
    known = SAME_SHEET[Sheet]
    expects = replace(TRIM, expected=Expected(rows=20, changed=3, of=20))
    one, same, other = (
        cleaned(raw, Recipe(steps=steps)) for steps in ((TRIM,), (expects,), (TRIM, Step(operation="collapse")))
    )
    assert known(one) == known(same) != known(other)
    assert known(one) != known(raw)
