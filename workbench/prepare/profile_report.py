"""A sheet's profile as the pages show and keep it, and what changed since the one before."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from workbench.datasets import catalog
from workbench.model.sheet import Sheet
from workbench.prepare import mapping
from workbench.prepare.clusters import key_collision, nearest
from workbench.prepare.profile import ColumnProfile, profile

FILL = 0.05
"""From this difference of the fill on, it is told."""
TIMES = 0.2
"""From this difference on, in proportion, a number of rows or of distinct values is told."""

GROUPS = 20
"""So many groups of probably the same values are told of each kind, the largest ones."""
GROUPED = 20_000
"""Columns of more distinct values hold no words that people mean to write alike."""

Change = dict[str, str]
"""{"column", "what", "before", "now"}: the column is "" for the whole sheet."""


def profile_of(sheet: Sheet, progress: Callable[[int], None] = lambda rows: None) -> dict[str, Any]:
    """The profile of a sheet, ready for JSON, with its worksheet, header line, layout and recipe; raises
    UnreadableSheet.

    Each column has its `groups` as well: values that are probably the same, with their rows and the reason. Of a column
    that carries secrets nothing is told but how many values it has.
    """
    found = profile(sheet, progress)
    hidden = {header for known in catalog.CONTRACTS.values() for header in mapping.secrets(sheet.headers, known)}
    return {
        **found.to_dict(),
        "sheet": sheet.reading.sheet,
        "header_line": sheet.reading.header_line,
        "layout": sheet.reading.layout.to_dict(),
        **({"recipe": sheet.recipe.to_dict()} if sheet.recipe is not None else {}),
        "columns": [
            {**each.to_dict(), "groups": list(_groups(each, found.values[each.name]))}
            if each.name not in hidden
            else {**each.to_dict(), **_SECRET}
            for each in found.columns
        ],
    }


_SECRET: dict[str, Any] = {
    "type": "secret",
    "form": "",
    "fits": 1.0,
    **{name: [] for name in ("top", "patterns", "examples", "lengths", "numbers", "outliers", "groups")},
    **dict.fromkeys(("minimum", "maximum"), ""),
    **dict.fromkeys(("shortest", "longest"), 0),
}


def _groups(column: ColumnProfile, values: pa.Table) -> Iterator[dict[str, Any]]:
    """The largest groups of values that are probably the same; names and words have them, numbers and keys do not.

    Of e-mail addresses only the first way is asked: people whose addresses differ in a letter are two.
    """
    if not column.distinct_exact or column.distinct > GROUPED:
        return
    words = column.type == "text" and not column.unique
    for told, ways, why in (
        (words or column.type == "email", key_collision, "the same but for case, accents, punctuation or order"),
        (words, nearest, "nearly the same letters"),
    ):
        clusters = ways(values) if told else ()
        for cluster in clusters[:GROUPS]:
            shown = [f"{text[:60]} ({rows:,})" for text, rows in cluster.values[:10]]
            more = [f"and {len(cluster.values) - 10:,} more"] if len(cluster.values) > 10 else []
            yield {"Values": ", ".join((*shown, *more)), "Rows": cluster.rows, "Why": why}


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
    written = tuple(said.get("form", "").partition(" (")[0] for said in (before, now))
    if written[0] != written[1]:
        yield _change(name, "how it is written", *written)
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
