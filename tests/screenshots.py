"""One picture of every page, wide and narrow, light and dark, of an import that is going on: look at every one of them.

    python -m tests.screenshots [--into screenshots] [--only run]

`<page>-<width>-<light or dark>.png`; three of them are also written for the pages of docs/.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pandas as pd
from playwright.sync_api import Browser, ViewportSize

from tests import folder, messy
from tests.browser import chromium
from tests.browser.person import Person
from tests.browser.site import ROOT, Site
from tests.google import Google
from tests.imports import tamper
from tests.organization import Schools
from tests.salesforce import PASSWORD, TOKEN, USER, Salesforce
from workbench import Workbench, open_sheet
from workbench.database import embedded
from workbench.database.progress import silent
from workbench.doors import schedule
from workbench.doors.web import recipes, uploads
from workbench.model.batch import Batch
from workbench.model.google_sheet import GoogleSheet
from workbench.model.recipe import Recipe
from workbench.model.resources import samples
from workbench.model.template import Mapping
from workbench.playbooks import purposes
from workbench.prepare.findings import findings

WIDTHS = {1280: 860, 400: 800}
IN_DOCS = ("map", "commit", "reconcile")
"""The pages that docs/ shows."""

ELEVATE = samples() / "elevate"


def main() -> None:
    """Serves a home of its own, drives imports through it and takes the pictures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--into", type=Path, default=ROOT / "screenshots")
    options.add_argument("--only", default="", help="the beginning of the names of the pages to show")
    said = options.parse_args()
    into: Path = said.into
    into.mkdir(parents=True, exist_ok=True)
    with (
        Google() as google,
        Salesforce() as organization,
        served(google, organization) as site,
        chromium.browser() as browser,
    ):
        schools = Schools(organization)
        for width, scheme in product(WIDTHS, ("light", "dark")):
            ana = at_the_screen(browser, site, width, scheme)
            for page in ("home", "matches", "salesforce", "schedules"):
                take(ana.visit("" if page == "home" else page), into / f"{page}-empty-{width}-{scheme}.png")
        every = google_sheets(site, google) | scheduled(site, schools)
        refused(browser, site, into)
        every |= imported(at_the_screen(browser, site, 1280, "light"))
        shown = {name: address for name, address in every.items() if name.startswith(said.only)}
        for width, scheme in product(WIDTHS, ("light", "dark")):
            ana = at_the_screen(browser, site, width, scheme)
            for name, address in shown.items():
                ana.visit(address)
                if (width, scheme) == (1280, "light") and name in IN_DOCS:
                    take(ana, ROOT / "docs" / "images" / f"{name}.png", whole=False)
                take(ana, into / f"{name}-{width}-{scheme}.png")
    print(f"{len(list(into.glob('*.png')))} pictures are in {into}")


@contextmanager
def served(google: Google, salesforce: Salesforce) -> Iterator[Site]:
    """The pages of a new home, which is empty."""
    os.environ.pop("WORKBENCH_DATABASE_URL", None)
    os.environ |= {"WORKBENCH_GOOGLE_ADDRESS": google.address, "WORKBENCH_GOOGLE_SERVICE_ACCOUNT": google.account()}
    os.environ |= {"WORKBENCH_SALESFORCE_ADDRESS": salesforce.address, "SF_USERNAME": USER}
    os.environ |= {"SF_PASSWORD": PASSWORD, "SF_SECURITY_TOKEN": TOKEN}
    with folder.short() as place:
        site = Site(place / "home", WORKBENCH_TENANT="default").start()
        try:
            yield site
        finally:
            site.stop()


def at_the_screen(browser: Browser, site: Site, width: int, scheme: Any) -> Person:
    """Ana, at a screen of that width, by day or by night."""
    screen: ViewportSize = {"width": width, "height": WIDTHS[width]}
    return Person(browser.new_context(viewport=screen, color_scheme=scheme).new_page(), site)


def imported(ana: Person) -> dict[str, str]:
    """Imports in every state, and the addresses of what there is to see: {"validate": "validate?batch=..."}"""
    with Workbench.open(home=ana.site.home, tenant="default", user="ana") as wb:
        courses = brought(wb, "courses")
        held = brought(wb, "students")
        students = brought(wb, "students", skip_errors=True)
        enrollments = brought(wb, "enrollments")
        wb.note(courses, notes="One course had no code; it was made of its name.", follow_ups="Tell the registrar.")
        with Workbench.open(home=ana.site.home, tenant="default", user="lena") as lead:
            lead.sign_off(courses)
        more = uploads.keep(wb.settings, "more_courses.csv", BytesIO(MORE_COURSES.encode())).id
        undone = wb.import_sheet(uploads.opened(wb.settings, more), "elevate.courses", source="page")
        wb.undo(undone)
        shown = matches(wb)
        changed = columns_changed(wb)
        shown |= runs(wb)
        shown |= invoices(wb)
    ana.upload(ELEVATE / "students_2.csv")
    upload = urlsplit(ana.window.url).query
    planned = ana.map()
    ana.plan()
    ana.upload(ELEVATE / "enrollments.csv")
    waiting = urlsplit(ana.window.url).query
    messy_one = f"upload={messy_file(ana.site)}"
    return {
        "home": "",
        "upload": "upload",
        "upload-file": f"upload?{waiting}",
        "profile": f"profile?{waiting}",
        "clean": f"clean?{messy_one}",
        "clean-clusters": f"clean?{messy_one}&{CLUSTERS}",
        "map": f"map?{upload}",
        "validate": f"validate?batch={held.id}",
        "commit": f"commit?batch={planned}&rows=updated",
        "commit-held": f"commit?batch={held.id}&rows=invalid",
        "reconcile": f"reconcile?batch={enrollments.id}",
        "reconcile-signed": f"reconcile?batch={courses.id}",
        "undone-commit": f"commit?batch={undone.id}&rows=created",
        "undone-reconcile": f"reconcile?batch={undone.id}&rows=created",
        "history": "history",
        "history-batch": f"history?batch={students.id}",
        "record": "record?find=S-0002",
        "record-line": f"record?batch={enrollments.id}&line=8",
        "inventory": "inventory?source=Pathful",
        "export": "export?family=elevate",
        "contracts": "contracts?guide=elevate.students",
        "changes": changed,
        **shown,
    }


def messy_file(site: Site) -> str:
    """An upload with every fault there is, and a recipe that mends most of them."""
    with folder.short() as place, Workbench.open(home=site.home, tenant="default", user="ana") as wb:
        file = messy.write(place / "learners_march.csv")
        found = findings(open_sheet(file))
        upload = uploads.keep(wb.settings, file.name, BytesIO(file.read_bytes())).id
        recipe = Recipe(steps=tuple(each.step for each in found if each.step is not None))
        recipes.keep(wb.settings, recipes.of_upload(upload, None), recipes.History().changed(recipe))
        return upload


CLUSTERS = urlencode(
    {
        "column": '["Programme"]',
        "do": "clusters",
        "way": "nearest",
        "facets": '{"shown":[{"column":"Programme","by":"values"},{"column":"Enrolled","by":"date"}]}',
    }
)
"""At Clean: clusters to be chosen from, beside two facets."""
MORE_COURSES = "name,code\nWelding,WELD1\nCarpentry,CARP1\n"
LEARNERS = """\
email,first name,last name,course code,course name,status
mia.fox@example.com,Mia,Fox,PHLE1,Phlebotomy,active
mia.fox@example.com,Mia,Fox,DENT1,,pending
leo.tran@example.com,Leo,Tran,PHLE1,Phlebotomy,completed
leo.tran@example.com,Leo,Tran,EKG1,EKG Technician,active
ida at example.com,Ida,Berg,PHLE1,Phlebotomy,active
kim.ode@example.com,Kim,Ode,,,
"""
SHEETS = {
    "Enrollments": {
        "student email": ["noa.lind@example.com", "ole.dahl@example.com", "zed@example.com"],
        "course code": ["PHAR1", "PHAR1", "PHAR1"],
        "status": ["active", "active", "pending"],
    },
    "Read me": {"about": ["Made by the registrar."]},
    "Students": {
        "email": ["noa.lind@example.com", "ole.dahl@example.com", "per at example.com"],
        "full name": ["Noa Lind", "Ole Dahl", "Per Moe"],
    },
    "Courses": {"name": ["Pharmacy Technician"], "code": ["PHAR1"], "duration weeks": ["24"]},
}


def runs(wb: Workbench) -> dict[str, str]:
    """Runs of several datasets, and the addresses of what there is to see of them."""
    kept = uploads.keep(wb.settings, "learners.csv", BytesIO(LEARNERS.encode())).id
    held = wb.import_sheet(uploads.opened(wb.settings, kept), "elevate.learners", source="page")
    done = wb.import_sheet(uploads.opened(wb.settings, kept), "elevate.learners", source="page", skip_errors=True)
    courses = BytesIO(b"name,code\nDental Assistant,DENT1\n")
    file = uploads.keep(wb.settings, "dental.csv", courses).id
    came = wb.import_sheet(uploads.opened(wb.settings, file), "elevate.courses", source="page")
    (sweep,) = wb.batches.resolved_by(came)
    book = BytesIO()
    with pd.ExcelWriter(book, engine="xlsxwriter") as writer:
        for title, columns in SHEETS.items():
            pd.DataFrame(columns).to_excel(writer, sheet_name=title, index=False)
    book.seek(0)
    sheets = uploads.keep(wb.settings, "registrar.xlsx", book).id
    several = wb.plan(wb.stage(uploads.every_sheet(wb.settings, sheets), "elevate", source="page")).batch
    whole = wb.import_sheet(
        uploads.every_sheet(wb.settings, sheets), "elevate", source="page", skip_errors=True, window="Autumn"
    )
    students, enrollments = wb.batches.parts(done)[0], wb.batches.parts(whole)[2]
    begun = wb.stage(uploads.opened(wb.settings, kept), "elevate.learners", source="page")
    return {
        "run-upload": f"upload?upload={kept}",
        "run-map": f"map?upload={kept}",
        "run-validate": f"validate?batch={held.id}",
        "run-validate-staged": f"validate?batch={begun.id}",
        "run-commit": f"commit?batch={held.id}&rows=created",
        "run-commit-part": f"commit?batch={wb.batches.parts(held)[2].id}&rows=unmatched",
        "run-reconcile": f"reconcile?batch={done.id}&rows=skipped",
        "run-reconcile-part": f"reconcile?batch={students.id}&rows=created",
        "run-history": f"history?batch={done.id}",
        "run-history-part": f"history?batch={students.id}",
        "run-record": f"record?batch={done.id}&line=2",
        "run-resolved": f"commit?batch={came.id}",
        "run-sweep": f"reconcile?batch={sweep.id}",
        "sheets-upload": f"upload?upload={sheets}",
        "sheets-map": f"map?batch={several.id}",
        "sheets-validate": f"validate?batch={several.id}",
        "sheets-validate-part": f"validate?batch={wb.batches.parts(several)[1].id}",
        "sheets-commit": f"commit?batch={several.id}",
        "sheets-reconcile": f"reconcile?batch={whole.id}",
        "sheets-reconcile-part": f"reconcile?batch={enrollments.id}",
        "sheets-history-part": f"history?batch={enrollments.id}",
    }


def invoices(wb: Workbench) -> dict[str, str]:
    """A sales report of which one invoice waits for a SKU, and the addresses of what there is to see of it."""
    known = {
        "companies": "name\nHarbor Wine Bar\nBlue Door Bistro\n",
        "skus": "sku,name\nFRA1023,Chablis 2021\nCREDIT1,Credit\n",
    }
    for dataset, text in known.items():
        kept = uploads.keep(wb.settings, f"{dataset}.csv", BytesIO(text.encode())).id
        wb.import_sheet(uploads.opened(wb.settings, kept), f"commerce.{dataset}", source="page")
    report = BytesIO((samples() / "commerce" / "sales_report.csv").read_bytes())
    kept = uploads.keep(wb.settings, "sales_report.csv", report).id
    planned = wb.plan(wb.stage(uploads.opened(wb.settings, kept), "commerce.invoices", source="page")).batch
    done = wb.import_sheet(uploads.opened(wb.settings, kept), "commerce.invoices", source="page")
    return {
        "invoices-validate": f"validate?batch={planned.id}",
        "invoices-commit": f"commit?batch={planned.id}&rows=unmatched",
        "invoices-reconcile": f"reconcile?batch={done.id}&rows=unmatched",
    }


TEACHERS = [
    ["Teacher roster of the district, exported on 2025-08-11"],
    ["Teacher Email", "Teacher Name", "School", "Grade"],
    ["eve.lane@kck.example", "Eve Lane", "Argentine Middle", "7"],
    ["gus.hart@kck.example", "Gus Hart", "Wyandotte High", "HS"],
    ["ida.wren@kck.example", "Ida Wren", "Wyandotte High", "HS"],
]
SESSIONS = [
    ["Virtual sessions of the year"],
    ["Made by the office"],
    [],
    ["Session Title", "Date", "Time", "Teacher Name", "School Name", "District", "Status", "Presenter"],
    ["Careers in Space", "9/5/2025", "10:00 AM", "Eve Lane", "Argentine Middle", "KCK", "Completed", "Kim Ode"],
    ["Careers in Space", "9/5/2025", "10:00 AM", "Gus Hart", "Wyandotte High", "KCK", "Simulcast", "Kim Ode"],
    ["How Bridges Stand", "10/2/2025", "", "Ida Wren", "Wyandotte High", "KCK", "Confirmed", "Lee Fox"],
]


def google_sheets(site: Site, google: Google) -> dict[str, str]:
    """Configured Google Sheets and their imports, and the addresses of what there is to see of them."""
    roster = google.add("KCK Teachers", {"Roster": TEACHERS, "Notes": [["x"]]})
    wrong = google.add("HMSD Teachers", {"Roster": [*TEACHERS, ["dee", "Dee Fox", "Ingels", "3"]]})
    said = {"purpose": "teacher_progress_tracking", "year": "2025-2026"}
    with Workbench.open(home=site.home, tenant="default", user="ana") as wb:
        kck = wb.google_sheets.add(
            name="KCK Teachers 25-26", district="Kansas City Kansas Public Schools", spreadsheet=roster.id, **said
        )
        other = wb.google_sheets.add(name="Hickman Mills", district="Hickman Mills C-1", spreadsheet=wrong.id, **said)
        done, held = (_of_google(wb, sheet) for sheet in (kck, other))
        wb.commit(done)
        year = wb.google_sheets.add(
            name="Sessions 25-26",
            purpose="virtual_sessions",
            year="2025-2026",
            spreadsheet=google.add("Sessions", {"Sheet1": SESSIONS}).id,
        )
        planned, imported = _of_google(wb, year), _of_google(wb, year)
        wb.commit(imported)
        untitled = google.add("Sessions", {"Sheet1": [*SESSIONS, ["", "10/9/2025"]]})
        wb.google_sheets.change(year.id, spreadsheet=untitled.id)
        wrong_sessions = _of_google(wb, wb.google_sheets.get(year.id))
    return {
        "google-sheets": "google_sheets?year=2025-2026",
        "google-sheets-empty": "google_sheets?year=2024-2025",
        "google-sheets-imported": f"google_sheets?year=2025-2026&batch={done.id}",
        "google-sheets-held": f"google_sheets?year=2025-2026&batch={held.id}",
        "import-sheet-empty": "import_sheet?year=2024-2025",
        "import-sheet": "import_sheet?year=2025-2026",
        "import-sheet-checked": f"import_sheet?year=2025-2026&batch={planned.id}",
        "import-sheet-wrong": f"import_sheet?year=2025-2026&batch={wrong_sessions.id}",
        "import-sheet-imported": f"import_sheet?year=2025-2026&batch={imported.id}",
    }


def scheduled(site: Site, schools: Schools) -> dict[str, str]:
    """Schedules and what came of their runs, one of them held, one caught up; the addresses of what there is to see."""
    with Workbench.open(home=site.home, tenant="default", user="ana") as wb:
        daily, weekly, _ = wb.schedules.add_seed(zone="America/Chicago")
        for one in (daily, weekly):
            wb.schedules.resume(one.id)
        wb.schedules.add("Hickman Mills roster", "30 6 * * 1-5", zone="America/Chicago", google_sheet="Hickman Mills")
        for name in ("Weekly import", "Daily import", "Hickman Mills roster", "Daily import"):
            schedule.work(wb, wb.schedules.run_now(name), silent)
            schools.later(days=1)
        nights = datetime.now(UTC) - timedelta(days=3)
        tamper(
            embedded.database_url(site.home),
            "update workbench.schedule set next_due = %s where id = %s",
            nights,
            daily.id,
        )
        caught = wb.schedules.take_up(daily.id)
        assert caught is not None
        affiliations = schools.salesforce.objects.pop("npe5__Affiliation__c")
        caught = schedule.work(wb, caught, silent)
        schools.salesforce.objects[affiliations.name] = affiliations
        held = next(run for run in wb.schedules.runs() if run.waits)
    return {
        "salesforce": "salesforce",
        "schedules": "schedules",
        "schedules-run": f"schedules?run={caught.id}",
        "schedules-held": f"schedules?run={held.id}",
    }


def refused(browser: Browser, site: Site, into: Path) -> None:
    """Pictures of the page Salesforce where nobody is let in, and where nothing is configured."""
    for name, given in (("error", {"SF_PASSWORD": "wrong"}), ("unset", {"SF_USERNAME": "", "SF_PASSWORD": ""})):
        other = Site(site.home, WORKBENCH_TENANT="default", SF_SECURITY_TOKEN="", **given).start()
        for width, scheme in product(WIDTHS, ("light", "dark")):
            ana = at_the_screen(browser, other, width, scheme)
            take(ana.visit("salesforce"), into / f"salesforce-{name}-{width}-{scheme}.png")
        other.stop()


def _of_google(wb: Workbench, sheet: GoogleSheet) -> Batch:
    opened = wb.google_sheets.open(sheet)
    dataset = purposes.target(sheet, opened)
    return wb.plan(wb.stage(opened, dataset, source="page", **purposes.options(sheet, dataset))).batch


ROSTER = """\
Teacher Email,Teacher Name,School,Academic Year
ada.park@kck.example,Ada Park,Argentine Middle,2025-2026
dave.ruiz@kck.example,Dave Ruiz,Wyandotte High,2025-2026
ines.velarde@kck.example,Ines Velarde,Argentine Middle,2025-2026
alice.jones@kck.example,Alice Jones,Wyandotte High,2025-2026
home@mail.example,Ella Rivers,Wyandotte High,2025-2026
lone.wolfe@kck.example,Lone Wolfe,Wyandotte High,2025-2026
omar.clay@kck.example,Omar Clay,Argentine Middle,2025-2026
"""
ACCOUNTS = """\
email,name,school,pathful_user_id
ada.park@kck.example,Ada Park,Argentine Middle School,PF-1001
david.ruiz@mail.example,David Ruiz,Wyandotte High,PF-1002
ines@mail.example,Inés Velarde-Duarte,Argentine Middle,
alice@mail.example,Alice Jones,Wyandotte High,
a.jones@other.example,Alice B. Jones,Rosedale Middle,
jones.alice@mail.example,Jones Alice,,
home@mail.example,Tom Rivers,Wyandotte High,
"""


def matches(wb: Workbench) -> dict[str, str]:
    """A roster and accounts, some of them matched; the addresses of what there is to see."""
    for name, text, dataset in (
        ("roster.csv", ROSTER, "polaris.teacher_roster"),
        ("accounts.csv", ACCOUNTS, "polaris.teachers"),
    ):
        file = uploads.keep(wb.settings, name, BytesIO(text.encode())).id
        wb.import_sheet(uploads.opened(wb.settings, file), dataset, source="page")
    wb.matches.run("polaris.teacher_roster")
    wb.matches.decide("polaris.teacher_roster", "lone.wolfe@kck.example", "later")
    return {
        "matches": "matches?of=polaris.teacher_roster",
        "matches-all": "matches?of=polaris.teacher_roster&all=yes",
        "matches-schools": "matches?of=polaris.schools",
    }


def columns_changed(wb: Workbench) -> str:
    """A source that came with another column than its template knows, paused; the address of what to do."""
    columns = {"TeacherEmail": "email", "Name": "name", "School": "building"}
    template = wb.templates.save("Pathful", "polaris.teacher_roster", Mapping(columns=columns))
    said = {"owner": "Dana", "format": "CSV", "location": "pathful.example", "refresh_cadence": "weekly"}
    wb.sources.save(dataset="Pathful", data_type="polaris.teacher_roster", template_id=template.id, **said)
    wb.sources.pause("Pathful", "Its columns have changed.")
    rows = "".join(f"t{n}@kck.example,Teacher {n},Argentine Middle,{n}\n" for n in range(12))
    file = BytesIO(f"EducatorEmail,Name,School,Room\n{rows}".encode())
    return f"changes?source=Pathful&upload={uploads.keep(wb.settings, 'pathful.csv', file).id}"


def brought(wb: Workbench, name: str, **options: Any) -> Batch:
    """One of the samples, imported."""
    return wb.import_sheet(open_sheet(ELEVATE / f"{name}.csv"), f"elevate.{name}", **options)


def take(ana: Person, picture: Path, *, whole: bool = True) -> None:
    """A picture of the page that ana is at, as long as it is, or as much as a screen shows."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    window = ana.window
    screen = window.viewport_size
    assert screen is not None
    window.wait_for_load_state("networkidle")
    window.mouse.move(0, 0)
    if whole:
        height = window.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        window.set_viewport_size({"width": screen["width"], "height": max(height, screen["height"])})
    window.wait_for_timeout(400)  # tables and figures are painted, and say so to nobody
    window.screenshot(path=picture, animations="disabled")
    window.set_viewport_size(screen)


if __name__ == "__main__":
    main()
