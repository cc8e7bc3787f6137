import pytest

from workbench.sources.workbook.number_format import built_in, shown_by, whole_digits


def shown(code: str, number: str, *, epoch_1904: bool = False) -> str | None:
    """What a format shows; None where it is no more than the number."""
    format_ = shown_by(code, epoch_1904)
    return format_.text(number) if format_ else None


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("00000", "2134", "02134"),
        ("00000", "123456", "123456"),
        ("00000", "0", "00000"),
        ("00000", "-12", "-00012"),
        ("00000;-00000", "-12", "-00012"),
        ("[$-407]00000", "1067", "01067"),
        (r"000\-00\-0000", "12345678", "012-34-5678"),
        ("000-00-0000", "864197468", "864-19-7468"),
        ('"S-"0000', "12", "S-0012"),
        ('"S-"0000', "12345", "S-12345"),
        (r"[<=9999999]###\-####;\(###\)\ ###\-####", "5551234", "555-1234"),
        (r"[<=9999999]###\-####;\(###\)\ ###\-####", "2125551234", "(212) 555-1234"),
        ('0#" "##" "##" "##" "##', "123456789", "01 23 45 67 89"),
        ("00000000000000000000", "12345678901234567", "00012345678901234567"),
    ],
)
def test_zeros_and_signs_of_a_format_are_shown(code: str, number: str, text: str) -> None:
    assert shown(code, number) == text


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("General", "12"),
        ("0", "12"),
        ("0.00", "12.345"),
        ("#,##0", "1234567"),
        (r"#\ ##0", "1234567"),
        ('_-* #,##0.00\\ "EUR"', "12"),
        ('0 "kg"', "12"),
        ("00000", "12.5"),
        ("00.00", "5.5"),
        ("0.00E+00", "5"),
        ("# ?/?", "0.5"),
        ("@", "5"),
        ("###-####", "12"),
        ('0"%"', "5"),
        (r"0\%", "5"),
        ("00000", "1.2E+20"),
        ("00000", "no number"),
    ],
)
def test_other_formats_show_no_more_than_the_number(code: str, number: str) -> None:
    assert shown(code, number) is None


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("0%", "0.5", "50%"),
        ("0%", "1", "100%"),
        ("0%", "0", "0%"),
        ("0%", "7.4999999999999997E-2", "7.5%"),
        ("0%", "0.28999999999999998", "29%"),
        ("0.0%", "0.005", "0.5%"),
        ("0.00%;[Red]-0.00%", "-0.29", "-29%"),
        ("[Green]0%", "12", "1200%"),
        ("0%", "1E-3", "0.1%"),
    ],
)
def test_a_percentage_is_exact_whatever_is_rounded_for_display(code: str, number: str, text: str) -> None:
    assert shown(code, number) == text


def test_a_condition_that_shows_no_percentage_shows_the_number() -> None:
    assert (shown("[<1]0%;0", "0.5"), shown("[<1]0%;0", "5")) == ("50%", None)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "1900-01-00"),
        ("-1", "########"),
        ("0.5", "1900-01-00"),
        ("60", "1900-02-29"),
        ("59", None),
        ("45306", None),
    ],
)
def test_days_that_no_calendar_has_are_no_times_of_day(number: str, text: str | None) -> None:
    assert shown("yyyy-mm-dd", number) == text


def test_times_of_day_and_durations_stay_what_they_are() -> None:
    assert [shown(code, "0") for code in ("hh:mm", "mm:ss", "[h]:mm", "h:mm AM/PM")] == [None] * 4
    assert shown("dd/mm/yyyy hh:mm", "0.4375") is None
    assert shown("dd/mm/yyyy hh:mm", "0") == "1900-01-00"


def test_day_zero_of_a_workbook_that_counts_from_1904_is_a_day() -> None:
    assert [shown("d-mmm", number, epoch_1904=True) for number in ("0", "60", "-1")] == ["1904-01-01", None, "########"]


def test_formats_that_workbooks_name_by_number_alone() -> None:
    assert [shown(built_in(number), "0.5") for number in (0, 2, 9, 10, 49)] == [None, None, "50%", "50%", None]
    assert shown(built_in(14), "-3") == "########"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("12345678901234567", "12345678901234567"),
        ("-12345678901234567", "-12345678901234567"),
        ("1234567890123456.0", "1234567890123456"),
        ("123456789012345", None),
        ("0.30000000000000004", None),
        ("1.2345678901234568E+18", "1.2345678901234568E+18"),
        ("1.2345678901234568e+18", "1.2345678901234568E+18"),
        ("9007199254740992.0", "9.00719925474099E+15"),
        ("1.23457E+11", "1.23457E+11"),
        ("1.2345678E7", None),
        ("1.5E+1", None),
        ("text", None),
    ],
)
def test_whole_numbers_have_the_digits_of_the_file_and_rounded_ones_an_exponent(number: str, text: str | None) -> None:
    assert whole_digits(number) == text
