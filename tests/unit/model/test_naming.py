"""Names that would look like others are told apart from those that people have."""

import pytest

from workbench.model.errors import WrongTemplateName
from workbench.model.naming import misleading
from workbench.model.template import as_name

NAMES = (
    *("Monthly", "O\u2019Brien \u2013 März", "\u2764\ufe0f list", ""),
    *("\u0646\u0627\u0645\u0647\u200c\u0647\u0627", "\u0915\u094d\u200d\u0937"),  # of Persian and Devanagari
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_people_have_is_none_that_looks_like_another(name: str) -> None:
    assert misleading(name) is None


@pytest.mark.parametrize("letter", ["\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c"])
def test_a_sign_of_the_direction_of_writing_is_told(letter: str) -> None:
    told = f"it has a sign that turns the direction of writing (U+{ord(letter):04X}), and looks like another name"
    assert misleading(f"Month{letter}ly") == told


@pytest.mark.parametrize(
    "letter", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\ufe0f", "\U000e0041", "\t"]
)
def test_a_letter_that_nobody_sees_is_told(letter: str) -> None:
    told = f"it has a letter that nobody sees (U+{ord(letter):04X}), and looks like another name"
    assert misleading(f"Month{letter}ly") == told


def test_a_template_is_not_called_so() -> None:
    with pytest.raises(WrongTemplateName, match="direction of writing"):
        as_name("Month\u202eyl")
