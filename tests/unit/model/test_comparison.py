"""What is unusual about an import beside the last ones, in words."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from workbench.model.comparison import Comparison, Figures


def figures(rows: int, filled: dict[str, int] | None = None, **outcomes: int) -> Figures:
    known = outcomes or {"created": rows}
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Figures(batch=UUID(int=rows), file_name="a.csv", at=at, rows=rows, outcomes=known, filled=filled or {})


def unusual(this: Figures, *earlier: Figures, **more: Any) -> list[str]:
    return list(Comparison(this=this, earlier=earlier, same_source=True, **more).unusual)


def test_an_import_as_the_others_is_not_unusual() -> None:
    assert unusual(figures(105), figures(100), figures(110)) == []


def test_the_first_of_its_kind_is_not_unusual_and_says_so() -> None:
    first = Comparison(this=figures(5), earlier=(), same_source=False)
    assert (first.unusual, first.beside) == ((), "the first of its kind: there is nothing to compare it with")


def test_what_was_compared_is_said_where_nothing_is_unusual() -> None:
    def as_before(*earlier: Figures) -> str:
        found = Comparison(this=figures(64, created=30, updated=32, invalid=2), earlier=earlier, same_source=True)
        assert found.unusual == ()
        return found.as_before

    first, later = replace(figures(64, created=62, invalid=2), first=True), figures(64, created=31, updated=33)
    assert as_before(first) == (
        "rows, those that stay out and filled fields are as they were. How many are created, updated and skipped is "
        "not compared: to the first import all was new."
    )
    assert as_before(later) == "rows, outcomes and filled fields are as they were."
    assert as_before(later, first) == (
        "rows, outcomes and filled fields are as they were. How many are created, updated and skipped is compared with "
        "those after the first."
    )


def test_many_more_and_many_fewer_rows_are_unusual() -> None:
    known = (figures(100), figures(120))
    assert unusual(figures(200), *known) == [
        "200 rows, more than in any of the last 2 imports of this source: there were 100 to 120."
    ]
    assert unusual(figures(50), *known) == [
        "50 rows, fewer than in any of the last 2 imports of this source: there were 100 to 120."
    ]
    assert unusual(figures(20), figures(10)) == []  # few rows are soon twice as many


def test_fewer_rows_of_a_small_file_are_unusual_too() -> None:
    known = (figures(60), figures(72))
    assert unusual(figures(41), *known) == [
        "41 rows, fewer than in any of the last 2 imports of this source: there were 60 to 72."
    ]


def test_a_first_load_says_nothing_of_how_much_is_new_later() -> None:
    load = replace(figures(64, created=62, invalid=2), first=True)
    second = figures(64, created=4, skipped=58, invalid=2)
    assert unusual(second, load) == []
    sixth = figures(64, created=4, updated=41, skipped=17, invalid=2)
    assert unusual(sixth, second, load) == [
        "41 rows updated: 64% of the rows, and was 0% in those after the first.",
        "17 rows skipped: 27% of the rows, and was 91% in those after the first.",
    ]
    assert unusual(sixth, second) == [  # where the first is none of them, all of them are meant
        "41 rows updated: 64% of the rows, and was 0%.",
        "17 rows skipped: 27% of the rows, and was 91%.",
    ]
    wrong = figures(64, created=4, skipped=40, invalid=20)  # what is wrong in a file is compared with every one
    assert "20 rows invalid: 31% of the rows, and was 3%." in unusual(wrong, load)
    always_new = (figures(60, created=60), replace(figures(62, created=62), first=True))
    assert unusual(figures(64, created=30, skipped=34), *always_new) == [
        "30 rows created: 47% of the rows, and was 100% in those after the first.",
        "34 rows skipped: 53% of the rows, and was 0% in those after the first.",
    ]


def test_a_first_load_is_left_out_whatever_else_became_of_some_of_its_rows() -> None:
    """A row of it that was a duplicate, or that the source filters, makes it no other import than a first one."""
    load = replace(figures(422, created=412, skipped=1, invalid=9), first=True)
    assert unusual(figures(470, created=54, updated=28, skipped=384, invalid=4), load) == []


def test_another_share_of_an_outcome_is_unusual() -> None:
    known = (figures(100, created=98, invalid=2), figures(100, created=100))
    assert unusual(figures(100, created=70, invalid=30), *known) == [
        "70 rows created: 70% of the rows, and was 98% to 100%.",
        "30 rows invalid: 30% of the rows, and was 0% to 2%.",
    ]


def test_a_rise_of_the_rows_that_stay_out_is_unusual_long_before_it_is_a_tenth() -> None:
    known = figures(330, created=327, invalid=3)
    assert unusual(figures(340, created=312, invalid=28), known) == ["28 rows invalid: 8% of the rows, and was 0.9%."]
    assert unusual(figures(340, created=312, unmatched=28), figures(330)) == [
        "28 rows unmatched: 8% of the rows, and was 0%."
    ]
    assert unusual(figures(340, created=336, invalid=4), known) == []
    assert unusual(figures(20, created=19, invalid=1), figures(20)) == []  # a row of twenty is soon wrong
    assert unusual(figures(340, created=312, skipped=28), figures(330)) == []


def test_fewer_rows_that_stay_out_are_as_they_should_be() -> None:
    known = (figures(100, created=80, invalid=20), figures(100, created=78, unmatched=22))
    assert unusual(figures(100, created=100), *known) == []
    assert unusual(figures(100, skipped=100), *known) == [  # it is not for that alone that more are skipped
        "0 rows created: 0% of the rows, and was 78% to 80%.",
        "100 rows skipped: 100% of the rows, and was 0%.",
    ]


def test_an_outcome_of_few_rows_is_not_unusual() -> None:
    assert unusual(figures(2, updated=2), figures(4), figures(10, created=8, invalid=2)) == []
    assert unusual(figures(6, updated=6), figures(10)) == [
        "0 rows created: 0% of the rows, and was 100%.",
        "6 rows updated: 100% of the rows, and was 0%.",
    ]


def test_a_field_that_is_filled_less_or_gone_is_unusual() -> None:
    known = figures(100, {"email": 100, "phone": 90, "home_town": 5}, created=100)
    assert unusual(figures(100, {"email": 100, "phone": 20}, created=100), known) == [
        "Phone is filled in 20% of the rows, and was 90%.",
        "Without home town, which the last one had.",
    ]
    assert unusual(figures(100, created=100), known) == []  # nobody counted


def test_a_sentence_names_what_it_compares_with_for_it_stands_alone_at_home() -> None:
    assert unusual(figures(50), figures(100)) == [
        "50 rows, fewer than in the last import of this source: there were 100."
    ]
    of_dataset = Comparison(this=figures(50), earlier=(figures(100), figures(120)), same_source=False)
    assert of_dataset.unusual == (
        "50 rows, fewer than in any of the last 2 imports of this dataset: there were 100 to 120.",
    )


def test_many_more_records_that_the_file_no_longer_names_are_unusual() -> None:
    def taking(records: int) -> Figures:
        return replace(figures(60), removed={"deactivated": records} if records else {})

    assert unusual(taking(26), taking(0), taking(2)) == [
        "26 records deactivated that the file no longer names, more than in any of the last 2 imports of this source: "
        "there were 0 to 2."
    ]
    assert unusual(taking(4), taking(0)) == []
    assert unusual(taking(26), taking(20)) == []


def test_fields_are_called_as_people_call_them() -> None:
    this, before = figures(10, {"lookup_name": 0}), figures(10, {"lookup_name": 10, "full_name": 10})
    told = Comparison(this=this, earlier=(before,), same_source=True, titles={"lookup_name": "company"}).unusual
    assert told == (
        "Company is filled in 0% of the rows, and was 100%.",
        "Without full name, which the last one had.",
    )
