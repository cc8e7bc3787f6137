"""When what is invoiced on a day is due."""

import pyarrow as pa
import pytest

from workbench.playbooks import payment_terms


@pytest.mark.parametrize(
    ("day", "terms", "due"),
    [
        ("2026-01-31", "C.O.D.", "2026-01-31"),
        ("2026-01-31", "Net 30", "2026-03-02"),
        ("2026-01-31", "net 30 DAYS", "2026-03-02"),
        ("2026-01-31", "Net 32 Days", "2026-03-04"),
        ("2026-01-31", "Net 45 Days", "2026-03-17"),
        ("2026-01-31", "Net 15th of Next Month", "2026-02-15"),
        ("2026-01-31", "Net 30th of Next Month", "2026-02-28"),
        ("2028-01-31", "Net 30th of Next Month", "2028-02-29"),
        ("2026-12-05", "Net 30th of  next month", "2027-01-30"),
        ("2026-01-31", "whenever", "2026-01-31"),
        ("2026-01-31", None, None),
        (None, "Net 30", None),
    ],
)
def test_a_due_day_goes_over_no_end_of_a_month(day: str | None, terms: str | None, due: str | None) -> None:
    found = payment_terms.due(pa.array([day], pa.string()), pa.array([terms], pa.string()))
    assert found.to_pylist() == [due]


def test_terms_that_are_known_are_told_from_others() -> None:
    texts = pa.array(["COD", "Net 30", "Net 15th of Next Month", "Soon", "Net", None], pa.string())
    assert payment_terms.are_known(texts).to_pylist() == [True, True, True, False, False, False]
