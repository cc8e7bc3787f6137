"""The proof of a batch: the signature over its evidence."""

import hashlib
import json
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from workbench.database import batches
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.errors import NotDone


def signature(store: Store, batch: UUID) -> dict[str, Any] | None:
    """Who signed a batch off, when, over which evidence; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence from workbench.sign_off where batch_id = %s", (batch,)
    )


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant."""
    row = store.one("select count(*)::int as people from workbench.person")
    return int(row["people"]) if row else 0


def sign(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """Freezes a batch's evidence and returns its digest: SHA-256 over the figures, the log and every row's outcome."""
    digest = digest_of(store, batch, evidence)
    try:
        with store.transaction() as connection:
            connection.execute(
                "insert into workbench.sign_off (tenant_id, batch_id, signed_by, digest, evidence) "
                "values (%s, %s, %s, %s, %s)",
                (store.tenant_id, batch.id, store.user, digest, Jsonb(evidence)),
            )
            store.note("signed off", batch.id, digest=digest)
    except psycopg.Error as error:
        if error.sqlstate == "WB001":
            raise NotDone(batch=batch.id, why=error.diag.message_primary) from None
        raise
    return digest


def digest_of(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """What the digest of that evidence over the batch's rows is now."""
    digest = hashlib.sha256(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode())
    for each in (batch, *batches.parts(store, batch.id)):
        rows_ = _DIGESTS.format(_SIGNED if "parts" in evidence else _FIRST)
        decided = "decided" in evidence and each.decisions
        for statement in (rows_, *((_CORRECTED,) if each.revision else ()), *((_DECIDED,) if decided else ())):
            for row in store.all(statement, {"batch": each.id, "plan": each.plan}):
                digest.update(row["digest"].encode())
    return digest.hexdigest()


# ten thousand rows a digest, so that no text grows with the batch
_DIGESTS = """
select md5(string_agg(md5(json_build_array({})::text), '' order by r.line, e.rejected)) as digest
from workbench.import_row r
join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = %(plan)s
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
where r.batch_id = %(batch)s group by r.line / 10000 order by r.line / 10000
"""

# what signatures were made of before there were runs
_FIRST = (
    "r.line, r.raw, r.payload, r.errors, o.outcome, o.reason, o.record_id, o.before, o.errors, "
    "e.reason, e.explained_by, e.explained_at"
)
_SIGNED = f"{_FIRST}, r.external_key, r.status, r.sources, o.refs, e.resolved_by"

_DECIDED = """
select md5(string_agg(md5(json_build_array(number, line, rule, about, decided_by, decided_at)::text), ''
    order by number, line nulls last)) as digest
from workbench.import_decision where batch_id = %(batch)s
"""

_CORRECTED = """
select md5(string_agg(md5(json_build_array(line, revision, raw, payload, errors, corrected_by, corrected_at)::text), ''
    order by line, revision)) as digest
from workbench.import_correction where batch_id = %(batch)s group by line / 10000 order by line / 10000
"""
