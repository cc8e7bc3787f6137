"""Two people at once, each under their own name."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import LOOK
from workbench import Workbench

FIRST = "email,full_name\nada@example.com,Ada Park\nben@example.com,Ben Okafor\n"
SECOND = "email,full_name\nben@example.com,Ben Okafor-Smith\ncarla@example.com,Carla Mendes\n"


def test_two_people_import_into_the_same_dataset_at_once_and_neither_is_mistaken_for_the_other(
    person: People, wb: Workbench, file: Callable[[str, str], Path]
) -> None:
    ana, zoe = person("ana"), person("zoe")
    ana.upload(file(FIRST, "students.csv"))
    zoe.upload(file(SECOND, "students_of_zoe.csv"))
    for each in (ana, zoe):
        each.confirm()
    for each in (ana, zoe):  # neither waits for the other to be done
        each.press("Start the import")
    for each in (ana, zoe):
        each.at("Validate")
        expect(each.main.get_by_role("button", name=LOOK)).to_be_visible()
    for each in (ana, zoe):
        each.plan()
    ana.commit()
    zoe.press("Plan again")
    zoe.sees("updated 1")
    assert zoe.figures()["updated"] == 1
    zoe.commit()
    assert sorted((batch.file_name, batch.initiated_by, batch.stage) for batch in wb.batches.all()) == [
        ("students.csv", "ana", "completed"),
        ("students_of_zoe.csv", "zoe", "completed"),
    ]
    ana.visit("record").asks("ben@example.com")
    ana.sees("students_of_zoe.csv, line 2 · run by zoe · not signed off")
    ana.sees("students.csv, line 3 · run by ana · not signed off")
    assert ana.surprises == zoe.surprises == []


def test_a_second_tab_watches_what_the_first_one_began(person: People, file: Callable[[str, str], Path]) -> None:
    ana, lena = person("ana"), person("lena")
    ana.upload(file(FIRST, "students.csv"))
    batch = ana.map()
    lena.visit("commit", batch=batch)
    ana.plan()
    ana.commit()
    lena.visit("reconcile", batch=batch)
    assert lena.figures() == ana.figures()
    assert ana.surprises == lena.surprises == []
