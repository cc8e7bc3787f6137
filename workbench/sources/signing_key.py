"""The key that signatures are made with: an Ed25519 key (RFC 8032) under the home, never in the database."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.model.errors import UnusableKey
from workbench.sources.kept_files import written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "signing_key.pem"


def sign(home: Path, text: str) -> bytes:
    """The signature over a text; raises UnusableKey when the key under the home cannot be read."""
    return _key(home).sign(text.encode())


def public_key(home: Path) -> str:
    """The public part of the key under the home, 64 hexadecimal digits; the key is made when there is none."""
    return _key(home).public_key().public_bytes_raw().hex()


def known_key(home: Path) -> str | None:
    """As `public_key`; None when there is no key yet."""
    return public_key(home) if (home / NAME).exists() else None


def remember(home: Path, tenant: UUID, batch: UUID, digest: str) -> None:
    """Keeps under the home what was signed there: a signature that somebody puts in its place is noticed."""
    path = _remembered(home, tenant, batch)
    with written(home):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(digest, "ascii")


def remembered(home: Path, tenant: UUID, batch: UUID | str) -> str | None:
    """The digest of what was signed under this home of a batch; None when nothing was."""
    try:
        return _remembered(home, tenant, batch).read_text("utf-8", "replace")
    except OSError:
        return None


def _remembered(home: Path, tenant: UUID, batch: UUID | str) -> Path:
    return home / "signed" / str(tenant) / str(batch)


def fits(public: str, signature: bytes, text: str) -> bool:
    """Whether a signature over a text was made with the key of that public part."""
    from cryptography.exceptions import InvalidSignature

    try:
        _public(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def pem(public: str) -> bytes:
    """A public key in the form that other programs read."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _public(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public(path: Path) -> str:
    """The public key in a file, PEM or hexadecimal digits; raises UnusableKey for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        content = path.read_bytes()
        if content.lstrip().startswith(b"-----"):
            key = load_pem_public_key(content)
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError
            return key.public_bytes_raw().hex()
        return _public(content.decode().strip()).public_bytes_raw().hex()
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise UnusableKey(path=path, why="it is no public Ed25519 key") from None


def _public(public: str) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))


def _key(home: Path) -> "Ed25519PrivateKey":
    # imported here: only who signs or verifies pays for it
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = home / NAME
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKey(path=path, why="it is no private Ed25519 key that can be read")
    return key


def _make(path: Path) -> None:
    """Makes a key that only its owner may read; where another program has just made one, that counts."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with written(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent)  # which only its owner may read
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(made)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(unfinished, path)
        finally:
            os.unlink(unfinished)
