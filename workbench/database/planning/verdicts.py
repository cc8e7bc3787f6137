"""The verdicts that a plan can give a row, each with its outcome and reason."""

from psycopg.sql import Composable, Literal

from workbench.database.planning.identities import SAME_KEY
from workbench.database.planning.references import ReferringTarget
from workbench.database.planning.requirements import Requirements
from workbench.database.planning.rolling_up import TOGETHER
from workbench.model.template import HOLDABLE


class Verdicts:
    """Their numbers, which are compared instead of texts until they are stored."""

    def __init__(self, target: ReferringTarget, required: Requirements, *, together: bool) -> None:
        """`together` is whether rows may wait with others of their record."""
        self.again = ("skipped", "added_up" if target.adds_up else "duplicate")
        """What a row is whose key stands on another line, which counts: a part of it, where those are added up."""
        nouns = dict.fromkeys([field.reference.noun for field in target.strict if field.reference])
        self.all: tuple[tuple[str, str | None], ...] = (
            ("created", None),
            ("updated", None),
            ("skipped", "unchanged"),
            self.again,
            ("skipped", "known"),
            ("skipped", "protected"),
            ("skipped", "filtered"),
            ("skipped", "withheld"),
            ("invalid", "conflict"),
            ("invalid", "missing"),
            ("invalid", "file_rule"),
            ("invalid", "differs"),
            *(("invalid", code) for code in (SAME_KEY, *HOLDABLE)),
            ("invalid", "taken"),
            ("invalid", "already_exists"),
            ("invalid", "ambiguous_code"),
            *((TOGETHER,) if together else ()),
            *(("unmatched", noun) for noun in dict.fromkeys([target.contract.noun, *nouns, *required.awaited])),
        )
        """Outcome and reason of each, in the order of their numbers; those up to "unchanged" come without an issue."""

    def number(self, outcome: str, reason: str | None = None) -> Composable:
        """The number of a verdict, as SQL."""
        return Literal(self.all.index((outcome, reason)) + 1)
