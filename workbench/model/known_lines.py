"""What a person said of the lines of a source, as a template keeps it for the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

Lines = Sequence[tuple[int, Sequence[str]]]
"""Lines of a source as they stand, each with its number and its cells."""


@dataclass(frozen=True, kw_only=True)
class KnownLines:
    """What was said of a source's lines, by how these read: their numbers are other ones in the next file."""

    header: str = ""
    """How the header's line reads (see `prepare.known_lines.form`); "" where nobody said which one it is."""
    first_record: str = ""
    """How the first line looks of a source that has no header."""
    above: tuple[str, ...] = ()
    """How the lines near its beginning read that are left out."""
    below: tuple[str, ...] = ()
    """The same of those near its end."""
    stop: str = ""
    """How the line near its end reads from which on nothing is read."""
    delimiter: str | None = None
    encoding: str | None = None
    said: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Each of those forms with the line that was said, as it stood, for a person to know it by."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def kept(cls, data: Mapping[str, Any] | None) -> Self | None:
        """What `to_dict` made, read back; None where nothing was kept."""
        if data is None:
            return None
        return cls(
            header=data.get("header", ""),
            first_record=data.get("first_record", ""),
            above=tuple(data.get("above", ())),
            below=tuple(data.get("below", ())),
            stop=data.get("stop", ""),
            delimiter=data.get("delimiter"),
            encoding=data.get("encoding"),
            said=tuple((form, text) for form, text in data.get("said", ())),
        )
