"""A month whose file calls a column of the recipe otherwise: it is told, with the word that mends it."""

import json
from pathlib import Path

from tests.integration.doors.test_cli import File, Run, environment, file, run
from tests.integration.doors.test_cli_recipes import RECIPE, first, month

__all__ = ["environment", "file", "first", "run"]

SAID = ("--renamed", "Mail address=E-mail")


def renamed_month(number: int) -> str:
    return month(number).replace("Learner,E-mail,Phone", "Learner,Mail address,Phone", 1)


def test_an_import_whose_source_calls_a_column_otherwise_is_refused_with_the_word_that_mends_it(
    run: Run, file: File, first: str
) -> None:
    refused = run("import", file(renamed_month(4), "april.csv"), "--template", "monthly")
    assert refused.status == 2
    assert refused.err.count("has gone") == 1, "what a step makes of it comes back with it"
    assert (
        "Column E-mail, which cleaning steps of template 'monthly' need, has gone; the file has Mail address, which "
        "looks like it: say --renamed 'Mail address=E-mail'"
    ) in refused.err
    said = run("import", "april.csv", "--template", "monthly", *SAID, "--save-template", "monthly", "--json")
    assert (said.status, said.json["created"], said.json["skipped"]) == (0, 60, 2), said.err
    again = run("import", file(renamed_month(5), "may.csv"), "--template", "monthly", "--json")
    assert (again.status, again.json["created"]) == (0, 60), "the template knows it from then on"


def test_a_file_is_cleaned_by_a_recipe_that_knows_a_column_by_another_name(
    run: Run, file: File, tmp_path: Path
) -> None:
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE), "utf-8")
    given = ("clean", file(renamed_month(4), "april.csv"), "--recipe", "recipe.json", "--dry-run")
    told = run(*given)
    assert told.status == 1
    assert "E-mail is not there, and Mail address looks like it. If it is: --renamed 'Mail address=E-mail'" in told.err
    done = run(*given, *SAID, "--remember")
    assert (done.status, "is not there" in done.err) == (0, False)
    assert run(*given).status == 0, "the recipe that remembers it begins with it"


def test_a_renamed_column_that_only_steps_read_is_named_with_the_same_word(run: Run, file: File) -> None:
    def month(number: int, programme: str) -> str:
        return f"email,full name,{programme}\n" + "".join(f"p{number}{n}@a.example,P {n}, CNA\n" for n in range(9))

    recipe = {"name": "r", "steps": [{"operation": "trim", "columns": ["Programme"]}]}
    given = ("-d", "elevate.students", "--recipe", file(json.dumps(recipe), "r.json"), "--map", "Programme=")
    saved = run("import", file(month(1, "Programme"), "jan.csv"), *given, "--save-template", "monthly")
    assert saved.status == 0, saved.err
    refused = run("import", file(month(2, "Program of study"), "feb.csv"), "--template", "monthly")
    assert refused.status == 2
    assert (
        "Column Programme, which cleaning steps of template 'monthly' need, has gone; the file has Program of study, "
        "which looks like it: say --renamed 'Program of study=Programme'"
    ) in refused.err
    assert "is new to template" not in refused.err
    left_out = run("import", "feb.csv", "--template", "monthly", "--map", "Program of study=", "--dry-run")
    assert "--renamed" not in left_out.err
    said = ("--renamed", "Program of study=Programme")
    assert run("import", "feb.csv", "--template", "monthly", *said).status == 0
