"""What an import or an undo has done to a record, in words that every door tells."""

from collections.abc import Mapping
from typing import Any

_BY_UNDO = {"removed": "the record was taken away", "restored": "as it was before"}
"""What an undo does to a record, by its reason."""


def by_undo(event: Mapping[str, Any]) -> str:
    """What an undo did to a record, whose outcome counts as updated whatever that was; "" of an import, and where the
    outcome says it."""
    return _BY_UNDO.get(event["reason"] or "", "") if event["undo_of"] else ""


def who(event: Mapping[str, Any]) -> str:
    """Who ran it, and who committed it where that was another person."""
    ran, committed = event["run_by"], event["committed_by"]
    return f"{ran}, committed by {committed}" if committed not in (None, ran) else str(ran)
