"""Export in a browser: what there is of a family is seen, and one click fetches it as a ZIP file."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import People
from workbench import Workbench
from workbench.model.sheet import Sheet


def test_a_family_is_fetched_with_one_click(
    person: People, wb: Workbench, sheet: Callable[..., Sheet], tmp_path: Path
) -> None:
    wb.import_sheet(sheet("name,code\nBaking,B1\nNursing,N1\n"), "elevate.courses")
    ana = person("ana").visit("export?family=generic_csv")
    ana.sees("Nothing of Generic CSV yet.")
    ana.visit("export?family=elevate")
    with ana.window.expect_download() as fetching:
        ana.main.get_by_role("link", name="Download 2 records").click()
    assert fetching.value.suggested_filename.startswith("elevate_export_")
    fetching.value.save_as(tmp_path / "fetched.zip")
    with zipfile.ZipFile(tmp_path / "fetched.zip") as archive:
        assert archive.read("courses.csv").decode().splitlines()[1:] == ["Baking,B1,,8", "Nursing,N1,,8"]
    assert ana.surprises == []
