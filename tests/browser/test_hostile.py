"""A file that means harm: markup, scripts and formulas in its cells, its headers and its name are only text."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person
from tests.browser.site import PAGES
from workbench import Workbench
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

MARKUP = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(document.domain)</script>"
SIGNS = ":material/skull: :smile: :red[hot] $x^2$ **loud** `mono` ~~gone~~ <b>bold</b> ~= "
"""What the pages would make pictures, colours, letters of other kinds and other signs of."""
MARKDOWN = f"[click](javascript:alert(2)) ![](http://127.0.0.1:9/x.png) {SIGNS} # `"
FORMULA = '=HYPERLINK("http://127.0.0.1:9","x")'
PROGRAM = "::JSCODE::alert(5)::JSCODE::"
COLUMNS = ["email", "full_name", "phone", MARKUP, MARKDOWN, FORMULA, "__proto__", "a\nb", PROGRAM]
ROWS = [
    ["ada@example.com", SCRIPT, "", MARKUP, MARKDOWN, FORMULA, PROGRAM, "y", "{{7*7}}"],
    [f'"{SCRIPT}"@example.com', MARKUP, FORMULA, "", "", "", "", "", ""],
    [MARKDOWN, MARKDOWN, "+cmd|' /C calc'!A0", "", "", "", "", "", ""],
    [FORMULA, FORMULA, "-2+3", "\u202egnp.exe", "\x1b[31mred", "@SUM(1)", "'; drop table students;--", "", ""],
    ["bob@example.com", "Robert'); DROP TABLE Students;--", "", "", "", "", "", "", ""],
]
NAME = "<img src=x onerror=alert(3)> [x](javascript:alert(4)) :red[hot] $x^2$ **loud** `mono` $1.csv"
OBEYED = r"""() => {
  const said = {
    "[data-testid=stIconMaterial]": "skull", "span.stMarkdownColoredText": "hot", "strong": "loud", "code": "mono",
    "del": "gone", "b": "bold",
  };
  const found = Object.entries(said).flatMap(([what, text]) =>
    [...document.querySelectorAll(what)].filter(each => each.textContent === text).map(() => what));
  const replaced = document.body.innerText.match(/[\u2248\u{1F604}]/gu) ?? [];
  return [...found, ...replaced, ...[...document.querySelectorAll(".katex")].map(() => "formula")];
}"""
"""What of the signs the page shows as anything but signs."""


def csv_of(*rows: list[str]) -> str:
    """Rows as CSV, every cell quoted."""
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)


def unharmed(person: Person) -> None:
    """Nothing ran, nothing was fetched, nothing broke, and nothing of a program's inside is shown."""
    assert person.surprises == []
    assert person.window.locator("img[src='x'], img[src*=':9/'], a[href^='javascript'], a[href*=':9']").count() == 0
    assert person.window.evaluate(OBEYED) == []
    shown = person.main.inner_text()
    for never in ("Traceback", 'File "', "Something unexpected", "psycopg"):
        assert never not in shown


def test_what_a_file_says_is_shown_and_never_obeyed(
    person: People, wb: Workbench, file: Callable[[str, str], Path]
) -> None:
    ana = person("ana")
    wb.templates.save(SIGNS, "elevate.courses", Mapping(columns={"name": "name", "code": "code"}))
    ana.upload(file(csv_of(COLUMNS, *ROWS), NAME), dataset="elevate.students")
    unharmed(ana)
    batch = ana.map()
    ana.sees(NAME)
    unharmed(ana)
    ana.plan()
    ana.main.get_by_text("Let the good rows go on").click()
    ana.commit()
    assert ana.figures()["created"] == 2
    unharmed(ana)
    reason = ana.main.get_by_role("textbox", name="Why may they stay out?")
    reason.fill(f"{MARKUP} {MARKDOWN}")
    ana.press(re.compile("Reject all of this kind"))
    expect(ana.main.get_by_role("heading", name="Rows to explain")).to_have_count(0)
    unharmed(ana)
    ana.press("Sign off as ana")
    ana.sees("Signed off by ana")
    for page in PAGES:
        ana.visit(page if page != "home" else "", batch=batch)
        unharmed(ana)
    ana.visit("record", batch=batch, line=2)
    expect(ana.grid("Column", "Cell").get_by_text(SCRIPT)).to_be_attached()
    unharmed(ana)
    assert wb.batches.get(batch).file_name == NAME


def test_names_and_addresses_that_mean_harm_are_only_text(person: People) -> None:
    mallory = person(f"{MARKUP} {SIGNS}".strip())
    for page in ("", "upload", "reconcile"):
        mallory.visit(page)
        unharmed(mallory)
    mallory.visit("record").asks(f"{SCRIPT}' or 1=1 --")
    unharmed(mallory)
    ana = person("ana")
    for page in ("upload", "profile", "clean", "map", "validate", "reconcile", "history", "record"):
        ana.visit(page, batch=f"../{SCRIPT}", upload=f"../{SCRIPT}", line="x", dataset=MARKUP, record=MARKDOWN)
        unharmed(ana)


def test_an_address_that_is_shown_and_no_link_is_copied_as_it_is(
    person: People, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    said = "see https://a.example/x and www.b.example -> :smile: or write to c@d.example"
    wb.import_sheet(sheet(f"email,full_name\nnone,{said}\n", "s.csv"), "elevate.students", skip_errors=True)
    ana = person().visit("record", find="a.example")
    cell = ana.main.get_by_text("none · see https")
    assert "\u2060" in cell.inner_text()
    cell.evaluate("element => getSelection().selectAllChildren(element)")
    ana.window.keyboard.press("ControlOrMeta+c")
    assert ana.copied() == f"none · {said}"
    expect(ana.main.locator("a[href^=mailto], a[href*='.example']")).to_have_count(0)
    assert ana.surprises == []


def test_an_address_as_a_page_shows_it_is_found_by_the_boxes_of_the_pages(
    person: People, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    said = "see https://a.example/x and www.b.example or write to c@d.example"
    others = "".join(f"none,Ada {number}\n" for number in range(14))
    result = wb.import_sheet(sheet(f"email,full_name\n{others}none,{said}\n"), "elevate.students", skip_errors=True)
    ana = person().visit("record", find="a.example")
    shown = ana.main.get_by_text("none · see https").inner_text().removeprefix("none · ")
    assert "\u2060" in shown
    ana.visit("record").asks(shown)
    expect(ana.main.get_by_role("textbox", name="E-mail, code, id, phone")).to_have_value(said)
    ana.sees("none · see https")
    ana.visit("validate", batch=result.id)
    box = ana.main.get_by_role("textbox", name=re.compile("^Words in any cell|^Search")).first
    box.focus()
    ana.window.keyboard.insert_text(f"{shown}!")
    expect(box).to_have_value(f"{said}!")
    for _ in range(len(".example!")):
        box.press("ArrowLeft")
    ana.window.keyboard.insert_text("\u2060@")  # is taken out where a page puts it, and the cursor stays
    ana.window.keyboard.insert_text("yz")
    box.press("ArrowLeft")
    ana.window.keyboard.insert_text("\u2060")  # is the text's own
    expect(box).to_have_value(f"{said.removesuffix('.example')}@y\u2060z.example!")
    assert ana.surprises == []
