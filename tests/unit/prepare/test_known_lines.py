import json

import pytest

from workbench.model.known_lines import KnownLines
from workbench.model.sheet import Layout
from workbench.prepare.known_lines import forgotten, form, found, known_lines

Rows = list[tuple[int, list[str]]]


def month(name: str, learners: int, *, footer: bool = True) -> Rows:
    """A text file's lines: a title, a header on line 3, some learners and a footer."""
    rows = [f"Learners of {name} 2026", "", "Mail,Name", *(f"l{n}@example.org,L{n}" for n in range(learners))]
    rows += [f"Total rows,{learners}"] if footer else []
    return [(line, [text]) for line, text in enumerate(rows, start=1)]


MARCH = month("March", 4)
SAID = Layout(header_row=3, skip_lines=((8, 8),))


def test_a_line_reads_the_same_whatever_its_numbers_and_its_month_are() -> None:
    assert form(['Total  rows,"1,402"']) == form(["total rows,38"]) == "total rows,#"
    assert form(["Printed 3 March 2026", ""]) == form(["printed 14 Apr 2027"]) == "printed # @ #"
    assert form(["Total", "402"]) != form(["Total rows", "402"])
    assert form(["Total rows,402,,"]) == form(["Total rows,38,,,,"]) == "total rows,#"
    assert form([",,,"]) == form(["", ""]) == ""


def test_the_header_and_the_footer_of_one_month_are_found_in_the_next() -> None:
    known = known_lines(SAID, MARCH, MARCH)
    assert known == KnownLines(header="mail,name", below=("total rows,#",))
    april = found(known, month("April", 6), month("April", 6), encoding="utf-8")
    assert april.layout == Layout(header_row=3, skip_lines=((10, 10),))
    assert april.told == ("the header is on line 3", 'line 10 is left out ("Total rows,6")')
    assert april.lacking == ()


def test_a_footer_is_looked_for_at_the_end_and_what_is_missing_is_named() -> None:
    long = month("March", 60)
    known = known_lines(Layout(skip_lines=((64, 64),)), long[:20], long[-10:])
    assert known == KnownLines(below=("total rows,#",))
    april = month("April", 70, footer=False)
    without = found(known, april[:20], april[-10:], encoding="utf-8")
    assert (without.layout, without.told) == (Layout(), ())
    assert without.lacking == ('a line that is left out ("Total rows,60")',)


def test_a_line_that_reads_as_records_do_is_neither_kept_nor_left_out() -> None:
    assert known_lines(Layout(skip_lines=((5, 5),)), MARCH, MARCH) is None
    twice = [*MARCH, (9, ["Total rows,9"])]
    again = found(KnownLines(below=("total rows,#",)), twice, twice, encoding="utf-8")
    assert (again.layout, again.lacking) == (Layout(), ('a line that is left out ("total rows,#")',))


def test_lines_in_the_midst_of_a_table_are_not_kept_and_are_named() -> None:
    long = month("March", 60)
    said = Layout(skip_lines=((33, 34), (64, 64)))
    assert known_lines(said, long[:20], long[-10:]) == KnownLines(below=("total rows,#",))
    assert forgotten(said, long[:20], long[-10:]) == (33,)


def test_a_footer_is_known_where_the_reader_itself_leaves_out_what_stands_around_it() -> None:
    def rows(name: str, learners: int) -> Rows:
        return [*month(name, learners), (learners + 5, ["Confidential - do not forward"])]

    march, april = rows("March", 4), rows("April", 6)
    left_out = {"header_line": 3, "left_out": ((9, 9),)}
    known = known_lines(Layout(skip_lines=((8, 8),)), march, march, **left_out)
    assert known == KnownLines(below=("total rows,#",))
    assert forgotten(Layout(skip_lines=((8, 8),)), march, march, **left_out) == ()
    again = found(known, april, april, encoding="utf-8", header_line=3, left_out=((11, 11),))
    assert (again.layout, again.lacking) == (Layout(skip_lines=((10, 10),)), ())
    itself = found(known, april, april, encoding="utf-8", header_line=3, left_out=((10, 11),))
    assert itself.lacking == ()
    bare = found(
        KnownLines(below=("#",)), rows("2", 1), [(4, ["Ada"]), (5, ["9"])], encoding="utf-8", left_out=((5, 5),)
    )
    assert bare.layout == Layout(skip_lines=((5, 5),))


def test_a_footer_is_known_in_a_file_that_has_more_columns_also_by_a_template_of_old() -> None:
    april: Rows = [*month("April", 6, footer=False), (10, ["Total rows,6,,"]), (11, [",,,"])]
    again = found(KnownLines(below=("total rows,#,",)), april, april, encoding="utf-8", header_line=3)
    assert (again.layout, again.lacking) == (Layout(skip_lines=((10, 10),)), ())


def test_where_the_reading_stops_is_found_again() -> None:
    known = known_lines(Layout(stop_line=8), MARCH, MARCH)
    assert known == KnownLines(stop="total rows,#")
    april = found(known, month("April", 6), month("April", 6), encoding="utf-8")
    assert april.layout == Layout(stop_line=10)
    assert april.told == ('nothing is read from line 10 on ("Total rows,6")',)


def test_a_file_without_a_header_is_known_by_how_its_first_record_looks() -> None:
    bare: Rows = [(1, ["ann1@example.org,Ann"]), (2, ["bo2@example.org,Bo"])]
    known = known_lines(Layout(no_header=True), bare, bare)
    assert known is not None
    assert found(known, [(1, ["cy37@example.org,Cy"])], [], encoding="utf-8").layout == Layout(no_header=True)
    assert found(known, [(1, ["Mail,Name"])], [], encoding="utf-8").lacking == ("a first line like a record's",)


def test_an_encoding_that_was_said_is_not_for_a_file_that_is_unicode() -> None:
    known = known_lines(Layout(encoding="cp850"), MARCH, MARCH)
    assert known is not None
    assert found(known, MARCH, MARCH, encoding="cp1252").layout == Layout(encoding="cp850")
    assert found(known, MARCH, MARCH, encoding="utf-8-sig").layout == Layout()


def test_what_is_kept_is_read_back() -> None:
    known = KnownLines(header="mail,name", below=("total rows,#",), encoding="cp850")
    assert KnownLines.kept(known.to_dict()) == known
    said = known_lines(SAID, MARCH, MARCH)
    assert said is not None
    assert said.said == (("mail,name", "Mail,Name"), ("total rows,#", "Total rows,4"))
    kept = KnownLines.kept(json.loads(json.dumps(said.to_dict())))
    assert kept is not None
    assert kept.said == said.said
    assert KnownLines.kept(None) is None


def numbered(*rows: list[str]) -> Rows:
    return list(enumerate(rows, start=1))


JANUARY = numbered(["month", "learners"], ["Adult", "7"], ["Youth (new)", "9"], ["January", "402"])
BARE = KnownLines(below=("@\t#",))


def test_a_record_that_reads_as_a_footer_did_is_none_where_records_follow_it() -> None:
    """Its month and its number are all that the footer had: the same form is a record's in February."""
    known = known_lines(Layout(skip_lines=((4, 4),)), JANUARY, JANUARY)
    assert known == BARE
    rows = numbered(["month", "learners"], ["Adult (new)", "7"], ["April", "31"], ["Youth (new)", "9"])
    february = found(known, rows, rows, encoding="utf-8")
    assert (february.layout, february.told) == (Layout(), ())
    assert february.lacking == ('a line that is left out ("January, 402")',)


@pytest.mark.parametrize("known", [KnownLines(below=("total rows,#",)), KnownLines(above=("total rows,#",))])
def test_a_known_line_is_left_out_only_where_known_and_blank_lines_alone_follow(known: KnownLines) -> None:
    rows: Rows = [*month("April", 6), (11, [""])]
    assert found(known, rows, rows[3:], encoding="utf-8", header_line=3).layout == Layout(skip_lines=((10, 10),))
    rows.append((12, ["l9@example.org,L9"]))
    assert found(known, rows, rows[3:], encoding="utf-8", header_line=3).layout == Layout()


def test_a_form_without_words_is_no_footer_among_records_that_look_so() -> None:
    last = numbered(["name", "learners"], ["Ada Park", "12"], ["Bo", "3"], ["April", "31"])
    assert found(BARE, last, last, encoding="utf-8").layout == Layout()
    alone = numbered(["name", "learners"], ["April", "31"])
    assert found(BARE, alone, alone, encoding="utf-8").layout == Layout()
    other = numbered(["mail", "learners"], ["ada@example.org", "12"], ["bo@example.org", "3"], ["April", "31"])
    assert found(BARE, other, other, encoding="utf-8").layout == Layout(skip_lines=((4, 4),))


def test_units_below_the_header_are_left_out_before_the_first_record_alone() -> None:
    def rows(*others: str) -> Rows:
        return [(line, [text]) for line, text in enumerate(["Report", "Mail,Age", *others], start=1)]

    january = rows("(text),(years)", "a@example.org,7", "b@example.org,8")
    known = known_lines(Layout(skip_lines=((3, 3),)), january, january, header_line=2)
    assert known == KnownLines(above=("(text),(years)",))
    april = rows("(Text),(Years)", "c@example.org,9")
    assert found(known, april, april, encoding="utf-8", header_line=2).layout == Layout(skip_lines=((3, 3),))
    within = rows("c@example.org,9", "(text),(years)", "d@example.org,9")
    assert found(known, within, within, encoding="utf-8", header_line=2).layout == Layout()


def test_a_title_that_the_reader_takes_for_the_header_is_left_out() -> None:
    known = KnownLines(above=("learners of @ #", "(text),(years)"))
    rows: Rows = [(1, ["Learners of May 2026"]), (2, ["Mail,Age"]), (3, ["(text),(years)"]), (4, ["a@example.org,7"])]
    assert found(known, rows, rows, encoding="utf-8").layout == Layout(skip_lines=((1, 1), (3, 3)))


def test_a_line_left_out_between_records_of_a_short_file_is_not_kept_and_is_named() -> None:
    rows = numbered(["mail", "age"], ["a@example.org", "7"], ["wrong line", ""], ["b@example.org", "8"])
    said = Layout(skip_lines=((3, 3),))
    assert known_lines(said, rows, rows) is None
    assert forgotten(said, rows, rows) == (3,)


def test_an_end_without_words_is_none_where_records_follow_it() -> None:
    known = KnownLines(stop="@\t#", said=(("@\t#", "January, 402"),))
    rows = numbered(["mail", "age"], ["a@example.org", "7"], ["April", "31"], ["b@example.org", "8"])
    again = found(known, rows, rows, encoding="utf-8")
    assert (again.layout, again.lacking) == (Layout(), ('a line where it ends ("January, 402")',))
    assert found(known, rows[:3], rows[:3], encoding="utf-8").layout == Layout(stop_line=3)
