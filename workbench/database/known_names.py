"""The names of things that have no dataset of their own, like schools: what the records have already says what a text
nearly is, or that it is new."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from workbench.database.planning import suggestions
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.model.contract import Contract, Field
from workbench.model.hold import Hold
from workbench.model.wording import first_of, many
from workbench.prepare.mapping import key

_NAMES = 50_000
"""Of a field that has more names than these none is known."""
_FIRST = 5
_SHORT = {"elementary": "elem", "and": "&", "saint": "st"}
"""Words as they are often cut short."""


def spellings(store: Store, contract: Contract) -> dict[str, dict[str, str]]:
    """The names that the records have in each field that has such: by its letters and digits, the spelling that most of
    them have."""
    found: dict[str, dict[str, str]] = {}
    for field in _recurring(contract):
        rows = store.all(
            SQL(
                "select {0} as name from {1}.{2} where {0} is not null group by 1 order by count(*), 1 desc limit {3}"
            ).format(
                Identifier(field.target),
                Identifier(contract.family),
                Identifier(contract.table),
                Literal(_NAMES + 1),
            )
        )
        if len(rows) <= _NAMES:
            found[field.name] = {key(row["name"]): row["name"] for row in rows if key(row["name"])}
    return found


def asked(connection: psycopg.Connection[Any], target: Target) -> tuple[list[Hold], list[Hold], list[dict[str, Any]]]:
    """What a plan's rows would bring in as new names, where there are known ones: those that a person is asked of,
    because they nearly are one of these; those that are told; and the first as suggestions, where a column has them."""
    near: list[Hold] = []
    new: list[Hold] = []
    found: list[dict[str, Any]] = []
    filled = set(target.batch.mapping.get("columns", {}).values())
    for field in _recurring(target.contract):
        if field not in target.brought:
            continue
        said = [*target.batch.mapping.get("value_maps", {}).get(field.name, {}).values()]
        rows = {
            row["text"]: row["rows"] for row in connection.execute(_unknown(target, field)) if row["text"] not in said
        }
        means = _nearly(connection, target, field, list(rows))
        if means:
            each = [f"{text}: did you mean {meant}? {many(rows[text])}" for text, meant in means.items()]
            near.append(_hold("near", field, "; ".join(each[:_FIRST]), [rows[text] for text in means]))
            if field.name in filled:
                found += [
                    {"field": field.name, "text": text, "means": meant, "rows": rows[text]}
                    for text, meant in means.items()
                ]
        others = [text for text in rows if text not in means]
        if others:
            new.append(_hold("new", field, f"{first_of(others, _FIRST)}: new", [rows[text] for text in others]))
    return near, new, found


def _hold(what: str, field: Field, told: str, rows: Sequence[int]) -> Hold:
    return Hold(code=f"{field.name}.{what}", field=field.name, message=f"{field.title}: {told}", rows=sum(rows))


def _recurring(contract: Contract) -> list[Field]:
    return [field for field in contract.stored if field.recurs]


def _unknown(target: Target, field: Field) -> Composed:
    """The names that rows would write and no record has, the most frequent first; none where no record has any."""
    return target.compose(
        """
        select r.payload ->> {name} as text, count(*)::int as rows
        from workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        where o.batch_id = {batch} and o.plan = {plan} and r.batch_id = {batch} and o.outcome in ('created', 'updated')
          and r.payload ->> {name} not in (
              select t.{column} from {target} t where t.tenant_id = {tenant} and t.{column} is not null)
          and exists (select from {target} t where t.tenant_id = {tenant} and t.{column} is not null)
        group by 1 order by 2 desc, 1""",
        name=Literal(field.name),
        column=Identifier(field.target),
    )


def _nearly(connection: psycopg.Connection[Any], target: Target, field: Field, texts: list[str]) -> dict[str, str]:
    """The one known name that each may be a slip of, or be written shorter or longer."""
    if not texts:
        return {}
    known = target.compose(
        "select distinct t.{column} as name from {target} t where t.tenant_id = {tenant}",
        column=Identifier(field.target),
    )
    names = [row["name"] for row in connection.execute(known) if row["name"]]
    plain: dict[str, list[str]] = {}
    for name in names:
        plain.setdefault(_plain(name), []).append(name)
    means = {text: plain[_plain(text)][0] for text in texts if len(plain.get(_plain(text), ())) == 1}
    alike = suggestions.alike([text for text in texts if text not in means], names)
    means |= {text: meant for text, meant in alike.items() if _begins_alike(text, meant)}
    return {text: means[text] for text in texts if text in means}


def _plain(name: str) -> str:
    """A name without the word school, its other words as they are often cut short."""
    words = [_SHORT.get(word, word) for word in name.lower().replace(".", " ").replace("&", " & ").split()]
    kept = [word for word in words if word != "school"]
    return "".join(word if word == "&" else key(word) for word in kept)


def _begins_alike(text: str, known: str) -> bool:
    """Whether words that differ begin with the same letter: a slip seldom is in the first, and East is not West."""
    these, those = text.lower().split(), known.lower().split()
    return len(these) != len(those) or all(one[0] == other[0] for one, other in zip(these, those, strict=True))
