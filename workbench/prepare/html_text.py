"""The text that a reader sees of HTML, with the standard library's parser."""

import re
from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true, matches
from workbench.model.trimming import by_distinct

_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "header", "hr", "li", "ol"}
    | {"p", "pre", "section", "table", "td", "th", "tr", "ul"}
    | {f"h{level}" for level in range(1, 7)}
)
"""Tags at which a line ends."""
_INLINE = frozenset(
    {"a", "abbr", "b", "big", "body", "center", "code", "em", "font", "head", "html", "i", "img", "label", "link"}
    | {"mark", "meta", "o:p", "s", "script", "small", "span", "strike", "strong", "style", "sub", "sup", "tbody"}
    | {"thead", "title", "u"}
)
_HIDDEN = frozenset({"head", "script", "style", "title"})
"""Tags whose content nobody sees."""
_TAG = rf"(?i)<(?:/?(?:{'|'.join(sorted(_BLOCKS | _INLINE))})(?:[\s/][^<>]*)?/?>|!doctype|!--)"


def text_of(cells: pa.StringArray) -> pa.StringArray:
    """The texts without HTML; one that has no tag of HTML as it is: `Ada <ada@acme.example>` has none."""
    marked = matches(cells, _TAG)
    if not any_true(marked):
        return cells
    plain = by_distinct(cells.filter(marked), lambda each: pa.array(map(_text, each.to_pylist()), pa.string()))
    return pc.replace_with_mask(cells, marked, plain)


def _text(markup: str) -> str:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Puts together what a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden = 0  # whatever was left open before it
        elif tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag not in _INLINE and not self._hidden:
            self.pieces.append(self.get_starttag_text() or "")  # an address in angle brackets is no tag

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag in _BLOCKS - {"br", "hr"}:  # which have no end of their own
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))
