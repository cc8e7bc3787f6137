"""How a limit is written, and when it is passed."""

import pytest

from workbench.model.limits import Limit, Limits, is_known


@pytest.mark.parametrize(
    ("text", "records", "of", "passed"),
    [
        ("50", 50, 0, False),
        ("50", 51, 10**9, True),
        ("1,000", 1001, 0, True),
        ("20%", 20, 100, False),
        ("20 %", 21, 100, True),
        ("0.5%", 6, 1000, True),
        ("5 and 20%", 5, 5, False),
        ("5 and 20%", 6, 5, True),
        ("20% and 5", 6, 30, False),
        ("None", 10**6, 10**6, False),
        ("0", 1, 1, True),
        ("0", 0, 0, False),
        ("0%", 1, 1, True),
    ],
)
def test_a_limit_is_passed_by_more_than_it_says(text: str, records: int, of: int, passed: bool) -> None:
    assert Limit.read(text).is_passed(records, of) is passed


@pytest.mark.parametrize(
    "text", ["", "many", "-5", "101%", "5 and 6", "5% and 6%", "5 or 6%", "1.5", "%", "²", "\u0663%", ","]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Limit.read(text)


@pytest.mark.parametrize("text", ["50", "1,000", "12.5%", "5 and 20%", "none"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(Limit.read(text)) == text


def test_what_is_said_of_a_field_comes_first_and_what_is_said_later() -> None:
    limits = Limits.read({"blanked": "10", "phone.blanked": "20"}, {"blanked": "30"})
    assert [str(limits.of("blanked", field)) for field in ("phone", "name")] == ["20", "30"]
    assert str(limits.of("created")) == "none"


@pytest.mark.parametrize(
    ("name", "known"),
    [("created", True), ("blanked", True), ("phone.blanked", True), ("phone.created", False), ("fax.changed", False)],
)
def test_limits_are_on_records_and_on_values(name: str, known: bool) -> None:
    assert is_known(name, ("phone",)) is known
