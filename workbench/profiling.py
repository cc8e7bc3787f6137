"""A sheet's profile as the pages show and keep it, and what changed since the one before."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench import mapping
from workbench.profile import profile
from workbench.sheet import Sheet

FILL = 0.05
"""From this difference of the fill on, it is told."""
TIMES = 0.2
"""From this difference on, in proportion, a number of rows or of distinct values is told."""

Change = dict[str, str]
"""{"column", "what", "before", "now"}: the column is "" for the whole sheet."""


def profile_of(sheet: Sheet, progress: Callable[[int], None] = lambda rows: None) -> dict[str, Any]:
    """The profile of a sheet, ready for JSON; raises UnreadableSheet."""
    return profile(sheet, progress).to_dict()


def changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Change]:
    """What is not as it was in the profile before, sheet first, then column by column in the order of now.

    Columns are the same whose headers are, but for case and punctuation.
    """
    old = {mapping.key(column["name"]): column for column in before["columns"]}
    new = {mapping.key(column["name"]): column for column in now["columns"]}
    found = [*_number("", "rows", before["rows"], now["rows"])]
    for key, column in new.items():
        if key in old:
            found += _column(column, old[key])
        else:
            found.append(_change(column["name"], "new column", "", ", ".join(column["examples"])))
    found += [
        _change(column["name"], "column is gone", ", ".join(column["examples"]), "")
        for key, column in old.items()
        if key not in new
    ]
    return found


def _column(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Change]:
    name = now["name"]
    if now["type"] != before["type"]:
        yield _change(name, "type", before["type"], now["type"])
    if abs(now["fill"] - before["fill"]) >= FILL:
        yield _change(name, "fill", f"{before['fill']:.0%}", f"{now['fill']:.0%}")
    if now["distinct_exact"] and before["distinct_exact"]:
        yield from _number(name, "distinct values", before["distinct"], now["distinct"])
    if now["type"] == before["type"] and now["numbers"] and before["numbers"]:
        for what in ("minimum", "maximum"):
            if now[what] != before[what]:
                yield _change(name, what, before[what], now[what])
    if now["longest"] > (1 + TIMES) * before["longest"] and before["filled"]:
        yield _change(name, "characters at most", f"{before['longest']:,}", f"{now['longest']:,}")
    known = {pattern["text"] for pattern in before["patterns"]}
    for pattern in now["patterns"][:1]:
        if known and pattern["text"] not in known:
            yield _change(name, "most frequent pattern", before["patterns"][0]["text"], pattern["text"])


def _number(column: str, what: str, before: int, now: int) -> Iterator[Change]:
    if abs(now - before) > TIMES * before:
        yield _change(column, what, f"{before:,}", f"{now:,}")


def _change(column: str, what: str, before: str, now: str) -> Change:
    return {"column": column, "what": what, "before": before, "now": now}
