import pytest

from workbench.sources.headers import find_header, name_headers


def test_headers_are_trimmed_and_kept() -> None:
    assert name_headers(["\ufeffid", " Full name ", "E-mail\u00a0"]) == (("id", "Full name", "E-mail"), ())


def test_a_blank_header_is_named_after_its_place_and_told() -> None:
    headers, warnings = name_headers(["id", " ", "age", "\u200b"])
    assert headers == ("id", "column_2", "age", "column_4")
    assert warnings == ("Blank headers: column 2 is called column_2, column 4 is called column_4.",)


def test_a_repeated_header_is_numbered_and_told() -> None:
    headers, warnings = name_headers(["id", "name", "id", "age", "id"])
    assert headers == ("id", "name", "id_2", "age", "id_3")
    assert warnings == ("Repeated headers: column 3 (id) is called id_2, column 5 (id) is called id_3.",)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["name", "name_2", "name"], ("name", "name_2", "name_3")),
        (["name", "name", "name_2"], ("name", "name_3", "name_2")),
        (["name_2", "name_2", "name", "name"], ("name_2", "name_2_2", "name", "name_3")),
        (["column_2", ""], ("column_2", "column_2_2")),
        (["", "column_1"], ("column_1_2", "column_1")),
    ],
)
def test_a_made_up_name_never_takes_the_name_of_a_real_column(given: list[str], named: tuple[str, ...]) -> None:
    assert name_headers(given)[0] == named


def test_many_blank_headers_make_one_short_sentence() -> None:
    headers, warnings = name_headers([""] * 300)
    assert len(set(headers)) == 300
    assert warnings[0].endswith("column 5 is called column_5 and 295 more.")


def test_headers_differing_in_case_are_two_headers() -> None:
    assert name_headers(["Name", "name"]) == (("Name", "name"), ())


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        ([["id", "name"], ["1", "Ann"], ["2", "Bob"]], 0),
        ([["Students 2024"], ["id", "name"], ["1", "Ann"]], 1),
        ([["Students 2024", "", ""], ["", "", ""], ["id", "name", "age"], ["1", "Ann", "30"], ["2", "Bob", ""]], 2),
        ([[""], ["id", "name"], ["1", "Ann"]], 1),
        ([["Sales report 2024-01-01"], [" "], ["Invoice", "Customer", "Total"], ["1", "Ann", "2.50"]], 2),
        ([["Exported by", "Jane"], ["On", "2024-01-15"], ["id", "name", "age", "city"], ["1", "Ann", "30", "Bonn"]], 2),
        ([["Title"], ["From", "2024-01-01", "to", "2024-01-31"], ["a", "b", "c", "d"], ["1", "2", "3", "4"]], 2),
        ([["Enrolment by year"], ["school", "2023", "2024"], ["North", "12", "15"], ["South", "9", "8"]], 1),
        ([["Report"], ["id", "name"]], 1),
        ([["email"], ["ann@example.org"], ["bob@example.org"]], 0),
        ([["id", "name", "notes"], ["1", "", ""], ["2", "Bob", ""], ["3", "", "late"]], 0),
        ([["Name", "City", "Street"], ["Ann", "Bonn", "Elm"], ["Bob", "Ulm", "Oak"]], 0),
        ([["1", "2"], ["3", "4"]], 0),
        ([], 0),
        ([["", ""], [""]], 0),
    ],
)
def test_the_header_is_found_below_titles_and_notes(rows: list[list[str]], index: int) -> None:
    assert find_header(rows) == index


@pytest.mark.parametrize(
    "rows",
    [
        [["id", "name", "", "name"], ["1", "english"], ["1", "english"], [], ["2", "german", "1", "2", "3"]],
        [["id", "name", "age"], ["1101", "John"], ["1102", "Julie", "26", "Potatoes"]],
        [["id", "name", "age"], ["1", "a", "2"], ["2", "b", "3"], ["3", "c", "4", "x", "y", "z", "u"]],
        [["id", "first", ""], ["1", "Ann", "Smith"], ["2", "Bob", "Jones"]],
    ],
)
def test_ragged_rows_do_not_turn_the_first_row_into_a_preamble(rows: list[list[str]]) -> None:
    assert find_header(rows) == 0
