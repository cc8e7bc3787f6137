"""What a person may say of an import."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from workbench.model import said_texts
from workbench.model.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may say of an import."""

    template: str | None = None
    """A saved template, by its name or id."""
    templates: Sequence[str] = ()
    """Of several sheets: further ones, each for the sheet of its dataset."""
    columns: Pairs[str, str] | None = None
    """Header -> field; "" leaves a column out."""
    value_maps: Pairs[str, Pairs[str, str]] | None = None
    """Field -> text in the sheet -> what it means."""
    constants: Pairs[str, str] | None = None
    """Field -> its value in every row without one."""
    clears: Sequence[str] = ()
    """The fields that a blank cell erases."""
    forms: Pairs[str, str] | None = None
    """Field, or header -> the form in which its column is written (see `kinds.FORMS`)."""
    lenient: Sequence[str] | None = None
    """The fields whose wrong cells cost those cells alone, with a warning; elsewhere they cost the row. None are the
    template's."""
    repairs: Sequence[str] | None = None
    """The fields whose letters are repaired where they were read in a wrong encoding. None are the template's."""
    mode: str | None = None
    """One of the contract's; None is its first."""
    window: str | None = None
    """The date range or academic year."""
    notes: str = ""
    source: str = "python"
    """Through which door: cli, python, page, api."""
    run: UUID | None = None
    """The run it belongs to; None for one of its own."""
    dry_run: bool = False
    skip_errors: bool = False
    on_conflict: str | None = None
    """Of rows with the same key that contradict each other: the first counts, the last, or hold (a person decides).
    None is what the template says, else hold."""
    on_edit: str | None = None
    """What a person edited in a record since the last import, and the file would put back: keep or overwrite. None is
    what the template says, else the contract."""
    holds: Sequence[str] = ()
    """The warnings whose rows wait for a person, beside the template's (see `template.HOLDABLE`)."""
    limits: Pairs[str, str] | None = None
    """How much it may change before a person is asked, e.g. {"phone.blanked": "5%"}, beside the template's and the
    contract's (see `model.limits`)."""
    expected: Pairs[str, Any] | None = None
    """What the source has to come to, by the names of its control totals, e.g. {"Net price": "2328.60", "rows": 2240};
    of several sheets with the dataset before it, as "elevate.courses.rows"."""
    manifest: Pairs[str, int] | None = None
    """How many rows of each dataset the manifest of an archive names."""
    allow_empty: bool = False
    """A file without rows is meant to remove every record it could name."""
    recipe: Recipe | None = None
    """What cleans its rows before they are mapped; None is what the sheet was cleaned by, else the template's."""
    trial: bool = False
    """A few rows of a source whose imports are paused, to see whether they are right again."""

    def __post_init__(self) -> None:
        """Raises NotText and HalfCharacter where something is said that is no text, or that nothing keeps."""
        said_texts.check_value_maps(self.value_maps)
        for what in ("columns", "constants", "forms", "limits"):
            said_texts.check(f"What is said of {what}", getattr(self, what))
        said_texts.refuse_halves([self.template, self.window, self.notes, self.clears, self.lenient, self.repairs])
