"""What counts as a slip: one letter in a word of four to seven, two in a longer one, none in a shorter one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.database.likeness import distances, words_of


@pytest.mark.parametrize(
    ("asked", "said", "slips"),
    [
        ("Park", "Perk", 1),
        ("Park", "Pakr", 1),
        ("Park", "Parks", 1),
        ("Park", "Par", 1),
        ("Park", "Pe rk", None),
        ("Park", "Berk", None),
        ("Lindqvist", "Lindquest", 2),
        ("Lindqvist", "Lndqist", 2),
        ("Lindqvist", "Landquest", None),
        ("Ada Park", "Ada Perk", 1),
        ("Ada Park", "Ida Park", None),
        ("Ada Park", "Perk, Ada Maria", 1),
        ("José Ángel", "jose angel", 0),
        ("Thøgersen", "Thogersen", 0),
        ("ada.prak@example.com", "ada.park@example.com", 1),
        ("Park", "", None),
    ],
)
def test_a_text_has_all_words_with_so_many_slips(asked: str, said: str, slips: int | None) -> None:
    assert distances(words_of(asked), [said]) == ({} if slips is None else {0: slips})


@pytest.mark.parametrize("text", ["", "Al", "Ann Lee", "Park 17", "5552223333", "dee 5552223333", "---"])
def test_short_words_alone_and_numbers_are_looked_for_as_they_stand(text: str) -> None:
    assert words_of(text) == []


@given(st.lists(st.text(max_size=20), max_size=5), st.text(min_size=4, max_size=20))
def test_any_text_can_be_compared_and_is_like_itself(said: list[str], asked: str) -> None:
    words = words_of(asked)
    if words:
        assert distances(words, [*said, asked])[len(said)] == 0
