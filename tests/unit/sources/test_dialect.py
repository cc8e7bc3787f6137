"""What is found out about delimiters, quotes, escapes and line endings."""

import pytest

from workbench.sources.dialect import Dialect, detect_dialect


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("name,city\nAda,London\n", ","),
        ("name;city\nAda;London\n", ";"),
        ("name\tcity\nAda\tLondon\n", "\t"),
        ("name|city\nAda|London\n", "|"),
        ("name;amount;rate\nAda;1,5;2,5\nBob;3,5;4,5\n", ";"),
        ("name;net, EUR\nAda;1,5\nBob;3,5\n", ";"),
        ("name;amount\nAda;1.234,50 €\nBob;-3,5\n", ";"),
        ("name\taddress\nAda\tSt James, London\nBob\tBroadway, New York\n", "\t"),
        ("name,tags\nAda,x;y\nBob,y;z\nEve,z;x\n", ","),
        ("name,tags\nAda,x; y\nBob,y; z\nEve,z; x\n", ","),
        ('"name, full";"city"\n"Lovelace, Ada";"London, UK"\n', ";"),
        ('"a|b",c\n"1|2",3\n', ","),
        ("name,at\nAda,2024-09-01 10:30:00\nBob,2024-09-02 11:30:00\n", ","),
        ("name;city", ";"),
        ("Roster of 2024\n\nname;city\nAda;London\nBob;Paris\n", ";"),
        ("Report: staff, students\nname;mail\nAda;a@x.org\nBob;b@x.org\n", ";"),
        ("a,b,c\n1,2\n1,2,3,4\n", ","),
        ("a,b,c,d\nu,v\nu,v\n", ","),
        ("a,b\n,\n,\n", ","),
    ],
)
def test_the_delimiter_is_the_one_that_splits_every_row_alike(text, delimiter):
    assert detect_dialect(text).delimiter == delimiter


@pytest.mark.parametrize(
    "text",
    [
        "mail\na@x.org\nb@x.org\n",
        "mail",
        "amount\n1,5\n2,5\n3,5\n",
        "remark\nyes, please\nno\nmaybe, later, or never\n",
        "person\nLovelace, Ada\nHopper, Grace\nTuring, Alan\n",
        '"remark"\n"yes, please"\n"no, thanks"\n',
    ],
)
def test_a_table_of_one_column_has_no_delimiter(text):
    assert detect_dialect(text).delimiter is None


def test_a_sep_line_names_the_delimiter_and_is_taken_off():
    assert detect_dialect("sep=|\r\na,b|c,d\r\n1,5|2,5\r\n") == Dialect(
        delimiter="|", quote=None, line_ending="crlf", sep_line=True
    )
    assert detect_dialect("SEP=\t\na\tb\n1\t2\n").delimiter == "\t"
    assert not detect_dialect("separate,b\n1,2\n").sep_line


def test_a_given_delimiter_is_not_questioned():
    assert detect_dialect("a,b\n1,2\n", delimiter=";").delimiter == ";"
    assert detect_dialect("a!b\n1!2\n", delimiter="!").delimiter == "!"


@pytest.mark.parametrize(
    ("text", "escape"),
    [
        ("name,said\nAda,well\\, yes\nBob,no\n", "\\"),
        ('name,said\nAda,"she \\"knew\\", he said"\nBob,"no"\n', "\\"),
        ("name,folder\nAda,C:\\data\nBob,C:\\temp\\\n", None),
        ('name,folder\nAda,"C:\\data\\"\nBob,"C:\\temp"\n', None),
        ("name,value\nAda,\\N\nBob,1\n", None),
    ],
)
def test_a_backslash_escapes_only_where_the_rows_do_not_fit_without(text, escape):
    assert detect_dialect(text).escape == escape


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("a,b\n1,2\n", "lf"),
        ("a,b\r\n1,2\r\n", "crlf"),
        ("a,b\r1,2\r", "cr"),
        ("a,b\r\n1,2\n", "mixed"),
        ('a,b\r\n1,"2\n3"\r\n', "crlf"),
        ("a,b", None),
    ],
)
def test_the_line_ending_is_told_by_the_ends_of_rows(text, ending):
    assert detect_dialect(text).line_ending == ending


def test_the_quote_is_told_only_where_there_is_one():
    assert detect_dialect('a,b\n"1",2\n').quote == '"'
    assert detect_dialect("a,b\n1,2\n").quote is None


def test_a_beginning_that_ends_within_a_row_is_judged_by_its_whole_rows():
    assert detect_dialect('a;b,c\n1;"2\n2;3', whole=False).delimiter == ";"
    assert detect_dialect("a;b;c;d", whole=False).delimiter == ";"


def test_the_lines_above_a_given_header_do_not_count():
    text = "one,two,three\nfour,five,six\na;b\n1;2\n"
    assert detect_dialect(text, skip=2).delimiter == ";"
