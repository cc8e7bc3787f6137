"""Signatures that an earlier version made: without a manifest, under one digest over the figures and the rows."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.database import batches
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.errors import UnknownBatch
from workbench.model.manifest import Difference

COVERS = (
    "It was signed by an earlier version: covers the figures, the source rows, the outcomes of the plan that counts, "
    "explanations and corrections; not removals, the mapping, other plans, the data docs or the audit log."
)


def differences(store: Store, signed: Mapping[str, Any], said: Callable[[Batch], dict[str, Any]]) -> list[Difference]:
    """What of such a signature's figures and rows is no longer as it was signed; `said` makes a run's figures anew."""
    try:
        batch = batches.get(store, signed["batch_id"])
    except UnknownBatch:
        return [Difference("batches", "it is gone")]
    evidence, now = signed["evidence"], {"signed_by": signed["signed_by"], **said(batch)}
    if not isinstance(evidence, dict):
        return [Difference("figures", "they are not what was signed")]
    # the log repeats the rest in words, which a later version may choose otherwise
    others = [name for name, value in evidence.items() if name != "log" and now.get(name, value) != value]
    differs = [Difference("figures", f"{name} is not what was signed") for name in others]
    if _digest(store, batch, evidence) != signed["digest"]:
        differs.append(Difference("rows", "they are not what was signed"))
    return differs


def _digest(store: Store, batch: Batch, evidence: dict[str, Any]) -> str:
    """What the digest of that evidence over the batch's rows is now."""
    digest = hashlib.sha256(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode())
    for each in (batch, *batches.parts(store, batch.id)):
        rows_ = _DIGESTS.format(_SIGNED if "parts" in evidence else _FIRST)
        decided = "decided" in evidence and each.decisions
        for statement in (rows_, *((_CORRECTED,) if each.revision else ()), *((_DECIDED,) if decided else ())):
            for row in store.all(statement, {"batch": each.id, "plan": each.plan}):
                digest.update((row["digest"] or "").encode())
    return digest.hexdigest()


# ten thousand rows a digest, so that no text grows with the batch
_DIGESTS = """
select md5(string_agg(md5(json_build_array({})::text), '' order by r.line)) as digest
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
