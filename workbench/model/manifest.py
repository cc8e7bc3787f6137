"""What is signed: a list of all that proves an import, each item with its digest; and what became of it since."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple, TypeVar, get_origin, get_type_hints

T = TypeVar("T")

FORMAT = 2
"""Signatures without a manifest count as 1."""

ABOUT = (
    "Evidence of an import into Workbench. Each file is named here with the SHA-256 of its bytes. A line of an .ndjson "
    "file is one row of the table of that name, in the order of its key; batches.ndjson says which plan counts. "
    "manifest.sig is the Ed25519 signature over the bytes of manifest.json; public_key.pem is the key it fits. "
    "Where signed_by is null, nobody has signed it."
)


class Piece(NamedTuple):
    """Some bytes of a file of evidence, one after the other; of a table, whole lines."""

    content: bytes
    rows: int = 0
    what: str = ""
    """Which rows they are, for people: "elevate.students from line 2 on"."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some rows of a table, with their own digest: where to look when something differs."""

    what: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file of evidence, and what is known of its bytes."""

    name: str
    file: str
    sha256: str
    bytes: int
    rows: int | None = None
    """Rows of a table; None for any other file."""
    columns: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    apart: bool = False
    """Whether a bundle may be without it: the source itself."""
    kept: bool = True
    """Whether its bytes were there to be looked at; else the digest is the one it was imported under."""

    def difference(self, now: "Item") -> str | None:
        """What is no longer as it was; None when nothing is."""
        if (self.sha256, self.rows) == (now.sha256, now.rows):
            return None
        if self.rows is None:
            return "it is not what was signed"
        pairs = zip_longest(self.blocks, now.blocks)
        first = next((one for pair in pairs if len({b and b.sha256 for b in pair}) > 1 for one in pair if one), None)
        where = f" ({first.what})" if first and first.what else ""
        if self.rows != now.rows:
            return f"{now.rows:,} rows, where {self.rows:,} were signed{where}"
        which = "its one row is not" if self.rows == 1 else f"not all of its {self.rows:,} rows are"
        return f"{which} what was signed{where}"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of evidence, as it can be read now, piece by piece."""

    name: str
    file: str
    pieces: Iterable[Piece]
    columns: tuple[str, ...] | None = None
    """Of a table; None for any other file."""
    apart: bool = False
    otherwise: str | None = None
    """The digest that stands for bytes that are not there."""

    def item(self, write: Callable[[bytes], object] = lambda content: None) -> Item:
        """Reads it to its end, hands its bytes on, and says what they are."""
        whole, size, rows, blocks = hashlib.sha256(), 0, 0, []
        for piece in self.pieces:
            whole.update(piece.content)
            size += len(piece.content)
            rows += piece.rows
            if self.columns is not None:
                digest = hashlib.sha256(piece.content).hexdigest()
                blocks.append(Block(what=piece.what, rows=piece.rows, bytes=len(piece.content), sha256=digest))
            write(piece.content)
        return Item(
            name=self.name,
            file=self.file,
            sha256=self.otherwise or whole.hexdigest(),
            bytes=size,
            rows=None if self.columns is None else rows,
            columns=self.columns or (),
            blocks=tuple(blocks),
            apart=self.apart,
            kept=self.otherwise is None,
        )


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that proves an import. Its text is what is signed."""

    batch: str
    tenant: str
    dataset: str
    signed_by: str | None
    signed_at: str | None
    number: int | None
    """Which signature of the tenant it is, from 1 on."""
    previous: str | None
    """The SHA-256 of the manifest that was signed before it; None for the first."""
    public_key: str | None
    entries: int
    """How many entries the tenant's audit log had, and ..."""
    log: str
    """... the hash of the last of them, which depends on all."""
    items: tuple[Item, ...]
    version: str
    about: str = ABOUT
    format: int = FORMAT

    def text(self) -> str:
        """The one text that it is written as."""
        return canonical(asdict(self))

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return digest_of(self.text())


def read_manifest(text: str) -> Manifest:
    """The manifest that a text is; raises ValueError for any other text."""
    try:
        said = json.loads(text)
        items = tuple(_read_item(item) for item in said.pop("items"))
        manifest = _read(Manifest, {**said, "items": items})
        if manifest.format != FORMAT or manifest.text() != text:
            raise ValueError("it is written otherwise")
        if manifest.signed_at is not None:
            datetime.fromisoformat(manifest.signed_at)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return manifest


def _read_item(said: Mapping[str, Any]) -> Item:
    blocks = tuple(_read(Block, block) for block in said["blocks"])
    return _read(Item, {**said, "columns": tuple(said["columns"]), "blocks": blocks})


def _read(kind: Callable[..., T], said: Mapping[str, Any]) -> T:
    """What is made of those values, each of which is of its type; raises TypeError."""
    for name, hint in get_type_hints(kind).items():
        if not isinstance(said[name], tuple if get_origin(hint) is tuple else hint):
            raise TypeError(name)
    return kind(**said)


def canonical(said: Any) -> str:
    """JSON in one form: names in order, no space that says nothing."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class Difference(NamedTuple):
    """One thing that is not as it was signed."""

    item: str
    what: str

    def __str__(self) -> str:
        return f"{self.item}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What became of what was signed; true when all of it is still the same."""

    batch: str
    signed_by: str | None
    signed_at: datetime | None
    public_key: str | None = None
    differs: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()
    """What else there is to know of it, a sentence each."""
    manifest: Manifest | None = None

    def __bool__(self) -> bool:
        return not self.differs

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it."""
        return {
            "batch": self.batch,
            "same": bool(self),
            "signed_by": self.signed_by,
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "public_key": self.public_key,
            "differs": [{"item": each.item, "what": each.what} for each in self.differs],
            "remarks": list(self.remarks),
        }


def links(manifests: Iterable[Manifest]) -> Iterator[Difference]:
    """What keeps signed manifests of a tenant from being links of one chain."""
    signed = sorted((m for m in manifests if m.number), key=lambda m: (m.tenant, m.number or 0))
    for earlier, later in pairwise(signed):
        if earlier.tenant != later.tenant or earlier.text() == later.text():
            continue
        names = f"signature {later.number} ({later.batch})"
        if earlier.number == later.number:
            yield Difference("chain", f"there are two of {names}")
        elif later.number == (earlier.number or 0) + 1 and later.previous != earlier.digest:
            yield Difference("chain", f"{names} does not follow signature {earlier.number} ({earlier.batch})")
        elif later.number != (earlier.number or 0) + 1:
            yield Difference("chain", f"no bundle given lies between signature {earlier.number} and {names}")
