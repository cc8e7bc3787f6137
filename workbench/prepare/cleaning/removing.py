"""Operations that remove rows."""

from workbench.model.recipe import Step
from workbench.prepare.cleaning.operation import Headers, Operation, Run
from workbench.prepare.cleaning.rows import Mask, Rows


def _removing(step: Step, headers: Headers) -> Run:
    def run(rows: Rows, where: Mask) -> int:
        rows.remove(where)
        return rows.number(where)

    return run


REMOVE_ROWS = Operation(
    name="remove_rows",
    title="Remove rows",
    says=lambda step: "remove the rows",
    begin=_removing,
    takes="none",
)
