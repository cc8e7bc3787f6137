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

VERSION = 2
"""Of the form that a profile is kept in."""
KNOWN = 200
"""Of a column of so many different values at most all are kept, each with its rows; else the next file's new and gone
values cannot be told."""
LONGEST = 100
"""Characters of such values."""

GROUPS = 20
"""So many groups of probably the same values are told of each kind, the largest ones."""
GROUPED = 20_000
"""Columns of more distinct values hold no words that people mean to write alike."""

Change = dict[str, str]
"""{"column", "what", "before", "now"}: the column is "" for the whole sheet."""


def profile_of(sheet: Sheet, progress: Callable[[int], None] = lambda rows: None) -> dict[str, Any]:
    """The profile of a sheet, ready for JSON, with its worksheet, header line, layout and recipe; raises
    UnreadableSheet.

    Each column has its `groups` as well: values that are probably the same, with their rows and the reason; and all its
    `values` with their rows, where they are few and no two rows need have their own (None elsewhere). Of a column that
    carries secrets nothing is told but how many values it has.
    """
    found = profile(sheet, progress)
    hidden = {header for known in catalog.CONTRACTS.values() for header in mapping.secrets(sheet.headers, known)}
    return {
        **found.to_dict(),
        "version": VERSION,
        "sheet": sheet.reading.sheet,
        "header_line": sheet.reading.header_line,
        "layout": sheet.reading.layout.to_dict(),
        **({"recipe": sheet.recipe.to_dict()} if sheet.recipe is not None else {}),
        "columns": [
            {
                **each.to_dict(),
                "groups": list(_groups(each, found.values[each.name])),
                "values": _values(each, found.values[each.name]),
            }
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
    "values": None,
    "usual": None,
    **dict.fromkeys(("minimum", "maximum"), ""),
    **dict.fromkeys(("shortest", "longest"), 0),
}


def _values(column: ColumnProfile, values: pa.Table) -> dict[str, int] | None:
    """All values with their rows, the most frequent first; None where they are many, or no two are the same."""
    many = not column.distinct_exact or column.distinct > KNOWN or column.longest > LONGEST
    if many or column.unique or column.type == "identifier":
        return None
    ordered = values.sort_by([("rows", "descending"), ("text", "ascending")])
    return dict(zip(ordered["text"].to_pylist(), ordered["rows"].to_pylist(), strict=True))


def new_and_gone(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int]] | None:
    """The values of a column that the one before had not, with their rows, and those that it had and this one has not;
    None where one of them has too many to be known."""
    values, earlier = now.get("values"), before.get("values")
    if values is None or earlier is None:
        return None
    new = {text: rows for text, rows in values.items() if text not in earlier}
    return new, {text: rows for text, rows in earlier.items() if text not in values}


def beside(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The columns that both profiles have, in the order of now, each with what it was before."""
    old = {mapping.key(column["name"]): column for column in before["columns"]}
    for column in now["columns"]:
        if mapping.key(column["name"]) in old:
            yield column, old[mapping.key(column["name"])]


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
