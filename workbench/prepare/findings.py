"""What is probably wrong in the columns of a source, each with the cleaning step that puts it right: found, and shown
to a person, never done by itself.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates
from workbench.model.finding import Finding
from workbench.model.kinds import KINDS, could_be
from workbench.model.recipe import Condition, Step
from workbench.model.sheet import Chunk, Sheet
from workbench.model.texts import are_no_names, read_as_nothing, stand_for_nothing
from workbench.model.trimming import AROUND, WIDE_SPACES, may_hold, names_of_unseen, trimmed, unwrapped, without_unseen
from workbench.model.wording import cut, differs_at, first_of, many
from workbench.prepare import misfits, mojibake
from workbench.prepare.clusters import Cluster, key_collision, nearest

ROWS = 20_000
"""So many rows are looked at, spread over the first block of the source."""
MOST_CLUSTERS = 200
_REPEATED = 0.5
"""Values are compared with each other where no more than this share of the cells are different ones."""
_DATES = 0.6
"""A column holds dates where this share of its cells are some."""
_SHOWN = 3
_CUT = 40  # characters of a value that are shown
_LOST = "\ufffd"
"""What stands where a program could not write a letter."""
_LOST_TWICE = _LOST.encode().decode("latin-1")
"""The same, read in a wrong encoding later."""
_LOST_LETTER = f"{_LOST}|{_LOST_TWICE}"
_MAIL = r"[^\s@;,/|]+@[^\s@;,/|]+"
_BREAK = r"[\n\r\v\f\x{85}\x{2028}\x{2029}]"
_IN_A_LINE = " \\t" + WIDE_SPACES.replace("\u2028", "").replace("\u2029", "")
"""Blanks that stand within a line: a text of several lines is meant so, and to make one of them is a choice."""
_SIGNS_BETWEEN = r"\s*[;,/|]\s*|\s+"
_WORDS_BETWEEN = r"\s+(?:(?i:or|and)|&)\s+"
_BETWEEN = rf"\s*[;,/|]\s*(?:(?i:or|and)\s+)?|{_WORDS_BETWEEN}|\s+"
_WORDS_AFTER = r"@.*[\s;,/|](?:(?i:or|and)|&)\s"
_TWO_MAILS = rf"^\s*{_MAIL}(?:{_BETWEEN}){_MAIL}\s*$"


def findings(sheet: Sheet) -> tuple[Finding, ...]:
    """What is probably wrong in the columns of a source, in their order, as far as some of its rows show it."""
    some = sheet.spread(ROWS)
    return tuple(found for header in sheet.headers for found in _of_column(header, some))


def _of_column(header: str, some: Chunk) -> Iterator[Finding]:
    cells = some.cells[header]
    texts = trimmed(cells)
    values = texts.drop_null()
    if not len(values):
        return
    inside = unwrapped(cells)
    yield from _wrapped(header, cells, inside)
    yield from _unseen(header, cells)
    yield from _white_space(header, without_unseen(inside))
    mended = mojibake.repaired(cells)
    whole = pc.invert(pc.match_substring(mended, _LOST))  # a letter that was lost before comes back by nothing
    if changed := _first(cells, pc.and_(pc.not_equal(cells, mended), whole), mended):
        rows, was, by = changed
        what = f"{many(rows)} with letters that were read in a wrong encoding: {was} is {by}"
        yield Finding(column=header, what=what, step=Step(operation="repair", columns=(header,)))
    lost = cells.filter(pc.match_substring_regex(cells, _LOST_LETTER))
    if len(lost):
        first = lost[0].as_py().strip()
        place = min(first.index(sign) for sign in (_LOST, _LOST_TWICE) if sign in first)
        where = Condition(column=header, test="pattern", text=_LOST_LETTER)
        what = f"{many(len(lost))} that lost a letter when the file was written: {cut(first, _CUT, at=place)}"
        yield Finding(column=header, what=what, where=where)
    yield from _nothing(header, values)
    if len(several := values.filter(pc.match_substring_regex(values, _TWO_MAILS))):
        options = {**_separator(several), "into": [header, f"{header} 2"]}
        step = Step(operation="split", columns=(header,), options=options)
        what = f"{many(len(several))} with two e-mail addresses"
        yield Finding(column=header, what=what, step=step, is_choice=True)  # columns, or rows of their own
    yield from _mixed_dates(header, values)
    yield from misfits.of_column(header, cells, texts)
    if len(values.unique()) <= _REPEATED * len(values) and not _are_mails(values):
        yield from _clusters(header, pc.fill_null(trimmed(mended), ""))


def _separator(several: pa.StringArray) -> dict[str, Any]:
    """What stands between two addresses, as an operation that splits takes it."""
    with_words = _count(pc.match_substring_regex(several, _WORDS_AFTER))
    if with_words and _count(pc.match_substring_regex(several, rf"@[^\s;,/|]+{_WORDS_BETWEEN}")) == len(several):
        return {"separator": _WORDS_BETWEEN, "pattern": True}
    for sign in ";,/|":
        if _count(pc.match_substring_regex(several, rf"@.*\{sign}\s*\S+$")) == len(several):  # no word after it
            return {"separator": sign}
    return {"separator": _BETWEEN if with_words else _SIGNS_BETWEEN, "pattern": True}


def _wrapped(header: str, cells: pa.StringArray, inside: pa.StringArray) -> Iterator[Finding]:
    """Texts that a spreadsheet was told to leave alone, of which an import takes what stands inside."""
    some = cells.filter(pc.not_equal(cells, inside))
    if len(some):
        written = "a formula" if may_hold(some, b'="') else "a marked one"
        what = f"{many(len(some))} with a text that is written as {written}: {cut(some[0].as_py().strip(), _CUT)}"
        yield Finding(column=header, what=what, step=Step(operation="unwrap", columns=(header,)))


def _unseen(header: str, cells: pa.StringArray) -> Iterator[Finding]:
    """Letters that nobody sees, around a text or inside it."""
    some = cells.filter(pc.not_equal(cells, without_unseen(cells)))
    if len(some):
        what = f"{many(len(some))} with what nobody sees: {first_of(names_of_unseen(some), _SHOWN)}"
        yield Finding(column=header, what=what, step=Step(operation="strip_unseen", columns=(header,)))


def _white_space(header: str, cells: pa.StringArray) -> Iterator[Finding]:
    text = pc.utf8_trim(cells, characters=AROUND)
    if rows := _count(pc.and_(pc.not_equal(cells, text), pc.not_equal(text, ""))):
        what = f"{many(rows)} with blanks around the text"
        yield Finding(column=header, what=what, step=Step(operation="trim", columns=(header,)))
    several = pc.match_substring_regex(text, f"[{_IN_A_LINE}]{{2,}}")
    odd = pc.and_not(pc.match_substring_regex(text, f"[{WIDE_SPACES}]"), several)
    breaks = _count(pc.match_substring_regex(text, _BREAK)) > 0
    told = {"several blanks in a row": _count(several), "a blank that is no plain space": _count(odd)}
    if rows := sum(told.values()):
        what = f"{many(rows)} with {' or '.join(what for what, number in told.items() if number)}"
        yield Finding(column=header, what=what, step=Step(operation="collapse", columns=(header,)), is_choice=breaks)


def _nothing(header: str, values: pa.StringArray) -> Iterator[Finding]:
    """Texts that read as no value: those that may be one here, as a name may, are a choice of their own."""
    stand = stand_for_nothing(values)
    if not pc.any(stand).as_py():
        return
    reads, no_names = read_as_nothing(values), are_no_names(values)
    if not _may_be_words(values.filter(pc.invert(stand))):
        reads, no_names = stand, stand
    for flags, is_choice in ((pc.and_(reads, no_names), False), (pc.and_not(reads, no_names), True)):
        found = values.filter(flags).value_counts()
        if len(found):
            texts = sorted(found.field("values").to_pylist())
            rows = pc.sum(found.field("counts")).as_py()
            step = Step(operation="blank_texts", columns=(header,), options={"texts": texts})
            means = "which may mean nothing, or be a value" if is_choice else "which means nothing"
            what = f"{many(rows)} with {first_of(texts, _SHOWN)}, {means}"
            yield Finding(column=header, what=what, step=step, is_choice=is_choice)


def _may_be_words(values: pa.StringArray) -> bool:
    """Whether a text of letters may be a value beside these: not where they are e-mails, dates, or without letters."""
    others = pc.or_(pc.match_substring(values, "@"), pc.invert(pc.match_substring_regex(values, r"\p{L}")))
    for order in dates.ORDERS:
        others = pc.or_(others, pc.is_valid(dates.day(values, order)))
    return 2 * _count(others) <= len(values)


def _mixed_dates(header: str, values: pa.StringArray) -> Iterator[Finding]:
    """Dates that are not all written as YYYY-MM-DD, whatever order theirs is."""
    if _count(pc.match_substring_regex(values, dates.PERHAPS)) < _DATES * len(values):
        return
    days = [dates.day(values, order) for order in dates.ORDERS]
    read = pc.coalesce(*days)
    if _count(pc.is_valid(read)) < _DATES * len(values):
        return
    otherwise = pc.and_(pc.is_valid(read), pc.invert(pc.fill_null(pc.equal(read, values), False)))
    form = next((order for order, days_ in zip(dates.ORDERS, days, strict=True) if _all_read(read, days_, days)), "")
    surely = otherwise if form else pc.and_(otherwise, pc.is_valid(dates.day(values)))
    if rows := _count(surely):
        step = Step(operation="dates", columns=(header,), options={"form": form} if form else {})
        what = f"{many(rows)} with dates written as {_a_date_of_each_form(values.filter(surely))}"
        yield Finding(column=header, what=what, step=step)
    if rows := _count(pc.and_not(otherwise, surely)):
        example = values.filter(pc.and_not(otherwise, surely))[0].as_py()
        likely = max(dates.ORDERS, key=lambda order: _count(pc.is_valid(dates.day(values, order))))
        what = f"{many(rows)} with dates whose order only a person knows, such as {cut(example, _CUT)}"
        yield Finding(
            column=header,
            what=what,
            step=Step(operation="dates", columns=(header,), options={"form": likely}),
            is_choice=True,
        )


def _a_date_of_each_form(written: pa.StringArray) -> str:
    """The first date of each form that there is, the most frequent form first: "01/10/2026 or 23 Oct 2026"."""
    forms = written
    for run, sign in (("[A-Za-z]+", "month"), ("[0-9]{3,}", "year"), ("[0-9]+", "number")):
        forms = pc.replace_substring_regex(forms, run, sign)
    every = pa.table({"date": written, "form": forms}).group_by("form", use_threads=False)
    found = every.aggregate([("date", "first"), ("date", "count")]).sort_by([("date_count", "descending")])
    examples = [cut(text, _CUT) for text in found["date_first"].to_pylist()]
    if len(examples) > _SHOWN:
        return first_of(examples, _SHOWN, more="other form")
    return " or ".join(examples)


def _all_read(read: pa.StringArray, in_order: pa.StringArray, every: list[pa.StringArray]) -> bool:
    """Whether one order alone reads every date."""
    whole = [_count(pc.is_valid(each)) == _count(pc.is_valid(read)) for each in every]
    return sum(whole) == 1 and _count(pc.is_valid(in_order)) == _count(pc.is_valid(read))


def _clusters(header: str, cells: pa.StringArray) -> Iterator[Finding]:
    counted = cells.value_counts()
    values = pa.table({"text": counted.field("values"), "rows": counted.field("counts")})
    values = values.filter(pc.not_equal(values["text"], ""))
    for compared, way in ((key_collision, "key_collision"), (nearest, "nearest")):
        found: tuple[Cluster, ...] = compared(values)
        if found and len(found) <= MOST_CLUSTERS:
            first = first_of([cut(text) for text, _ in found[0].values], _SHOWN)
            others = tuple(text for text, _ in found[0].values[1:])
            more = f", and {many(len(found) - 1, 'more group')}" if len(found) > 1 else ""
            yield Finding(column=header, what=f"{first} are probably one value{more}", way=way, texts=others)


def _are_mails(values: pa.StringArray) -> bool:
    return _count(could_be(KINDS["email"], values)) > len(values) / 2


def _first(cells: pa.StringArray, flags: pa.BooleanArray, now: pa.StringArray) -> tuple[int, str, str] | None:
    rows = _count(flags)
    if not rows:
        return None
    first = pc.index(flags, True).as_py()
    was, by = cells[first].as_py().strip(), now[first].as_py().strip()
    differs = differs_at(was, by)
    return rows, cut(was, _CUT, at=differs), cut(by, _CUT, at=differs)


def _count(flags: pa.BooleanArray) -> int:
    return int(pc.sum(flags).as_py() or 0)
