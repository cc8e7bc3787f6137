"""What the README and the pages of docs/ show is what a reader gets."""

import re
from pathlib import Path

import pytest

from tests import folder, readme


def test_the_pages_show_what_their_commands_print() -> None:
    with folder.short() as place:
        shown = readme.run(place / "home")
    for page, written in readme.written().items():
        assert [readme.masked(block) for block in shown[page]] == [readme.masked(block) for block in written]


def links(page: Path) -> list[Path]:
    """The files that a page leads to."""
    found = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    return [(page.parent / each).resolve() for each in found]


@pytest.mark.parametrize("page", readme.PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [each for each in links(page) if not each.exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    assert set(readme.PAGES) <= {readme.README, *links(readme.README)}
