"""Routes that are refused as a whole, and checks, at the command line."""

from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

ROUTE = "Route,Stop,Name,Address,City,Zip,ETA\nR-2025-01-15,1,A,1 Main,Baltimore,21230,8:30 AM\n"


def test_a_refused_route_file_ends_with_status_1_and_nothing_lets_it_through(run: Run, file: File) -> None:
    held = run("import", file(ROUTE + "R-2025-01-15,3,B,2 Main,Baltimore,21230,25:00\n"), "-d", "commerce.routes")
    assert held.status == 1
    lines = held.out.splitlines()
    why = "it is imported whole or not at all, and 2 rows are invalid"
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


def test_a_route_of_no_day_says_how_to_import_it_again_with_its_day_and_nothing_that_cannot_work(
    run: Run, file: File
) -> None:
    """No column of the file could bring the day back."""
    stops = "Stop,Name,Address,City,Zip,ETA\n1,A,1 Main,Baltimore,21230,8:30 AM\n"
    said = run("import", file(stops, "routes.csv"), "-d", "commerce.routes")
    lines = said.out.splitlines()
    assert any("say it with the import (--window 2025-01-15)" in line for line in lines)
    assert any(line.endswith("import routes.csv -d commerce.routes --window YYYY-MM-DD") for line in lines)
    assert not any(".xlsx" in line for line in lines)
    again = run("import", file(stops, "routes.csv"), "-d", "commerce.routes", "--window", "2026-11-23", "--json").json
    assert (again["status"], again["created"]) == ("completed", 1)


def test_a_refused_file_with_a_column_for_what_is_missing_is_corrected_in_one_of_its_own(run: Run, file: File) -> None:
    run("import", file(ROUTE.replace("R-2025-01-15", "North")), "-d", "commerce.routes")
    said = run("import", file(ROUTE.replace("8:30 AM", "8:77")), "-d", "commerce.routes")
    write, correct = (line.split() for line in said.out.splitlines() if "invalid.xlsx" in line)
    assert run(*write[1:]).status == 0
    assert run(*correct[1:]).err == ""


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


STOCK = "Annex,FRA1000,X1,120\nAnnex,FRA1000,X2,{}\n"
STOCK_HEAD = "Warehouse,SKU,Batch,Unit quantity\n"
WHOLE = (
    "Correct the file, and import the whole of it again: the rows of one stock are added up, and a file of some of "
    "them would replace it."
)


def test_after_an_invalid_line_of_an_invoice_the_next_step_is_the_whole_file(run: Run, file: File) -> None:
    run("import", file("sku,name\nFRA1000,Chablis\n"), "-d", "commerce.skus")
    run("import", file("name\nBlue Door\n"), "-d", "commerce.companies")
    report = "Invoice number,Invoice date,Customer,SKU,Qty.,Net price\n" + "".join(
        f"1001,2026-01-15,Blue Door,FRA1000,{quantity},1\n" for quantity in ("1", "two", "3")
    )
    said = run("import", file(report), "-p", "commerce.invoices", "--skip-errors").out
    whole = "Correct the file, and import the whole of it again: the rows of one invoice number go in together"
    assert whole in said
    assert "Correct and import" not in said
    assert run("rows", "latest", "--outcome", "invalid", "--format", "csv", "-o", "invalid.csv").status == 0
    alone = run("import", "invalid.csv", "-p", "commerce.invoices")
    assert (alone.status != 0, whole in " ".join((alone.out + alone.err).split())) == (True, True)


def test_after_an_invalid_batch_of_a_stock_the_next_step_is_the_whole_file(run: Run, file: File) -> None:
    run("import", file("sku,name\nFRA1000,Chablis\n"), "-d", "commerce.skus")
    said = run("import", file(STOCK_HEAD + STOCK.format("5 or 6")), "-d", "commerce.inventory", "--skip-errors")
    lines = said.out.splitlines()
    assert WHOLE in lines
    assert not any("invalid.xlsx" in line or "Correct and import them" in line for line in lines)
    assert run("rows", "latest", "--outcome", "invalid", "--format", "csv", "-o", "invalid.csv").status == 0
    alone = run("import", "invalid.csv", "-d", "commerce.inventory")
    assert (alone.status != 0, WHOLE in " ".join((alone.out + alone.err).split())) == (True, True)
    whole = run("import", file(STOCK_HEAD + STOCK.format("60")), "-d", "commerce.inventory", "--json").json
    assert (whole["created"], whole["skipped"]) == (1, 1)
    assert "Skipped: 1 added up." in run("show", "latest").out


def test_what_is_deleted_is_listed_by_the_codes_of_what_it_refers_to(run: Run, file: File) -> None:
    run("import", file("sku,name\nFRA1000,Chablis\nITA1,Barbera\n"), "-d", "commerce.skus")
    rows = STOCK_HEAD + STOCK.format("60")
    run("import", file(rows + "Annex,ITA1,X1,7\n"), "-d", "commerce.inventory")
    for said in (
        run("import", file(rows), "-d", "commerce.inventory", "--mode", "replace", "--dry-run"),
        run("import", file(rows), "-d", "commerce.inventory", "--mode", "replace"),
        run("show", "latest"),
    ):
        assert any(line.strip().startswith("deleted: ITA1, Annex, annex") for line in said.out.splitlines()), said.out
