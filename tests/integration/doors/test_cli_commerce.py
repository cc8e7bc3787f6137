"""Routes that are refused as a whole, and checks, at the command line."""

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

ROUTE = "Route,Stop,Name,Address,City,Zip,ETA\nR-2025-01-15,1,A,1 Main,Baltimore,21230,8:30 AM\n"


def test_a_refused_route_file_ends_with_status_1_and_nothing_lets_it_through(run: Run, file: File) -> None:
    held = run("import", file(ROUTE + "R-2025-01-15,3,B,2 Main,Baltimore,21230,25:00\n"), "-d", "commerce.routes")
    assert held.status == 1
    lines = held.out.splitlines()
    why = "it is imported whole or not at all, and 1 row is invalid"
    assert f"Refused, nothing was written: {why}." in lines
    assert not any("--skip-errors" in line for line in lines)
    assert any("Stop 3 comes after 1: 2 is missing" in line for line in lines)
    for more in ((), ("--skip-errors",), ("--skip-errors", "--accept", "all")):
        still = run("commit", "latest", "--json", *more)
        assert (still.status, still.json["status"], still.json["created"]) == (1, "held", 0)


def test_a_dry_run_says_that_it_would_be_refused(run: Run, file: File) -> None:
    said = run("import", file(ROUTE.replace("8:30 AM", "8:77")), "-d", "commerce.routes", "--dry-run")
    assert "Refused, nothing was written" in said.out
    assert "--skip-errors" not in said.out


def test_checks_are_listed_and_one_is_written_to_a_file(run: Run, file: File) -> None:
    run("import", file("sku,name\nFRA1,Chablis\n"), "-d", "commerce.skus")
    (line,) = [line for line in run("checks").out.splitlines() if line.startswith("unknown-stock")]
    assert line.split()[1:5] == ["medium", "1", "1", "50.0"]
    one = run("checks", "unknown-stock", "--json").json
    assert (one["found"], one["rows"]) == (1, [{"sku": "FRA1", "item": "Chablis"}])
    written = run("checks", "unknown-stock", "-o", "list.csv")
    assert "list.csv has 1 row." in written.out
    assert run("checks", "nothing").status == 2
    assert run("checks", "-o", "list.csv").status == 2
