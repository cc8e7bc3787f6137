"""Operations on the text of each cell by itself."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.kinds import Rewrite, trimmed
from workbench.model.recipe import Step, shown
from workbench.prepare.cleaning.operation import Operation, Option, check_pattern, each_cell


def _replacing(options: Mapping[str, Any]) -> Rewrite:
    find, by = options["find"], options.get("by", "")
    if options.get("pattern", False):
        return lambda cells: pc.replace_substring_regex(cells, find, by)
    if options.get("whole", False):
        return lambda cells: pc.if_else(pc.equal(cells, find), pa.scalar(by), cells)
    return lambda cells: pc.replace_substring(cells, find, by)


def _check_replace(step: Step) -> None:
    if step.options.get("pattern", False):
        check_pattern(step, step.options["find"])


def _says_replace(step: Step) -> str:
    what = "what looks like " if step.options.get("pattern", False) else ""
    find, by = shown(step.options["find"]), step.options.get("by", "")
    if step.options.get("whole", False):
        return f"put {shown(by)} where the cell is {what}{find}"
    return f"replace {what}{find} by {shown(by)}" if by else f"take out {what}{find}"


TRIM = Operation(
    name="trim",
    title="Trim",
    says=lambda step: "take away white space around the text",
    begin=each_cell(lambda options: trimmed),
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
