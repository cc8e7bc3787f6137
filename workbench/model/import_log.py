"""The written record of a run, in the form the import playbook prescribes (seed 001, "Import Log Template")."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ADDED = "Added by Workbench:"
"""What stands between a person's words and those of the program."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True, kw_only=True)
class ImportLog:
    """What was imported, when, by whom, how every row ended, and what people decided about it.

    The notes and follow-ups are a person's words; what Workbench knows of decisions and of open ends stands after them,
    under a line that says so. Raises ValueError for a `run_at` without a time zone. A text that is blank is written as
    "None".
    """

    import_type: str
    run_at: datetime
    run_by: str
    file_name: str
    window: str
    processed: int
    created: int
    updated: int
    skipped: int
    unmatched: int
    invalid: int
    notes: str | None = None
    follow_ups: str | None = None
    state: str = ""
    """What the figures are to be read with, e.g. "held: nothing is written"; "" of an import that was written and
    stands."""
    notes_added: tuple[str, ...] = ()
    """What Workbench knows of what was decided, a sentence each."""
    follow_ups_added: tuple[str, ...] = ()
    """What is still to be done, likewise."""

    def __post_init__(self) -> None:
        if self.run_at.utcoffset() is None:
            raise ValueError("an import log needs the time zone of its run")

    def render(self) -> str:
        """The template, filled in to the letter; no line break at the end.

        Line breaks inside a text never begin a line of the form: in the notes and follow-ups the next line is indented
        by two spaces, elsewhere it becomes a space. Nor can a person's line pass for what Workbench has added.
        """
        return "\n".join(
            (
                f"Import type: {self._type}",
                f"Run date/time: {self._time}",
                f"Run by: {_one_line(self.run_by)}",
                f"File name: {_one_line(self.file_name)}",
                f"Window: {_one_line(self.window)}",
                "",
                "Results:",
                *(f"  {name.capitalize()}: {count}" for name, count in self._results.items()),
                "",
                f"Decisions/notes: {_told(self.notes, self.notes_added)}",
                "",
                f"Follow-ups: {_told(self.follow_ups, self.follow_ups_added)}",
            )
        )

    def to_markdown(self) -> str:
        """The same as Markdown: a heading, the facts as a list, the results as a table, the notes as paragraphs."""
        facts = {
            "Run date/time": self._time,
            "Run by": self.run_by,
            "File name": self.file_name,
            "Window": self.window,
        }
        return "\n".join(
            (
                f"## {_escaped(self._type)}",
                "",
                *(f"- **{name}:** {_escaped(_one_line(text))}" for name, text in facts.items()),
                "",
                "| Result | Rows |",
                "| --- | ---: |",
                *(f"| {name.capitalize()} | {count} |" for name, count in self._results.items()),
                "",
                f"**Decisions/notes:** {_escaped(_told(self.notes, self.notes_added))}",
                "",
                f"**Follow-ups:** {_escaped(_told(self.follow_ups, self.follow_ups_added))}",
                "",
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """Every field by its name, `run_at` as "2025-01-15T14:30:00+00:00"."""
        return {
            "import_type": self.import_type,
            "run_at": self.run_at.astimezone(UTC).isoformat(timespec="seconds"),
            "run_by": self.run_by,
            "file_name": self.file_name,
            "window": self.window,
            **self._results,
            "notes": self.notes,
            "follow_ups": self.follow_ups,
            "state": self.state,
            "notes_added": list(self.notes_added),
            "follow_ups_added": list(self.follow_ups_added),
        }

    @property
    def _type(self) -> str:
        return _one_line(self.import_type) + (f" ({_one_line(self.state)})" if self.state else "")

    @property
    def _time(self) -> str:
        return f"{self.run_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"

    @property
    def _results(self) -> dict[str, int]:
        return {
            "processed": self.processed,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "unmatched": self.unmatched,
            "invalid": self.invalid,
        }


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()) or "None"


def _told(text: str | None, added: tuple[str, ...]) -> str:
    """A person's lines, and then those that were added."""
    lines = [line.strip() for line in (text or "").splitlines()]
    said = [f'"{line}"' if line.casefold() == ADDED.casefold() else line for line in lines if line]
    return "\n  ".join((*said, *((ADDED, *(f"- {_one_line(line)}" for line in added)) if added else ()))) or "None"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
