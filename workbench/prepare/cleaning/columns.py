"""Operations that make columns of others, call them otherwise, or drop them."""

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import joined_with
from workbench.model.recipe import Step, shown
from workbench.model.trimming import AROUND
from workbench.model.wording import cut, listed
from workbench.prepare.cleaning.expression import Expression
from workbench.prepare.cleaning.operation import (
    Headers,
    Operation,
    Option,
    Run,
    changed,
    check_pattern,
    wrong,
)
from workbench.prepare.cleaning.rows import Mask, Rows
from workbench.prepare.cleaning.sizes import refuse_joining

Parts = Callable[[pa.StringArray], list[pa.StringArray]]

SEPARATOR = (
    Option(name="separator", kind="text", title="Separator"),
    Option(name="pattern", kind="flag", title="Is a pattern", default=False),
)


def split(cells: pa.StringArray, step: Step, most: int | None = None) -> pa.ListArray:
    """The parts of each cell, trimmed; the last of `most` has what is left."""
    separator, is_pattern = step.options["separator"], step.options.get("pattern", False)
    function = pc.split_pattern_regex if is_pattern else pc.split_pattern
    parts = function(cells, separator, max_splits=most - 1 if most else None)
    trimmed = pc.utf8_trim(pc.list_flatten(parts), characters=AROUND)
    return pa.ListArray.from_arrays(_offsets(parts), trimmed)


def check_separator(step: Step) -> None:
    """Raises WrongRecipe for a separator that parts nothing."""
    if not step.options["separator"]:
        raise wrong(step, "there is nothing that separates the parts.")
    if step.options.get("pattern", False):
        check_pattern(step, step.options["separator"])


def says_separated(step: Step) -> str:
    """The separator, as a sentence has it."""
    return f"{'what looks like ' * step.options.get('pattern', False)}{shown(step.options['separator'])}"


def _offsets(parts: pa.ListArray) -> pa.Int32Array:
    """Where the parts of each cell begin, from 0 on."""
    offsets = parts.offsets.to_numpy()
    return pa.array(offsets - offsets[0], pa.int32())


def _splitting(step: Step) -> Parts:
    """The last column has what is left of a cell with more parts, without separators behind it, which part nothing."""
    into = step.options["into"]
    separator = step.options["separator"]
    separator = separator if step.options.get("pattern", False) else re.escape(separator)
    behind = rf"(?:\s*(?:{separator}))+\s*$"

    def parts(cells: pa.StringArray) -> list[pa.StringArray]:
        lists = split(cells, step, len(into))
        offsets = lists.offsets.to_numpy()
        lengths = np.diff(offsets)
        found = (pa.array(offsets[:-1] + n, pa.int32(), mask=lengths <= n) for n in range(len(into)))
        *others, last = (lists.values.take(places) for places in found)
        return [*others, pc.replace_substring_regex(last, behind, "")]

    return parts


def _extracting(step: Step) -> Parts:
    pattern, into = step.options["pattern"], step.options["into"]
    groups = re.compile(pattern).groups
    whole = f"(?s)^.*?(?:{pattern}).*$" if groups else f"(?s)^.*?({pattern}).*$"

    def parts(cells: pa.StringArray) -> list[pa.StringArray]:
        found = pc.match_substring_regex(cells, whole)
        return [
            pc.if_else(found, pc.replace_substring_regex(cells, whole, rf"\{n}"), "") for n in range(1, len(into) + 1)
        ]

    return parts


def _check_extract(step: Step) -> None:
    check_pattern(step, step.options["pattern"])
    try:
        groups = max(re.compile(step.options["pattern"]).groups, 1)
    except re.error:
        raise wrong(step, "its pattern cannot be counted the groups of; write it more plainly.") from None
    if groups != len(step.options["into"]) or groups > _GROUPS:
        raise wrong(step, f"it has {groups} groups in its pattern, for {len(step.options['into'])} columns.")


_LONGEST = 300  # letters of an expression in a sentence
_GROUPS = 9


def _check_split(step: Step) -> None:
    check_separator(step)
    if len(step.options["into"]) < 2:
        raise wrong(step, "it parts a column into two columns at least.")


def _into(make: Callable[[Step], Parts]) -> Callable[[Step, Headers], Run]:
    """The beginning of an operation that makes columns of parts of one; in rows that are not meant they are blank, or
    as they were where they were there before."""

    def begin(step: Step, headers: Headers) -> Run:
        parts, (header,), into = make(step), step.columns, step.options["into"]

        def run(rows: Rows, where: Mask) -> int:
            cells = rows.cells[header]
            found = parts(cells if where is None else cells.filter(where))
            flags = [_put(rows, name, column, where) for name, column in zip(into, found, strict=True)]
            return changed(flags)

        return run

    return begin


def _put(rows: Rows, name: str, cells: pa.StringArray, where: Mask) -> pa.BooleanArray:
    if where is not None:
        before = rows.cells.get(name)
        before = before if before is not None else pa.repeat("", len(rows))
        cells = pc.replace_with_mask(before, where, pc.fill_null(cells, ""))
    return rows.put(name, cells)


def _with_parts(step: Step, headers: Headers) -> Headers:
    """The headers with the new ones behind that which they are parts of, and without it if so said."""
    (header,), into = step.columns, tuple(step.options["into"])
    keeps = step.options.get("keep", True) or header in into
    at = headers.index(header)
    before = tuple(name for name in headers[:at] if name not in into)
    own = tuple(name for name in (header,) if keeps and name not in into)
    return (*before, *own, *into, *(name for name in headers[at + 1 :] if name not in into))


def _joining(step: Step, headers: Headers) -> Run:
    separator, into = step.options.get("separator", " "), step.options["into"]

    def run(rows: Rows, where: Mask) -> int:
        refuse_joining([rows.cells[header] for header in step.columns], separator)
        parts = (pc.utf8_trim(rows.cells[header], characters=AROUND) for header in step.columns)
        joined = joined_with(separator, *parts)
        return changed([_put(rows, into, joined if where is None else joined.filter(where), where)])

    return run


def _joined_headers(step: Step, headers: Headers) -> Headers:
    into, last, keeps = step.options["into"], step.columns[-1], step.options.get("keep", True)
    at = headers.index(last) + 1
    headers = headers if into in headers else (*headers[:at], into, *headers[at:])
    return tuple(name for name in headers if keeps or name == into or name not in step.columns)


def _setting(step: Step, headers: Headers) -> Run:
    expression, into = Expression(step.options["expression"]), step.options["into"]

    def run(rows: Rows, where: Mask) -> int:
        found, unworked = expression.worked_out(rows.cells, len(rows))
        rows.unworked = rows.number(unworked if where is None else pc.and_(unworked, where))
        return changed([_put(rows, into, found if where is None else found.filter(where), where)])

    return run


def _set_headers(step: Step, headers: Headers) -> Headers:
    into = step.options["into"]
    return headers if into in headers else (*headers, into)


def _renaming(step: Step, headers: Headers) -> Run:
    def run(rows: Rows, where: Mask) -> int:
        rows.name({step.columns[0]: step.options["to"]})
        return 0

    return run


def _renamed(step: Step, headers: Headers) -> Headers:
    return tuple(step.options["to"] if header == step.columns[0] else header for header in headers)


def _dropping(step: Step, headers: Headers) -> Run:
    return lambda rows, where: 0  # the headers that come out are all there is to it


def _without(step: Step, headers: Headers) -> Headers:
    return tuple(header for header in headers if header not in step.columns)


def _check_expression(step: Step) -> None:
    Expression(step.options["expression"])


def _check_name(name: str) -> Callable[[Step], None]:
    def check(step: Step) -> None:
        if not step.options[name].strip():
            raise wrong(step, "the column that it makes has no name.")

    return check


def _all(*checks: Callable[[Step], None]) -> Callable[[Step], None]:
    def check(step: Step) -> None:
        for each in checks:
            each(step)

    return check


_KEEP = Option(name="keep", kind="flag", title="Keep the column", default=True)

SPLIT = Operation(
    name="split",
    title="Split into columns",
    says=lambda step: f"split at {says_separated(step)} into {listed(step.options['into'])}",
    begin=_into(_splitting),
    takes="one",
    headers=_with_parts,
    checks=_check_split,
    options=(*SEPARATOR, Option(name="into", kind="columns", title="Into"), _KEEP),
)
EXTRACT = Operation(
    name="extract",
    title="Extract",
    says=lambda step: f"take what looks like {shown(step.options['pattern'])} into {listed(step.options['into'])}",
    begin=_into(_extracting),
    takes="one",
    headers=_with_parts,
    checks=_check_extract,
    options=(
        Option(name="pattern", kind="pattern", title="Pattern"),
        Option(name="into", kind="columns", title="Into"),
        _KEEP,
    ),
)
JOIN = Operation(
    name="join",
    title="Join columns",
    says=lambda step: (
        f"join what is not blank into {step.options['into']}, with {shown(step.options.get('separator', ' '))} between"
    ),
    begin=_joining,
    takes="several",
    headers=_joined_headers,
    checks=_check_name("into"),
    options=(
        Option(name="into", kind="column", title="Into"),
        Option(name="separator", kind="text", title="Separator", default=" "),
        _KEEP,
    ),
)
SET = Operation(
    name="set",
    title="Set by an expression",
    says=lambda step: f"put {cut(step.options['expression'], _LONGEST)} into {step.options['into']}",
    begin=_setting,
    takes="none",
    headers=_set_headers,
    needs=lambda step: Expression(step.options["expression"]).columns,
    checks=_all(_check_name("into"), _check_expression),
    options=(
        Option(name="into", kind="column", title="Into"),
        Option(name="expression", kind="expression", title="Expression"),
    ),
)
RENAME = Operation(
    name="rename",
    title="Rename a column",
    says=lambda step: f"call the column {step.options['to']}",
    begin=_renaming,
    takes="one",
    headers=_renamed,
    checks=_check_name("to"),
    whole_columns=True,
    options=(Option(name="to", kind="text", title="Name"),),
)
REMOVE_COLUMNS = Operation(
    name="remove_columns",
    title="Remove columns",
    says=lambda step: "remove the column" + "s" * (len(step.columns) > 1),
    begin=_dropping,
    takes="several",
    headers=_without,
    whole_columns=True,
)
