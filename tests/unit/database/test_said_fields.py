"""How near a text is to what fields say of it."""

import pytest

from workbench.database.said_fields import nearness


@pytest.mark.parametrize(
    ("said", "near"),
    [
        (["Ref 7", "85.00"], 0),
        (["réf 7"], 0),
        (["Rent, ref-7 of May"], 1),
        (["7 of ref"], 2),
        (["ref 85", "7.00"], 3),
        (["refund 75"], 4),
        (["ref 85", "70.00"], 4),
        (["xref 7"], 5),
        (["ref 85", "17.00"], 5),
    ],
)
def test_who_says_just_that_is_nearest_and_who_has_it_in_other_words_the_least(said: list[str], near: int) -> None:
    assert nearness("ref 7", said) == near
