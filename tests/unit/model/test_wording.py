"""Numbers have their nouns, and of many the first are named."""

from workbench.model.wording import first_of, many


def test_one_is_one_and_several_are_many() -> None:
    assert [many(0), many(1), many(1_234, "record")] == ["0 rows", "1 row", "1,234 records"]


def test_the_first_are_named_and_the_others_counted() -> None:
    assert first_of(["a", "b"], 2) == "a, b"
    assert first_of(["a", "b", "c"], 2) == "a, b and 1 more"
    assert first_of(["a", "b", "c", "d"], 2, more="other") == "a, b and 2 others"
    assert first_of(["a", "b", "c"], 2, more="other value") == "a, b and 1 other value"
    assert first_of(["a", "b"], 5, of=1_002) == "a, b and 1,000 more"
