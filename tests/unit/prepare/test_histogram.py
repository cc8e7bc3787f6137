import numpy as np
import pyarrow as pa
import pytest

from workbench.prepare.histogram import Histogram


def spread(*chunks: list[float], least: float = 0.0) -> Histogram:
    found = Histogram(least=least)
    for numbers in chunks:
        texts = pa.array([f"{number:g}" for number in numbers])
        found.add(texts, pa.array(numbers, pa.float64()), pa.array([1] * len(numbers), pa.int64()))
    return found


def test_every_number_is_counted_in_the_bin_it_lies_in() -> None:
    assert spread([1, 2, 2, 5], least=1.0).bins() == [(1, 2, 1), (2, 3, 2), (3, 4, 0), (4, 5, 0), (5, 6, 1)]


@pytest.mark.parametrize("least", [0.0, 1.0])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_counts_stay_exact_when_the_bins_get_too_many(scale: float, least: float) -> None:
    chance = np.random.default_rng(5)
    chunks = [list(chance.uniform(-1, 1, 1_000) * scale * width) for width in (1, 2, 3, 4)]
    found = spread(*chunks, least=least).bins()
    assert len(found) <= 40
    for low, high, rows in found:
        assert rows == sum(low <= number < high for numbers in chunks for number in numbers)
    assert sum(rows for _, _, rows in found) == 4_000


def test_numbers_far_apart_need_no_more_memory_and_do_not_blur_the_others() -> None:
    numbers = [float(number) for number in range(5_000)]
    found = spread(numbers, [1e300], [-1e300, 5e-324])
    assert len(found.places) <= 2_048
    assert found.fences() == (None, None)  # with numbers that large, there are no places for the small ones
    found = spread(numbers, [1e12])
    assert [rows for _, rows, _ in found.farthest()] == [1]
    assert [rows for _, _, rows in found.bins(most=5)] == [1024, 1024, 1024, 1024, 904]


def test_what_is_no_number_is_left_out() -> None:
    assert spread([float("nan"), float("inf"), 3.0], least=1.0).bins() == [(3, 4, 1)]
    assert spread([]).bins() == []


def test_numbers_far_off_are_named_with_their_rows() -> None:
    ages = [float(20 + number % 15) for number in range(300)]
    found = spread(ages, [999.0, 999.0, -400.0], [999.0], least=1.0)
    assert found.farthest() == [("-400", 1, "below"), ("999", 3, "above")]
    assert (found.bins()[0][0], found.bins()[-1][1]) == (20, 35)


def test_where_most_numbers_are_the_same_none_is_far_off() -> None:
    assert spread([0.0] * 90 + [1.0] * 10, least=1.0).farthest() == []
    assert spread([]).farthest() == []
    assert spread([]).fences() == (None, None)
