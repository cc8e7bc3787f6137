"""Of the records that have what is asked for somewhere those come first that it fits best, whatever their keys."""

from collections.abc import Callable

import pytest

from workbench import Workbench
from workbench.database import by_words
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

PEOPLE = """\
email,name,phone,external_id
a1@example.com,Julian Moss,,
a2@example.com,Anna-Li Berg,,
a3@example.com,Liskov Ray,,
a4@example.com,Li Wong,,
a5@example.com,Li,,
a6@example.com,Éli Lind,,
a7@example.com,Jose Lopez,,
a8@example.com,Josefine Ray,,
a9@example.com,José,,
b1@li.example,Bo,,
b2@example.com,Cy,555-201-0001,5552010001-X
b3@example.com,Dee,,A-555-201-0001-B
"""


@pytest.fixture(autouse=True)
def imported(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students")
    wb.import_sheet(sheet("name\nLi\nLi Foods\nJulia\n", "companies.csv"), "commerce.companies")


def found(wb: Workbench, text: str) -> list[str]:
    return [one["title"] if "@" in one["key"] else one["key"] for one in wb.records.find(text)]


ORDERS = {
    "li": ["li", "Li", "Anna-Li Berg", "Li Wong", "Bo", "li foods", "Liskov Ray", "Éli Lind", "Julian Moss", "julia"],
    "jose": ["José", "Jose Lopez", "Josefine Ray"],
    "ray lis": ["Liskov Ray"],
    "555-201-0001": ["Cy", "Dee"],
}


@pytest.mark.parametrize("text", ORDERS)
def test_who_is_called_just_that_comes_first_then_whole_words_then_beginnings(wb: Workbench, text: str) -> None:
    assert found(wb, text) == ORDERS[text]


@pytest.mark.parametrize("text", ["li", "lo", "j", "example.com"])
@pytest.mark.parametrize("sorted_", [20_000, 8, 2, 0])
def test_every_record_is_on_one_page_whatever_a_page_holds_and_however_many_there_are(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch, text: str, sorted_: int
) -> None:
    everyone = {one["record_id"] for one in wb.records.find(text)}
    monkeypatch.setattr(by_words, "_SORTED", sorted_)
    whole = [one["record_id"] for one in wb.records.find(text)]
    assert set(whole) == everyone and len(whole) == len(everyone)
    for size in (1, 3, 5):
        answers = [wb.records.ask(text, limit=size, skip=skip) for skip in range(0, len(whole) + size, size)]
        assert [one["record_id"] for answer in answers for one in answer.records] == whole
        assert {answer.number for answer in answers} == {len(whole)}


def test_of_very_many_records_names_alone_say_how_well_they_fit(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_words, "_SORTED", 0)
    assert found(wb, "li")[:4] == ["li", "Li", "Li Wong", "li foods"]
