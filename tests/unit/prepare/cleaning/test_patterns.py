"""A pattern that cannot be used is refused, and why."""

import pytest

from workbench.prepare.cleaning.patterns import refusal


@pytest.mark.parametrize("pattern, by", [("a+", ""), ("(a)|b", r"<\1>"), ("(?i)x", "")])
def test_a_pattern_of_re2_can_be_used(pattern: str, by: str) -> None:
    assert refusal(pattern, by) is None


@pytest.mark.parametrize(
    "pattern, by, why",
    [
        ("(?=x)", "", "is no pattern that RE2 knows"),
        ("(a)", r"\2", r"with '\\2' in its place"),
        ("(a{1000}){1000}", "", "is too large a pattern"),
        ("((a{100}){100}){100}", "", "is too large a pattern"),
        ("a" * 5_000 + "(", "", "…"),
    ],
)
def test_another_is_refused_and_why(pattern: str, by: str, why: str) -> None:
    said = refusal(pattern, by)
    assert said is not None and why in said and len(said) < 600
