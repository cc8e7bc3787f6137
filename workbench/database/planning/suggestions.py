"""What references that named nothing may have meant: known keys that are written nearly so, for a person to accept."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Pairs
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.database.target import Target
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.contract import Field
from workbench.prepare.slips import meant

_TEXTS = 200
"""So many of the most frequent texts of a field are looked for."""
_KEYS = 50_000
"""From more keys than these none is told by its likeness, only by its spelling."""


def find(store: Store, batch: Batch, number: int, earlier: Pairs[str, Batch]) -> list[dict[str, Any]]:
    """For the references of a plan's rows that named nothing: field, text, means (a key that is known, or that an
    earlier part of the run makes) and rows, those with the most rows first."""
    target = Target(catalog.contract(batch.dataset), batch, store.tenant_id, number)
    found: list[dict[str, Any]] = []
    with store.transaction() as connection:
        for field in target.references:
            assert field.reference is not None
            missed = {row["text"]: row["rows"] for row in connection.execute(_missed(target, field))}
            if missed:
                known = _known(target, field, earlier.get(field.reference.dataset), number)
                means = _spelled(connection, tuple(missed), known)
                means |= _alike(connection, [text for text in missed if text not in means], known)
                found += [
                    {"field": field.name, "text": text, "means": means[text], "rows": rows}
                    for text, rows in missed.items()
                    if text in means
                ]
    return sorted(found, key=lambda each: (-each["rows"], each["field"], each["text"]))


def meanings(batch: Batch) -> dict[str, dict[str, str]]:
    """What a batch's plan suggests, as value maps: {field: {text: meaning}}."""
    means: dict[str, dict[str, str]] = {}
    for each in batch.summary.get("suggestions", ()):
        means.setdefault(each["field"], {})[each["text"]] = each["means"]
    return means


def told(issues: Iterable[dict[str, Any]], texts: Pairs[str, Any], means: Pairs[tuple[str, str], str]) -> None:
    """Says in a row's issues what its references may have meant; `texts` are its values by field."""
    for issue in issues:
        if issue["code"].endswith("_not_found"):
            meant = means.get((issue["field"], str(texts.get(issue["field"]))))
            if meant is not None:
                issue["message"] += f"; did you mean {meant}?"


def _missed(target: Target, field: Field) -> Composed:
    assert field.reference is not None
    return target.compose(
        """
        select r.payload ->> {name} as text, {rows_}::int as rows
        from workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        where o.batch_id = {batch} and o.plan = {plan} and r.batch_id = {batch}
          and o.outcome in ('unmatched', 'invalid') and o.errors @> {missed}
          and r.payload ->> {name} is not null -- named in another way
        group by 1 order by 2 desc, 1 limit {most}""",
        name=Literal(field.name),
        rows_=SQL("sum(coalesce(cardinality(r.sources), 1))" if target.batch.derived else "count(*)"),
        missed=Literal(Jsonb([{"code": f"{field.reference.noun}_not_found", "field": field.name}])),
        most=Literal(_TEXTS),
    )


def _known(target: Target, field: Field, earlier: Batch | None, number: int) -> Composable:
    """The keys that the field can name, as `key`."""
    assert field.reference is not None
    other = catalog.contract(field.reference.dataset)
    of = other.field(field.reference.field)
    known = target.compose(
        "select x.{column}::text as key from {other} x where x.tenant_id = {tenant} and {slice} and {having}",
        having=target.having(field.reference),
        column=Identifier(of.target),
        other=Identifier(other.family, other.table),
        slice=slice_of(other, "x"),
    )
    if earlier is None:
        return known
    made = Target(other, earlier, target.tenant, number)
    created = made.compose(
        """ union all
        select n.payload ->> {name} from workbench.import_outcome o
        join {rows} n on n.batch_id = o.batch_id and n.line = o.line
        where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and n.batch_id = {batch}""",
        name=Literal(of.name),
    )
    return known + created


def _spelled(connection: psycopg.Connection[Any], texts: Sequence[str], known: Composable) -> dict[str, str]:
    """The one key that has the same letters and digits, but for case, spaces and punctuation."""
    question = SQL(
        """
        select text, min(key) as key
        from (select text, workbench.folded(text) as same from unnest({texts}::text[]) as text) missed
        join (select key, workbench.folded(key) as same from ({known}) known) known using (same)
        where same <> '' group by text having count(distinct key) = 1"""
    ).format(texts=Literal(list(texts)), known=known)
    return {row["text"]: row["key"] for row in connection.execute(question)}


def _alike(connection: psycopg.Connection[Any], texts: Sequence[str], known: Composable) -> dict[str, str]:
    """The one key that is most like each, where one is like it."""
    if not texts:
        return {}
    question = SQL("select distinct key from ({}) known where key is not null limit {}").format(
        known, Literal(_KEYS + 1)
    )
    return alike(texts, [row["key"] for row in connection.execute(question)])


def alike(texts: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """The one of the keys that each text is probably a slip of, where one is; none where they are too many."""
    return meant(texts, keys) if texts and 0 < len(keys) <= _KEYS else {}
