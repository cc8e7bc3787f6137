"""Salesforce on the command line: the connection tested, objects imported as files are."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.imports import ask, records
from tests.integration.doors.test_cli import Run, environment, run
from tests.salesforce import KEY, PASSWORD, SECRET, TOKEN, USER, Fault, Salesforce, error, private_key
from workbench import Workbench
from workbench.sources import salesforce as source

__all__ = ["environment", "run"]

FIELDS = {"FirstName": "string", "LastName": "string", "Email": "email", "School__c": "string", "Title": "string"}
TEACHERS = [
    {"FirstName": "Ada", "LastName": "Park", "Email": "ada@kck.example", "School__c": "Argentine Middle"},
    {"FirstName": "Ben", "LastName": "Ruiz", "Email": "ben@kck.example", "School__c": None},
    {"FirstName": "Cat", "LastName": "Moss", "Email": None},
]
READ = ("--fields", "FirstName,LastName,Email,School__c", "--map", "School__c=school")
IMPORT = ("import", "salesforce:Contact", "-d", "polaris.teachers", *READ)


@pytest.fixture
def org(salesforce: Salesforce) -> Salesforce:
    salesforce.add("Contact", FIELDS, TEACHERS)
    return salesforce


@pytest.fixture(params=["pages", "job"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(source, "MOST_BY_PAGES", 2000 if request.param == "pages" else 0)
    return str(request.param)


def test_a_test_says_who_is_reached_and_what_may_be_asked_today(run: Run, org: Salesforce) -> None:
    said = run("salesforce", "test")
    assert (said.status, said.err) == (0, "")
    for text in ("PREP-KC (Enterprise Edition, production)", "00D000000000001", f"{USER}, by password"):
        assert text in said.out
    assert "school.my.salesforce.com, API version 59.0" in said.out
    assert "1,000 used of 15,000 a day, 14,000 left" in said.out
    assert run("salesforce", "test", "--json").json["daily_left"] == 14_000


def test_who_is_not_let_in_is_one_line_in_the_playbooks_words(
    run: Run, org: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_PASSWORD", "wr0ng")
    for words in (("salesforce", "test"), IMPORT):
        said = run(*words)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert said.err.startswith("Salesforce Authentication Failed: INVALID_LOGIN: Invalid username, password")
        assert "(1) Verify SF_USERNAME, SF_PASSWORD, SF_SECURITY_TOKEN. (2) Check the network" in said.err
        assert "wr0ng" not in said.err and TOKEN not in said.err
    assert run("batches", "--json").json == []


def test_an_object_is_imported_as_a_file_is_and_the_second_time_changes_nothing(
    run: Run, org: Salesforce, way: str, wb: Workbench, url: str
) -> None:
    first = run(*IMPORT)
    assert (first.status, first.err) == (1, "")
    assert "salesforce:Contact (CSV" in first.out
    held = wb.batches.all()[0]
    assert (held.stage, held.created, held.invalid) == ("held", 2, 1)
    (wrong,) = (row for row in wb.rows.each(held) if row["outcome"] == "invalid")
    assert (wrong["line"], wrong["raw"]["Id"]) == (4, "003000000000003AAA")
    assert run("commit", "latest", "--skip-errors").status == 1
    stored = records(url, "polaris.teachers", "email", "school")
    assert stored == [("ada@kck.example", "Argentine Middle"), ("ben@kck.example", None)]
    again = run(*IMPORT, "--skip-errors", "--json")
    assert (again.json["created"], again.json["updated"], again.json["skipped"]) == (0, 0, 2)
    assert "File name: salesforce:Contact" in run("log", "latest").out


def test_what_was_read_is_kept_as_evidence_and_read_again_from_there(
    run: Run, org: Salesforce, way: str, wb: Workbench
) -> None:
    org.objects["Contact"].records = TEACHERS[:2] and [
        {"Id": f"003{place}", "SystemModstamp": "2026-01-05T10:30:00.000+0000"} | each
        for place, each in enumerate(TEACHERS[:2])
    ]
    assert run(*IMPORT).status == 0
    (batch,) = wb.batches.all()
    asked = len(org.asked)
    kept = wb.kept_sheet(batch)
    assert (kept.checksum, kept.name) == (batch.checksum, "salesforce:Contact")
    assert sum(len(chunk) for chunk in kept.chunks()) == 2
    assert run("sign-off", "latest", "--as", "lea").status == 0
    assert run("verify", "latest").status == 0
    assert len(org.asked) == asked
    noted = run("import", "salesforce:Contact", "-d", "polaris.teachers", *READ, "--dry-run")
    assert "This file" in noted.err or "same" in noted.err


def test_a_field_that_the_organization_has_not_is_named_before_anything_is_read(run: Run, org: Salesforce) -> None:
    for words in (
        (*IMPORT, "--map", "Building__c=school"),
        ("import", "salesforce:Contact", "-d", "polaris.teachers", "--fields", "Email,Building__c"),
    ):
        said = run(*words)
        assert (said.status, said.out) == (2, "")
        assert "Contact has no field Building__c in this Salesforce organization" in said.err
    run(*IMPORT, "--skip-errors", "--save-template", "teachers of Salesforce")
    del org.objects["Contact"].fields["School__c"]
    before = org.answers("/query")
    said = run("import", "salesforce:Contact", "--template", "teachers of Salesforce")
    assert "has no field School__c" in said.err
    assert org.answers("/query") == before
    assert run("batches", "--json").json[0]["status"] == "completed"


def test_an_object_is_looked_at_before_it_is_imported(run: Run, org: Salesforce, wb: Workbench) -> None:
    assert (
        run("read", "salesforce:Contact").out.splitlines()[1].startswith("003000000000001AAA,2026-01-05T10:30:00.000Z")
    )
    suggested = run("suggest", "salesforce:Contact", "polaris.teachers")
    assert all(name in suggested.out for name in ("FirstName", "first_name", "Email", "email"))
    assert "salesforce:Contact: 3 rows" in run("profile", "salesforce:Contact").out
    assert wb.batches.all() == []


def test_a_template_knows_what_to_read_and_how(run: Run, org: Salesforce) -> None:
    run(*IMPORT, "--skip-errors", "--save-template", "teachers")
    said = run("import", "salesforce:Contact", "--template", "teachers", "--skip-errors", "--json")
    assert said.err == ""
    assert (said.json["skipped"], said.json["created"]) == (2, 0)
    assert "Title" not in org.asked[-1]


def test_a_read_that_breaks_leaves_nothing_behind(run: Run, org: Salesforce, way: str, wb: Workbench) -> None:
    org.faults += [
        Fault(path="/results" if way == "job" else "/query/?q=SELECT Id", **error(400, "QUERY_TIMEOUT", "No."))
    ]
    said = run(*IMPORT)
    assert (said.status, said.out) == (2, "")
    assert said.err == "Error reading salesforce:Contact: Salesforce says QUERY_TIMEOUT: No.\n"
    assert wb.batches.all() == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_program_that_is_stopped_in_the_middle_of_a_reading_leaves_nothing_behind(
    run: Run, org: Salesforce, wb: Workbench, environment: dict[str, str], how: signal.Signals, tmp_path: Path
) -> None:
    org.add("Contact", FIELDS, [{**TEACHERS[0], "Email": f"ada.{place}@kck.example"} for place in range(2500)])
    org.job_page = 1000
    org.faults.append(Fault(path="locator=1000", delay=20))
    names = ("SF_USERNAME", "SF_PASSWORD", "SF_SECURITY_TOKEN", "WORKBENCH_SALESFORCE_ADDRESS")
    given = environment | {name: os.environ[name] for name in names} | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "workbench", *IMPORT], env=given, stderr=subprocess.PIPE) as program:
        while not org.answers("locator=1000"):
            assert program.poll() is None
            time.sleep(0.05)
        program.send_signal(how)
        said = program.communicate()[1].decode()
    assert wb.batches.all() == []
    (job,) = org.jobs.values()
    if how == signal.SIGINT:
        assert (program.returncode, said.startswith("Stopped.")) == (130, True)
        assert job["deleted"]
        assert list(tmp_path.glob(".workbench-copy-*")) == []
    org.faults.clear()
    assert run(*IMPORT, "--json").json["created"] == 2500


def test_deleted_records_come_when_they_are_asked_for(run: Run, org: Salesforce, wb: Workbench) -> None:
    org.add("Contact", FIELDS, [*TEACHERS[:2], {**TEACHERS[0], "Email": "old@kck.example", "IsDeleted": True}])
    run(*IMPORT, "--with-deleted", "--dry-run")
    (batch,) = wb.batches.all()
    assert [row["raw"]["IsDeleted"] for row in wb.rows.each(batch)] == ["false", "false", "true"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("import", "salesforce:Contact"), "say --dataset or --playbook"),
        (("import", "salesforce:Contact", "-d", "teapots"), "There is no dataset called teapots"),
        (("import", "salesforce:", "-d", "polaris.teachers"), "A Salesforce object cannot be blank"),
        (("import", "salesforce:Contakt", "-d", "polaris.teachers"), "Did you mean Contact?"),
        (("import", "a.csv", "-d", "polaris.teachers", "--fields", "Id"), "they are of salesforce: sources"),
        ((*IMPORT, "--sheet", "Sheet1"), "an object of Salesforce has no worksheets"),
        (("read", "salesforce:Contact", "--sheet", "Sheet1"), "an object of Salesforce has no worksheets"),
    ],
)
def test_what_cannot_be_is_one_line(run: Run, org: Salesforce, words: tuple[str, ...], why: str) -> None:
    said = run(*words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert why.lower() in said.err.lower()


def test_secrets_stand_in_a_file_or_in_the_environment_and_never_in_the_database(
    run: Run, org: Salesforce, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    for name in ("SF_USERNAME", "SF_PASSWORD", "SF_SECURITY_TOKEN"):
        monkeypatch.delenv(name)
    assert "Salesforce is not configured: say SF_USERNAME" in run("salesforce", "test").err
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f'SF_USERNAME = "{USER}"\nSF_PASSWORD = "{PASSWORD}"\nSF_SECURITY_TOKEN = "{TOKEN}"\n'
        'SF_DOMAIN = "https://school.lightning.force.com/"\n'
    )
    assert run("salesforce", "test").status == 0
    assert org.signed_in == ["password at school.my.salesforce.com"]
    (tmp_path / ".env").write_text("SF_DOMAIN=test\n")
    assert run("salesforce", "test").status == 0
    assert org.signed_in[-1] == "password at test.salesforce.com"
    assert run(*IMPORT, "--skip-errors").status == 1
    for table in ("import_batch", "import_row", "audit_log"):
        (held,) = ask(url, f"select count(*) from workbench.{table} t where t::text like '%%{TOKEN}%%'")
        assert held == (0,)
    monkeypatch.setenv("WORKBENCH_SALESFORCE_CONSUMER_KEY", KEY)
    monkeypatch.setenv("WORKBENCH_SALESFORCE_PRIVATE_KEY", private_key())
    assert run("salesforce", "test", "--json").json["way"] == "JWT"
    monkeypatch.delenv("WORKBENCH_SALESFORCE_PRIVATE_KEY")
    monkeypatch.setenv("WORKBENCH_SALESFORCE_CONSUMER_SECRET", SECRET)
    monkeypatch.setenv("SF_DOMAIN", "https://school.lightning.force.com/")
    assert run("salesforce", "test", "--json").json["way"] == "client credentials"


def test_doctor_says_whether_one_is_configured_and_nothing_secret(
    run: Run, org: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("doctor")
    assert f"{USER} at login.salesforce.com, by password" in said.out
    assert PASSWORD not in said.out and TOKEN not in said.out
    assert org.asked == []
    monkeypatch.delenv("SF_PASSWORD")
    broken = run("doctor")
    assert broken.status == 1
    assert "to sign in with a password it needs SF_PASSWORD." in broken.out
    for name in ("SF_USERNAME", "SF_SECURITY_TOKEN"):
        monkeypatch.delenv(name)
    assert run("doctor", "--json").json["salesforce"] is None
    monkeypatch.setenv("SF_DOMAIN", "evil.example.com")
    assert run("doctor").err.startswith("SF_DOMAIN is not configured: ")
    monkeypatch.delenv("SF_DOMAIN")
    monkeypatch.setenv("WORKBENCH_SALESFORCE_ADDRESS", "http://evil.example.com")
    assert "it is an address of this machine" in run("doctor").err


def test_an_audit_lists_what_is_missing_and_ends_so(run: Run, org: Salesforce, tmp_path: Path) -> None:
    org.objects["Contact"].records = org.objects["Contact"].records[:2]
    said = run("audit", "salesforce:Contact", "-d", "polaris.teachers")
    assert said.status == 1
    assert "no import has read it" in said.out
    run(*IMPORT)
    whole = run("audit", "salesforce:Contact", "-d", "polaris.teachers")
    assert (whole.status, "Complete: salesforce:Contact is here as it is there." in whole.out) == (0, True)
    org.add("Contact", FIELDS, TEACHERS)
    file = tmp_path / "differences.csv"
    assert run("audit", "salesforce:Contact", "-d", "polaris.teachers", "-o", file, "--json").json["counts"] == {
        "missing": 1,
        "stale": 0,
        "extra": 0,
        "waiting": 0,
    }
    assert file.read_text().splitlines()[1].startswith("missing,003000000000003AAA,2026-01-05T10:30:00.000Z,,")
    assert "say an object of Salesforce" in run("audit", "Contact", "-d", "polaris.teachers").err


def test_exactly_what_is_missing_or_stale_is_imported(run: Run, org: Salesforce, url: str, wb: Workbench) -> None:
    people = [{**TEACHERS[0], "LastName": f"Park {place}", "Email": f"a{place}@kck.example"} for place in range(60)]
    org.add("Contact", FIELDS, people)
    assert run(*IMPORT).status == 0
    assert "Complete: nothing of salesforce:Contact is missing" in run(*IMPORT, "--missing").out
    gone = ask(url, "delete from polaris.teachers where email like 'a1%%' returning email")
    changed = org.objects["Contact"].records[0]
    changed |= {"School__c": "Wyandotte High", "SystemModstamp": "2026-02-01T00:00:00.000+0000"}
    audited = run("audit", "salesforce:Contact", "-d", "polaris.teachers")
    assert "workbench import salesforce:Contact -d polaris.teachers --missing" in audited.out
    healed = run(*IMPORT, "--missing", "--json").json
    assert (healed["processed"], healed["created"], healed["updated"]) == (len(gone) + 1, len(gone), 1)
    assert run("audit", "salesforce:Contact", "-d", "polaris.teachers").status == 0
    assert run(*IMPORT, "--missing", "--json").json == {"source": "salesforce:Contact", "complete": True}
    assert "replaces nothing" in run(*IMPORT, "--missing", "--mode", "replace").err
