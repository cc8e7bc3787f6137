"""What is told of a plan that was made since somebody looked at the one before."""

from collections.abc import Mapping
from typing import Any

from workbench import Workbench
from workbench.doors.web import words
from workbench.model.batch import OUTCOMES, Batch


def told(wb: Workbench, batch: Batch, seen: int) -> str:
    """By whom and when it was planned again since the plan with the number `seen`, and which figures are others."""
    plans = {each["detail"].get("plan"): each for each in wb.batches.story(batch) if each["action"] == "planned"}
    now = plans.get(batch.plan)
    by = f", by {now['actor']}, {words.here(now['at'])}" if now else ""
    again = f"It was planned again since you looked{by}, and nothing was written."
    if now is None or seen not in plans:
        return again
    differs = _differs(plans[seen]["detail"], now["detail"])
    return f"{again} {differs or 'Its figures are the same: what single rows say may be another.'}"


def _differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    others = [name for name in OUTCOMES if (before.get(name) or 0) != (now.get(name) or 0)]
    each = ", ".join(f"{name} {before.get(name) or 0:,} before, {now.get(name) or 0:,} now" for name in others)
    return f"{each.capitalize()}." if each else ""
