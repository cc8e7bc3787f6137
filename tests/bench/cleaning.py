"""Cleaning a file of a million rows: seconds of each operation beside the plain reading of the file, and of a facet.

    python -m tests.bench.cleaning [--rows 1000000] [--repeat 3]

An operation's seconds are those of reading the cleaned file less those of reading it as it is, both measured one after
the other in each repetition, and the median of the repetitions: other work on the machine comes into both. Operations
that have to see all rows first read the file once more.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import cleaned
from workbench.prepare.facets import BY, count
from workbench.sources import open_sheet

SIMPLE, FACET = 0.5, 1.5
"""Seconds for a million rows that are aimed at."""

IN_LYNN = Condition(column="city", test="values", values=("Lynn",))
OPERATIONS: list[tuple[str, tuple[str, ...], dict[str, Any], tuple[Condition, ...]]] = [
    ("trim", ("name",), {}, ()),
    ("collapse", ("name",), {}, ()),
    ("case", ("email",), {"to": "lower"}, ()),
    ("case", ("name",), {"to": "title"}, ()),
    ("replace", ("phone",), {"find": "-"}, ()),
    ("replace", ("phone",), {"find": "[^0-9]", "pattern": True}, ()),
    ("replace", ("phone",), {"find": "-"}, (IN_LYNN,)),
    ("map_values", ("city",), {"meanings": {"Bostn": "Boston", "lynn": "Lynn"}}, ()),
    ("blank_texts", ("phone",), {}, ()),
    ("repair", ("name",), {}, ()),
    ("dates", ("born",), {"form": "dmy"}, ()),
    ("numbers", ("amount",), {"form": "point", "to": "amount"}, ()),
    ("fill_down", ("city",), {}, ()),
    ("blank_down", ("city",), {}, ()),
    ("split", ("name",), {"separator": " ", "into": ["first", "last"]}, ()),
    ("extract", ("email",), {"pattern": "@(.*)$", "into": ["domain"]}, ()),
    ("join", ("name", "city"), {"into": "label"}, ()),
    ("set", (), {"into": "label", "expression": "upper(city) || ': ' || name"}, ()),
    ("set", (), {"into": "label", "expression": "case when city like 'L%' then 'north' else lower(city) end"}, ()),
    ("rename", ("name",), {"to": "full_name"}, ()),
    ("remove_columns", ("name",), {}, ()),
    ("remove_rows", (), {}, (IN_LYNN,)),
    ("split_rows", ("email",), {"separator": ";"}, ()),
    ("unpivot", ("phone", "email"), {"name": "kind", "value": "contact"}, ()),
    ("keep_last", ("email",), {}, ()),
    ("agree", ("city",), {"by": ["phone"]}, ()),
]
FACETS = {"values": "city", "pattern": "phone", "length": "name", "number": "amount", "date": "born", "blank": "phone"}
FACETS |= {"kind": "email"}


class Seconds(NamedTuple):
    """By the clock, and of the processors: the second whatever else the machine does."""

    clock: float
    processors: float


def write(path: Path, rows: int) -> None:
    """A file of people with the faults of such files."""
    choose = random.Random(7)
    cities = ("Boston", "Bostn", "Lynn", "lynn", "Salem", "", "Worcester", "Lowell")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,name,email,phone,city,born,amount\n")
        for n in range(rows):
            name = f"{' ' * (n % 7 == 0)}Ann{n % 5000} O'Brien{n % 977}"
            phone = "n/a" if n % 50 == 0 else f"555-{n // 2 % 1000:03}-{n // 2 % 10_000:04}"
            born = f"{n % 28 + 1:02}/{n % 12 + 1:02}/{1950 + n % 60}"
            file.write(f'{n},{name},P{n}@Example.org,{phone},{choose.choice(cities)},{born},"{n % 9000 + 1000:,}.5"\n')


def seconds(work: Callable[[], object]) -> Seconds:
    begun, used = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - begun, time.process_time() - used)


def middle(taken: list[Seconds], before: list[Seconds], million: float) -> str:
    """The medians of what was taken more than before, for a million rows."""
    more = [
        (one.clock - other.clock, one.processors - other.processors) for one, other in zip(taken, before, strict=True)
    ]
    return "".join(f"{statistics.median(part) / million:7.2f}" for part in zip(*more, strict=True))


def read(sheet: Sheet) -> None:
    for _ in sheet.chunks():
        pass


def main() -> None:
    """Measures, and prints a line for each operation and facet."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--repeat", type=int, default=3)
    said = asked.parse_args()
    million = said.rows / 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        write(path, said.rows)
        sheet = open_sheet(path)
        read(sheet)
        size = path.stat().st_size / 1e6
        print(f"{said.rows:,} rows, {size:.0f} MB; seconds for a million rows, median of {said.repeat}")
        print("  clock   processors")
        none = [Seconds(0.0, 0.0)] * said.repeat
        for operation, columns, options, where in OPERATIONS:
            step = Step(operation=operation, columns=columns, options=options, where=where)
            plain, taken = [], []
            for _ in range(said.repeat):
                plain.append(seconds(lambda: read(sheet)))
                taken.append(seconds(lambda step=step: read(cleaned(sheet, Recipe(steps=(step,))))))
            told = " where" * bool(where) + (f" {options}" if operation in ("case", "set", "replace") else "")
            print(f"{middle(taken, plain, million)}  {operation} {', '.join(columns)}{told}", flush=True)
        print(f"{middle(plain, none, million)}  the plain reading")
        batches = [chunk.cells for chunk in sheet.chunks()]
        table = pa.Table.from_batches(batches)
        mask = pa.chunked_array([pa.array([True] * len(batch)) for batch in batches])
        for by in BY:
            taken = [
                seconds(lambda by=by: count(table[FACETS[by]], by, mask, header=FACETS[by])) for _ in range(said.repeat)
            ]
            print(f"{middle(taken, none, million)}  facet of {FACETS[by]} by {by}", flush=True)
        print(f"aimed at: {SIMPLE} of a simple operation, {FACET} of a facet")
        print(
            f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, the facets' table in it"
        )


if __name__ == "__main__":
    main()
