"""What a reader sees of HTML."""

import pyarrow as pa
import pytest

from workbench.prepare.html_text import text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Dear Ada,</p><p>thank&nbsp;you.</p>", "Dear Ada,\n\nthank you."),
        ("One<br>two<BR/>three", "One\ntwo\nthree"),
        ("<html><head><title>T</title><style>p {}</style></head><body>Hi<script>x()</script></body></html>", "Hi"),
        ("<head><title>never closed<body>Hi", "Hi"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ("<b>5 &lt; 6</b>, <i>6 > 5</i>", "5 < 6, 6 > 5"),
        ("<p>From: Ada <ada@acme.example></p>", "From: Ada <ada@acme.example>"),
        ("<div>a\n   b</div>", "a b"),
        ("<p>never <b>closed", "never closed"),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert text_of(pa.array([markup, None, markup], pa.string())).to_pylist() == [text, None, text]


@pytest.mark.parametrize("text", ["plain", "5 < 6 > 4", "Ada <ada@acme.example>", "a <- b", "", "line\n  line", "<3"])
def test_what_is_no_html_stays_as_it_is(text: str) -> None:
    assert text_of(pa.array([text], pa.string())).to_pylist() == [text]
