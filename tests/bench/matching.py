"""How well and how fast people of two lists are matched.

    python -m tests.bench.matching [--rows 50000] [--febrl FOLDER]

`--febrl` is a folder with Febrl's dataset1.csv, whose 500 originals and duplicates are known. Nothing was fitted to
it: its columns are declared for what they are (an id that people type, a birthday, an address), and the thresholds are
those of every other matching. The roster is made up: 50,000 teachers of a few thousand surnames, some far more frequent
than others, and accounts with another address, a nickname, a slip, a second surname, or of somebody else.
"""

import argparse
import csv
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.matching import Compared
from workbench.prepare import matching, nicknames

TARGETS = {"precision": 0.99, "recall": 0.97, "seconds": 30.0, "MB": 700}

FEBRL = (
    Compared(name="given_name", kind="given"),
    Compared(name="surname", kind="surname"),
    Compared(name="date_of_birth", kind="day"),
    Compared(name="soc_sec_id", kind="identifier", differs=1),  # typed by hand: another one says little
    Compared(name="street_number", kind="code"),
    Compared(name="address_1", kind="text"),
    Compared(name="address_2", kind="text"),
    Compared(name="suburb", kind="text"),
    Compared(name="postcode", kind="code"),
)
ROSTER = (
    Compared(name="email", kind="email"),
    Compared(name="name", kind="name"),
    Compared(name="school", kind="place"),
)


def main() -> None:
    """Runs and prints what it measured."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--febrl", type=Path)
    given = options.parse_args()
    if given.febrl is not None:
        print(", ".join(f"{name} {value:,.4g}" for name, value in febrl(given.febrl / "dataset1.csv").items()))
    print(", ".join(f"{name} {value:,.4g}" for name, value in roster(given.rows).items()))


def febrl(file: Path) -> dict[str, float]:
    """Precision and recall of what is suggested of originals and duplicates, and what is decided."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, skipinitialspace=True))
    left, right = ([row for row in rows if f"-{kind}" in row["rec_id"]] for kind in ("org", "dup"))
    found = matching.candidates(_table(left), _table(right), FEBRL)
    same = [
        left[one]["rec_id"].split("-")[1] == right[other]["rec_id"].split("-")[1]
        for one, other in zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True)
    ]
    decided = found["automatic"].to_pylist()
    return {
        "people": len(left),
        "suggested": len(same),
        "precision": sum(same) / len(same),
        "recall": sum(same) / len(left),
        "decided": sum(decided),
        "decided wrongly": sum(plain and not true for plain, true in zip(decided, same, strict=True)),
    }


def _table(rows: list[dict[str, str]]) -> pa.Table:
    return pa.table({each.name: [row[each.name] for row in rows] for each in FEBRL})


def roster(rows: int) -> dict[str, float]:
    """Seconds and memory for so many teachers and accounts, how many were found, and what was decided wrongly."""
    left, right, owner, there = people(rows)
    began, busy = time.perf_counter(), time.process_time()
    found = matching.candidates(left, right, ROSTER)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    true = owner[found["right"].to_numpy()] == found["left"].to_numpy()
    decided = np.asarray(found["automatic"])
    return {
        "rows": rows,
        "surnames": len(pc.unique(pc.replace_substring_regex(left["name"], "^[^ ]* ", ""))),
        "seconds": seconds,
        "of the processor": busy,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "found": true.sum() / there.sum(),
        "candidates": len(found),
        "decided": decided.sum(),
        "decided wrongly": (decided & ~true).sum(),
    }


_SYLLABLES = [
    c + v
    for c in [
        "b",
        "c",
        "d",
        "f",
        "g",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "w",
        "br",
        "ch",
        "cr",
        "dr",
        "fr",
        "gr",
        "kl",
        "sch",
        "st",
        "tr",
        "th",
    ]
    for v in ["a", "e", "i", "o", "u", "ee", "ai", "ou"]
]
_ENDS = ("", "n", "s", "r", "son", "man", "er", "ley")


def people(rows: int) -> tuple[pa.Table, pa.Table, npt.NDArray[Any], npt.NDArray[Any]]:
    """A roster, the accounts, whose account each is, and whether it really is somebody's of the roster."""
    chance = np.random.default_rng(7)
    surnames = chance.permutation(
        sorted({"".join(chance.choice(_SYLLABLES, chance.integers(2, 4))) + chance.choice(_ENDS) for _ in range(4000)})
    )
    given = chance.permutation(sorted({*nicknames.FORMS, *("".join(chance.choice(_SYLLABLES, 2)) for _ in range(300))}))
    first, last = _frequent(chance, given, rows), _frequent(chance, surnames, rows)
    schools = np.array(
        [f"{chance.choice(surnames).title()} {kind} School" for kind in ("Elementary", "Middle", "High") * 134]
    )
    school = chance.integers(0, len(schools), rows)
    name = np.array([f"{one.title()} {other.title()}" for one, other in zip(first, last, strict=True)], object)
    email = np.array([f"{first[n]}.{last[n]}{n % 97}@kck{school[n] % 5}.example" for n in range(rows)], object)
    left = pa.table({"email": pa.array(email), "name": pa.array(name), "school": pa.array(list(schools[school]))})

    owner = chance.permutation(rows)
    kind = chance.random(rows)
    names, emails, at = name[owner], email[owner], schools[school[owner]].astype(object)
    for n in range(rows):
        one, other = first[owner[n]], last[owner[n]]
        if kind[n] < 0.25:
            emails[n] = f"p{n}@mail.example"
        if kind[n] < 0.10:
            slip = chance.integers(1, len(names[n]) - 1)
            names[n] = names[n][:slip] + names[n][slip + 1 :]
        elif kind[n] < 0.20 and one in nicknames.FORMS:
            names[n] = f"{nicknames.FORMS[one][0].title()} {other.title()}"
        elif kind[n] < 0.25:
            names[n] = f"{names[n]}-{chance.choice(surnames).title()}"
        elif kind[n] < 0.40:
            at[n] = str(at[n]).replace("Elementary School", "Elem").upper()
        elif kind[n] > 0.95:
            names[n], emails[n] = f"Nobody {chance.choice(surnames).title()}", f"x{n}@x.example"
    right = pa.table({"email": pa.array(emails), "name": pa.array(names), "school": pa.array(at)})
    return left, right, owner, kind <= 0.95


def _frequent(chance: np.random.Generator, names: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """So many names, the first of them far more often than the last."""
    often = 1 / np.arange(10, len(names) + 10)
    return chance.choice(names, rows, p=often / often.sum())


if __name__ == "__main__":
    main()
