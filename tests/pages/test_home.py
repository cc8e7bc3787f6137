"""Home shows what needs someone now, and how the last imports ended."""

import json
from collections.abc import Callable

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.model.sheet import Sheet

Sheets = Callable[..., Sheet]

STUDENTS = "email,full_name\nada@example.com,Ada Park\nbad at example.com,Dee Dunn\n"


def test_an_empty_home_says_where_to_begin(show: Show) -> None:
    page = show("home")
    assert [button.label for button in page.button] == ["Start an import"]
    assert "Nothing has been imported yet" in page.info[0].value
    assert not page.exception


def test_what_waits_for_a_person_is_counted_and_linked(show: Show, wb: Workbench, sheet: Sheets) -> None:
    held = wb.import_sheet(sheet(STUDENTS, "held.csv"), "elevate.students")
    unexplained = wb.import_sheet(sheet(STUDENTS, "good rows.csv"), "elevate.students", skip_errors=True)
    unsigned = wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    left_off = wb.stage(sheet("name,code\nWelding,WELD101\n", "left off.csv"), "elevate.courses")
    page = show("home")
    assert [(metric.label, metric.value) for metric in page.metric] == [
        ("To be decided", "1"),
        ("Begun and left", "1"),
        ("Rows to be explained", "1"),
        ("To be signed off", "1"),
    ]
    links = {link.label.partition(" ·")[0].replace("\\", ""): link.proto for link in page.page_link}
    for batch, target in ((held, "commit"), (left_off, "commit"), (unexplained, "reconcile"), (unsigned, "reconcile")):
        link = links[batch.file_name]
        assert (link.page, link.query_string) == (target, f"batch={batch.id}")


def test_each_of_the_last_imports_is_a_bar_of_its_outcomes(show: Show, wb: Workbench, sheet: Sheets) -> None:
    for _ in range(2):
        wb.import_sheet(sheet(STUDENTS), "elevate.students", skip_errors=True)
    chart = show("home").get("plotly_chart")[0]
    bars = {bar["name"]: bar["y"] for bar in json.loads(chart.proto.spec)["data"]}
    assert {name: list(rows) for name, rows in bars.items()} == {
        "✚ created": [1, 0],
        "✎ updated": [0, 0],
        "→ skipped": [0, 1],
        "? unmatched": [0, 0],
        "✕ invalid": [1, 1],
    }


def test_the_button_starts_an_import(show: Show) -> None:
    page = show("home")
    page.button[0].click().run()
    assert [title.value for title in page.title] == ["Upload"]


def test_a_file_name_is_text_and_nothing_else(show: Show, wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet(STUDENTS, "**a** [b](c) <img src=x>.csv"), "elevate.students")
    label = show("home").page_link[0].label
    assert label.startswith(r"\*\*a\*\* \[b\]\(c\) \<img src=x\>\.csv")


def test_a_refusal_is_a_sentence(show: Show, monkeypatch: object) -> None:
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql://127.0.0.1:1/none")  # type: ignore[attr-defined]
    page = show("home")
    assert "The database cannot be reached" in page.error[0].value
    assert not page.exception
