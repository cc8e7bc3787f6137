"""Dirty CSV with one fault a file: which of them are read right, refused, or read otherwise with or without a word.

    python -m tests.bench.faults [--every 1] [--show CLASS]

A clean table of 84 rows, whose cells are known, is written in several manners, and each time one thing is wrong with
it: a delimiter too many or too few in one row, a quotation mark out of place, another delimiter, another quote or line
end, several header rows or none, lines above, below and between. Read right is the table as it was meant. What is read
otherwise has to be told, in the reading's warnings or by the lines that are left out; none is to be "silent".
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from workbench.model.errors import WorkbenchError
from workbench.model.sheet import Tally, all_left_out
from workbench.sources import open_sheet

Verdict = Literal["right", "told", "refused", "silent"]
Table = list[list[str]]

HEADER = ["DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"]
_WORDS = ("oak", "maple", "steel", "glass", "linen", "copper", "wool", "cork")
_TYPES = ("Table", "Lamp", "Chair", "Rug")


@dataclass(frozen=True, kw_only=True)
class Faulty:
    """A file with one fault, and the table that is meant."""

    kind: str
    name: str
    content: bytes
    meant: Table
    """The header and the rows; [] where there is no table."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the clean table is written."""

    name: str
    always: bool
    """Whether every text is quoted, or only what must be."""
    end: str = "\r\n"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    """What stands before a quote in a cell; without it the quote is doubled."""

    def cell(self, text: str) -> str:
        """A cell as it is written."""
        plain = text.replace(".", "").replace("-", "").replace(":", "").replace("/", "").isdecimal()
        special = any(mark in text for mark in (self.delimiter.strip() or " ", self.quote, "\r", "\n"))
        if not special and (not self.always or plain or not text):
            return text
        doubled = text.replace(self.quote, (self.escape or self.quote) + self.quote)
        return f"{self.quote}{doubled}{self.quote}"

    def cells(self, row: list[str]) -> list[str]:
        """The cells of a row as they are written."""
        return [self.cell(text) for text in row]

    def line(self, row: list[str]) -> str:
        """A row as it is written, without its end."""
        return self.delimiter.join(self.cells(row))

    def lines(self, table: Table) -> list[str]:
        """The rows of a table."""
        return [self.line(row) for row in table]

    def text(self, lines: list[str]) -> bytes:
        """Lines as a file has them."""
        return "".join(line + self.end for line in lines).encode()


MANNERS = (
    Manner(name="minimal", always=False),
    Manner(name="always", always=True),
    Manner(name="unix", always=False, end="\n"),
)


def clean(rows: int = 84) -> Table:
    """The table that is meant: dates, times, numbers, codes, prices, texts with commas and quotes, addresses, and a
    column that is mostly blank."""
    table = [HEADER]
    for number in range(rows):
        word, kind = _WORDS[number % len(_WORDS)], _TYPES[number % len(_TYPES)]
        said = (
            f'{kind} of {word}, "{number % 7 + 2} inch"' if number % 5 == 0 else f"{kind} of {word}, size {number % 9}"
        )
        table.append(
            [
                (date(2020, 3, 1) + timedelta(days=number)).strftime("%m/%d/%Y"),
                f"{number % 12 + 1}:{number * 7 % 60:02}:00 {'AM' if number % 2 else 'PM'}",
                str(number % 6 + 1),
                f"UID{1000 + number * 37}",
                f"{number * 3.17 + 4:.2f}",
                kind,
                said if number % 3 else f"{word.title()} {kind.lower()}",
                f"https://shop.example/{word}?id={number}",
                "fragile, with care" if number % 17 == 3 else "late" if number % 13 == 5 else "",
            ]
        )
    return table


def faults(every: int = 1) -> Iterator[Faulty]:
    """All of them, or of those that are made at each row and column, each so many."""
    for manner in MANNERS:
        for place, one in enumerate(_of_rows(manner)):
            if place % every == 0:
                yield one
        yield from _of_files(manner)


def _of_rows(manner: Manner) -> Iterator[Faulty]:
    table = clean()
    lines = manner.lines(table)

    def made(kind: str, row: int, column: int, line: str) -> Faulty:
        content = manner.text([*lines[:row], line, *lines[row + 1 :]])
        return Faulty(kind=kind, name=f"{manner.name} {kind} row {row} column {column}", content=content, meant=table)

    for row, cells in enumerate(map(manner.cells, table)):
        for column, cell in enumerate(cells):
            before, after = cells[:column], cells[column + 1 :]
            yield made("row more sep", row, column, ",".join([*before, cell + ",", *after]))
            if after:
                yield made("row less sep", row, column, ",".join([*before, cell + after[0], *after[1:]]))
            yield made("row quote before", row, column, ",".join([*before, '"' + cell, *after]))
            yield made("row quote behind", row, column, ",".join([*before, cell + '"', *after]))
            half = len(cell) // 2
            if half:
                yield made("row quote within", row, column, ",".join([*before, f'{cell[:half]}"{cell[half:]}', *after]))
            if cell.startswith('"'):
                yield made("row opening quote lost", row, column, ",".join([*before, cell[1:], *after]))
                yield made("row closing quote lost", row, column, ",".join([*before, cell[:-1], *after]))
        for mark in (" ", ", ", ";", "\t"):
            other = Manner(name="", always=manner.always, delimiter=mark).line(table[row])
            yield made(f"row delimiter {mark!r}", row, 0, other)


def _of_files(manner: Manner) -> Iterator[Faulty]:  # noqa: PLR0915
    table = clean()
    lines, end = manner.lines(table), manner.end
    header, *rows = lines
    other = [[f"X{row[2]}", row[4], row[5]] for row in table[1:30]]
    small = ["Key,Amount,Kind", *(",".join(row) for row in other)]
    wide = [f"{line},{place}" for place, line in enumerate(rows[:20])]

    def made(kind: str, content: str | list[str], meant: Table | None = None) -> Faulty:
        data = content.encode() if isinstance(content, str) else manner.text(content)
        return Faulty(kind=kind, name=f"{manner.name} {kind}", content=data, meant=table if meant is None else meant)

    yield made("clean", lines)
    for mark in (";", "\t", "|", " ", ", ", "~", "^"):
        written = Manner(name="", always=manner.always, end=end, delimiter=mark)
        yield made(f"file delimiter {mark!r}", written.lines(table))
    yield made("file single quotes", Manner(name="", always=manner.always, quote="'").lines(table))
    yield made("file escape", Manner(name="", always=manner.always, escape="\\").lines(table))
    yield made("file escape @", Manner(name="", always=True, escape="@").lines(table))
    for mark in ("\n", "\r", "\r\n", "\n\r"):
        yield made(f"file line ends {mark!r}", "".join(line + mark for line in lines))
    yield made("file no line end", end.join(lines))
    yield made("file two line ends", [*lines, ""])
    yield made("file empty", "", [])
    yield made("file header only", [header], table[:1])
    yield made("file header only, no line end", header, table[:1])
    yield made("file one row", lines[:2], table[:2])
    yield made("file no header", rows, [[f"column_{place}" for place in range(1, 10)], *table[1:]])
    yield made("file no header, one row", rows[:1], [[f"column_{place}" for place in range(1, 10)], table[1]])
    yield made("file header twice", [header, *lines])
    yield made("file header three times", [header, header, *lines])
    yield made("file header again", [*lines[:40], header, *lines[40:]])
    yield made("file titles", ["Day,Hour,Pieces,Article,Amount,Group,Text,Link,Remarks", *lines])
    yield made("file units", [header, ",,pcs,,USD,,,,", *rows])
    yield made("file groups", ["When,,What,,,,,,", *lines])
    yield made("file two title rows", ["Sales,,Goods,,,,,,More", "When,,Amount,,Money,,Text,,Rest", *lines])
    yield made("file preamble", ["Sales of the shop", *lines])
    yield made("file preamble, blank", ["Sales of the shop", "as of March", "", *lines])
    yield made("file preamble, wide", ["Sales of the shop,,,,,,,,", "as of,March 2020,,,,,,,", *lines])
    yield made("file preamble, as wide", ["Sales,of,the,shop,in,March,by,day,all", "", *lines])
    yield made("file preamble, keys", ["Shop,North", "Printed,2020-05-01", "", *lines])
    yield made("file note", [*lines, "Printed on 1 May, by the shop"])
    yield made(
        "file notes", [*lines, "", "Source: the shop", "Prices are in dollars, with taxes.", "Total: 84 records"]
    )
    yield made("file notes, wide", [*lines, ",,,,,,,,", "Note: prices are in dollars,,,,,,,,"])
    yield made("file total", [*lines, f"Total,,{sum(int(row[2]) for row in table[1:])},,,,,,"])
    yield made("file total without a word", [*lines, f",,{sum(int(row[2]) for row in table[1:])},,,,,,"])
    for gap, between in (("", []), (", blank", [""])):
        yield made(f"file second table, less{gap}", [*lines, *between, *small])
        yield made(f"file second table, more{gap}", [*lines, *between, header + ",Extra", *wide])
        yield made(f"file second table, same{gap}", [*lines, *between, *lines], [*table, *table[1:]])
        renamed = "Day,Hour,Pieces,Article,Amount,Group,Text,Link,Remarks"
        yield made(f"file second table, renamed{gap}", [*lines, *between, renamed, *rows])
    yield made("file mark within", [*lines[:30], "\ufeff" + lines[30], *lines[31:]])
    yield made("file nulls", [line + ("\\N" if line.endswith(",") else "") for line in lines])
    yield made("file control letters", [line.replace("Oak", "\x93Oak\x94") for line in lines], _curled(table))
    yield made("file blank column", [f"{line}," for line in lines])
    yield made("file blank cells beyond", [header, *(f"{row}," for row in rows)])
    yield made("file labels run together", [header.replace("PRODUCTID,Price", "PRODUCTIDPrice"), *rows])


def _curled(table: Table) -> Table:
    return [[cell.replace("Oak", "\u201cOak\u201d") for cell in row] for row in table]


def verdict(one: Faulty, folder: Path) -> tuple[Verdict, str]:
    """What becomes of a file, and the words that say so."""
    path = folder / "faulty.csv"
    path.write_bytes(one.content)
    try:
        sheet, tally = open_sheet(path), Tally()
        rows = [[*row] for chunk in sheet.chunks(tally) for row in zip(*chunk.cells.to_pydict().values(), strict=True)]
    except WorkbenchError as refusal:
        return ("right" if not one.meant else "refused"), str(refusal)
    told = [*sheet.reading.warnings, *(f"{each.first}: {each.what}" for each in all_left_out(sheet.reading, tally))]
    found = [[cell.strip() for cell in row] for row in ([*sheet.headers], *rows)]
    if found == [[cell.strip() for cell in row] for row in one.meant]:
        return "right", " ".join(told)
    return ("told" if told else "silent"), " ".join(told)


def measured(every: int = 1) -> tuple[dict[str, Counter[Verdict]], list[tuple[Faulty, Verdict, str]]]:
    """The verdicts by kind of fault, and each file's."""
    counts: dict[str, Counter[Verdict]] = {}
    each = []
    with tempfile.TemporaryDirectory() as folder:
        for one in faults(every):
            found, words = verdict(one, Path(folder))
            counts.setdefault(one.kind, Counter())[found] += 1
            each.append((one, found, words))
    return counts, each


def main() -> None:
    """Prints the verdicts by kind."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--every", type=int, default=1, help="of the faults of rows, each so many")
    options.add_argument("--show", help="the words of a verdict (silent, told ...) or of a kind")
    given = options.parse_args()
    counts, each = measured(given.every)
    verdicts: tuple[Verdict, ...] = ("right", "told", "refused", "silent")
    print(f"{'':34}" + "".join(f"{name:>9}" for name in verdicts))
    for kind, of_kind in counts.items():
        print(f"{kind:34}" + "".join(f"{of_kind[name]:9,}" for name in verdicts))
    total = sum(counts.values(), Counter[Verdict]())
    print(f"{f'{total.total():,} files':34}" + "".join(f"{total[name]:9,}" for name in verdicts))
    for one, found, words in each:
        if given.show in (found, one.kind):
            print(f"{found}: {one.name}: {words[:300]}")


if __name__ == "__main__":
    main()
