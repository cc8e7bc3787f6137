"""The form in which a column is written: the order of its dates, the sign of its decimals.

A cell cannot say it, so the whole column does: one 25/12/2024 makes it day first. What no cell proves, or what cells
prove otherwise than others, a person has to say. Nothing of a column that everybody reads alike is ever asked.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.arrays import matches
from workbench.model.contract import Contract, Field
from workbench.model.errors import DoubtfulColumns
from workbench.model.issue import ISSUES
from workbench.model.kinds import FORMS, KINDS, Kind
from workbench.model.lines import hold
from workbench.model.sheet import Chunk, Sheet
from workbench.model.template import Mapping
from workbench.model.trimming import trimmed
from workbench.prepare import summary_line
from workbench.prepare.normalize import Normalized, has_meaning

By = Literal["column", "person", "template"]
"""Who says which form it is: its own cells, whoever imports it, or a saved template."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A cell, and what it means under each form that it can be written in."""

    text: str
    line: int | None
    means: Pairs[str, str]

    @property
    def at(self) -> str:
        """As a sentence names it."""
        return f"{self.text} on line {self.line}" if self.line is not None else self.text

    @property
    def alone(self) -> str:
        """That it can be written in these forms only."""
        words = " or ".join(FORMS[form] for form in self.means)
        return f"{self.at} can only {'have a' if numbers.SIGNS.keys() & self.means.keys() else 'be'} {words}"


@dataclass(frozen=True, kw_only=True)
class ColumnForm:
    """How one column is written, and how one knows."""

    header: str
    field: str
    form: str | None = None
    """Its name in `kinds.FORMS`; None where it needs none, and where a person has to say it."""
    by: By = "column"
    proof: Example | None = None
    """A cell that can be written in this form only."""
    candidates: tuple[str, ...] = ()
    """The forms that a person may choose from; none where nobody is asked."""
    doubts: tuple[Example, ...] = ()
    """One cell that means several things, or several that cannot all be written alike: why somebody is asked."""
    misfit: Example | None = None
    """A cell that cannot be written in the form that was given."""
    short_year: Example | None = None
    """A cell whose year has two digits."""
    percent: Example | None = None
    """A cell with a percent sign."""
    bare: Example | None = None
    """A cell without one, where others have it."""

    @property
    def is_open(self) -> bool:
        """Whether it cannot be read before a person has said its form."""
        return self.form is None and bool(self.doubts)

    @property
    def why(self) -> str:
        """How one knows of its form."""
        who = {"person": "as it was said", "template": "as the template says"}.get(self.by)
        if who is None:
            return self.proof.at if self.proof is not None else "every cell fits"
        return f"{who}, but {self.misfit.alone}" if self.misfit is not None else who

    @property
    def said(self) -> str:
        """What is said of it, e.g. "start date: day first (25/12/2024 on line 2)"; "" where there is nothing to say."""
        parts = [f"{FORMS[self.form]} ({self.why})"] if self.form is not None else []
        if self.short_year is not None and self.form in self.short_year.means:
            first = dates.CENTURY
            parts.append(f"years of two digits are {1900 + first} to {2000 + first - 1} ({self.short_year.at})")
        if self.percent is not None:
            but = f", but {self.bare.at} has none" if self.bare is not None else ""
            parts.append(f"in percent signs ({self.percent.at} is {next(iter(self.percent.means.values()))}){but}")
        return f"{self.header}: {'; '.join(parts)}" if parts else ""

    @property
    def question(self) -> str:
        """What a person has to decide, with the readings of an example; "" where nothing is open."""
        if not self.is_open:
            return ""
        if len(self.doubts) == 1:
            cell = self.doubts[0]
            readings = (f"{shown(cell.means[form])} if {_as_condition(form)}" for form in self.candidates)
            return f"{self.header} can be read in several ways: {cell.at} is {', '.join(readings)}."
        return f"{self.header} is written in several ways: {', '.join(each.alone for each in self.doubts)}."

    @property
    def options(self) -> str:
        """What to say on a command line."""
        return " or ".join(f"{option_of(form)} {self.field}={form}" for form in self.candidates)

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows and keeps it."""
        return {
            "column": self.header,
            "field": self.field,
            "form": self.form,
            "by": self.by if self.form is not None else None,
            "said": self.said or self.question,
            "candidates": list(self.candidates),
        }


def decide(sheet: Sheet, contract: Contract, mapping: Mapping, said: Iterable[str] = ()) -> tuple[ColumnForm, ...]:
    """How each column is written that fills a day, a moment or a number, as far as there is something to say of it.

    `mapping.forms` is what a person (for the fields in `said`) or a template says. Rows are read as far as they are
    needed: the first of them, and all where these leave anything open. A last line that adds up the others says
    nothing: programs write sums otherwise than what they add up. Raises UnreadableSheet.
    """
    columns = {header: contract.field(name) for header, name in mapping.columns.items()}
    asked = {header: target for header, target in columns.items() if KINDS[target.kind].forms}
    found = {header: Evidence(kind=KINDS[target.kind]) for header, target in asked.items()}
    look = list(found)
    for chunk in _records(sheet, contract, mapping) if look else ():
        for header in look:
            meanings = mapping.value_maps.get(asked[header].name, {})
            found[header].add(chunk.cells[header], chunk.lines, meanings)
        look = [header for header in look if asked[header].name not in mapping.forms and found[header].is_unsettled]
        if not look:
            break
    told = (
        _given(
            header,
            target.name,
            found[header],
            mapping.forms[target.name],
            "person" if target.name in said else "template",
        )
        if target.name in mapping.forms
        else found[header].verdict(header, target.name)
        for header, target in asked.items()
    )
    return tuple(column for column in told if column.said or column.is_open)


def _records(sheet: Sheet, contract: Contract, mapping: Mapping) -> Iterator[Chunk]:
    """The rows of a sheet but for a last line that adds up the others."""
    before: Chunk | None = None
    held: Chunk | None = None
    for chunk in sheet.chunks():
        if held is not None:  # others follow, so its last row is none of that kind
            yield held
        kept = len(chunk) and hold(sheet.reading.layout.records, chunk.lines[-1].as_py())
        may_be = len(chunk) and not kept and summary_line.last_of(chunk, contract, mapping, before) is not None
        before, held = chunk, chunk if may_be else None
        if held is None:
            yield chunk
    if held is not None:
        yield Chunk(lines=held.lines[:-1], cells=held.cells[:-1])


def settled(mapping: Mapping, columns: Iterable[ColumnForm]) -> Mapping:
    """The mapping with the forms that were decided; raises DoubtfulColumns where a person has to say one."""
    columns = tuple(columns)
    if doubtful := [column for column in columns if column.is_open]:
        doubts = " ".join(column.question for column in doubtful)
        raise DoubtfulColumns(doubts=doubts, options=", and ".join(column.options for column in doubtful))
    decided = {column.field: column.form for column in columns if column.form is not None}
    return replace(mapping, forms=mapping.forms | decided)


def told(issues: pa.Table, rows: Normalized, contract: Contract, forms: Pairs[str, str]) -> pa.Table:
    """The issues of rows that could not be read, some with a better sentence: of a cell that could be read in several
    ways, and of a number that is only too large."""
    codes, names, messages = (issues[part].combine_chunks() for part in ("code", "field", "message"))
    positions = issues["position"].combine_chunks()
    for target in contract.stored:
        kind = KINDS[target.kind]
        if not kind.forms or target.name not in rows.values.schema.names:
            continue
        places = np.flatnonzero(pc.and_(pc.equal(names, target.name), pc.equal(codes, kind.code)))
        if not len(places):
            continue
        texts = rows.values[target.name].take(positions.take(pa.array(places)))
        for which, sentence in _better(texts, target, forms.get(target.name)):
            where = np.zeros(len(positions), dtype=bool)
            where[places] = np.asarray(which)
            messages = pc.if_else(pa.array(where), sentence, messages)
    return issues.set_column(issues.schema.get_field_index("message"), ISSUES.field("message"), messages)


def _better(texts: pa.StringArray, target: Field, form: str | None) -> Iterator[tuple[pa.BooleanArray, str]]:
    """Which of a field's texts that could not be read have a better sentence."""
    kind = KINDS[target.kind]
    if form is None:
        yield _doubtful(texts, kind), _sentence(kind)
    if kind.sql == "integer" and (target.minimum is None or target.maximum is None):
        read = kind.forms[form].read if form is not None else kind.read
        assert read is not None
        yield matches(read(trimmed(texts)), "^-?[0-9]+$"), f"{target.name} is too large"


def option_of(form: str) -> str:
    """The option of the command line that says it."""
    return "--date-order" if form in dates.ORDERS else "--decimal"


# --- what the cells say ---


@dataclass(kw_only=True)
class Evidence:
    """What the cells of a column say of its form so far."""

    kind: Kind
    filled: bool = False
    found: dict[tuple[int, int], Example] = field(default_factory=dict)
    """The first cell of each sort: the forms that it can be written in, and the pairs of them under which it means
    different things, both as bits."""
    short_year: Example | None = None
    percent: Example | None = None
    bare: Example | None = None
    """The first cell of a percentage without its sign."""
    seen: pa.StringArray = field(default_factory=lambda: pa.array([], pa.string()), repr=False)
    """Texts that were looked at already: days come again and again."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The names of the kind's forms; the bits stand for them in this order."""
        return tuple(self.kind.forms)

    def add(self, cells: pa.StringArray, lines: pa.Int32Array | None = None, meanings: Iterable[str] = ()) -> None:
        """Takes some cells of the column in; those that a person has given a meaning say nothing."""
        text = trimmed(cells)
        self.filled = self.filled or text.null_count < len(text)
        if self.bare is None and self.kind.name == "percent":
            self.bare = _without_sign(text, lines, meanings)
        telling = pc.fill_null(pc.invert(matches(text, _SURE[self.kind.name])), False)
        places = np.flatnonzero(pc.and_(telling, pc.is_valid(text)))
        if not len(places):
            return
        encoded = text.take(pa.array(places)).dictionary_encode()
        rows = np.asarray(encoded.indices)
        fresh = np.flatnonzero(pc.invert(pc.is_in(encoded.dictionary, self.seen)))
        texts = encoded.dictionary.take(pa.array(fresh))
        self.seen = pa.concat_arrays([self.seen, texts]) if len(self.seen) < _SEEN else self.seen
        if not len(fresh):
            return
        readings = [form.read(texts) for form in self.kind.forms.values()]
        fits, differs = _bits(readings)
        if meanings:
            fits = np.where(np.asarray(has_meaning(texts, meanings)), 0, fits)

        def example(which: int) -> Example:
            line = lines[int(places[np.argmax(rows == fresh[which])])].as_py() if lines is not None else None
            means = {form: reading[which].as_py() for form, reading in zip(self.forms, readings, strict=True)}
            means = {form: value for form, value in means.items() if value is not None}
            return Example(text=texts[which].as_py(), line=line, means=means)

        sorts, first = np.unique(np.stack([fits, differs]), axis=1, return_index=True)
        for (fit, differ), which in sorted(
            zip(sorts.T.tolist(), first.tolist(), strict=True), key=lambda sort: sort[1]
        ):
            if fit and (fit, differ) not in self.found:
                self.found[fit, differ] = example(which)
        if self.short_year is None and "dmy" in self.forms:
            self.short_year = _first(np.asarray(pc.invert(matches(texts, dates.WHOLE_YEAR))) & (fits > 0), example)
        if self.percent is None and self.kind.name == "percent":
            self.percent = _first(np.asarray(pc.ends_with(texts, "%")) & (fits > 0), example)

    @property
    def _telling(self) -> dict[tuple[int, int], Example]:
        """The sorts of cells that not every form reads alike."""
        every = (1 << len(self.forms)) - 1
        return {sort: cell for sort, cell in self.found.items() if sort != (every, 0)}

    @property
    def candidates(self) -> tuple[str, ...]:
        """The forms that all cells can be written in, but for those that can be written in none."""
        fit = (1 << len(self.forms)) - 1
        for each, _ in self.found:
            fit &= each
        return tuple(form for place, form in enumerate(self.forms) if fit >> place & 1)

    @property
    def _needs_form(self) -> bool:
        """Whether there is a cell that cannot be read without a form."""
        return self.short_year is not None or any(differ for _, differ in self.found)

    @property
    def is_unsettled(self) -> bool:
        """Whether more cells could say more: there was none yet, or they do not all read alike.

        Numbers with a decimal point are what everybody expects, and need no form.
        """
        usual = 1 << self.forms.index("point") if "point" in self.forms else 0
        telling = any(fit != usual for fit, _ in self._telling)
        return not self.filled or telling or self.short_year is not None

    def verdict(self, header: str, name: str) -> ColumnForm:
        """What the cells make of the column."""
        column = ColumnForm(header=header, field=name, percent=self.percent, bare=self.bare, short_year=self.short_year)
        if not (self._needs_form or (self._telling and self.is_unsettled)):
            return column
        candidates = self.candidates
        if not candidates:
            return replace(column, candidates=self._possible, doubts=self._opposed)
        if len(candidates) == 1:
            return replace(column, form=candidates[0], candidates=self._possible, proof=self._proof(candidates[0]))
        if doubts := [cell for cell in self._telling.values() if len({cell.means[form] for form in candidates}) > 1]:
            return replace(column, candidates=candidates, doubts=(doubts[0],))
        return replace(column, form=candidates[-1], candidates=candidates) if self._needs_form else column

    def misfit(self, form: str) -> Example | None:
        """A cell that cannot be written in that form, though in another."""
        return next((cell for cell in self.found.values() if form not in cell.means), None)

    @property
    def _possible(self) -> tuple[str, ...]:
        """The forms that some telling cell can be written in."""
        return tuple(form for form in self.forms if any(form in cell.means for cell in self._telling.values()))

    @property
    def _opposed(self) -> tuple[Example, ...]:
        """Cells that cannot all be written in one form: two, where two are enough."""
        cells = sorted(self._telling.values(), key=lambda cell: len(cell.means))
        pairs = ((one, other) for one in cells for other in cells if not one.means.keys() & other.means.keys())
        return next(pairs, tuple(cells))

    def _proof(self, form: str) -> Example | None:
        return next((cell for cell in self._telling.values() if list(cell.means) == [form]), None)


_SEEN = 50_000
"""From so many texts on, no more are remembered."""
_SURE = {
    **dict.fromkeys(("day", "timestamp"), "^[0-9]{4}[-/.]"),
    **dict.fromkeys(("integer", "decimal", "money", "amount"), "^[^.,]*$"),
    "percent": "^[^.,%]*$",
}
"""What all forms of a kind read alike, if they can read it."""


def _bits(readings: list[pa.StringArray]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each text: the readings that understand it, and the pairs of readings that differ, as bits."""
    fits = sum(np.asarray(pc.is_valid(reading)).astype(np.int64) << place for place, reading in enumerate(readings))
    pairs = [(one, other) for place, one in enumerate(readings) for other in readings[place + 1 :]]
    differs = sum(
        np.asarray(pc.fill_null(pc.not_equal(one, other), False)).astype(np.int64) << place
        for place, (one, other) in enumerate(pairs)
    )
    return np.asarray(fits), np.asarray(differs)


def _without_sign(text: pa.StringArray, lines: pa.Int32Array | None, meanings: Iterable[str]) -> Example | None:
    """The first of the texts that is a number without a percent sign, and that nobody has given a meaning."""
    flags = matches(text, r"^[-+]?[0-9][0-9.,]*$")
    if meanings:
        flags = pc.and_not(flags, has_meaning(text, meanings))
    place = pc.index(flags, True).as_py()
    if place < 0:
        return None
    return Example(text=text[place].as_py(), line=lines[place].as_py() if lines is not None else None, means={})


def _first(flags: Any, example: Any) -> Example | None:
    found: Example | None = example(int(np.argmax(flags))) if flags.any() else None
    return found


def _given(header: str, name: str, evidence: Evidence, form: str, by: By) -> ColumnForm:
    return ColumnForm(
        header=header,
        field=name,
        form=form,
        by=by,
        candidates=evidence.forms,
        misfit=evidence.misfit(form),
        short_year=evidence.short_year,
        percent=evidence.percent,
        bare=evidence.bare,
    )


# --- sentences ---


def shown(value: str) -> str:
    """A canonical value as a sentence has it: a day without its midnight."""
    return value.removesuffix("T00:00:00Z")


def _as_condition(form: str) -> str:
    """ "the day stands first", "the comma is the decimal sign"."""
    if form in numbers.SIGNS:
        return f"the {form} is the decimal sign"
    return f"the {FORMS[form].split()[0]} stands first"


def _doubtful(texts: pa.StringArray, kind: Kind) -> pa.BooleanArray:
    """Which texts could be read, if one only knew how."""
    assert kind.read is not None
    text = trimmed(pc.replace_substring(texts, numbers.OTHERWISE, ""))
    readable = pc.is_valid(pc.coalesce(*(form.read(text) for form in kind.forms.values())))
    return pc.and_(readable, pc.is_null(kind.read(text)))


def _sentence(kind: Kind) -> str:
    if "dmy" in kind.forms:
        return "Day, month or year could stand first: write YYYY-MM-DD, or say the order (--date-order)"
    return "The sign could be of decimals or of thousands: write it without thousands, or say which (--decimal)"
