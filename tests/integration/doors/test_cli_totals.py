"""Control totals at the command line: said beforehand, told beside the counts, and accepted for a reason."""

from tests.imports import untimed
from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

SKUS = "sku,name\nFRA1023,Chablis\nITA2040,Barbera\n"
STOCK = """\
Warehouse,SKU,Supplier,Units,COGS
Baltimore,FRA1023,Verte,144,1200.50
Baltimore,ITA2040,Alba,30,240.10
Warrenton,FRA1023,Verte,12,100.00
Total,,,186,1640.60
"""


def test_a_line_of_sums_that_says_otherwise_holds_the_import(run: Run, file: File) -> None:
    run("import", file(SKUS), "-d", "commerce.skus")
    held = run("import", file(STOCK), "-d", "commerce.inventory")
    assert held.status == 1
    lines = [line.rstrip() for line in held.out.splitlines()]
    assert "  Line 5 left out (the file's own totals): Total,,,186,1640.60" in lines
    assert not [line for line in lines if "looks like a total" in line]
    sentence = "COGS: the file's own line 5 says 1,640.60, the rows have 1,540.60: 100.00 less."
    assert f"  {sentence} Correct the file or its rows, or accept it and say why." in lines
    assert lines[lines.index("To let it go on:") + 1].endswith("--accept total.cogs --reason 'WHY'")
    refused = run("commit", "latest", "--accept", "total.cogs")
    assert refused.status == 2
    assert "Say why: accepting a control total that is not what was said needs a reason: --reason" in refused.err
    done = run("commit", "latest", "--accept", "total.cogs", "--reason", "The seller's sum is old.", "--json")
    assert (done.status, done.json["status"]) == (0, "completed")
    units, cogs, skus = done.json["totals"]
    assert (units["expected"], units["by"], units["found"], units["matches"]) == ("186", "file", "186", True)
    assert cogs == {
        "name": "COGS",
        "expected": "1640.60",
        "by": "file",
        "line": 5,
        "said_by": "ana",
        "found": "1540.60",
        "went_in": "1540.60",
        "left_out": "0.00",
        "left_out_lines": [],
        "difference": "-100.00",
        "matches": False,
        "accepted_by": "ana",
        "reason": "The seller's sum is old.",
    }
    assert (skus["expected"], skus["found"], skus["went_in"]) == (None, "2", "2")
    shown = run("show", "latest").out
    assert f"{sentence} ana accepted it: The seller's sum is old." in untimed(shown)


def test_what_a_person_expects_is_proven(run: Run, file: File) -> None:
    run("import", file(SKUS), "-d", "commerce.skus")
    given = ["--expect", "COGS=1540.60", "--expect", "rows=3", "--expect", "SKUs=2"]
    done = run("import", file(STOCK.rsplit("Total", 1)[0]), "-d", "commerce.inventory", *given)
    assert done.status == 0
    assert "The totals are as they were said, proven by the database." in done.out.splitlines()
    table = [line.split() for line in done.out.splitlines()]
    assert ["COGS", "ana", "1,540.60", "1,540.60", "1,540.60", "0.00", "0.00"] in table
    assert "COGS: 1,540.60, as ana says." in done.out  # in the log
    wrong = run("import", file(STOCK), "-d", "commerce.inventory", "--expect", "Invoices=3")
    assert wrong.status == 2
    assert "commerce.inventory has no control total called Invoices. Known: rows, Units, Unit quantity" in wrong.err


def test_totals_say_that_they_are_those_of_the_commit_once_rows_have_come_in_since(run: Run, file: File) -> None:
    run("import", file(SKUS.splitlines()[0] + "\nFRA1023,Chablis\n"), "-d", "commerce.skus")
    sheet = file(STOCK.rsplit("Total", 1)[0])
    name = run("import", sheet, "-d", "commerce.inventory", "--skip-errors", "--json").json["batch"]
    assert "as it was committed" not in run("show", name).out
    run("import", file(SKUS), "-d", "commerce.skus")
    run("sweep", name)
    told = " ".join(run("show", name).out.split())
    assert "Units: 186 = 156 in + 30 unmatched (line 3)." in told
    since = "These are the totals of the commit: 1 row that did not go in then has been brought in since, by run "
    assert since in told
