import json
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from tests.pages.grids import grid
from workbench import Workbench, open_sheet
from workbench.doors.web import profiles, uploads
from workbench.model.sheet import Sheet

STUDENTS = (
    "email,full name,phone\n"
    + "".join(
        f"p{n}@example.org,{name},555-123-{1000 + n}\n" for n, name in enumerate(["Ann Lee", "ann lee", "Bo Ray"])
    )
    + "nobody,Cy Orr,\n"
)


def keep(wb: Workbench, data: bytes, name: str = "export.csv") -> str:
    return uploads.keep(wb.settings, name, BytesIO(data)).id


def told(page: AppTest) -> str:
    said = [*page.title, *page.header, *page.markdown, *page.caption, *page.success, *page.error]
    return "\n".join(element.value for element in said).replace("\\", "")


def table(page: AppTest, *columns: str) -> pd.DataFrame:
    """The first table that has these columns."""
    found: list[Any] = [shown.value for shown in page.dataframe if {*columns} <= {*shown.value.columns}]
    return found[0]


def test_without_a_file_the_page_says_what_to_do(show: Show) -> None:
    page = show("profile")
    assert not page.exception
    assert "No file yet" in told(page)


def test_every_column_has_a_line(show: Show, wb: Workbench) -> None:
    page = show("profile", upload=keep(wb, STUDENTS.encode()))
    assert not page.exception
    assert [(metric.label, metric.value) for metric in page.metric] == [
        ("Rows", "4"),
        ("Columns", "3"),
        ("Blank rows", "0"),
    ]
    lines = table(page, "Type", "Filled")
    assert lines["Column"].tolist() == ["email", "full name", "phone"]
    assert lines["Type"].tolist() == ["text", "text", "phone number"]
    assert lines["Filled"].tolist() == [1.0, 1.0, 0.75]
    assert lines["Distinct"].tolist() == [4, 4, 3]
    assert lines["Top values"].tolist()[0] == "all different: p0@example.org, p1@example.org, p2@example.org ..."


def test_one_column_is_looked_at_closely_as_the_address_says(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"name,age\nAnn,30\nann,31\nAnn,30\nBo,200\n" + b"Cy,30\nDi,31\n" * 20)
    page = show("profile", upload=upload, closely="age")
    assert not page.exception
    assert table(page, "Value", "Share")["Value"].tolist() == ["30", "31", "200"]
    assert table(page, "Pattern")["Pattern"].tolist() == ["99", "999"]
    assert grid(page).shown.to_numpy().tolist() == [["5", "200", "1", "far larger than the others"]]
    assert len(page.get("plotly_chart")) == 2
    next(box for box in page.selectbox if box.label == "Look closely at").select("name").run()
    assert table(page, "Values")["Values"].tolist() == ["Ann (2), ann (1)"]
    assert len(page.get("plotly_chart")) == 2  # what its values are, and how long


def test_every_outlier_has_its_lines_and_a_way_to_its_rows(show: Show, wb: Workbench) -> None:
    wrong = [f"n/a {number}" for number in range(12)]
    upload = keep(wb, b"name,age\n" + "".join(f"A,{age}\n" for age in ["30", "31"] * 200 + wrong).encode())
    page = show("profile", upload=upload, closely="age")
    assert not page.exception
    assert grid(page).shown["Line"].tolist() == [str(402 + number) for number in range(12)]
    assert "12 rows unlike the others" in told(page)
    (link,) = [each for each in page.get("page_link") if "See their rows" in each.proto.label]
    facets = json.loads(parse_qs(link.proto.query_string)["facets"][0])
    clean = show("clean", upload=upload, facets=json.dumps(facets))
    assert not clean.exception
    assert "**12 of 412 rows**" in told(clean)


def test_outliers_are_sorted_and_searched_over_all_of_them(show: Show, wb: Workbench) -> None:
    wrong = [f"n/a {number}" for number in range(120)]
    upload = keep(wb, b"name,age\n" + "".join(f"A,{age}\n" for age in ["30", "31"] * 2_000 + wrong).encode())
    page = show("profile", upload=upload, closely="age", **{"outlier-order": "-0"})
    lines = [int(line) for line in grid(page).shown["Line"]]
    assert lines == list(range(4_121, 4_071, -1))
    page = show("profile", upload=upload, closely="age", **{"outlier-search": "n/a 11", "outlier-in": "Value"})
    assert grid(page).shown["Value"].tolist() == ["n/a 11", *(f"n/a {number}" for number in range(110, 120))]
    assert "11 rows found" in told(page)


def test_a_histogram_says_that_it_leaves_out_what_is_far_off(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"name,age\n" + "".join(f"A,{20 + n % 15}\n" for n in range(300)).encode() + b"A,9999\nA,n/a\n")
    assert "Without 1 row far off" in told(show("profile", upload=upload, closely="age"))


def test_a_line_is_shown_between_those_beside_it_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,password\n" + "".join(f"p{n}@example.org,hunter{n}\n" for n in range(9)))
    sheet = open_sheet(path)
    assert profiles.around(sheet, 5) == [(n, {"email": f"p{n - 2}@example.org"}) for n in range(3, 8)]
    assert [line for line, _ in profiles.around(sheet, 2)] == [2, 3, 4]
    assert [line for line, _ in profiles.around(sheet, 10)] == [8, 9, 10]


def test_lines_beside_one_are_also_those_of_the_block_before_it(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "".join(f"p{n:06}@example.org\n" for n in range(900_000)))
    sheet = open_sheet(path)
    first = len(next(sheet.chunks()))
    line = first + 2  # the first of the second block
    assert [at for at, _ in profiles.around(sheet, line)] == [line - 2, line - 1, line, line + 1, line + 2]
    assert [at for at, _ in profiles.around(sheet, line + 1)] == [*range(line - 1, line + 4)]


def test_of_a_large_file_the_first_rows_are_told_until_all_are_profiled(
    show: Show, wb: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "LARGE", 100)
    monkeypatch.setattr(profiles, "FIRST", 2)
    made = threading.Event()
    make = profiles.Making.make

    def slowly(making: profiles.Making, sheet: Sheet) -> None:
        made.wait(60)
        make(making, sheet)

    monkeypatch.setattr(profiles.Making, "make", slowly)
    upload = keep(wb, STUDENTS.encode() + b"x@example.org,Di Fox,555-123-2000\n", "large.csv")
    page = show("profile", upload=upload)
    assert not page.exception
    assert "Large: this is the profile of 2 rows from its beginning, until all are profiled." in page.info[0].value
    assert page.metric[0].value == "2"
    made.set()
    deadline = time.monotonic() + 60
    while page.info and time.monotonic() < deadline:
        page = show("profile", upload=upload)
    assert page.metric[0].value == "5"
    assert grid(page).shown["Line"].tolist() == ["5"]


def test_the_last_import_is_drawn_beside_it_with_new_and_gone_values(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    header = "email,full name,status\n"
    may = "".join(f"m{n}@example.org,Ann Lee,{'active' if n % 2 else 'closed'}\n" for n in range(8))
    june = "".join(f"j{n}@example.org,Ann Lee,{'active' if n % 2 else 'paused'}\n" for n in range(6))
    wb.import_sheet(sheet(header + may, "may.csv"), "elevate.students", columns={"status": ""})
    page = show("profile", upload=keep(wb, (header + june).encode()), closely="status", dataset="elevate.students")
    assert not page.exception
    said = told(page)
    assert "**Rows**" in said
    assert "**Filled**" in said
    assert "**Distinct values**" in said
    assert "**1 value is new**" in said
    assert "**1 value is gone**" in said
    assert len(page.get("plotly_chart")) == 6


def test_the_last_import_stands_beside_it_with_what_changed(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    first = wb.import_sheet(sheet("email,full name,fax\nann@example.org,Ann Lee,1\n", "may.csv"), "elevate.students")
    assert "no earlier import of `elevate.students` stands" in told(show("profile", batch=first.id))
    page = show("profile", upload=keep(wb, STUDENTS.encode(), "june.csv"))
    assert not page.exception
    assert "**may.csv**, imported on" in told(page)
    changes = table(page, "Last import", "This file").values.tolist()
    assert ["(the whole file)", "rows", "1", "4"] in changes
    assert ["fax", "column is gone", "1", ""] in changes
    assert page.metric[0].delta == "+3"


def test_the_last_import_is_found_whoever_profiled_it_and_never_one_that_was_taken_back(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet("email,full name\nann@example.org,Ann Lee\n", "may.csv"), "elevate.students")
    june = wb.import_sheet(sheet("email,full name\nbob@example.org,Bob Ray\n", "june.csv"), "elevate.students")
    upload = keep(wb, STUDENTS.encode(), "july.csv")
    assert "**june.csv**, imported on" in told(show("profile", upload=upload))
    wb.undo(june)
    page = show("profile", upload=upload)
    assert not page.exception
    assert "**may.csv**, imported on" in told(page)
    assert "june.csv" not in told(page)


def test_an_import_that_is_not_compared_with_is_named_with_the_reason(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    upload = keep(wb, STUDENTS.encode(), "july.csv")
    assert "no other import of `elevate.students` stands." in told(show("profile", upload=upload))
    may = wb.import_sheet(sheet("email,full name\nann@example.org,Ann Lee\n", "may.csv"), "elevate.students")
    wb.undo(may)
    assert "stands: may.csv was taken back." in told(show("profile", upload=upload))
    wb.stage(sheet("email,full name\nbob@example.org,Bob Ray\n", "june.csv"), "elevate.students")
    assert "stands: june.csv was not committed." in told(show("profile", upload=upload))


def test_a_last_import_whose_bytes_are_gone_is_named(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet], home: Path
) -> None:
    may = wb.import_sheet(sheet("email,full name\nann@example.org,Ann Lee\n", "may.csv"), "elevate.students")
    assert may.file_key is not None
    (home / "files" / may.file_key).unlink()
    page = show("profile", upload=keep(wb, STUDENTS.encode()))
    assert not page.exception
    assert "the last import is **may.csv**" in told(page)
    assert "its bytes were not kept" in told(page)


def test_a_last_import_with_secrets_was_profiled_before_its_bytes_were_given_back(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"email,full name,password\nann@example.org,Ann Lee,hunter2\n", "may.csv")
    show("profile", upload=upload)
    wb.import_sheet(uploads.opened(wb.settings, upload), "elevate.students", columns={"password": ""})
    page = show("profile", upload=keep(wb, STUDENTS.encode()))
    assert not page.exception
    assert "**may.csv**, imported on" in told(page)
    assert page.metric[0].delta == "+3"


def test_a_file_like_the_last_one_has_nothing_to_tell(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    first = wb.import_sheet(sheet("email,full name\nann@example.org,Ann Lee\n", "may.csv"), "elevate.students")
    show("profile", batch=first.id)
    page = show("profile", upload=keep(wb, b"email,full name\nbob@example.org,Bob Ray\n"))
    assert "Nothing that matters has changed" in told(page)


def test_a_file_of_no_dataset_can_be_profiled_all_the_same(show: Show, wb: Workbench) -> None:
    page = show("profile", upload=keep(wb, b"width,height\n1,2\n"))
    assert not page.exception
    assert "nobody knows yet which dataset this is" in told(page)


def test_a_file_with_only_a_header_has_a_profile(show: Show, wb: Workbench) -> None:
    page = show("profile", upload=keep(wb, b"email,full name\n"))
    assert not page.exception
    assert table(page, "Type")["Type"].tolist() == ["blank", "blank"]


def test_a_file_that_cannot_be_read_to_its_end_is_refused_in_a_sentence(show: Show, wb: Workbench) -> None:
    page = show("profile", upload=keep(wb, b"a,b\n1,2\n1,2,3\n"))
    assert not page.exception
    assert "Line 3: has 3 cells where the header has 2." in told(page)


def test_nothing_of_a_secret_is_shown_or_kept(show: Show, wb: Workbench) -> None:
    page = show(
        "profile", upload=keep(wb, b"email,full name,password\nann@example.org,Ann,hunter2\n"), closely="password"
    )
    assert not page.exception
    assert not any("hunter2" in shown.value.to_csv() for shown in page.dataframe)


def test_hostile_text_is_shown_as_text(show: Show, wb: Workbench) -> None:
    header, name = "<script>alert(1)</script>", "**b** [x](http:evil.example).csv"
    page = show("profile", upload=keep(wb, f"email,{header}\nann@example.org,=1+1\n".encode(), name), closely=header)
    assert not page.exception
    assert table(page, "Type")["Column"].tolist() == ["email", header]
    assert name in told(page)
    assert not any(name in element.value for element in page.markdown)


def test_what_is_probably_the_same_stands_in_one_order_also_where_the_profile_was_kept(
    show: Show, wb: Workbench
) -> None:
    upload = keep(wb, b"name,age\nAnn,30\nann,31\nBo,200\n" + b"Cy,30\nDi,31\n" * 20)
    for _ in range(2):
        page = show("profile", upload=upload, dataset="elevate.students", closely="name")
        assert list(table(page, "Values", "Why").columns) == ["Values", "Rows", "Why"]
