"""What was noticed of columns, as sentences."""

from workbench.model.noticed import Noticed


def test_everything_that_was_noticed_is_a_sentence_of_its_field() -> None:
    noticed = Noticed(
        null_texts={"name": {"nan": 1, "N/A": 2_000}},
        wrapped={"id": 1},
        points={"id": 3},
        misread={"name": {"before": "JosÃ©", "after": "José", "rows": 1}},
        repaired={"note": 2},
    )
    assert [f"{field}: {sentence}" for field, _, sentence in noticed.told()] == [
        "name: 'N/A' in 2,000 rows, 'nan' in 1 row: read as no value, and nobody has said what is meant",
        'id: 1 cell was written as ="..." or \'..., and read as what stands inside',
        "id: 3 cells were written as a number with .0 at its end, and read as its digits",
        "name: 1 cell was perhaps read in a wrong encoding: 'JosÃ©' may be 'José'",
        "note: 2 cells were read in a wrong encoding, and repaired",
    ]


def test_of_very_many_texts_the_most_frequent_are_named() -> None:
    noticed = Noticed(null_texts={"name": {f"#{number}": number for number in range(1, 13)}})
    ((_, _, sentence),) = noticed.told()
    assert sentence.startswith("'#12' in 12 rows, '#11' in 11 rows")
    assert sentence.endswith("'#3' in 3 rows and 2 others: read as no value, and nobody has said what is meant")


def test_it_is_kept_as_far_as_there_is_any_and_read_back() -> None:
    noticed = Noticed(wrapped={"id": 1})
    assert noticed.to_dict() == {"wrapped": {"id": 1}}
    assert Noticed.from_dict(noticed.to_dict()) == noticed
    assert Noticed.from_dict({}) == Noticed()


def test_the_parts_of_a_run_speak_of_the_forms_columns() -> None:
    part = Noticed(null_texts={"code": {"-": 1}}).renamed({"code": "course_code"})
    assert part.joined(Noticed(null_texts={"course_code": {"-": 1}, "email": {"nan": 2}})).null_texts == {
        "course_code": {"-": 1},
        "email": {"nan": 2},
    }
