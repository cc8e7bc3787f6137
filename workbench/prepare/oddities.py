"""What is odd about cells that their kind could read, or that says why it could not: found beside the suite, a column
at a time, and told of each row and of each column.

A tidy column is done with by a look at its bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.derived.expectations import Expectation, Finding
from workbench.model.arrays import joined, matches
from workbench.model.contract import Contract, Field
from workbench.model.derivation import Joined, SameAs
from workbench.model.issue import ISSUES, Severity
from workbench.model.json_text import REPEATED_KEY
from workbench.model.kinds import KINDS, WHOLE_EXPONENT
from workbench.model.noticed import Noticed
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping as Mapped
from workbench.model.texts import (
    DATE,
    ERROR_CELLS,
    EXPONENT,
    NO_NAME_INSIDE,
    NULL_TEXTS,
    ZEROS,
    are_errors,
    are_no_names,
    are_rounded,
    begin_or_end_with_nothing,
    may_be_dates,
    may_be_rounded,
    read_as_nothing,
    stand_for_nothing,
    takes_any_text,
)
from workbench.model.trimming import UNSEEN, has_unseen, is_wrapped, may_hold, trimmed
from workbench.prepare import mojibake
from workbench.prepare.normalize import is_cased, meanings_of, repaired_fields

_SHOWN = 60
"""So many characters of a cell stand in a message."""
_POINT = r"\.00?$"
_WORD = "^[A-Za-z]+$"
_COUNTED = 100
"""So many different texts of a column are counted."""
_EXAMPLES = 20

_NOTHING = "reads as no value: map it to nothing, or to itself where it is meant as it stands"
_NO_TEXT = {"null_text": "reads as no value: map it to nothing, or correct it"}
"""What is said of a cell whose kind takes no such text."""
_SAYS = {
    "null_text": _NOTHING,
    "null_part": "has a part that reads as no value: correct it, or map it to what is meant",
    "error_cell": "is a spreadsheet's error and no value: correct it in the source, or map it to nothing",
    "rounded": "is a number whose digits are gone, because a program has rounded it: take it from its source as text",
    "may_be_rounded": "may be rounded: a spreadsheet keeps 15 digits, and has zeros for the others",
    "may_be_date": "may be a date that a spreadsheet has made of an identifier",
    "damaged_text": "has lost a letter on its way here",
    "unseen": "was written with letters that nobody sees (a soft hyphen, one without width), which do not count",
}
_MEANS = {
    "mojibake": "Letters may have been read in a wrong encoding",
    "differs": "Says something else than the field that it is usually the same as",
    "not_used": "What it could be joined of says otherwise, and is not used",
}
"""What is said of codes whose rows have sentences of their own."""
_ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "null_text": ("expect_column_values_to_not_be_in_set", {"value_set": list(NULL_TEXTS)}),
    "null_part": ("expect_column_values_to_not_match_regex", {"regex": NO_NAME_INSIDE}),
    "error_cell": ("expect_column_values_to_not_be_in_set", {"value_set": list(ERROR_CELLS)}),
    "rounded": ("expect_column_values_to_not_match_regex", {"regex": EXPONENT}),
    "may_be_rounded": ("expect_column_values_to_not_match_regex", {"regex": ZEROS}),
    "may_be_date": ("expect_column_values_to_not_match_regex", {"regex": DATE}),
    "damaged_text": ("expect_column_values_to_not_match_regex", {"regex": "\ufffd"}),
    "unseen": ("expect_column_values_to_not_match_regex", {"regex": UNSEEN}),
    "differs": ("expect_column_values_to_match_regex", {"regex": "what the other field says"}),
    "not_used": ("expect_column_values_to_match_regex", {"regex": "what its parts say"}),
    "mojibake": ("expect_column_values_to_not_match_regex", {"regex": mojibake.NEIGHBOURS}),
}
"""What was asked, in the words of Great Expectations."""


class Oddities:
    """Looks at the rows of one batch, a chunk at a time."""

    def __init__(self, contract: Contract, mapping: Mapped) -> None:
        self._contract = contract
        headers = {name: header for header, name in mapping.columns.items()}
        self._headers = {known.name: headers[known.name] for known in contract.fields if known.name in headers}
        self._repairs = repaired_fields(contract, mapping)
        self._meant = {
            name: self._compared(name, trimmed(pa.array(texts, pa.string())))
            for name in self._headers
            if (texts := [*meanings_of(name, contract, mapping).values(), *_constant(name, mapping)])
        }
        self._found: dict[tuple[str, str], Finding] = {}
        self._rows = 0
        self.noticed = Noticed()

    def issues(self, chunk: Chunk, values: Mapping[str, pa.StringArray]) -> pa.Table:
        """The issues of a chunk's rows whose canonical values are these, sorted by position."""
        self._rows += len(chunk)
        tables = [
            self._table(chunk, code, name, flags, texts, severity)
            for name, code, flags, texts, severity in self._odd(chunk, values)
            if pc.any(flags).as_py()
        ]
        if not tables:
            return ISSUES.empty_table()
        return in_order(*tables)

    def explained(self, issues: pa.Table, values: Mapping[str, pa.StringArray]) -> pa.Table:
        """The suite's issues, those of cells that no kind could read with what their text says of it."""
        columns = {name: issues[name].combine_chunks() for name in issues.schema.names}
        for known in self._contract.stored:
            code = "bad_choice" if known.choices else KINDS[known.kind].code
            own = pc.and_(pc.equal(columns["field"], known.name), pc.equal(columns["code"], code))
            if self._takes_any(known.name) or not pc.any(own).as_py():
                continue
            texts = values[known.name].take(columns["position"])
            if known.kind == "json":
                _name_repeated_keys(columns, own, texts)
            for why, flags in self._reasons(known, texts).items():
                told = pc.and_(own, flags)
                if not pc.any(told).as_py():
                    continue
                if why != "rounded":
                    self._count(known.name, texts, told)
                says = pc.binary_join_element_wise("'", shown(texts), f"' {_NO_TEXT.get(why, _SAYS[why])}", "")
                if why == "null_text":
                    says = pc.binary_join_element_wise(columns["message"], says, ". ")
                else:
                    columns["code"] = pc.if_else(told, why, columns["code"])
                columns["message"] = pc.if_else(told, says, columns["message"])
        return pa.table(list(columns.values()), schema=ISSUES)

    def _reasons(self, known: Field, texts: pa.StringArray) -> dict[str, pa.BooleanArray]:
        """Why a kind could not read texts, as far as they tell."""
        errors = are_errors(texts)
        found = {"error_cell": errors, "null_text": pc.and_not(stand_for_nothing(texts), errors)}
        return found | ({"rounded": are_rounded(texts, any_exponent=True)} if known.kind == "phone" else {})

    def findings(self) -> tuple[Finding, ...]:
        """What was found, as the data docs tell what Great Expectations found."""
        return tuple(replace(finding, evaluated=self._rows) for finding in self._found.values())

    def _odd(
        self, chunk: Chunk, values: Mapping[str, pa.StringArray]
    ) -> Iterator[tuple[str, str, pa.BooleanArray, pa.StringArray, Severity]]:
        """Field, code, rows, their messages or texts, severity."""
        nothing = {
            name: self._nothing(name, chunk.cells[header], values[name])
            for name, header in self._headers.items()
            if self._takes_any(name)
        }
        whole = dict(self._made_of_nothing(values, nothing))
        told = {ingredient: flags for joined, flags in whole.items() for ingredient in self._ingredients(joined)}
        no_names = dict(self._joined_of_no_names(values, nothing))
        for name, header in self._headers.items():
            known, raw, cells = self._contract.field(name), chunk.cells[header], values[name]
            self._notice_writing(known, raw, cells)
            if self._names_something(known):
                came = mojibake.repaired(raw) if name in self._repairs else raw
                yield name, "unseen", has_unseen(came, cells), pc.fill_null(cells, ""), "warning"
            if not self._takes_any(name):
                if known.kind == "email":
                    yield from self._damaged(known, cells)
                continue
            flags = nothing[name]
            if flags is not None:
                if name in told:
                    flags = pc.and_not(flags, told[name])
                if name in no_names:
                    yield name, "null_text", pc.and_(flags, no_names[name]), cells, "error"
                    flags = pc.and_not(flags, no_names[name])
                if known.never_blank:
                    no_name = are_no_names(cells)
                    yield name, "null_text", pc.and_(flags, no_name), cells, "error"
                    yield name, "null_text", pc.and_not(flags, no_name), cells, "warning"
                else:
                    severity: Severity = "error" if self._contract.requires(known) else "warning"
                    yield name, "null_text", flags, cells, severity
            errors = self._unsaid(name, raw, cells, are_errors(cells, inside=known.kind == "name"))
            self._count(name, cells, pc.and_(errors, are_errors(cells)))
            yield name, "error_cell", errors, cells, "error"
            if known.kind == "name":
                parts = pc.and_not(begin_or_end_with_nothing(cells), errors)
                yield name, "null_part", self._unsaid(name, raw, cells, parts), cells, "warning"
            if known.kind == "identifier" or name in self._contract.key:
                yield name, "rounded", self._unsaid(name, raw, cells, are_rounded(cells)), cells, "error"
                yield name, "may_be_rounded", self._unsaid(name, raw, cells, may_be_rounded(cells)), cells, "warning"
                yield name, "may_be_date", self._unsaid(name, raw, cells, may_be_dates(cells)), cells, "warning"
            yield from self._damaged(known, cells)
            yield from self._misread(known, raw)
            yield from self._unused(known, raw, values)
        yield from self._differing(values)
        for name, flags in whole.items():
            severity = "error" if self._contract.requires(self._contract.field(name)) else "warning"
            yield name, "null_text", flags, values[name], severity

    def _names_something(self, known: Field) -> bool:
        """Whether a field says which record is meant, or what one is called: there no letter may differ unseen."""
        kinds = ("name", "identifier", "sku", "email", "salesforce_id")
        return known.kind in kinds or known.reference is not None or known.name in self._contract.key

    def _takes_any(self, name: str) -> bool:
        return takes_any_text(self._contract.field(name))

    def _ingredients(self, name: str) -> tuple[str, ...]:
        return self._contract.field(name).ingredients

    def _nothing(self, name: str, raw: pa.StringArray, cells: pa.StringArray) -> pa.BooleanArray | None:
        """The rows whose text reads as no value, unless somebody has said that it is meant; None where there are
        none."""
        flags = self._unsaid(name, raw, cells, read_as_nothing(cells))
        if not pc.any(flags).as_py():
            return None
        flags = pc.and_not(flags, are_errors(cells))
        self._count(name, cells, flags)
        return flags

    def _unsaid(self, name: str, raw: pa.StringArray, cells: pa.StringArray, flags: pa.BooleanArray) -> pa.BooleanArray:
        """The rows of these whose text nobody has said the meaning of, and which is not made of other fields."""
        if not pc.any(flags).as_py():
            return flags
        if self._contract.field(name).derive is not None:
            flags = pc.and_(flags, pc.is_valid(trimmed(raw)))
        meant = self._meant.get(name)
        return flags if meant is None else pc.and_not(flags, pc.is_in(self._compared(name, cells), meant))

    def _compared(self, name: str, texts: pa.StringArray) -> pa.StringArray:
        """The texts as they are compared with what a person has said."""
        return texts if is_cased(self._contract.field(name)) else pc.utf8_lower(texts)

    def _made_of_nothing(
        self, values: Mapping[str, pa.StringArray], nothing: Mapping[str, pa.BooleanArray | None]
    ) -> Iterator[tuple[str, pa.BooleanArray]]:
        """The rows of each joined field that are made of nothing else; words that differ may well be a name."""
        for known in self._contract.fields:
            there = [name for name in known.ingredients if name in values]
            if not isinstance(known.derive, Joined) or all(nothing.get(name) is None for name in there):
                continue
            flags = pc.is_valid(values[known.name])
            first = pc.utf8_lower(pc.coalesce(*(values[name] for name in there)))
            words, differ = matches(first, _WORD), pa.repeat(pa.scalar(False), len(first))
            for name in there:
                blank = pc.is_null(values[name])
                empty = blank if (of := nothing.get(name)) is None else pc.or_(blank, of)
                flags = pc.and_(flags, empty)
                words = pc.and_(words, pc.or_(blank, matches(values[name], _WORD)))
                differ = pc.or_(differ, pc.fill_null(pc.not_equal(pc.utf8_lower(values[name]), first), False))
            flags = pc.and_not(flags, pc.and_(words, differ))
            yield known.name, pc.and_(flags, _is_made(values[known.name], [values[name] for name in there]))

    def _joined_of_no_names(
        self, values: Mapping[str, pa.StringArray], nothing: Mapping[str, pa.BooleanArray | None]
    ) -> Iterator[tuple[str, pa.BooleanArray]]:
        """The ingredients of required joined fields, each with the rows whose part nobody can be called, and which a
        name was joined of."""
        for known in self._contract.fields:
            there = [name for name in known.ingredients if name in values]
            if not isinstance(known.derive, Joined) or not self._contract.requires(known):
                continue
            for name in there:
                flags = nothing.get(name)
                if flags is None or not pc.any(no_names := pc.and_(flags, are_no_names(values[name]))).as_py():
                    continue
                yield name, pc.and_(no_names, _is_made(values[known.name], [values[each] for each in there]))

    def _damaged(
        self, known: Field, cells: pa.StringArray
    ) -> Iterator[tuple[str, str, pa.BooleanArray, pa.StringArray, Severity]]:
        if may_hold(cells, b"\xef\xbf\xbd"):
            flags = pc.fill_null(pc.match_substring(cells, "\ufffd"), False)
            free = known.kind == "text" and not self._contract.requires(known)
            yield known.name, "damaged_text", flags, cells, "warning" if free else "error"

    def _misread(
        self, known: Field, raw: pa.StringArray
    ) -> Iterator[tuple[str, str, pa.BooleanArray, pa.StringArray, Severity]]:
        mended = mojibake.repaired(raw)
        if mended is raw:
            return
        flags = pc.not_equal(raw, mended)
        rows = pc.sum(flags).as_py()
        if not rows:
            return
        if known.name in self._repairs:
            self.noticed.repaired[known.name] = self.noticed.repaired.get(known.name, 0) + rows
            return
        first = pc.index(flags, True).as_py()
        before = self.noticed.misread.get(known.name)
        example = {"before": _cut(raw[first].as_py()), "after": _cut(mended[first].as_py())}
        self.noticed.misread[known.name] = (before or example) | {"rows": rows + (before["rows"] if before else 0)}
        message = pc.binary_join_element_wise(
            "'", shown(raw), "' may be '", shown(mended), "': its letters were read in a wrong encoding", ""
        )
        yield known.name, "mojibake", flags, message, "warning"

    def _unused(
        self, known: Field, raw: pa.StringArray, values: Mapping[str, pa.StringArray]
    ) -> Iterator[tuple[str, str, pa.BooleanArray, pa.StringArray, Severity]]:
        """The rows in which a field has a cell of its own, and the fields that it could be joined of say otherwise."""
        there = [name for name in known.ingredients if name in values and name in self._headers]
        if not isinstance(known.derive, Joined) or len(there) < len(known.derive.fields):
            return
        cells, made = values[known.name], _made(parts := [values[name] for name in there])
        flags = pc.fill_null(pc.not_equal(made, cells), False)
        if not pc.any(flags).as_py():
            return
        flags = pc.and_(flags, pc.is_valid(trimmed(raw)))
        for part in parts:
            flags = pc.and_(flags, pc.and_not(pc.is_valid(part), read_as_nothing(part)))
        if not pc.any(flags).as_py():
            return
        rows = pc.indices_nonzero(flags)
        flags = pc.replace_with_mask(flags, flags, _lacks_words(cells.take(rows), made.take(rows)))
        says = f"{' and '.join(self._contract.field(name).title for name in there)} say "
        message = pc.binary_join_element_wise(
            says, shown(made), f", {known.title} says ", shown(cells), ", which counts", ""
        )
        yield known.name, "not_used", flags, message, "warning"

    def _differing(
        self, values: Mapping[str, pa.StringArray]
    ) -> Iterator[tuple[str, str, pa.BooleanArray, pa.StringArray, Severity]]:
        """The rows in which a field says something else than the one that it is the same as where nothing is said."""
        for known in self._contract.stored:
            if not isinstance(known.derive, SameAs) or known.name not in self._headers:
                continue
            of, cells = values.get(known.derive.field), values[known.name]
            if of is None:
                continue
            flags = pc.fill_null(pc.not_equal(of, cells), False)
            if pc.any(flags).as_py():
                says = pc.binary_join_element_wise(
                    f"{self._contract.field(known.derive.field).title} says ",
                    shown(of),
                    f", {known.title} says ",
                    shown(cells),
                    "",
                )
                yield known.name, "differs", flags, says, "warning"

    def _notice_writing(self, known: Field, raw: pa.StringArray, cells: pa.StringArray) -> None:
        """Counts the cells whose writing was taken off."""
        if may_hold(raw, b'="') or may_hold(raw, b"'"):
            _add(self.noticed.wrapped, known.name, is_wrapped(pc.utf8_trim_whitespace(raw)))
        if known.kind in ("identifier", "phone") and may_hold(raw, b".0"):
            pointed = matches(pc.utf8_trim_whitespace(raw), _POINT)
            _add(self.noticed.points, known.name, pc.and_not(pointed, matches(pc.fill_null(cells, ".0"), _POINT)))
        if known.kind == "phone" and (may_hold(raw, b"E") or may_hold(raw, b"e")):
            _add(self.noticed.exponents, known.name, matches(pc.utf8_trim_whitespace(raw), WHOLE_EXPONENT))

    def _count(self, name: str, cells: pa.StringArray, flags: pa.BooleanArray) -> None:
        if self._contract.nothing:
            flags = pc.and_not(flags, pc.is_in(pc.utf8_lower(cells), pa.array(self._contract.nothing)))
        if not pc.any(flags).as_py():
            return
        counts = self.noticed.null_texts.setdefault(name, {})
        for each in cells.filter(flags).value_counts().to_pylist():
            if each["values"] in counts or len(counts) < _COUNTED:
                counts[each["values"]] = counts.get(each["values"], 0) + each["counts"]

    def _table(
        self, chunk: Chunk, code: str, name: str, flags: pa.BooleanArray, texts: pa.StringArray, severity: Severity
    ) -> pa.Table:
        positions = pc.indices_nonzero(flags).cast(pa.int32())
        texts = texts.take(positions)
        says = _SAYS.get(code)
        message = texts if says is None else pc.binary_join_element_wise("'", shown(texts), f"' {says}", "")
        self._find(chunk, code, name, positions, texts, severity)
        rows = len(positions)
        return pa.table(
            [
                positions,
                chunk.lines.take(positions),
                *(pa.repeat(pa.scalar(text), rows) for text in (code, name)),
                message,
                pa.repeat(pa.scalar(severity), rows),
            ],
            schema=ISSUES,
        )

    def _find(
        self, chunk: Chunk, code: str, name: str, positions: pa.Int32Array, texts: pa.StringArray, severity: Severity
    ) -> None:
        """Adds up what was found, for the data docs."""
        known = self._found.get((name, code))
        if known is None:
            kind, kwargs = _ASKED[code]
            known = Finding(
                expectation=Expectation(
                    type=kind,
                    kwargs={"column": name, **kwargs},
                    code=code,
                    field=name,
                    message=_SAYS.get(code) or _MEANS[code],
                    severity=severity,
                    origin=self._contract.name,
                )
            )
        first = range(min(len(positions), _EXAMPLES - len(known.examples)))
        lines = chunk.lines.take(positions)
        self._found[name, code] = Finding(
            expectation=known.expectation,
            unexpected=known.unexpected + len(positions),
            examples=(*known.examples, *((lines[n].as_py(), _cut(texts[n].as_py())) for n in first)),
        )


def in_order(*issues: pa.Table) -> pa.Table:
    """The issues of several tables by position, those of one row as they stand."""
    together = pa.concat_tables(issues)
    order = np.argsort(together["position"].to_numpy(), kind="stable")
    return together.take(pa.array(order)).combine_chunks()


def _name_repeated_keys(columns: dict[str, pa.Array], own: pa.BooleanArray, texts: pa.StringArray) -> None:
    """Says of the cells that are no JSON for the sake of a key that stands twice which one it is."""
    told = pc.and_(own, matches(texts, REPEATED_KEY))
    if pc.any(told).as_py():
        key = pc.struct_field(pc.extract_regex(texts, REPEATED_KEY), "key")
        says = joined("One object has the key ", key, " more than once, and one of its values would be lost")
        columns["code"] = pc.if_else(told, "repeated_key", columns["code"])
        columns["message"] = pc.if_else(told, says, columns["message"])


def _made(parts: Sequence[pa.StringArray]) -> pa.StringArray:
    """What a field is that is joined of these parts; "" where none is there."""
    there = (pc.fill_null(part, "") for part in parts)
    return pc.utf8_trim(pc.binary_join_element_wise(*there, " "), characters=" ")


def _lacks_words(texts: pa.StringArray, others: pa.StringArray) -> pa.BooleanArray:
    """Which texts lack a word of the other one in their row; case, commas and points make no difference, nor does the
    order of words."""
    (words, _), (wanted, rows) = (_words(each) for each in (texts, others))
    lacking = rows.filter(pc.invert(pc.is_in(wanted, words)))
    return pc.is_in(pa.array(np.arange(len(texts))), lacking.cast(pa.int64()))


def _words(texts: pa.StringArray) -> tuple[pa.StringArray, pa.Int64Array]:
    """Each word of the texts behind the number of its row, and that number."""
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_lower(texts), "[,.]", " "))
    split = pc.utf8_split_whitespace(plain)
    rows = pc.list_parent_indices(split)
    return pc.binary_join_element_wise(rows.cast(pa.string()), pc.list_flatten(split), " "), rows


def _is_made(cells: pa.StringArray, parts: Sequence[pa.StringArray]) -> pa.BooleanArray:
    """In which rows a joined field is what its parts make."""
    return pc.fill_null(pc.equal(_made(parts), cells), False)


def _constant(name: str, mapping: Mapped) -> tuple[str, ...]:
    return (mapping.constants[name],) if name in mapping.constants else ()


def _add(counts: dict[str, int], name: str, flags: pa.BooleanArray) -> None:
    rows = pc.sum(flags).as_py() or 0
    if rows:
        counts[name] = counts.get(name, 0) + rows


def shown(texts: pa.StringArray) -> pa.StringArray:
    """The texts as they stand in a message, the long ones cut."""
    long = pc.greater(pc.utf8_length(texts), _SHOWN)
    return pc.if_else(long, pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, _SHOWN), "…", ""), texts)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
