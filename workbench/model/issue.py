"""One thing that is wrong with a row, as data: a code, a field, a sentence, a severity."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pyarrow as pa

ISSUES = pa.schema(
    [
        ("position", pa.int32()),
        ("line", pa.int32()),
        ("code", pa.string()),
        ("field", pa.string()),
        ("message", pa.string()),
        ("severity", pa.string()),
    ]
)
"""The issues of a chunk's rows as a table: `position` counts the rows from 0; `field` is a field of the contract, or ""
for the row as a whole."""

Severity = Literal["error", "warning"]
"""An error makes the row invalid (or unmatched, for a reference); a warning is told and changes nothing."""


_OF_ITS_ROW = frozenset(
    (
        *("conflict", "contradicted", "duplicate_key", "edited", "same_id", "same_name", "another_name"),
        *(
            "two_names",
            "not_taken",
            "made_of_half",
            "half_name",
            "taken",
            "unknown_role",
            "bad_timestamp",
            "called_otherwise",
            "namesake",
        ),
        *("waits", "first_amount", "repeated_key"),
        *(
            "bad_location",
            "location_exceeds",
            "gap",
            "beside",
            "duplicate_stop",
            "duplicate_order_number",
            "oversettled",
        ),
    )
)
"""The codes whose messages tell what stands in the row."""
NAMES = ": '"
"""What comes between that something is not found and what the row names, which another row may call otherwise."""


def of_kind(kind: Mapping[str, Any]) -> dict[str, Any]:
    """A kind of issues with its number of rows, under a message that is true of all of them: what stands in one row is
    an example."""
    if kind["rows"] > 1 and kind["code"].endswith("not_found"):
        return {**kind, "message": kind["message"].replace(NAMES, ", for example '", 1)}
    if kind["rows"] == 1 or kind["code"] not in _OF_ITS_ROW:
        return dict(kind)
    return {**kind, "message": f"For example: {kind['message']}"}


def counted(*counts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts of issues (code, field, severity, message, rows) as one, the most frequent first, under the first of their
    messages; those that are gone are left out."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in (each for some in counts for each in some):
        key = each["code"], each["field"], each["severity"]
        kind = found.setdefault(key, dict(zip(("code", "field", "severity"), key, strict=True)))
        kind["message"] = kind.get("message") or each["message"]
        kind["rows"] = kind.get("rows", 0) + each["rows"]
    return sorted((kind for kind in found.values() if kind["rows"] > 0), key=lambda kind: (-kind["rows"], kind["code"]))
