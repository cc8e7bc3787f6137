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


def test_the_header_and_the_footer_of_one_month_are_found_in_the_next() -> None:
    known = known_lines(SAID, MARCH, MARCH)
    assert known == KnownLines(header="mail,name", below=(), above=("total rows,#",))
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
    assert (without.layout, without.told, without.lacking) == (Layout(), (), ('a line like "total rows,#"',))


def test_a_line_that_reads_as_records_do_is_neither_kept_nor_left_out() -> None:
    assert known_lines(Layout(skip_lines=((5, 5),)), MARCH, MARCH) is None
    twice = [*MARCH, (9, ["Total rows,9"])]
    again = found(KnownLines(below=("total rows,#",)), twice, twice, encoding="utf-8")
    assert (again.layout, again.lacking) == (Layout(), ('a line like "total rows,#"',))


def test_lines_in_the_midst_of_a_table_are_not_kept_and_are_named() -> None:
    long = month("March", 60)
    said = Layout(skip_lines=((33, 34), (64, 64)))
    assert known_lines(said, long[:20], long[-10:]) == KnownLines(below=("total rows,#",))
    assert forgotten(said, long[:20], long[-10:]) == (33,)


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
    assert KnownLines.kept(None) is None
