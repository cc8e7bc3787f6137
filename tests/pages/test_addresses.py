"""An address that somebody has written by hand says nothing where it makes no sense: it is as if it were unsaid."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench, settings
from workbench.doors.web import uploads
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]


def facets(*shown: object) -> str:
    """Facets as an address says them."""
    return json.dumps({"shown": shown})


def chosen(test: str, **said: object) -> dict[str, Any]:
    """A facet of a column in which something is chosen."""
    return {"column": "email", "by": test, "chosen": {"column": "email", "test": test, **said}}


NINES = "9" * 4_500
DEEP = "[" * 3_000
NESTED = "[" * 500 + "]" * 500
HALF = '"\\ud800"'
ODD = {
    "an endless number": NINES,
    "a negative one": f"-{NINES}",
    "infinity": "1e309",
    "no number": "NaN",
    "digits of another script": "\u0662",
    "brackets": DEEP,
    "a list in lists": NESTED,
    "an endless number in a list": f"[{NINES}]",
    "infinity in a list": "[1e309]",
    "half a character": f"[{HALF}]",
    "nothing": "null",
    "a list of odd things": '[[], {}, null, 1.5, true, ""]',
    "odd facets": facets(None, [], 5, {"column": [], "by": {}, "chosen": 7}, {"column": 5, "by": "values"}),
    "facets by odd things": facets({"column": "email", "by": ["x"]}, {"column": "email", "by": {"x": 1}}),
    "a facet of half a character": facets(chosen("values", values=["\ud800"])),
    "a facet of a pattern that is none": facets(chosen("pattern", text="(((")),
    "deep options": f'{{"meanings":{NESTED}}}',
    "an odd layout": '{"header_row":"x","skip_lines":[["a",{}]],"stop_line":[],"mended":{"1":5},"encoding":7}',
    "an endless layout": f'{{"header_row":{"9" * 300},"skip_lines":[[1,{"9" * 300}]]}}',
}  # fmt: skip
PARTS = {
    "validate": ("order", "from", "rows", "in"),
    "clean": ("order", "facets", "column", "step", "options", "way", "do", "layout"),
    "record": ("line",),
}


@pytest.fixture
def batch(wb: Workbench, sheet: Sheets) -> Batch:
    text = "email,full_name\nada@example.com,Ada Park\nben at example.com,Ben Okafor\n"
    return wb.plan(wb.stage(sheet(text), "elevate.students")).batch


def told(page: AppTest) -> list[str]:
    """What a page says."""
    assert not page.exception
    return [str(each.value) for each in (*page.markdown, *page.caption, *page.info, *page.warning, *page.error)]


@pytest.mark.parametrize("target", PARTS)
def test_what_makes_no_sense_is_as_if_unsaid(show: Show, batch: Batch, target: str) -> None:
    plain = told(show(target, batch=batch.id))
    for odd, text in ODD.items():
        page = show(target, batch=batch.id, **dict.fromkeys(PARTS[target], text))
        assert told(page) == plain, odd


@pytest.mark.parametrize("text", [NINES, "1e309", DEEP, NESTED, HALF])
def test_a_layout_that_makes_no_sense_is_as_if_unsaid(show: Show, home: Path, text: str) -> None:
    upload = uploads.keep(settings.load(), "people.csv", BytesIO(b"email,full_name\nada@example.com,Ada Park\n"))
    plain = told(show("upload", upload=upload.id))
    assert told(show("upload", upload=upload.id, layout=text)) == plain
    assert told(show("upload", upload=upload.id, layout=f'{{"header_row":{text}}}')) == plain


def test_lines_are_shown_from_the_one_that_the_address_says(show: Show, batch: Batch) -> None:
    assert show("validate", batch=batch.id, **{"from": 3}).number_input(key="from").value == 3
    assert show("validate", batch=batch.id, **{"from": NINES}).number_input(key="from").value == 1


@pytest.mark.parametrize("text", [NINES, "-1", "1e309", "NaN", "\u0662", DEEP, HALF, "null", "99999999"])
def test_a_long_table_is_asked_nothing_that_makes_no_sense(show: Show, batch: Batch, text: str) -> None:
    for address in ({"batch": batch.id, "rows": "created"}, {}):
        target = "commit" if address else "history"
        page = show(target, **address, **dict.fromkeys(("order", "page", "in", "signed"), text))
        assert not page.exception
        assert len(grid(page).lines if address else grid(page).shown) == 1
