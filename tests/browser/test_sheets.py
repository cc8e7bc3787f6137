"""A workbook of several sheets at Upload, and a line that is odd at Profile."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tests.browser.person import Person
from workbench import Workbench

People = Callable[..., Person]


def test_sheets_of_two_families_are_chosen_and_imported_one_after_the_other(
    person: People, wb: Workbench, tmp_path: Path
) -> None:
    path = tmp_path / "office.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        pd.DataFrame({"note": ["Ask Ben."], "of": ["May"]}).to_excel(writer, sheet_name="Read me", index=False)
        students = {"email": ["ada@example.com", "bo@example.com"], "full name": ["Ada Park", "Bo Ek"]}
        pd.DataFrame(students).to_excel(writer, sheet_name="Students", index=False)
        teachers = {"Teacher Name": ["Cy Fox"], "Teacher Email": ["cy@example.com"]}
        pd.DataFrame(teachers).to_excel(writer, sheet_name="Teachers", index=False)
    ana = person()
    ana.visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(path)
    ana.sees("It looks like no dataset.")
    ana.sees("Left out: Read me (1 row).")
    ana.sees(re.compile("2 imports"))
    ana.press("Begin this import")
    ana.at("Validate")
    ana.plan()
    ana.commit()
    ana.follow("Go on with the other sheets of office.xlsx")
    ana.at("Upload")
    ana.press("Begin this import")
    ana.at("Validate")
    ana.plan()
    ana.commit()
    assert [(batch.dataset, batch.created) for batch in wb.batches.all()] == [
        ("polaris.teachers", 1),
        ("elevate.students", 2),
    ]
    assert ana.surprises == []


def test_an_outlier_leads_to_its_line_and_the_sidebar_back_to_the_file(person: People, tmp_path: Path) -> None:
    path = tmp_path / "ages.csv"
    rows = "".join(f"p{n}@example.org,Ann Lee,{20 + n % 15}\n" for n in range(300))
    path.write_text(f"email,full name,age\n{rows}q@example.org,Bo Ek,9999\n")
    ana = person()
    ana.visit("upload")
    ana.window.locator("input[type=file]").first.set_input_files(path)
    ana.sees("ages.csv")
    ana.follow("Profile it first")
    ana.at("Profile")
    ana.option("Look closely at", "age").click()
    ana.sees("Without 1 row far off")
    ana.rows.locator("[row-index='0'] input[type=checkbox]").check()
    ana.sees("Line 302")
    sidebar = ana.window.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Inventory").click()
    ana.at("Inventory")
    sidebar.get_by_role("link", name="Back to ages.csv").click()
    ana.at("Upload")
    ana.sees("ages.csv")
    assert ana.surprises == []
