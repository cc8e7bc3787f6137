"""What a plan waits for as a whole, and what it tells, in lines for a person."""

from collections.abc import Iterator

from workbench.model.batch import Batch
from workbench.model.control_total import is_of_total
from workbench.model.hold import Hold
from workbench.model.hold import told as told_of


def of(batch: Batch) -> tuple[Hold, ...]:
    """What a batch's plan waits for, or was let go on with; nothing while it has none."""
    return Hold.all_of(batch.summary) if batch.stage != "staged" else ()


def asked(batch: Batch, write: str) -> Iterator[str]:
    """What the plan waits for, and the command that lets it go on; `write` is the one that writes it."""
    for hold in of(batch):
        yield f"  {hold.sentence}"
    codes = dict.fromkeys(hold.code for hold in of(batch))
    yield "To let it go on:"
    reason = ["--reason 'WHY'"] if is_of_total(codes) else []
    yield " ".join((write, *(f"--accept {code}" for code in codes), *reason))


def told(batch: Batch) -> Iterator[str]:
    """What the plan brings that a person may want to know, and who let it go on with what it waited for."""
    if batch.stage == "staged":
        return
    for hold in told_of(batch):
        yield hold.sentence
    for each in batch.summary.get("accepted", ()):
        if is_of_total([each["code"]]):
            continue  # which the totals tell, with the reason
        said = " ".join(hold.sentence for hold in of(batch) if hold.code == each["code"])
        yield f"Let go on by {each['by']}: {said}"
