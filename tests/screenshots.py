"""One picture of every page, wide and narrow, light and dark, of an import that is going on: look at every one of them.

    python -m tests.screenshots [--into screenshots]

`<page>-<width>-<light or dark>.png`; three of them are also written for the README.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests import folder
from tests.browser import chromium
from tests.browser.person import Person
from tests.browser.site import ROOT, Site
from workbench import Workbench, open_sheet
from workbench.doors.web import uploads
from workbench.model.batch import Batch
from workbench.model.resources import samples
from workbench.model.template import Mapping

WIDTHS = {1280: 860, 400: 800}
README = ("map", "commit", "reconcile")
"""The pages that the README shows."""

ELEVATE = samples() / "elevate"


def main() -> None:
    """Serves a home of its own, drives imports through it and takes the pictures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--into", type=Path, default=ROOT / "screenshots")
    into: Path = options.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with served() as site, chromium.browser() as browser:
        for width, scheme in product(WIDTHS, ("light", "dark")):
            ana = at_the_screen(browser, site, width, scheme)
            take(ana.visit(), into / f"home-empty-{width}-{scheme}.png")
        shown = imported(at_the_screen(browser, site, 1280, "light"))
        for width, scheme in product(WIDTHS, ("light", "dark")):
            ana = at_the_screen(browser, site, width, scheme)
            for name, address in shown.items():
                ana.visit(address)
                if (width, scheme) == (1280, "light") and name in README:
                    take(ana, ROOT / "docs" / "images" / f"{name}.png", whole=False)
                take(ana, into / f"{name}-{width}-{scheme}.png")
    print(f"{len(list(into.glob('*.png')))} pictures are in {into}")


@contextmanager
def served() -> Iterator[Site]:
    """The pages of a new home, which is empty."""
    os.environ.pop("WORKBENCH_DATABASE_URL", None)
    with folder.short() as place:
        site = Site(place / "home", WORKBENCH_TENANT="default").start()
        try:
            yield site
        finally:
            site.stop()


def at_the_screen(browser: Browser, site: Site, width: int, scheme: Any) -> Person:
    """Ana, at a screen of that width, by day or by night."""
    screen = {"width": width, "height": WIDTHS[width]}
    return Person(browser.new_context(viewport=screen, color_scheme=scheme).new_page(), site)  # type: ignore[arg-type]


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
        changed = columns_changed(wb)
    ana.upload(ELEVATE / "students_2.csv")
    upload = urlsplit(ana.window.url).query
    planned = ana.map()
    ana.plan()
    ana.upload(ELEVATE / "enrollments.csv")
    waiting = urlsplit(ana.window.url).query
    return {
        "home": "",
        "upload": "upload",
        "upload-file": f"upload?{waiting}",
        "profile": f"profile?{waiting}",
        "map": f"map?{upload}",
        "validate": f"validate?batch={held.id}",
        "commit": f"commit?batch={planned}&rows=updated",
        "commit-held": f"commit?batch={held.id}&rows=invalid",
        "reconcile": f"reconcile?batch={enrollments.id}",
        "reconcile-signed": f"reconcile?batch={courses.id}",
        "history": "history",
        "history-batch": f"history?batch={students.id}",
        "record": "record?find=S-0002",
        "record-line": f"record?batch={enrollments.id}&line=8",
        "inventory": "inventory?source=Pathful",
        "contracts": "contracts?guide=elevate.students",
        "changes": changed,
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
