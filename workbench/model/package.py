"""The archive that several sheets came in: what it says of itself, and what was found of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

MANIFEST = "manifest.json"
"""The file by which a program says what it has put into an archive."""

LARGEST_TEXT = 1 << 20
"""Bytes that a file of an archive may have which says something of the archive itself."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """An archive of tables."""

    name: str
    """As a person calls the file."""
    checksum: str
    """SHA-256 of its bytes, hexadecimal."""
    size: int
    members: tuple[str, ...]
    """Its files by their paths in it, tables or none; without folders, and without what systems hide in archives."""
    no_tables: tuple[str, ...] = ()
    """Those of its files of which nothing is read, and why: "notes.pdf (no table)"."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What its small JSON files say, by their paths: "manifest.json"."""
    sentence: str = ""
    """What it was found to be, once it was checked against what it says."""
    told: tuple[str, ...] = ()
    """What of it a person should know: members that are unknown, or are not there."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many rows it says that it has of each dataset."""

    @property
    def has_manifest(self) -> bool:
        """Whether a program says what it has put into it."""
        return any(PurePosixPath(member).name.lower() == MANIFEST for member in self.members)
