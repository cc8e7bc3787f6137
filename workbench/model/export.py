"""What was exported: the files of a family's ZIP, and the manifest that stands beside them (seed 003)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FORMAT_VERSION = "1.0"
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """One dataset's file in an export."""

    entity: str
    """The dataset without its family, e.g. "users"."""
    rows: int
    sha256: str
    """Of the file's bytes, in hexadecimal digits."""

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.entity}.csv"


@dataclass(frozen=True, kw_only=True)
class Export:
    """The records of a family at one moment, as they were exported."""

    family: str
    at: datetime
    """When they were so, in UTC."""
    members: tuple[Exported, ...]
    """In the order in which they are imported."""
    institution: Mapping[str, str] = field(default_factory=dict)
    """institution_id and institution_name, where the records are those of one institution."""

    @property
    def rows(self) -> int:
        """How many records there are in all."""
        return sum(member.rows for member in self.members)

    def manifest(self) -> dict[str, Any]:
        """The manifest: the fields of the format, and the digest of every file."""
        return {
            "format_version": FORMAT_VERSION,
            "export_timestamp": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            **self.institution,
            "adapter_id": self.family if self.family.endswith("_v1") else f"{self.family}_v1",
            "entity_counts": {member.entity: member.rows for member in self.members},
            "import_order": [member.file for member in self.members],
            "sha256": {member.file: member.sha256 for member in self.members},
        }

    def text(self) -> str:
        """The manifest as it is written."""
        return json.dumps(self.manifest(), indent=2, ensure_ascii=False) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """The same for a program."""
        told = [{"file": member.file, **asdict(member)} for member in self.members]
        return {"family": self.family, "rows": self.rows, "files": told, "manifest": self.manifest()}


def file_name(family: str, at: datetime) -> str:
    """How an export is called that nobody gives a name (seed 003): generic_export_20241005_220000.zip."""
    return f"{family.removesuffix('_csv')}_export_{at:%Y%m%d_%H%M%S}.zip"
