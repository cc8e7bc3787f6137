"""What makes an import worth a closer look before it is signed, in a line."""

from collections.abc import Iterator

from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.control_total import is_of_total
from workbench.model.hold import ALL, Hold, contradictions


def mark(wb: Workbench, batch: Batch) -> str:
    """The first of what is to be looked at, and how much more there is; "" where nothing is: another import of the day
    says otherwise, it is not as the imports before it, or somebody let a plan go on that waited."""
    found = [*_contradicted(batch), *_unusual(wb, batch), *_let_go_on(batch)]
    if not found:
        return ""
    more = f" And {len(found) - 1:,} more." if found[1:] else ""
    return found[0] + more


def _contradicted(batch: Batch) -> Iterator[str]:
    if told := contradictions(batch):
        is_ = "contradiction" if len(told) == 1 else "contradictions"
        yield f"{len(told):,} {is_} with another import of the same day."


def _unusual(wb: Workbench, batch: Batch) -> Iterator[str]:
    if batch.undo_of is None:
        yield from wb.compare(batch).unusual


def _let_go_on(batch: Batch) -> Iterator[str]:
    holds = Hold.all_of(batch.summary)
    for each in batch.summary.get("accepted", ()):
        if is_of_total([each["code"]]):
            yield f"{each['by']} accepted a control total that is another than was said."
        else:
            said = next((hold.sentence for hold in holds if each["code"] in (hold.code, ALL)), "")
            yield f"{each['by']} let go on: {said}" if said else f"{each['by']} let it go on."
