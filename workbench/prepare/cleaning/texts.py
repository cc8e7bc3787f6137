"""Operations on the text of each cell by itself."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches, replaced
from workbench.model.recipe import Step, shown
from workbench.model.texts import NULL_TEXTS
from workbench.model.trimming import AROUND, WIDE_SPACES, Rewrite, is_ascii, may_hold, unwrapped, without_unseen
from workbench.model.wording import first_of
from workbench.prepare import mojibake, name_case
from workbench.prepare.cleaning.operation import Operation, Option, check_pattern, each_cell, option_of, wrong
from workbench.prepare.cleaning.sizes import refuse_replacing

_SPACES = f"[\\s{WIDE_SPACES}]+"
_NOT_ONE_SPACE = f"[\\t\\n\\v\\f\\r{WIDE_SPACES}]|  "
_SHOWN = 3
_CASES = {"lower": "lower case", "upper": "capitals", "title": "names as they are written"}


def _trimmed(cells: pa.StringArray) -> pa.StringArray:
    return pc.utf8_trim(cells, characters=AROUND)


def _collapsed(cells: pa.StringArray) -> pa.StringArray:
    text = _trimmed(cells)
    if is_ascii(text) and not may_hold(text, b"  ", b"\t", b"\n", b"\v", b"\f", b"\r"):
        return text
    odd = matches(text, _NOT_ONE_SPACE)
    return pc.replace_with_mask(text, odd, replaced(text.filter(odd), (_SPACES, " ")))


def _in_case(options: Mapping[str, Any]) -> Rewrite:
    return {"lower": pc.utf8_lower, "upper": pc.utf8_upper, "title": name_case.cased_of_one_case}[options["to"]]


def _replacing(options: Mapping[str, Any]) -> Rewrite:
    find, by = options["find"], options.get("by", "")
    if options.get("pattern", False):
        find = f"^(?:{find})$" if options.get("whole", False) else find
        return _within(pc.replace_substring_regex, find, by, pattern=True)
    if options.get("whole", False):
        return lambda cells: pc.if_else(pc.equal(cells, find), pa.scalar(by), cells)
    return _within(pc.replace_substring, find, by, pattern=False)


def _within(replace: Any, find: str, by: str, *, pattern: bool) -> Rewrite:
    """Replaces, where what comes of it is not too long."""

    def rewrite(cells: pa.StringArray) -> pa.StringArray:
        refuse_replacing(cells, find, by, pattern=pattern)
        return replace(cells, find, by)

    return rewrite


def _check_replace(step: Step) -> None:
    if not step.options["find"]:
        raise wrong(step, "there is nothing to find.")
    if step.options.get("pattern", False):
        check_pattern(step, step.options["find"], step.options.get("by", ""))


def _says_replace(step: Step) -> str:
    what = "what looks like " if step.options.get("pattern", False) else ""
    find, by = shown(step.options["find"]), step.options.get("by", "")
    if step.options.get("whole", False):
        return f"put {shown(by)} where the cell is {what}{find}"
    return f"replace {what}{find} by {shown(by)}" if by else f"take out {what}{find}"


def _mapping(options: Mapping[str, Any]) -> Rewrite:
    meanings = options["meanings"]
    known, meant = pa.array(meanings, pa.string()), pa.array(meanings.values(), pa.string())
    return lambda cells: pc.coalesce(meant.take(pc.index_in(cells, known)), cells)


def _says_map(step: Step) -> str:
    # in one order wherever it is told: a database keeps the pairs in another than a person wrote them
    pairs = [f"{shown(was)} → {shown(by)}" for was, by in sorted(step.options["meanings"].items())]
    return f"take {first_of(pairs, _SHOWN, more='other value')}"


def _blanking(options: Mapping[str, Any]) -> Rewrite:
    texts = options.get("texts", NULL_TEXTS)
    if not options.get("any_case", False):
        known = pa.array(texts, pa.string())
        return lambda cells: pc.if_else(pc.is_in(_trimmed(cells), known), "", cells)
    lowered = pa.array([text.lower() for text in texts], pa.string())
    return lambda cells: pc.if_else(pc.is_in(pc.utf8_lower(_trimmed(cells)), lowered), "", cells)


def _says_blank(step: Step) -> str:
    texts = [shown(text) for text in option_of(BLANK_TEXTS, step, "texts")]
    return f"leave blank what means nothing ({first_of(texts, _SHOWN, more='other')})"


TRIM = Operation(
    name="trim",
    title="Trim",
    says=lambda step: "take away white space around the text",
    begin=each_cell(lambda options: _trimmed),
)
COLLAPSE = Operation(
    name="collapse",
    title="Collapse blanks",
    says=lambda step: "make every run of white space one space",
    begin=each_cell(lambda options: _collapsed),
)
STRIP_UNSEEN = Operation(
    name="strip_unseen",
    title="Take out what nobody sees",
    says=lambda step: "take out what nobody sees (letters of no width, soft hyphens, marks of a direction)",
    begin=each_cell(lambda options: without_unseen),
)
UNWRAP = Operation(
    name="unwrap",
    title="Take texts out of formulas",
    says=lambda step: 'take what stands inside of a text that is written as a formula (="00123") or marked (\'00123)',
    begin=each_cell(lambda options: unwrapped),
)
CASE = Operation(
    name="case",
    title="Change case",
    says=lambda step: f"write {_CASES[step.options['to']]}",
    begin=each_cell(_in_case),
    options=(Option(name="to", kind="choice", title="To", choices=_CASES),),
)
REPLACE = Operation(
    name="replace",
    title="Replace",
    says=_says_replace,
    begin=each_cell(_replacing),
    checks=_check_replace,
    options=(
        Option(name="find", kind="text", title="Find"),
        Option(name="by", kind="text", title="Replace by", default=""),
        Option(name="pattern", kind="flag", title="Is a pattern", default=False),
        Option(name="whole", kind="flag", title="Only whole cells", default=False),
    ),
)
MAP_VALUES = Operation(
    name="map_values",
    title="Map values",
    says=_says_map,
    begin=each_cell(_mapping),
    knows=lambda step: (*step.options["meanings"], *step.options["meanings"].values()),
    options=(Option(name="meanings", kind="pairs", title="Value, and what it is to be"),),
)
REPAIR = Operation(
    name="repair",
    title="Repair letters",
    says=lambda step: "repair letters that were read in a wrong encoding",
    begin=each_cell(lambda options: mojibake.repaired),
)
BLANK_TEXTS = Operation(
    name="blank_texts",
    title="Blank what means nothing",
    says=_says_blank,
    begin=each_cell(_blanking),
    options=(
        Option(name="texts", kind="texts", title="Texts that mean nothing", default=NULL_TEXTS),
        Option(name="any_case", kind="flag", title="In any case", default=False),
    ),
)
