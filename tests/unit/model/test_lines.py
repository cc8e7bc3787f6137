import pytest

from workbench.model import lines
from workbench.model.sheet import Layout


def test_lines_beside_each_other_are_one_range() -> None:
    assert lines.of([9, 3, 5, 4]) == ((3, 5), (9, 9))
    assert lines.joined([(7, 9), (1, 3), (4, 4), (8, 12)]) == ((1, 4), (7, 12))


def test_lines_are_taken_out_of_ranges() -> None:
    assert lines.without(((1, 9), (20, 22)), ((3, 4), (9, 20))) == ((1, 2), (5, 8), (21, 22))


@pytest.mark.parametrize(("text", "ranges"), [("", ()), ("3", ((3, 3),)), (" 3, 7-9 ,12", ((3, 3), (7, 9), (12, 12)))])
def test_lines_are_read_as_people_write_them(text: str, ranges: lines.Ranges) -> None:
    assert lines.read(text) == ranges
    assert lines.read(lines.written(ranges)) == ranges


@pytest.mark.parametrize("text", ["x", "0", "9-7", "3-", "-3", "1.5", "3;4"])
def test_what_names_no_lines_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        lines.read(text)


def test_more_lines_than_any_file_has_cost_nothing() -> None:
    said = Layout(keep_lines=((2, 10**15),), mended={7: "a,b"})
    assert lines.hold(said.records, 10**14)
    assert lines.without(said.records, ((3, 3),)) == ((2, 2), (4, 10**15))
