"""A college's monthly export at the command line: cleaned by a recipe once, and from then on with no hand."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.imports import ask, records
from tests.integration.doors.test_cli import STUDENTS, File, Run, environment, file, run
from workbench import Workbench
from workbench.model.template import Mapping

__all__ = ["environment", "file", "run"]

RECIPE = {
    "name": "monthly",
    "steps": [
        {"operation": "collapse", "columns": ["Learner"]},
        {"operation": "repair", "columns": ["Learner"]},
        {
            "operation": "split",
            "columns": ["E-mail"],
            "options": {"separator": "; ", "into": ["E-mail 1", "E-mail 2"], "keep": False},
        },
        {"operation": "replace", "columns": ["E-mail 1"], "options": {"find": "(at)", "by": "@"}},
        {"operation": "blank_texts", "columns": ["Phone"], "options": {"texts": ["unknown"]}},
        {"operation": "remove_rows", "where": [{"column": "Learner", "test": "pattern", "text": "^Total"}]},
        {"operation": "keep_last", "columns": ["E-mail 1"]},
    ],
}
MAPPED = ("--map", "E-mail 1=email", "--map", "E-mail 2=", "--map", "Learner=full_name")


def month(number: int, rows: int = 60, at: str = "(at)") -> str:
    """An export: two addresses in every row, garbled names, one learner twice, and a sum between the rows."""
    lines = ["Learner,E-mail,Phone"]
    for row in range(rows):
        name = f"José  Lee {row}".encode().decode("cp1252") if row % 2 else f" Ann  Okafor {row}"
        phone = "unknown" if row % 3 else f"555-201-{row:04}"
        lines.append(f"{name},m{number}n{row}{at}example.com; home{row}@example.org,{phone}")
    again = f"Ann Okafor 0,m{number}n0{at}example.com; home0@example.org,555-201-9999"
    lines.insert(31, "Total of week 1: 30,,")
    return "\n".join([*lines, again]) + "\n"


@pytest.fixture
def first(run: Run, file: File, tmp_path: Path) -> str:
    """The id of the first month's import, of which the template was kept."""
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE), "utf-8")
    given = ("import", file(month(3), "march.csv"), "-d", "elevate.students", "--recipe", "recipe.json", *MAPPED)
    said = run(*given, "--save-template", "monthly", "--json")
    assert (said.status, said.err) == (0, "")
    assert {name: said.json[name] for name in ("created", "skipped", "invalid")} == {
        "created": 60, "skipped": 2, "invalid": 0,
    }  # fmt: skip
    return str(said.json["batch"])


def test_the_next_month_with_the_same_faults_goes_in_with_no_hand(run: Run, file: File, first: str, url: str) -> None:
    said = run("import", file(month(4), "april.csv"), "--template", "monthly")
    assert (said.status, said.err) == (0, "")
    assert "1: In Learner, " in said.out
    assert "Skipped: 2 filtered." in said.out
    found = records(url, "elevate.profiles", "email", "full_name", "phone")
    assert ("m4n1@example.com", "José Lee 1", None) in found
    assert ("m4n0@example.com", "Ann Okafor 0", "555-201-9999") in found
    assert len(found) == 120


def test_a_row_a_record_and_the_log_say_what_was_in_the_source(run: Run, first: str) -> None:
    (row,) = [row for row in run("rows", first, "--format", "json").json if row["line"] == 3]
    assert row["cleaned"]["Learner"]["was"] == "JosÃ©  Lee 1"
    assert row["cleaned"]["Phone"] == {"was": "unknown", "step": 5, "by": row["cleaned"]["Phone"]["by"]}
    lines = run("rows", first).out
    assert "Phone: was 'unknown', by step 5: In Phone, " in lines
    assert "skipped (filtered)   removed by step 6: " in lines
    assert "Phone: was 'unknown', by step 5: " in run("record", "elevate.students", "m3n1@example.com").out
    assert "Cleaned, step 6: " in run("log", first).out
    assert "removed by step 6" in run("find", "Total of week").out


def test_the_same_file_is_told_only_where_it_is_cleaned_in_the_same_way(run: Run, first: str, tmp_path: Path) -> None:
    again = run("import", "march.csv", "--template", "monthly", "--json")
    assert "march.csv is the same file as march.csv, imported at" in again.err
    assert (again.json["created"], again.json["skipped"]) == (0, 62)
    other = {**RECIPE, "steps": RECIPE["steps"][:-1]}
    (tmp_path / "other.json").write_text(json.dumps(other), "utf-8")
    said = run("import", "march.csv", "-d", "elevate.students", "--recipe", "other.json", *MAPPED, "--dry-run")
    assert "same file" not in said.err


def test_a_month_without_the_faults_waits_for_a_person_once(run: Run, file: File, first: str) -> None:
    held = run("import", file(month(5, at="@"), "may.csv"), "--template", "monthly")
    assert held.status == 1
    assert "Step 4, “In E-mail 1, replace '(at)' by '@'”, changed 0 of 62 rows" in held.out
    assert "--accept step_changed_fewer" in held.out
    assert run("commit", "latest", "--accept", "step_changed_fewer").status == 0
    assert run("import", file(month(6, at="@"), "june.csv"), "--template", "monthly").status == 0


def test_an_import_with_a_recipe_is_signed_verified_and_taken_back(run: Run, first: str, url: str) -> None:
    assert run("sign-off", first, "--as", "lea").status == 0
    assert run("verify", first).status == 0
    assert run("undo", first).status == 0
    assert records(url, "elevate.profiles", "email") == []
    assert ask(url, "select count(*) from workbench.import_row where cleaned is not null")[0][0] > 0


def test_what_a_source_looks_like_is_asked_of_its_cleaned_rows(run: Run, first: str) -> None:
    said = run("suggest", "march.csv", "elevate.students", "--recipe", "recipe.json", "--json").json
    assert [each["header"] for each in said["columns"]] == ["Learner", "E-mail 1", "E-mail 2", "Phone"]
    assert "E-mail 1" in run("suggest", "march.csv", "elevate.students", "--template", "monthly").out
    columns = run("profile", "march.csv", "--recipe", "recipe.json", "--json").json
    assert (columns["rows"], columns["columns"][1]["type"]) == (60, "email")
    assert "cleaned by 7 steps; " in run("templates").out
    (kept,) = run("templates", "--json").json
    assert [step["expected"]["changed"] for step in kept["mapping"]["recipe"]["steps"]][-2:] == [1, 1]


def test_what_is_no_recipe_is_refused_in_a_sentence(run: Run, file: File, tmp_path: Path) -> None:
    given = ("import", file(month(3), "march.csv"), "-d", "elevate.students", "--recipe")
    for text, why in (
        ("{", "wrong.json cannot be used: it is no JSON"),
        ('{"steps": [{"operation": "mend"}]}', "Step 1 of the recipe (mend) cannot be used: there is no operation"),
    ):
        (tmp_path / "wrong.json").write_text(text, "utf-8")
        said = run(*given, "wrong.json")
        assert (said.status, said.out) == (2, "")
        assert why in said.err
    assert "nowhere.json" in run(*given, "nowhere.json").err


def test_who_saves_a_template_that_somebody_saved_during_the_import_is_told_and_theirs_stays(
    run: Run, file: File, url: str, home: Path
) -> None:
    words = ("import", file(STUDENTS), "-d", "elevate.students", "--save-template", "monthly")
    with Workbench.open(home=home, database_url=url, user="ben") as ben, psycopg.connect(url) as busy:
        busy.execute("lock table workbench.import_row in share mode")
        with ThreadPoolExecutor(1) as ana:
            said = ana.submit(run, *words)
            while not ask(url, "select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
                time.sleep(0.05)
            theirs = ben.templates.save("monthly", "elevate.students", Mapping(columns={"email": "email"}))
            busy.rollback()
        refused = said.result()
        assert refused.status == 0, "the import itself goes on"
        assert "ben has changed the template monthly for elevate.students in the meantime: theirs stays" in refused.err
        assert ben.templates.named("monthly", "elevate.students") == theirs
    again = run("import", "students.csv", "-d", "elevate.students", "--dry-run", "--save-template", "monthly")
    assert again.status == 0 and "has changed the template" not in again.err
