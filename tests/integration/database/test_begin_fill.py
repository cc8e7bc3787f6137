"""A batch that is begun in one program and filled in another: what a page does, and the job that works for it."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.imports import ask, outcome, outcomes, tamper
from workbench import Workbench, open_sheet
from workbench.model.errors import MissingColumns, UnreadableSource, WrongStage
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = "email,name,phone\njohn@example.com,John Doe,555-123-4567\njane@example,Jane,\nsam@example.com,Sam Hill,\n"


def test_what_was_begun_here_is_filled_there_exactly_as_if_it_had_been_staged(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    options: dict[str, Any] = {
        "columns": {"name": "full_name"},
        "constants": {"phone": "555-000-0000"},
        "window": "May",
    }
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page", **options)
    assert (begun.stage, begun.processed, begun.headers) == ("queued", None, ("email", "name", "phone"))
    filled = open_wb(user="ben").fill(begun.id)
    staged = wb.stage(sheet(PEOPLE), "elevate.students", source="page", **options)
    told = ("stage", "initiated_by", "mapping", "reading", "fields", "window", "checksum", "file_key", "source")
    assert {name: getattr(filled, name) for name in told} == {name: getattr(staged, name) for name in told}
    without = {"record_id"}
    rows = [[{k: v for k, v in row.items() if k not in without} for row in wb.rows.each(b)] for b in (filled, staged)]
    assert rows[0] == rows[1]
    assert outcomes(wb, wb.plan(filled).batch) == [(2, "created"), (3, "invalid"), (4, "created")]


def test_what_stops_an_import_stops_its_beginning(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(MissingColumns):
        wb.begin(sheet("phone\n555-123-4567\n"), "elevate.students", source="page")
    assert wb.batches.all() == []


def test_a_batch_is_filled_once(wb: Workbench, sheet: Given, url: str) -> None:
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page")
    filled = wb.fill(begun)
    assert (wb.fill(begun), wb.fill(filled)) == (filled, filled)
    planned = wb.plan(begun).batch
    assert wb.fill(begun) == planned
    assert ask(url, "select count(*) from workbench.import_row") == [(3,)]


def test_a_page_s_batch_waits_for_its_job_and_any_other_that_lost_its_program_is_given_up(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    batches = [wb.begin(sheet(PEOPLE), "elevate.students", source=source) for source in ("page", "cli")]
    wb.close()
    again = open_wb()
    assert [again.batches.get(batch).stage for batch in batches] == ["queued", "failed"]
    assert again.fill(batches[0]).stage == "staged"
    with pytest.raises(WrongStage, match="is failed; filling needs one that is queued"):
        again.fill(batches[1])


def test_what_was_begun_waits_as_long_as_its_program_is_there_and_another_may_fill_it(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    begun = [wb.begin(sheet(PEOPLE), "elevate.students") for _ in range(2)]
    ben = open_wb(user="ben")
    assert [ben.batches.get(batch).stage for batch in begun] == ["queued", "queued"]
    assert [ben.fill(begun[0]).stage, wb.fill(begun[1]).stage] == ["staged", "staged"]
    assert [ben.plan(batch).batch.stage for batch in begun] == ["planned", "planned"]


@pytest.mark.parametrize("there", ["line = 2", "true", "false"])
def test_a_batch_whose_filling_was_cut_short_is_filled_again(wb: Workbench, sheet: Given, url: str, there: str) -> None:
    """What one connection has kept when the program dies is kept; the rest comes when it is filled again."""
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page")
    model = wb.stage(sheet(PEOPLE), "elevate.students")
    tamper(url, "update workbench.import_batch set stage = 'staging' where id = %s", begun.id)
    tamper(
        url,
        "insert into workbench.import_row (tenant_id, batch_id, line, id, external_key, raw, payload, status, errors) "
        "select tenant_id, %s, line, (left(%s, 28) || lpad(to_hex(line), 8, '0'))::uuid, external_key, raw, payload, "
        f"status, errors from workbench.import_row where batch_id = %s and {there}",
        begun.id,
        str(begun.id),
        model.id,
    )
    filled = wb.fill(begun)
    said = ("rows", "failed", "issue_counts")
    assert [filled.summary[name] for name in said] == [model.summary[name] for name in said]
    assert filled.summary["failed"] == 1
    assert outcome(wb.commit(wb.plan(filled).batch, skip_errors=True)) == (2, 0, 0, 0, 1)


# the kept source


def test_the_kept_source_is_opened_again_with_its_worksheet_and_its_header(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="notes", index=False)
        rows = pd.DataFrame([["Students", None], ["email", "name"], ["john@example.com", "John Doe"]])
        rows.to_excel(book, sheet_name="people", index=False, header=False)
    opened = open_sheet(path, sheet="people", header_row=2)
    begun = wb.begin(opened, "elevate.students", source="page")
    path.unlink()
    kept = wb.kept_sheet(begun)
    assert (kept.name, kept.headers, kept.reading.sheet) == ("people.xlsx", ("email", "name"), "people")
    assert kept.sample().cells.to_pylist() == [{"email": "john@example.com", "name": "John Doe"}]
    assert outcome(wb.commit(wb.plan(wb.fill(begun)).batch)) == (1, 0, 0, 0, 0)


def test_a_header_that_a_person_chose_is_found_again(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("who,what,phone\nemail,name,phone\njohn@example.com,John Doe,\n")
    begun = wb.begin(open_sheet(path, header_row=2), "elevate.students", source="page")
    kept = wb.kept_sheet(begun)
    assert (kept.headers, kept.reading.header_line) == (("email", "name", "phone"), 2)
    assert wb.fill(begun).summary["rows"] == 1


def test_a_source_that_is_not_there_any_more_ends_its_batch_in_a_sentence(
    wb: Workbench, sheet: Given, home: Path
) -> None:
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page")
    (home / "files" / str(begun.file_key)).unlink()
    with pytest.raises(UnreadableSource, match="cannot be read: its bytes were not kept"):
        wb.fill(begun)
    assert (wb.batches.get(begun).stage, wb.batches.get(begun).summary["error"]) == (
        "failed",
        "sheet.csv cannot be read: its bytes were not kept.",
    )


def test_a_source_with_secrets_is_lent_to_its_batch_and_gone_when_that_is_filled_or_discarded(
    wb: Workbench, sheet: Given, home: Path
) -> None:
    text = (
        PEOPLE.replace("phone\n", "phone,password\n").replace(",\n", ",,hunter2\n").replace("4567\n", "4567,hunter2\n")
    )
    for end in ("filled", "failed", "discarded"):
        begun = wb.begin(sheet(text), "elevate.students", source="page", columns={"password": ""})
        assert begun.file_key is None
        lent = [path for path in home.rglob("*") if path.is_file() and "hunter2" in path.read_text("utf-8", "ignore")]
        assert [path.name for path in lent] == [str(begun.id)]
        if end == "failed":
            lent[0].write_text("other\n1\n")
            with pytest.raises(UnreadableSource, match="finds other columns"):
                wb.fill(begun)
        else:
            ended = wb.discard(begun) if end == "discarded" else wb.fill(begun)
            assert ended.stage == {"filled": "staged"}.get(end, end)
        assert not lent[0].exists()


# progress


@pytest.fixture
def watched(wb: Workbench, open_wb: Opened, sheet: Given) -> Callable[..., list[tuple[str, int, int | None]]]:
    """What a second connection is told while a step runs: step, rows, of."""
    second = open_wb(user="ben")

    def watch(step: Callable[..., Any], batch: Any, **options: Any) -> list[tuple[str, int, int | None]]:
        seen = []

        def look(_: str, __: int) -> None:
            time.sleep(0.51)
            told = second.batches.progress(batch)
            if told is not None:
                assert datetime.fromisoformat(told["at"]).tzinfo is not None
                seen.append((told["step"], told["rows"], told["of"]))

        step(batch, progress=look, **options)
        assert second.batches.progress(batch) is None
        return seen

    return watch


@pytest.mark.both_servers
def test_whoever_asks_is_told_how_far_a_batch_is(wb: Workbench, sheet: Given, watched: Callable[..., Any]) -> None:
    rows = "".join(f"p{number}@example.com,Person\n" for number in range(120_000))
    begun = wb.begin(sheet(f"email,name\n{rows}"), "elevate.students", source="page")
    assert wb.batches.progress(begun) is None
    filling = watched(wb.fill, begun)
    assert {step for step, _, _ in filling} == {"staging"}
    assert [rows for _, rows, _ in filling] == sorted(rows for _, rows, _ in filling)
    assert all(abs(of - 120_000) < 6_000 for _, _, of in filling)
    assert watched(wb.plan, begun) == [("planning", 0, 120_000), ("planning", 120_000, 120_000)]
    assert watched(wb.commit, begun) == [("committing", 0, 120_000), ("committing", 120_000, 120_000)]
    assert watched(wb.undo, begun) == [("undoing", 0, 120_000)]


def test_another_tenant_is_told_nothing(wb: Workbench, open_wb: Opened, sheet: Given) -> None:
    begun = wb.begin(sheet(PEOPLE), "elevate.students", source="page")
    other = open_wb(tenant="other", user="olga")
    with pytest.raises(Exception, match="There is no batch"):
        other.batches.progress(begun)
