"""Sums of fields, exact whatever they come to."""

from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from workbench.datasets import catalog
from workbench.model.issue import ISSUES
from workbench.model.kinds import KINDS
from workbench.model.sheet import Chunk
from workbench.prepare.judging import JudgedRows
from workbench.prepare.normalize import Normalized
from workbench.prepare.sums import Sums

STOCK = catalog.contract("commerce.inventory")


def rows(units: list[str | None], *, left_out: bool = False) -> JudgedRows:
    lines = pa.array(range(len(units)), pa.int32())
    values = pa.RecordBatch.from_arrays([pa.array(units, pa.string())], names=["units"])
    chunk = Chunk(lines=lines, cells=pa.RecordBatch.from_arrays([], names=[]))
    spared = {"units": pa.array([False] * len(units))} if left_out else {}
    normalized = Normalized(lines=lines, values=values)
    return JudgedRows(chunk=chunk, normalized=normalized, issues=ISSUES.empty_table(), left_out=spared)


def summed(*chunks: JudgedRows) -> dict[str, str]:
    sums = Sums(contract=STOCK)
    for chunk in chunks:
        sums.add(chunk)
    return sums.told


@given(st.lists(st.decimals(min_value=-(10**20), max_value=10**20, places=4), max_size=50), st.integers(0, 50))
def test_sums_are_exact(numbers: list[Decimal], cut: int) -> None:
    texts = KINDS["decimal"].parse(pa.array([f"{number:f}" for number in numbers], pa.string())).to_pylist()
    found = summed(rows(texts[:cut]), rows([*texts[cut:], None]))
    assert Fraction(found["units"]) == sum(map(Fraction, numbers))


def test_digits_that_are_many_are_kept() -> None:
    assert summed(rows(["9" * 30, "1"])) == {"units": "1" + "0" * 30}
    assert summed(rows(["0.1", "0.2", "-0.3"])) == {"units": "0.0"}
    assert summed(rows(["0.0000000000001", "0.2"])) == {"units": "0.2000000000001"}


def test_a_text_that_is_no_number_makes_the_sum_unknown_and_a_blank_does_not() -> None:
    assert summed(rows(["1", None]), rows(["2"])) == {"units": "3"}
    assert summed(rows(["1"]), rows(["many"])) == {}
    assert summed(rows(["1", "2"], left_out=True)) == {}
