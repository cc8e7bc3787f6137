"""A file is cleaned from the command line: what is written, what is said of it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.doors import cli

PEOPLE = "Name,City\n Ann ,Boston\nBob,Lynn\n Cy,Boston\n"
STEPS: list[dict[str, Any]] = [
    {"operation": "trim"},
    {"operation": "remove_rows", "where": [{"column": "City", "test": "values", "values": ["Lynn"]}]},
]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `clean` on a file of three people with a recipe of these steps."""
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text(PEOPLE, "utf-8")

    def ran(*words: str, steps: object = STEPS) -> tuple[int, str, str]:
        if steps is not None:
            Path("recipe.json").write_text(json.dumps({"version": 1, "steps": steps}), "utf-8")
        status = cli.run(["clean", "people.csv", "--recipe", "recipe.json", *words])
        out, err = capsys.readouterr()
        return status, out, err

    return ran


def test_the_cleaned_rows_are_written_and_each_step_says_what_it_did(run: Run) -> None:
    status, out, err = run("-o", "clean.csv")
    assert (status, err) == (0, "")
    assert Path("clean.csv").read_text("utf-8") == "Name,City\nAnn,Boston\nCy,Boston\n"
    assert Path("people.csv").read_text("utf-8") == PEOPLE
    assert [line.split("   ") for line in out.splitlines()[-1:]] == [["people.csv: 3 rows, 2 rows in clean.csv."]]
    assert "Of the rows where City is 'Lynn', remove every row." in out


def test_a_dry_run_says_the_same_to_a_program_and_writes_nothing(run: Run) -> None:
    status, out, _ = run("--dry-run", "--json")
    said = json.loads(out)
    assert (status, said["rows"], said["written"], said["output"]) == (0, 3, 0, None)
    assert [(each["step"], each["rows"], each["changed"]) for each in said["steps"]] == [(1, 3, 2), (2, 1, 1)]
    assert sorted(path.name for path in Path().iterdir()) == ["people.csv", "recipe.json"]


def test_a_recipe_that_remembers_is_told_of_another_file(run: Run) -> None:
    run("--dry-run", "--remember")
    steps = json.loads(Path("recipe.json").read_text("utf-8"))["steps"]
    assert [step["expected"] for step in steps] == [
        {"rows": 3, "changed": 2, "of": 3},
        {"rows": 1, "changed": 1, "of": 3},
    ]
    Path("people.csv").write_text("Name,City\n" + "Ann,Lynn\n" * 600, "utf-8")
    status, _, err = run("-o", "clean.csv", steps=None)
    assert status == 1
    assert "take away white space around the text”, changed 0 of 600 rows, and 2 of 3 rows when" in err
    assert "where City is 'Lynn', remove every row”, changed 600 of 600 rows, and 1 of 3 rows when" in err


def test_a_step_whose_column_is_gone_is_told_and_the_others_are_done(run: Run) -> None:
    status, _, err = run("-o", "clean.csv", steps=[{"operation": "trim", "columns": ["Fax"]}, *STEPS])
    assert (status, Path("clean.csv").read_text("utf-8")) == (1, "Name,City\nAnn,Boston\nCy,Boston\n")
    assert "Fax" in err


@pytest.mark.parametrize("where", [("-o", "clean.csv"), ("--dry-run",)])
@pytest.mark.parametrize(
    "text, told",
    [
        (
            'A,B\n=1+1,"@x"\n-5,+7\n',
            ['Line 2 left out (a second row of the header): =1+1,"@x"', "If it is a record: --keep-lines 2"],
        ),
        ("A,B\nx,1\ny,2\n" * 2, ["Line 4 left out (the header again): A,B", "If it is a record: --keep-lines 4"]),
    ],
)
def test_what_the_reader_left_out_is_told(run: Run, text: str, told: list[str], where: tuple[str, ...]) -> None:
    Path("people.csv").write_text(text, "utf-8")
    steps = [{"operation": "trim"}]
    status, _, err = run(*where, steps=steps)
    assert (status, err.splitlines()) == (0, told)
    _, out, _ = run(*where, "--json", steps=steps)
    assert json.loads(out)["warnings"] == told


@pytest.mark.parametrize(
    "words, steps, why",
    [
        ((), STEPS, "say where to write it"),
        (("-o", "x.csv", "--dry-run"), STEPS, "say where to write it"),
        (("-o", "people.csv"), STEPS, "over its source"),
        (("--dry-run",), [{"operation": "melt"}], "Step 1 of the recipe (melt) cannot be used: there is no operation"),
        (("--dry-run",), [{"operation": "trim", "options": {"deep": True}}], "it has no option called deep"),
        (
            ("--dry-run",),
            [{"operation": "replace", "options": {"find": "(a+)+(?=b)", "pattern": True}}],
            "no pattern can take for ever",
        ),
        (("--dry-run",), "[", "it is no list of steps"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(
    run: Run, words: tuple[str, ...], steps: object, why: str
) -> None:
    status, out, err = run(*words, steps=steps)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert why in err
    assert not Path("x.csv").exists()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\ufeff[]", "null"])
def test_a_file_that_is_no_recipe_is_one_sentence(run: Run, text: str) -> None:
    Path("recipe.json").write_text(text, "utf-8")
    status, out, err = run("--dry-run", steps=None)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "cannot be used: it is no" in err
