"""One fault a file, and never a table that is not meant without a word: a part of tests.bench.faults."""

from collections import Counter

from tests.bench.faults import measured


def test_no_faulty_file_is_read_otherwise_than_it_is_meant_without_a_word() -> None:
    counts, each = measured(every=61)
    assert [one.name for one, verdict, _ in each if verdict == "silent"] == []
    total = sum(counts.values(), Counter())
    assert total["right"] > 120


def test_a_row_with_a_delimiter_too_many_or_another_one_is_refused_with_its_line() -> None:
    _, each = measured(every=97)
    found = [(one, verdict, words) for one, verdict, words in each if one.kind in ("row more sep", "row delimiter ';'")]
    assert len(found) > 20
    for one, verdict, words in found:
        row = int(one.name.split(" row ")[-1].split()[0])
        line = row + 1 if row else 2  # where it is the header's, the first row does not fit it
        assert verdict == "refused" and words.startswith(f"Line {line}: "), (one.name, words)
