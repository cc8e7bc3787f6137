"""What a file asks for is known before it is given: the reader stays small, and the refusal says the real reason."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbooks import (
    ods_cell,
    ods_row,
    record,
    repack,
    write_ods,
    write_parts,
    write_xls,
    xlsx_styles,
)

MOST = 400
"""Megabytes of a process that reads a file, Python and its libraries among them."""
_READ = r"""
import re, sys, time
from workbench import open_sheet
from workbench.model.errors import WorkbenchError
began = time.process_time()
try:
    said = f"{sum(len(chunk) for chunk in open_sheet(sys.argv[1]).chunks())} rows"
except WorkbenchError as refused:
    said = str(refused)
# what getrusage tells begins with what the parent had
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
print(peak >> 10, time.process_time() - began, said)
"""
TEXT = "x" * 1_000_000
TOP = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)
COLUMNS = '<col min="1" max="16384" hidden="1"/>' * 10_000
NAMES = ods_row(ods_cell("email"), ods_cell("name"))
Make = Callable[[Path], Path]


def read(path: Path) -> tuple[int, float, str]:
    """The megabytes and the processor's seconds that a process of its own takes to read a file, and what it says."""
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    megabytes, seconds, said = done.stdout.strip().split(" ", 2)
    return int(megabytes), float(seconds), said


def packed(path: Path) -> Path:
    """The archive, compressed."""
    return repack(path, lambda name, data: data)


def xlsx(rows: str, **more: str) -> Make:
    return lambda folder: packed(write_parts(folder / "a.xlsx", TOP + rows, **more))


def ods(rows: str, **more: str) -> Make:
    table = f'<table:table table:name="S">{NAMES}{rows}</table:table>'
    return lambda folder: packed(write_ods(folder / "a.ods", table, **more))


def shared(numbers: str, rows: int) -> str:
    return "".join(f'<row r="{row}"><c r="A{row}" {numbers}</c></row>' for row in range(2, rows + 2))


def xls(*texts: str, cells: list[tuple[int, int, int]], height: int, width: int) -> Make:
    """An XLS workbook with shared texts, each in records of its own, and cells: row, column, number of the text."""

    def made(folder: Path) -> Path:
        said = record(0x00FC, len(cells), len(texts), layout="II")
        body = b""
        for text in texts:
            letters = text.encode("latin-1")
            body += record(0x003C, len(letters), 0, layout="HB", text=letters[:8_000])
            for begin in range(8_000, len(letters), 8_000):
                body += record(0x003C, 0, layout="B", text=letters[begin : begin + 8_000])
        named = [record(0x00FD, row, column, 0, number, layout="HHHI") for row, column, number in cells]
        return write_xls(folder / "a.xls", *named, height=height, width=width, book=said + body)

    return made


REPEATS = "its cells repeat long texts"
SPANS = "Delete the cells far away from the table"
STYLES = "formats of cells, more than a spreadsheet program takes"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (xlsx(shared('t="s"><v>0</v>', 1_000), strings=f"<si><t>{TEXT}</t></si>"), f"{REPEATS}, 953 MB or more"),
        (xlsx(shared("t='s'><v>0</v>", 1_000), strings=f"<si><t>{TEXT}</t></si>"), REPEATS),
        (xlsx(shared('s="0" t="s"><f>B1</f><v>0</v>', 1_000), strings=f"<si><t>{TEXT}</t></si>"), REPEATS),
        (xlsx(shared('t="s"><v>1</v>', 1_000), strings=f"<si/><si ><t>{TEXT}</t></si >"), REPEATS),
        (
            xlsx(shared('t="s"><v>1</v>', 1_000), strings=f"<si><t>a</t><![CDATA[</si>]]></si><si><t>{TEXT}</t></si>"),
            REPEATS,
        ),
        (xlsx(shared(f't="inlineStr"><is><t>{TEXT}</t></is>', 90)), REPEATS),
        (xlsx(shared(f't="str"><f>B1</f><v>{TEXT}</v>', 90)), REPEATS),
        (xlsx('<row r="900000"><c r="CV900000"><v>1</v></c></row>'), SPANS),
        (xlsx('<row r="2"><c r="CV900000"><v>1</v></c></row>'), SPANS),
        (
            xlsx(
                f'<row r="2"><c r="A2" t="inlineStr"><is><t>{TEXT}</t></is></c></row>'
                + "".join(f'<row r="{row}"><c r="B{row}"><v>1</v></c></row>' for row in range(3, 1_003)),
                after='<mergeCells><mergeCell ref="A2:A1002"/></mergeCells>',
            ),
            REPEATS,
        ),
        (
            xlsx(
                "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 5_000)),
                after="".join(f'<mergeCell ref="A{row}:A5000"/>' for row in range(2, 5_000)).join(
                    ("<mergeCells>", "</mergeCells>")
                ),
            ),
            "it is damaged",
        ),
        (xlsx("", styles=f"<cellXfs>{'<xf/>' * 5_000_000}</cellXfs>"), STYLES),
        (ods(ods_row(ods_cell(TEXT), attributes='table:number-rows-repeated="1000"')), REPEATS),
        (ods(ods_row(ods_cell(TEXT, 'office:value-type="string" table:number-columns-repeated="1000"'))), REPEATS),
        (ods(ods_row(ods_cell('a<text:s text:c="2000000000"/>b'))), REPEATS),
        (ods(ods_row(ods_cell('a<text:s text:c="9999"/>b')) * 100_000), REPEATS),
        (
            ods(
                ods_row(
                    ods_cell("x", 'office:value-type="string" table:number-columns-repeated="1000"'),
                    attributes='table:number-rows-repeated="90000"',
                )
            ),
            SPANS,
        ),
        (
            lambda folder: packed(
                write_ods(
                    folder / "a.ods",
                    "".join(
                        f'<table:table table:name="S{number}">{NAMES}'
                        + ods_row(ods_cell("x"), attributes='table:number-rows-repeated="1000000"')
                        + "</table:table>"
                        for number in range(30)
                    ),
                )
            ),
            "a.ods cannot be read: its ",
        ),
        (
            xls("email", "name", "x" * 32_000, cells=[(0, 0, 0), (0, 1, 1), *[(row, 0, 2) for row in range(1, 5_000)]],
                height=5_000, width=2),
            REPEATS,
        ),
        (xls("email", "name", cells=[(0, 0, 0), (0, 1, 1), (65_535, 255, 1)], height=65_536, width=256), SPANS),
    ],
)  # fmt: skip
def test_a_small_workbook_that_asks_for_gigabytes_is_refused_with_the_reason(
    tmp_path: Path, make: Make, why: str
) -> None:
    path = make(tmp_path)
    assert path.stat().st_size < 1_000_000
    megabytes, seconds, said = read(path)
    assert why in said
    assert megabytes < MOST
    assert seconds < 20


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (xlsx(shared('t="s"><v>0</v>', 50), strings=f"<si><t>{TEXT}</t></si>"), 50),
        (xlsx(shared('t="s"><v>0</v>', 50_000), strings="<si><t>Ada Park</t></si>"), 50_000),
        (xlsx(shared('t="s"><v>1</v>', 2_000), strings=f"<si><t>{TEXT}</t></si><si><t>Ada</t></si>"), 2_000),
        (xlsx(shared("><v>1</v>", 10), before=f"<cols>{COLUMNS}</cols>"), 10),
        (xlsx(shared('s="1"><v>0.5</v>', 1_000), styles=xlsx_styles("0%")), 1_000),
        (xlsx('<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>1</v></c></row>'), 2),
        (ods(ods_row(ods_cell("a"), ods_cell("b"), attributes='table:number-rows-repeated="20000"')), 20_000),
        (
            ods(
                ods_row(ods_cell("a"), '<table:table-cell table:number-columns-repeated="16383"/>')
                + '<table:table-row table:number-rows-repeated="1048574">'
                '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
            ),
            1,
        ),
        (ods('<table:table-row table:visibility="collapse" table:number-rows-repeated="99999"/>' * 500), 0),
        (xls("email", "name", "Ada", cells=[(0, 0, 0), (0, 1, 1), *[(row, 1, 2) for row in range(1, 9_000)]],
             height=9_000, width=2), 8_999),
    ],
)  # fmt: skip
def test_what_people_have_is_read_in_as_little(tmp_path: Path, make: Make, rows: int) -> None:
    megabytes, _, said = read(make(tmp_path))
    assert said == f"{rows} rows"
    assert megabytes < MOST


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"," * 20_000_000, "it holds nothing but delimiters."),
        (lambda: b"," * 8_000_000, "it holds nothing but delimiters."),
        (lambda: b"\t" * 20_000_000, "it holds nothing but delimiters."),
        (lambda: (b"," * 19 + b"\n") * 1_000_000, "it holds nothing but delimiters."),
        (lambda: (b";,\t|" * 4 + b"\r\n") * 1_000_000, "it holds nothing but delimiters."),
        (lambda: (b'"",' * 6 + b'""\n') * 1_000_000, "it holds nothing but delimiters."),
        (lambda: (b"," * 19 + b"\r") * 1_000_000, "it holds nothing but delimiters."),
        (lambda: b"\n" * 20_000_000, "it holds nothing but blank lines."),
        (lambda: b"a" + b"," * 20_000_000, "Line 1: has over 50,000 delimiters; a sheet may have 2,000 columns."),
        (
            lambda: b"a,b\n1,2\n" + b"," * 20_000_000,
            "Line 3: has over 50,000 delimiters; a sheet may have 2,000 columns.",
        ),
        (
            lambda: b'a,b\n"x",' + b'"",' * 6_000_000,
            "Line 2: has over 50,000 delimiters",
        ),
        (
            lambda: b"a,b\n1,2\n" * 99_999 + (b"," * 7_000_000 + b"\n") * 5 + b"x,y,z\n",
            "Line 200004: has 3 cells where",
        ),
        (lambda: b'a,b\n"' + b"x" * 20_000_000 + b'",1\n', "Line 2: is over 8 MB long without a line break"),
        (
            lambda: b'a,b\n"' + b"x\n" * 10_000_000,
            "Line 2: has a cell of over 1 MB",
        ),
        (lambda: b"a" + b"," * 1_999 + b"\n" + b"x\n" * 200_000, "is far narrower than the header's 2,000 columns"),
        (lambda: ("," * 10_000_000).encode("utf-16"), "it holds nothing but delimiters."),
    ],
    ids=range(16),
)
def test_a_text_without_end_is_refused_soon_and_in_little_memory(
    tmp_path: Path, make: Callable[[], bytes], why: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(make())
    megabytes, seconds, said = read(path)
    assert why in said
    assert megabytes < MOST
    assert seconds < 12


def test_rows_of_one_cell_alone_are_no_end_of_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,note,more\n" + "Ada,,\n" * 5_000, "utf-8")
    assert read(path)[2] == "5000 rows"
