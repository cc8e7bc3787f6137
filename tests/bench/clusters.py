"""Values that are probably one: how many are found and how many of them wrongly, and the processor's seconds for many.

    python -m tests.bench.clusters [--values 100000]

The first figures are of the public file of hospitals, whose right values are known, where its folder is beside the
checkout; the others of made-up titles of three words, of which one in ten has a slip. The memory is the most that the
process had so far, above what it had before.
"""

import argparse
import csv
import random
import resource
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa

from workbench.prepare.clusters import nearest
from workbench.prepare.fingerprint import fingerprints

HOSPITALS = Path(__file__).parents[2].parent / "shared" / "data" / "raha" / "hospital"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def table(rows: dict[str, int]) -> pa.Table:
    return pa.table({"text": pa.array(rows, pa.string()), "rows": pa.array(rows.values(), pa.int64())})


def found(rows: dict[str, int], right: dict[str, str]) -> tuple[int, int]:
    """How many values are put to their right one, and how many to another."""
    keys = dict(zip(rows, fingerprints(pa.array(rows, pa.string())).to_pylist(), strict=True))
    moved = [
        right[text] == right[cluster.values[0][0]]
        for cluster in nearest(table(rows))
        for text, _ in cluster.values[1:]
        if keys[text] != keys[cluster.values[0][0]]
    ]
    return sum(moved), len(moved) - sum(moved)


def hospitals() -> None:
    dirty, clean = (
        list(csv.reader((HOSPITALS / f"{name}.csv").read_text("utf-8").splitlines())) for name in ("dirty", "clean")
    )
    for place, header in enumerate(dirty[0]):
        rows = Counter(row[place] for row in dirty[1:])
        right = {one[place]: other[place] for one, other in zip(dirty[1:], clean[1:], strict=True)}
        right |= {row[place]: row[place] for row in clean[1:]}
        wrong = sum(right[text] != text for text in rows)
        if wrong:
            good, bad = found(rows, right)
            print(f"{header:18} {wrong:4} misspelt values, {good:4} put to the right one, {bad} to another")


def slip(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    other = dice.choice(("", dice.choice(LETTERS), word[at] + dice.choice(LETTERS)))
    return word[:at] + other + word[at + 1 :]


def many(values: int) -> None:
    dice = random.Random(7)
    known = ["".join(dice.choices(LETTERS, k=dice.randrange(5, 12))) for _ in range(values // 10)]
    titles = list(dict.fromkeys(" ".join(dice.choices(known, k=3)) for _ in range(values * 9 // 10)))
    rows = {title: max(2, values // (place + 3)) for place, title in enumerate(titles)}
    rows |= dict.fromkeys((slip(title, dice) for title in titles[: values - len(titles)]), 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    clusters = nearest(table(rows))
    seconds = time.process_time() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{len(rows):9,} values: {len(clusters):6,} clusters, {seconds:.2f} s of the processor, {memory} MB more")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=100_000)
    most = parser.parse_args().values
    if HOSPITALS.is_dir():
        hospitals()
    for part in (100, 10, 1):
        many(most // part)


if __name__ == "__main__":
    main()
