"""Somebody at the pages: what a person sees and does there, by the words on the screen."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import FrameLocator, Locator, Page, TimeoutError, expect

from tests.browser.site import Site

expect.set_options(timeout=30_000)  # a busy machine is no error

LOOK = re.compile("(Look at|Make) the plan")
_WATCH = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  const watcher = new MutationObserver(() => { window.begun = true; watcher.disconnect(); });
  window.begun = false;
  watcher.observe(app, { attributeFilter: ["data-test-script-state"] });
}"""
"""Sees to it that `window.begun` tells whether the page has begun to answer."""


class Person:
    """One person in one window of the browser, and whatever went wrong in it."""

    def __init__(self, window: Page, site: Site, name: str = "ana") -> None:
        self.window = window
        self.name = name
        self.site = site
        self.surprises: list[str] = []
        """Dialogs, errors of scripts, and what was asked of other machines: there is to be none."""
        window.set_default_timeout(30_000)
        window.on("dialog", self._dialog)
        window.on("pageerror", lambda error: self.surprises.append(f"error: {error}"))
        window.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.surprises.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != urlsplit(self.site.address).netloc:
            self.surprises.append(f"request: {request.url}")

    # --- where one is ---

    def visit(self, page: str = "", **query: object) -> "Person":
        """Opens a page by its address, as the person who one is."""
        asked = urlencode({name: str(value) for name, value in query.items()})
        self.window.goto(f"{self.site.address}/{page}" + (f"?{asked}" if asked else ""))
        expect(self.window.get_by_role("textbox", name="Working as")).to_be_attached()
        self.settled()
        if self.window.get_by_role("textbox", name="Working as").input_value() != self.name:
            self.works_as(self.name)
        return self

    def works_as(self, name: str) -> None:
        """Says who one is, in the sidebar."""
        self.name = name
        self.window.evaluate(_WATCH)
        self.window.get_by_role("textbox", name="Working as").fill(name)
        self.window.get_by_role("textbox", name="Working as").press("Enter")
        self.window.wait_for_function("window.begun")  # a file dropped in the moment it begins is lost by Streamlit
        self.settled()

    def settled(self) -> None:
        """Waits until the page is done with what it does."""
        app = self.window.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.window.get_by_test_id("stSkeleton")).to_have_count(0)

    def at(self, title: str) -> None:
        """Waits until one is at the page of that title."""
        expect(self.window.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()

    @property
    def batch(self) -> str:
        """The import of this address."""
        return parse_qs(urlsplit(self.window.url).query)["batch"][0]

    # --- what one sees and does ---

    @property
    def main(self) -> Locator:
        """The page beside its sidebar."""
        return self.window.get_by_test_id("stMain")

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Waits until that text is there."""
        expect(self.main.get_by_text(text).filter(visible=True).first).to_be_visible()

    def press(self, label: str | re.Pattern[str]) -> None:
        """Presses a button."""
        self.settled()
        self.main.get_by_role("button", name=label).first.click()

    def follow(self, label: str) -> None:
        """Follows a link of the page."""
        self.settled()
        self.main.get_by_role("link", name=label).first.click()

    def figures(self) -> dict[str, int]:
        """The six figures of a batch: {"processed": 12, "created": 9, ...}."""
        self.settled()
        expect(self.main.get_by_test_id("stMetric").filter(has_text="Processed")).to_be_visible()
        shown = [metric.inner_text().split("\n") for metric in self.main.get_by_test_id("stMetric").all()]
        return {parts[0].split()[-1].lower(): int(parts[-1].replace(",", "")) for parts in shown}

    def grid(self, *headers: str) -> Locator:
        """The table with these headers; its cells are painted, and told again for those who do not see."""
        found = self.main.get_by_test_id("stDataFrame")
        for header in headers:
            found = found.filter(has=self.window.locator("th", has_text=re.compile(f"^{re.escape(header)}$")))
        found.first.scroll_into_view_if_needed()
        expect(found.first.locator("td").first).to_be_attached()
        return found.first

    # --- the steps of an import ---

    def upload(self, file: Path, dataset: str | None = None) -> None:
        """Drops a file at Upload, and goes on to Map with the dataset that it is taken for, or another."""
        self.visit("upload")
        self.window.locator("input[type=file]").first.set_input_files(file)
        self.sees(file.name)
        if dataset:
            self.settled()
            self.main.get_by_role("combobox", name="Dataset").fill(dataset)
            self.window.get_by_role("option", name=dataset).click()
        expect(self.main.get_by_role("button", name="Map its columns")).to_be_enabled()
        self.press("Map its columns")
        self.at("Map")

    def confirm(self) -> None:
        """Says at Map that what is suggested is right."""
        expect(self.main.get_by_role("button", name="Start the import")).to_be_visible()
        self.settled()
        self.main.get_by_text("I have looked at every line").click()
        expect(self.main.get_by_role("button", name="Start the import")).to_be_enabled()

    def map(self) -> str:
        """Confirms what is suggested, and waits until the rows are read; returns the batch."""
        self.confirm()
        self.press("Start the import")
        self.at("Validate")
        expect(self.main.get_by_role("button", name=LOOK)).to_be_visible(timeout=120_000)
        return self.batch

    @property
    def rows(self) -> FrameLocator:
        """The grid of the rows that one works in."""
        return self.main.frame_locator("iframe[src*=AgGrid]").first

    def head(self, column: str) -> Locator:
        """The head of a column of the grid."""
        return self.rows.locator(".ag-header-cell-text").get_by_text(column, exact=True)

    def cell(self, line: int | str, column: str) -> Locator:
        """A cell of the grid, in the row of a line and under a head."""
        return self.rows.locator(f"[row-id='{line}'] {self._under(column)}")

    def at_place(self, row: int, column: str) -> Locator:
        """A cell of the grid, in the row at a place from 0 and under a head."""
        return self.rows.locator(f"[row-index='{row}'] {self._under(column)}")

    def _under(self, column: str) -> str:
        self.settled()
        name = self.head(column).evaluate("head => head.closest('[col-id]').getAttribute('col-id')")
        return f"[role=gridcell][col-id='{name}']"

    def correct(self, line: int, column: str, text: str) -> None:
        """Types another text into a cell of the rows at Validate."""
        cell = self.cell(line, column)
        cell.dblclick()
        cell.locator("input").fill(text)
        cell.locator("input").press("Enter")

    def copied(self, text: str | None = None) -> str:
        """What the clipboard has, or has from now on, as if it was copied out of a spreadsheet."""
        self.window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.window.bring_to_front()
        if text is not None:
            self.window.evaluate("text => navigator.clipboard.writeText(text)", text)
        return str(self.window.evaluate("() => navigator.clipboard.readText()"))

    def sort(self, column: str) -> None:
        """Clicks the head of a column of the grid, and waits until its rows are there."""
        self.settled()
        before = self.window.url
        self.head(column).click()
        expect(self.window).not_to_have_url(before)
        self.settled()

    def pick(self, place: int, table: int = 0) -> None:
        """Picks a line of one of Upload's tables of lines, counted from 0."""
        self.settled()
        grid = self.main.get_by_test_id("stDataFrame").nth(table)
        grid.scroll_into_view_if_needed()
        expect(grid.locator("td").first).to_be_attached()
        grid.locator(".dvn-scroller").click(position={"x": 18, "y": 35 + 35 * place + 17})

    def option(self, label: str, option: str) -> Locator:
        """An option of a box, which is opened: a click in the moment in which the page draws it anew opens nothing."""
        box = self.main.get_by_role("combobox", name=label, exact=True).first
        found = self.window.get_by_role("option", name=option, exact=True)
        for _ in range(5):
            self.settled()
            box.click()
            try:
                found.wait_for(timeout=4_000)
            except TimeoutError:
                self.window.keyboard.press("Escape")
            else:
                return found
        return found

    def choose(self, line: str, another: str, what: str = "Field of") -> None:
        """Chooses something else in the drop-down of a line at Map by keyboard, and waits until the address says so."""
        self.settled()
        before = self.window.url
        box = self.main.get_by_role("combobox", name=f"{what} {line}")
        box.press_sequentially(another)
        box.press("Enter")
        expect(self.window).not_to_have_url(before)
        self.settled()

    def plan(self) -> None:
        """Goes from Validate to Commit, and waits for the plan there."""
        self.press(LOOK)
        self.at("Commit")
        expect(self.main.get_by_role("button", name="Plan again")).to_be_visible(timeout=120_000)

    def commit(self) -> None:
        """Writes the plan, and goes on to Reconcile."""
        self.press(re.compile("Commit .* row"))
        expect(self.main.get_by_role("link", name="Reconcile it")).to_be_visible(timeout=60_000)
        self.follow("Reconcile it")
        self.at("Reconcile")

    # --- other questions ---

    def asks(self, text: str) -> None:
        """Types a question at Find a record."""
        asked = self.main.get_by_role("textbox", name="E-mail, code, id, phone number or part of a name")
        asked.fill(text)
        asked.press("Enter")
        self.settled()
