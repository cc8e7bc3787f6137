"""Dates and numbers are read in the form that a person states; what is none stays as it is."""

from tests.recipes import done


def test_dates_of_a_stated_form_are_written_as_days() -> None:
    cells = {"A": ["03/02/2024", "3.2.24", "2024-02-03", "soon", "", "31/31/2024"]}
    assert done(cells, "dates", "A", form="dmy") == {
        "A": ["2024-02-03", "2024-02-03", "2024-02-03", "soon", "", "31/31/2024"]
    }
    assert done(cells, "dates", "A", form="mdy")["A"][:2] == ["2024-03-02", "2024-03-02"]
    assert done(cells, "dates", "A")["A"][:3] == ["03/02/2024", "3.2.24", "2024-02-03"], "of no form: what is sure"


def test_times_are_kept_where_they_are_asked_for() -> None:
    assert done({"A": ["03/02/2024 14:30"]}, "dates", "A", form="dmy", to="timestamp") == {
        "A": ["2024-02-03T14:30:00Z"]
    }


def test_numbers_of_a_stated_form_are_written_plainly() -> None:
    cells = {"A": ["1.200,50", "$ 7", "x", ""]}
    assert done(cells, "numbers", "A", form="comma")["A"] == ["1200.5", "7", "x", ""]
    assert done(cells, "numbers", "A", form="comma", to="amount")["A"] == ["1200.50", "7.00", "x", ""]
    assert done({"A": ["50 %"]}, "numbers", "A", to="percent") == {"A": ["50"]}
