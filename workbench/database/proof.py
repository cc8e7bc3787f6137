"""Signatures over everything that proves an import: made, looked at again, and handed out as a bundle."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from workbench.database import audit, batches, earlier_signature, evidence
from workbench.database.evidence import Evidence
from workbench.database.store import Store
from workbench.model.batch import Batch, taken_back
from workbench.model.errors import AlreadySigned, NotDone, NotSigned, UnknownBatch, UnusableKey, WrongStage
from workbench.model.manifest import Difference, Item, Manifest, Proof, read_manifest
from workbench.model.person import as_person, same_person
from workbench.sources import bundle, signing_key


def signature(store: Store, batch: UUID) -> dict[str, Any] | None:
    """Who signed a batch off, when, over which evidence, with which key; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence, public_key, number from workbench.sign_off where batch_id = %s",
        (batch,),
    )


def refuse_signed(store: Store, batch: Batch) -> None:
    """Raises AlreadySigned for a run that was signed off."""
    signed = signature(store, batch.id)
    if signed is not None:
        raise AlreadySigned(batch=batch.id, user=signed["signed_by"], at=f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC")


def refuse_settled(store: Store, face: Batch, action: str) -> None:
    """Raises WrongStage for a run that was undone or discarded, AlreadySigned for one that was signed off."""
    refuse_signed(store, face)
    if face.state in ("undone", "discarded"):
        raise WrongStage(batch=face.id, stage=face.state, action=action, needed="neither undone nor discarded")


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant: where there are several, nobody signs what is their own."""
    return len({as_person(row["name"]) for row in store.all("select name from workbench.person")})


def is_own(store: Store, batch: Batch) -> bool:
    """Whether the person of this connection ran a batch, and is not alone: then somebody else has to sign it."""
    return same_person(batch.initiated_by, store.user) and people(store) > 1


def sign(store: Store, home: Path, batch: Batch, said: Mapping[str, Any]) -> str:
    """Signs everything that proves a run, with the key under the home, and returns the digest of the manifest.

    `said` are the figures and the log. Raises NotDone where the database refuses, or the kept source is not what was
    imported.
    """
    # as the database will give it back
    said = store.all("select %s::jsonb as said", (Jsonb(said),))[0]["said"]
    with evidence.opened(store, home, batch.id) as found:
        items = tuple(member.item() for member in found.members(said))
        if any(item.apart and item.sha256 not in _checksums(found) for item in items):
            raise NotDone(batch=batch.id, why="its kept source is no longer what was imported")
        unsigned = _manifest(store, batch, found, items)
    try:
        with store.transaction() as connection:
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 3))", (str(store.tenant_id),))
            last = cast(dict[str, Any], connection.execute(_LAST).fetchone())
            manifest = unsigned(
                signed_by=store.user,
                signed_at=last["now"].isoformat(),
                number=(last["number"] or 0) + 1,
                previous=last["digest"],
                public_key=signing_key.public_key(home),
            )
            text = manifest.text()
            values = {
                "tenant_id": store.tenant_id,
                "batch_id": batch.id,
                "signed_by": store.user,
                "digest": manifest.digest,
                "evidence": Jsonb(said),
                "manifest": text,
                "signature": signing_key.sign(home, text),
                "public_key": manifest.public_key,
                "number": manifest.number,
                "previous": manifest.previous,
            }
            names = ", ".join(values)
            marks = ", ".join(f"%({name})s" for name in values)
            connection.execute(f"insert into workbench.sign_off ({names}) values ({marks})", values)
            store.note("signed off", batch.id, digest=manifest.digest, manifest=manifest.number)
    except psycopg.Error as error:
        if error.sqlstate == "WB001":
            raise NotDone(batch=batch.id, why=error.diag.message_primary) from None
        raise
    signing_key.remember(home, store.tenant_id, batch.id, manifest.digest)
    return manifest.digest


def verify(
    store: Store,
    home: Path,
    batch: Batch | UUID | str,
    said: Callable[[Batch], dict[str, Any]],
    key: str | None = None,
) -> Proof:
    """Whether everything that was signed of a run is still the same, and what is not; see `Workbench.verify`.

    `said` makes the figures and the log of a run anew, which an earlier signature is compared with.
    """
    found = unknown = None
    try:
        found = batches.get(store, batch)
        # a part is signed with its run
        identifier = str(found.part_of if found.part_of and _stored(store, found.id) is None else found.id)
    except UnknownBatch as refusal:
        unknown, identifier = refusal, str(batch.id if isinstance(batch, Batch) else batch).lower()
    signed = _stored(store, identifier)
    entry = store.one(_SIGNED_OFF, {"batch": identifier})
    made_here = signing_key.remembered(home, store.tenant_id, identifier)
    if unknown is not None and (signed, entry, made_here) == (None, None, None):  # what was signed may have gone itself
        raise unknown
    if signed is None:
        if entry is None and made_here is None:
            raise NotSigned(batch=identifier)
        by, at = (entry["actor"], entry["at"]) if entry else (None, None)
        what = f"it is gone; the audit log says that {by} signed at {at:%Y-%m-%d %H:%M:%S} UTC" if at else "it is gone"
        return Proof(batch=identifier, signed_by=by, signed_at=at, differs=(Difference("signature", what),))
    if signed["manifest"] is None:
        newer = made_here is not None or (entry is not None and "manifest" in entry["detail"])
        gone = [Difference("manifest", "it is gone")] if newer else []
        keyless = [Difference("signature", "it was made without a key")] if key is not None else []
        differs = [*gone, *keyless, *earlier_signature.differences(store, signed, said)]
        return _proof(signed, None, differs, earlier_signature.COVERS)
    proof = _verified(store, home, signed, key)
    if found is not None and found.undone_by is not None:
        undo = batches.get(store, found.undone_by)
        proof = replace(proof, remarks=(*proof.remarks, f"Undone since by run {undo.id}: {taken_back(undo)}."))
    if made_here in (None, proof.manifest and proof.manifest.digest):
        return proof
    return replace(proof, differs=(Difference("signature", "it is not the one that this home made"), *proof.differs))


def _stored(store: Store, batch: UUID | str) -> dict[str, Any] | None:
    """The signature of a run, by its id or the beginning of it, with all that the database keeps of it."""
    return store.one(_STORED, {"batch": str(batch)})


def _verified(store: Store, home: Path, signed: Mapping[str, Any], key: str | None) -> Proof:
    """Every item that a manifest lists is read again, and looked at are the signature itself and the chains of
    signatures and of the audit log."""
    manifest = _read(signed)
    if manifest is None:
        return _proof(signed, None, [_UNREADABLE])
    differs = [*_signature(signed, manifest), *bundle.signed_with(manifest, bytes(signed["signature"] or b""), key)]
    with evidence.opened(store, home, signed["batch_id"], entries=manifest.entries) as found:
        columns = {item.name: item.columns for item in manifest.items if item.columns}
        known = found.columns()
        tables = {table.name: known.get(table.table, []) for table in evidence.TABLES}
        for name, covered in columns.items():
            if gone := [column for column in covered if column not in tables.get(name, ())]:
                differs.append(Difference(name, f"the database no longer has its {', '.join(gone)}"))
        now = {member.file: member.item() for member in found.members(_said(signed), columns)}
    differs += _differences(manifest, now)
    if broken := audit.broken(store, manifest):
        differs.append(broken)
    if link := store.one(_UNLINKED):
        differs.append(Difference("signatures", f"number {link['number']} or one before it was altered or is gone"))
    return _proof(signed, manifest, differs, _signer(home, manifest))


def _signer(home: Path, manifest: Manifest) -> str:
    """Which key has signed."""
    try:
        own = manifest.public_key == signing_key.known_key(home)
    except UnusableKey:  # that of another user of this machine
        own = False
    return f"The key that signed it is {manifest.public_key}, that of {'this' if own else 'another'} home."


def write(store: Store, home: Path, batch: Batch, said: Mapping[str, Any], path: Path, *, with_source: bool) -> Proof:
    """Writes the evidence of a run as a ZIP file that is there whole or not at all, with its signature when it has one.

    The Proof says what of it is no longer as it was signed. Raises UnwritableFile, NoSpace.
    """
    signed = _stored(store, batch.id)
    manifest = _read(signed)
    covered = None if manifest is None else {item.name: item.columns for item in manifest.items if item.columns}
    entries = None if manifest is None else manifest.entries
    with evidence.opened(store, home, batch.id, entries=entries) as found:

        def finished(items: tuple[Item, ...]) -> tuple[Manifest, bytes | None]:
            if manifest is None or signed is None:
                return _manifest(store, batch, found, items)(), None
            return manifest, bytes(signed["signature"] or b"")

        told = said if manifest is None or signed is None else _said(signed)
        items = bundle.write(path, found.members(told, covered), finished, with_source=with_source)
    if signed is None:
        return Proof(batch=str(batch.id), signed_by=None, signed_at=None, remarks=("Nobody has signed it.",))
    if manifest is None:
        unread = [] if signed["manifest"] is None else [_UNREADABLE]
        return _proof(signed, None, unread, "The file is not signed: the signature has no manifest to go with.")
    now = {item.file: item for item in items}
    return _proof(signed, manifest, list(_differences(manifest, now)), _signer(home, manifest))


def _read(signed: Mapping[str, Any] | None) -> Manifest | None:
    try:
        return read_manifest(signed["manifest"] or "") if signed is not None else None
    except ValueError:
        return None


def _said(signed: Mapping[str, Any]) -> dict[str, Any]:
    """The figures and the log that were signed, whatever somebody has made of them."""
    return signed["evidence"] if isinstance(signed["evidence"], dict) else {}


def _manifest(store: Store, batch: Batch, found: Evidence, items: tuple[Item, ...]) -> Callable[..., Manifest]:
    """Makes the manifest of a run, of what is known only once it is signed."""

    def made(
        *,
        signed_by: str | None = None,
        signed_at: str | None = None,
        number: int | None = None,
        previous: str | None = None,
        public_key: str | None = None,
    ) -> Manifest:
        return Manifest(
            batch=str(batch.id),
            tenant=store.tenant,
            dataset=batch.dataset,
            signed_by=signed_by,
            signed_at=signed_at,
            number=number,
            previous=previous,
            public_key=public_key,
            entries=found.entries,
            log=found.log,
            items=items,
            version=_version(),
        )

    return made


def _differences(manifest: Manifest, now: Mapping[str, Item]) -> Iterator[Difference]:
    for item in manifest.items:
        there = now.get(item.file)
        gone = there is None or (item.kept and not there.kept)
        what = "it is gone" if gone or there is None else item.difference(there)
        if what is not None:
            yield Difference(item.name, what)


def _signature(signed: Mapping[str, Any], manifest: Manifest) -> Iterator[Difference]:
    """What stands beside the manifest otherwise than in it."""
    beside = {
        "signed_by": signed["signed_by"],
        "signed_at": signed["signed_at"].isoformat(),
        "number": signed["number"],
        "previous": signed["previous"],
        "public_key": signed["public_key"],
        "batch": str(signed["batch_id"]),
        "digest": signed["digest"],
    }
    for name, value in beside.items():
        if value != getattr(manifest, name):
            yield Difference("signature", f"{name} is not what was signed")


def _proof(signed: Mapping[str, Any], manifest: Manifest | None, differs: list[Difference], *remarks: str) -> Proof:
    return Proof(
        batch=str(signed["batch_id"]),
        signed_by=signed["signed_by"],
        signed_at=signed["signed_at"],
        public_key=manifest.public_key if manifest else signed["public_key"],
        differs=tuple(differs),
        remarks=remarks,
        manifest=manifest,
    )


def _checksums(found: Evidence) -> set[str]:
    return {batch["checksum"] for batch in found.batches}


def _version() -> str:
    try:
        return version("workbench-import")
    except PackageNotFoundError:
        return "from its sources"


_UNREADABLE = Difference("manifest", "it cannot be read as what was signed")

_STORED = """
select * from workbench.sign_off where starts_with(batch_id::text, %(batch)s) and %(batch)s <> '' limit 1
"""

_LAST = """
select now() as now, (select max(number) from workbench.sign_off) as number,
    (select digest from workbench.sign_off where number is not null order by number desc limit 1) as digest
"""

_UNLINKED = """
select number from (
    select number, digest, previous, encode(sha256(convert_to(manifest, 'UTF8')), 'hex') as made,
           lag(digest) over ordered as before, lag(number, 1, 0) over ordered as earlier
    from workbench.sign_off where number is not null window ordered as (order by number)
) each
where number <> earlier + 1 or previous is distinct from before or digest <> made order by number limit 1
"""

_SIGNED_OFF = """
select actor, at, detail from workbench.audit_log
where starts_with(batch_id::text, %(batch)s) and %(batch)s <> '' and action = 'signed off' order by number limit 1
"""
