"""What a source looks like is said where nobody says what it is, and where it is imported as something else."""

from pathlib import Path

from tests import commerce_book
from tests.integration.doors.test_cli import File, Run, environment, file, run

__all__ = ["environment", "file", "run"]

REPORT = """\
Session ID,Title,Date,Status,User Auth Id,Name,SignUp Role,Attended Educator Count
5001,Careers in Nursing,2026-03-02 15:30:00,Completed,PF-1,Ada Park,Educator,1
"""


def test_a_source_that_plainly_is_one_is_imported_as_that_where_nobody_says_what_it_is(run: Run, file: File) -> None:
    told = run("import", file(REPORT, "sr.csv"), "--dry-run")
    assert told.out.startswith("Recognised as polaris.pathful_sessions: ")
    assert run("import", "sr.csv", "--dry-run", "--json").json["playbook"] == "polaris.pathful_sessions"


def test_in_doubt_a_person_is_asked_with_the_commands_to_choose_from(run: Run, file: File) -> None:
    people = file("email,first_name,last_name\na@b.example,Ada,Park\n", "people.csv")
    told = run("import", people)
    said = " ".join(told.err.split())
    assert told.status == 2
    assert "say --dataset or --playbook" in said and "It looks like " in said
    assert f"workbench import {people} -d elevate.students" in said
    assert f"workbench import {people} -d elevate.staff" in said
    assert run("batches", "--json").json == []


def test_what_looks_like_nothing_is_asked_about(run: Run, file: File) -> None:
    told = run("import", file("width,height\n1,2\n", "sizes.csv"))
    assert told.status == 2
    assert "It looks like" not in told.err


def test_the_template_that_was_made_of_such_a_source_is_used_and_told(run: Run, file: File) -> None:
    firms = file("Nr,Firma,Ort\nC-1,Harbor,Baltimore\n", "firms.csv")
    assert run("import", firms).status == 2
    columns = ("--map", "Nr=external_id", "--map", "Firma=name", "--map", "Ort=city")
    run("import", firms, "-d", "commerce.companies", *columns, "--save-template", "Monthly", "--dry-run")
    told = run("import", firms, "--dry-run")
    assert told.status == 0
    assert "Recognised as commerce.companies, by the columns of the template Monthly." in told.out
    assert "Its columns are those of the template Monthly, which is used." in told.out


def test_the_classes_of_customers_are_asked_for_a_day(run: Run, file: File) -> None:
    run("import", file("name,last_order\nHarbor,2026-01-15\nBlue Door,\n", "companies.csv"), "-d", "commerce.companies")
    asked = run("classes", "--on", "2026-07-14", "--json").json
    assert asked == {
        "dataset": "commerce.companies",
        "on": "2026-07-14",
        "classes": {"Active": 1, "Target": 0, "Prospect": 1, "Hold": 0},
    }
    (target,) = run("classes", "--on", "2026-07-15", "--class", "Target", "--json").json["records"]
    assert (target["key"], target["class"]) == ("harbor", "Target")
    assert "Prospect" in run("classes").out
    assert run("classes", "commerce.skus").status == 2


def test_an_export_under_another_one_s_playbook_is_refused(run: Run, file: File) -> None:
    report = file(REPORT, "sr.csv")
    told = run("import", report, "-p", "polaris.pathful_users")
    said = " ".join(told.err.split())
    assert told.status == 2
    assert said.startswith("sr.csv looks like polaris.pathful_sessions and not like polaris.pathful_users: ")
    assert "with --playbook polaris.pathful_sessions" in said
    assert run("batches", "--json").json == []
    meant = run("import", report, "-p", "polaris.pathful_users", "--map", "Name=name", "--dry-run", "--json")
    assert meant.json["playbook"] == "polaris.pathful_users"


def book(folder: str, **sheets: str) -> str:
    return str(commerce_book.workbook(Path(folder), **sheets))


def test_sheets_of_several_playbooks_are_told_beforehand_and_imported_in_their_order(run: Run, file: File) -> None:
    path = book(file("", "book.xlsx"), **commerce_book.WHOLESALE)
    told = run("import", path)
    assert told.status == 0
    assert told.out.startswith(
        "Recognised as 3 imports, in this order:\n1. Customers as commerce.customers\n2. Items as commerce.items\n"
        "3. Invoices as commerce.invoices\nEach is a run of its own, written whole or not at all;"
    )
    assert [each["playbook"] for each in run("batches", "--json").json][::-1] == [
        "commerce.customers",
        "commerce.items",
        "commerce.invoices",
    ]
    again = run("import", path, "--json").json
    assert [each["skipped"] for each in again["imports"]] == [3, 2, 3]
    assert again["not_begun"] == []


def test_a_sheet_that_nobody_can_tell_is_left_out_only_where_a_person_says_so(run: Run, file: File) -> None:
    path = book(file("", "book.xlsx"), **commerce_book.WHOLESALE, Notes="width,height\n1,2\n")
    asked = run("import", path)
    said = " ".join(asked.err.split())
    assert asked.status == 2
    assert "Notes like no dataset. Say what it is: --kind Notes=DATASET. Or leave it out: --kind Notes=." in said
    assert run("batches", "--json").json == []
    told = run("import", path, "--kind", "Notes=", "--dry-run")
    assert told.status == 0
    assert "Left out: Notes." in told.out
    assert "Not planned, for they need what is written before them: 3. Invoices as commerce.invoices." in told.out
    assert run("import", path, "--kind", "Nots=").status == 2
    assert run("import", path, "--kind", "Notes=", "-p", "commerce.invoices").status == 2


def test_where_one_is_held_it_is_told_what_is_written_and_what_was_not_begun(run: Run, file: File) -> None:
    wrong = commerce_book.ITEMS.replace("1,FRA1023", "1,")
    path = book(file("", "book.xlsx"), **{**commerce_book.WHOLESALE, "Items": wrong})
    told = run("--tenant", "wholesale", "import", path)
    assert told.status == 1
    assert "Written, and it stays, 1 of 3 imports: 1. Customers as commerce.customers (run " in told.out
    assert ": 3 created)." in told.out and "To take it back: workbench --tenant wholesale undo " in told.out
    again = run("--tenant", "wholesale", "import", path).out
    assert ": no record changed)." in again and "To take it back" not in again
    assert "Not begun: 3. Invoices as commerce.invoices. Import the file again once this is settled." in told.out
    good = book(file("", "good.xlsx"), **commerce_book.WHOLESALE)
    refused = run("import", good, "--expect", "Net price=22.50")
    assert refused.status == 2 and "commerce.invoices.Net price" in refused.err
    assert run("import", good, "--expect", "commerce.invoices.Net price=22.50").status == 0


def test_sheets_of_several_families_are_imported_together_where_a_person_says_what_one_is(run: Run, file: File) -> None:
    learners = "email,full_name,external_id\nada@example.com,Ada Park,A1\nbad,Ben Ruiz,B2\n"
    path = book(file("", "book.xlsx"), **commerce_book.WHOLESALE, Pupils=learners)
    asked = run("import", path)
    assert asked.status == 2 and run("batches", "--json").json == []
    kinds = ("--kind", "pupils=elevate.students")
    planned = run("import", path, *kinds, "--dry-run")
    assert "1. Pupils as elevate.students" in planned.out and "3. Items as commerce.items" in planned.out
    assert "Not planned, for they need what is written before them: 4. Invoices as commerce.invoices." in planned.out
    held = run("import", path, *kinds)
    assert held.status == 1
    assert "Not begun: 2. Customers as commerce.customers; 3. Items as commerce.items;" in held.out
    told = run("import", path, *kinds, "--skip-errors")
    assert told.status == 1, "a row is invalid, and somebody has to say something of it"
    assert "4 imports together: 10 rows = 9 created + 0 updated + 0 skipped + 0 unmatched + 1 invalid." in told.out
    again = run("import", path, *kinds, "--skip-errors", "--json").json
    assert again["totals"] == {
        "processed": 10,
        "created": 0,
        "updated": 0,
        "skipped": 9,
        "unmatched": 0,
        "invalid": 1,
    }
    assert [each["status"] for each in again["imports"]] == ["completed"] * 4


def test_what_the_columns_of_a_later_sheet_lack_is_told_before_the_first_is_written(run: Run, file: File) -> None:
    pupils = "email,phone\nada@example.com,555-123-4567\n"
    path = book(file("", "book.xlsx"), Customers=commerce_book.CUSTOMERS, Pupils=pupils)
    told = run("import", path, "--kind", "Pupils=elevate.students", "--kind", "Customers=commerce.customers")
    said = " ".join(told.err.split())
    assert told.status == 2
    assert "The sheet Pupils cannot be imported as elevate.students with the others: No column for the required" in said
    assert run("batches", "--json").json == []
    secrets = (
        f"{commerce_book.CUSTOMERS.replace('State', 'State,Password').replace('MD', 'MD,x').replace('VA', 'VA,x')}"
    )
    path = book(file("", "book.xlsx"), Items=commerce_book.ITEMS, Customers=secrets)
    assert "Password carry secrets" in " ".join(run("import", path).err.split())
    assert run("batches", "--json").json == []
