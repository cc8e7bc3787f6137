"""Matching people on the command line."""

import pytest

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

TEACHERS = """\
Teacher Email,Teacher Name,School,Academic Year
ada@kck.example,Ada Park,Argentine Middle,2025-2026
dave@kck.example,Dave Ruiz,Wyandotte High,2025-2026
"""
ACCOUNTS = "email,name,school\nada@kck.example,Ada Park,North\ndavid@mail.example,David Ruiz,Wyandotte High\n"
ROSTER = ("--of", "teacher_roster")


@pytest.fixture(autouse=True)
def rosters(run: Run, file: File) -> None:
    assert run("import", file(TEACHERS, "roster.csv"), "--dataset", "polaris.teacher_roster").status == 0
    assert run("import", file(ACCOUNTS, "accounts.csv"), "--dataset", "polaris.teachers").status == 0


def test_auto_match_prints_the_figures_of_the_live_system(run: Run) -> None:
    told = run("matches", "auto", *ROSTER)
    figures = [line.rsplit(maxsplit=1) for line in told.out.splitlines()[:7]]
    assert figures == [
        ["Total processed", "2"],
        ["Matched by identifier", "0"],
        ["Matched by email", "1"],
        ["Matched by name", "0"],
        ["Unmatched", "1"],
        ["Of them with candidates", "1"],
        ["Errors", "0"],
    ]
    assert (told.status, told.err) == (1, "")
    assert run("matches", "auto", *ROSTER, "--json").json["processed"] == 1


def test_who_is_unmatched_is_listed_with_candidates(run: Run) -> None:
    run("matches", "auto")
    [dave] = run("matches", *ROSTER, "--json").json
    assert [one["known"] for one in dave["candidates"]] == ["david@mail.example"]
    assert "david@mail.example 90% (given nickname, surname, building)" in " ".join(run("matches", *ROSTER).out.split())


def test_a_list_that_is_cut_says_how_many_more_there_are(run: Run) -> None:
    assert "more" not in run("matches", *ROSTER).out
    assert "and 1 more: --limit shows them." in run("matches", *ROSTER, "--limit", "1").out
    assert "more" not in run("matches", *ROSTER, "--limit", "1", "--find", "dave").out


def test_a_list_that_is_cut_hides_nobody_who_waits_from_the_exit_status(run: Run) -> None:
    run("matches", "auto")
    told = run("matches", *ROSTER, "--all", "--limit", "1", "--json")
    assert ([one["status"] for one in told.json], told.status) == (["matched"], 1)
    assert run("matches", *ROSTER, "--all", "--find", "ada", "--json").status == 0


def test_what_can_be_matched_is_listed_without_a_command(run: Run) -> None:
    overview = run("matches", "--json").json
    assert [row["of"] for row in overview] == ["polaris.teacher_roster", "polaris.schools"]
    assert "polaris.teacher_roster" in run("matches").out


def test_a_decision_is_made_listed_and_withdrawn(run: Run) -> None:
    kept = run("matches", "decide", "dave@kck.example", *ROSTER, "--same", "david@mail.example", "--json")
    assert kept.status == 0
    assert run("matches", *ROSTER, "--all", "--find", "dave", "--json").json[0]["known"] == "david@mail.example"
    assert kept.json["decision"] in run("matches", "decisions", *ROSTER).out
    assert run("matches", "withdraw", kept.json["decision"]).status == 0
    assert run("matches", *ROSTER, "--all", "--find", "dave", "--json").json[0]["status"] == "unmatched"
    again = run("matches", "withdraw", kept.json["decision"])
    assert (again.status, again.err) == (2, f"There is no decision {kept.json['decision']} that counts.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("dave@kck.example",), "Say one of --same KEY, --different KEY, --nobody and --later."),
        (("dave@kck.example", "--later", "--nobody"), "Say one of --same KEY, --different KEY, --nobody and --later."),
        (("gone@kck.example", "--later"), "Nobody of polaris.teacher_roster says gone@kck.example."),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    told = run("matches", "decide", *words, *ROSTER)
    assert (told.status, told.out) == (2, "")
    assert sentence in told.err


def test_thresholds_are_shown(run: Run) -> None:
    run("matches", "auto")
    run("matches", "decide", "dave@kck.example", *ROSTER, "--same", "david@mail.example")
    assert run("matches", "thresholds", *ROSTER).out.split()[-4:] == ["0.901", "1", "100.0%", "100.0%"]
