"""A bundle of evidence: a ZIP file that says by itself whether it is still what was signed.

The archive's comment is the SHA-256 of every byte before it, so that no byte of the file can change unnoticed, not even
one that no program looks at. The same evidence always makes the same bytes.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from workbench.model.errors import FULL, NoSpace, UnreadableSource, UnwritableFile
from workbench.model.files import beside
from workbench.model.manifest import Difference, Item, Manifest, Member, Proof, read_manifest
from workbench.sources import signing_key

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "public_key.pem"
_SAID = b"SHA-256 of the bytes before this comment's digits: "
_DIGITS = 64
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    struct.error,
)
"""What reading a member of an altered archive may raise."""

Finished = Callable[[tuple[Item, ...]], tuple[Manifest, bytes | None]]


def write(path: Path, members: Iterable[Member], finished: Finished, *, with_source: bool = False) -> tuple[Item, ...]:
    """Writes the members, then the manifest that `finished` makes of them with its signature; returns what was written.

    The file is there whole or not at all. Raises UnwritableFile, NoSpace.
    """
    try:
        with beside(path) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                items = tuple(_put(archive, member, with_source) for member in members)
                manifest, signature = finished(items)
                _add(archive, MANIFEST, manifest.text().encode())
                if signature is not None:
                    _add(archive, SIGNATURE, signature)
                    _add(archive, KEY, signing_key.pem(manifest.public_key or ""))
                archive.comment = _SAID + b"0" * _DIGITS
            _seal(file)
    except OSError as error:
        if error.errno in FULL:
            raise NoSpace(home=path.parent) from None
        raise UnwritableFile(path=path, why=f"{error.strerror or error}.") from None
    return items


def _put(archive: zipfile.ZipFile, member: Member, with_source: bool) -> Item:
    if member.apart and (member.otherwise is not None or not with_source):
        return member.item()
    with archive.open(member.file, "w", force_zip64=True) as file:
        return member.item(file.write)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    with archive.open(name, "w") as file:
        file.write(content)


def _seal(file: IO[bytes]) -> None:
    """Puts the digest of everything before into its place at the end."""
    end = file.seek(0, os.SEEK_END) - _DIGITS
    digest = _digest(file, end)
    file.seek(end)
    file.write(digest.encode())


def _digest(file: IO[bytes], end: int) -> str:
    digest, left = hashlib.sha256(), end
    file.seek(0)
    while left > 0 and (block := file.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def verify(path: str | Path, key: str | None = None) -> Proof:
    """Whether a bundle is still what was signed; every file that is not is named. Needs no database.

    `key` is the public key that it must have been signed with. Raises UnreadableSource for a path that is no file.
    """
    try:
        with Path(path).open("rb") as file:
            return _verified(Path(path), file, key)
    except OSError as error:
        raise UnreadableSource(source=path, why=f"{error.strerror or error}.") from None


def _verified(path: Path, file: IO[bytes], key: str | None) -> Proof:
    differs: list[Difference] = []
    manifest: Manifest | None = None
    remarks: list[str] = []
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, differs)
            if manifest is not None:
                differs += _signature(archive, manifest, key)
                differs += _members(archive, manifest, remarks)
    except _BROKEN:
        differs.append(Difference(path.name, "it can no longer be opened as a ZIP file"))
    if not differs and not _is_sealed(file):
        differs.append(Difference(path.name, "bytes beside its files were altered"))
    if manifest is None:
        return Proof(batch="", signed_by=None, signed_at=None, differs=tuple(differs))
    if manifest.signed_by is None:
        remarks.insert(0, "Nobody has signed it.")
    elif key is None:
        remarks.insert(0, f"The key that signed it is {manifest.public_key}: ask the signer whether it is theirs.")
    return Proof(
        batch=manifest.batch,
        signed_by=manifest.signed_by,
        signed_at=_time(manifest.signed_at),
        public_key=manifest.public_key,
        differs=tuple(differs),
        remarks=tuple(remarks),
        manifest=manifest,
    )


def signed_with(manifest: Manifest, signature: bytes, key: str | None) -> Iterator[Difference]:
    """What is wrong with a signature over a manifest; `key` is the one that it must have been made with."""
    if not signing_key.fits(manifest.public_key or "", signature, manifest.text()):
        yield Difference("signature", "it does not fit the manifest and the key")
    if key is not None and key != manifest.public_key:
        yield Difference("signature", f"it was made with another key: {manifest.public_key}")


def _manifest(archive: zipfile.ZipFile, differs: list[Difference]) -> Manifest | None:
    try:
        return read_manifest(archive.read(MANIFEST).decode())
    except KeyError:
        differs.append(Difference(MANIFEST, "it is gone"))
    except _BROKEN:
        differs.append(Difference(MANIFEST, "it cannot be read as a manifest"))
    return None


def _signature(archive: zipfile.ZipFile, manifest: Manifest, key: str | None) -> Iterator[Difference]:
    if manifest.signed_by is None:
        if key is not None:
            yield Difference("signature", "nobody has signed it")
        return
    try:
        yield from signed_with(manifest, archive.read(SIGNATURE), key)
        if archive.read(KEY) != signing_key.pem(manifest.public_key or ""):
            yield Difference(KEY, "it is not the key of the manifest")
    except (KeyError, *_BROKEN):
        yield Difference("signature", "it cannot be read")


def _members(archive: zipfile.ZipFile, manifest: Manifest, remarks: list[str]) -> Iterator[Difference]:
    there = archive.namelist()
    own = {MANIFEST} if manifest.signed_by is None else {MANIFEST, SIGNATURE, KEY}
    for name in sorted(set(there) - own - {item.file for item in manifest.items}):
        yield Difference(name, "it is no file of this evidence")
    for name in sorted({name for name in there if there.count(name) > 1}):
        yield Difference(name, "it is there more than once")
    for item in manifest.items:
        if item.file in there:
            if what := _read(archive, item):
                yield Difference(item.name, what)
        elif item.apart:
            remarks.append(f"The source is not in it; its SHA-256 is {item.sha256}.")
        else:
            yield Difference(item.name, "it is gone")


class _Part(NamedTuple):
    what: str
    bytes: int
    sha256: str


def _read(archive: zipfile.ZipFile, item: Item) -> str | None:
    """What of a file is not as the manifest says; None when nothing is."""
    blocks = [_Part(b.what, b.bytes, b.sha256) for b in item.blocks] or [_Part("", item.bytes, item.sha256)]
    whole = hashlib.sha256()
    try:
        with archive.open(item.file) as file:
            for block in blocks:
                digest = hashlib.sha256()
                left = block.bytes
                while left > 0 and (content := file.read(min(left, 1 << 20))):
                    digest.update(content)
                    whole.update(content)
                    left -= len(content)
                if left or digest.hexdigest() != block.sha256:
                    return "it is not what was signed" + (f" ({block.what})" if block.what else "")
            if file.read(1) or whole.hexdigest() != item.sha256:
                return "it is not what was signed"
    except _BROKEN:
        return "it is damaged"
    return None


def _is_sealed(file: IO[bytes]) -> bool:
    end = file.seek(0, os.SEEK_END) - _DIGITS
    file.seek(max(end, 0))
    return file.read(_DIGITS) == _digest(file, end).encode()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
