"""The page of a batch: its counts are the issues' counts, and no cell's text can do harm in it."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa

from workbench.datasets.catalog import contract
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare.data_docs import write_data_docs
from workbench.prepare.judging import Judge
from workbench.prepare.normalize import Normalized
from workbench.prepare.validation import Validator

COURSES = contract("elevate.courses")
GOOD = ("Welding", "WELD101", "8")
ROWS = [
    ("Welding", None, "8"),
    ("<script>alert(1)</script>\x07", "B", "many"),
    ("<img src=x onerror=alert(2)>\x07", "C", "1001"),
    ("NULL", "D", "$column &amp;"),
]


class Page(HTMLParser):
    """What a browser sees: the tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += f"{data.strip()}\n"


def chunk(*values: tuple[str | None, ...], first: int = 2) -> Normalized:
    names = ("name", "code", "duration_weeks")
    columns = {name: pa.array([row[i] for row in values], pa.string()) for i, name in enumerate(names)}
    lines = pa.array(range(first, first + len(values)), pa.int32())
    return Normalized(lines=lines, values=pa.RecordBatch.from_pydict(columns))


def documented(folder: Path, *chunks: Normalized) -> tuple[str, Counter[tuple[str, str]]]:
    """The page of a batch, and how many issues of each field and code the workbench itself has."""
    validator, issues = Validator(COURSES), Counter[tuple[str, str]]()
    for each in chunks:
        table = validator.check(each).issues
        issues.update(zip(table["field"].to_pylist(), table["code"].to_pylist(), strict=True))
    page = write_data_docs(
        folder, COURSES.name, validator.summary(), title="Batch <7>", facts={"File": '<b onload="x">courses.csv</b>'}
    )
    return page.read_text("utf-8"), issues


def test_the_failing_counts_are_the_workbenchs_own(tmp_path: Path) -> None:
    many = chunk(*[("None", "E", "-1")] * 1500, first=6)
    html, issues = documented(tmp_path, chunk(*ROWS), many, chunk(GOOD, first=1506))
    told = re.findall(r"([\d,]+)\s+unexpected values found", html)
    assert sorted(int(count.replace(",", "")) for count in told) == sorted(issues.values())
    results = json.loads((tmp_path / "validation.json").read_text("utf-8"))["results"]
    metas = [(result["expectation_config"]["meta"], result["result"]["unexpected_count"]) for result in results]
    assert {(meta["field"], meta["code"]): count for meta, count in metas if count} == issues
    assert issues == {
        ("code", "missing"): 1,
        ("name", "control_character"): 2,
        ("duration_weeks", "bad_integer"): 2,
        ("duration_weeks", "out_of_range"): 1501,
    }


def test_hostile_text_is_shown_and_never_run(tmp_path: Path) -> None:
    html, _ = documented(tmp_path, chunk(*ROWS))
    page = Page(html)
    assert {"script", "img", "b"}.isdisjoint(page.tags)
    assert {"onerror", "onload", "onclick"}.isdisjoint(page.attributes)
    assert "line 3: <script>alert(1)</script>\x07" in page.text
    assert "line 5: $column &amp;" in page.text
    assert "Batch <7>" in page.text
    assert '<b onload="x">courses.csv</b>' in page.text


def test_the_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    html, _ = documented(tmp_path, chunk(*ROWS))
    page = Page(html)
    assert {"link", "script", "iframe", "object"}.isdisjoint(page.tags)
    assert {"src", "href"}.isdisjoint(page.attributes)
    assert "default-src 'none'" in html
    assert "url(" not in html


def test_a_batch_without_issues_says_so(tmp_path: Path) -> None:
    html, _ = documented(tmp_path, chunk(GOOD))
    assert "Every row meets every expectation." in Page(html).text


def test_warnings_alone_do_not_fail_a_batch(tmp_path: Path) -> None:
    cells = pa.RecordBatch.from_pydict({"name": ["A"], "code": ["A"], "description": ["NULL"]})
    judge = Judge(COURSES, Mapping(columns={name: name for name in cells.schema.names}), tmp_path, window=None)
    judge.judge(Chunk(lines=pa.array([2], pa.int32()), cells=cells))
    write_data_docs(tmp_path, COURSES.name, judge.summary(), title="Batch 7", facts={})
    written = json.loads((tmp_path / "validation.json").read_text("utf-8"))
    assert (written["success"], written["statistics"]["unsuccessful_expectations"]) == (True, 1)


def test_the_numbers_and_the_text_of_a_field_are_one_section(tmp_path: Path) -> None:
    html, _ = documented(tmp_path, chunk(GOOD))
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["name", "code", "duration_weeks"]
