"""The browser's console has nothing to say of a page, wherever it is opened."""

from tests.browser.conftest import People


def test_a_page_that_is_opened_by_its_address_asks_for_nothing_that_is_not_there(person: People) -> None:
    ana = person()
    said: list[str] = []
    ana.window.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    ana.window.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
    for page in ("commit", "record", ""):
        ana.visit(page)
    ana.window.reload()
    ana.settled()
    ana.window.get_by_role("link", name="Find a record", exact=True).first.click()
    ana.at("Find a record")
    ana.settled()
    assert said == []
    assert ana.window.url == f"{ana.site.address}/record"
