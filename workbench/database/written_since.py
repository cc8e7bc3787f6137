"""Which imports have written what a plan was made against since it was made, so that it may no longer hold."""

from collections.abc import Iterator
from typing import Any

from workbench.datasets import catalog
from workbench.model.batch import Run

FITS = """
part_of is null and stage = 'completed' and completed_at > (
    select planned_at - make_interval(secs => coalesce((summary ->> 'seconds_planning')::float, 0))
    from workbench.import_batch planned where planned.id = %(batch)s and planned.stage in ('planned', 'held'))
and exists (
    select from workbench.import_batch part
    where (part.id = import_batch.id or part.part_of = import_batch.id) and part.data_type = any(%(datasets)s)
      and part.created + part.updated + part.removed > 0)
"""
"""Of a row of import_batch, whether it has written any of the `datasets` since the plan of a `batch` looked."""


def asked(planned: Run) -> dict[str, Any]:
    """What is asked of a planned run: what has records in the tables that it writes, and where rows of it name what was
    not found, what they name."""
    return {"batch": planned.face.id, "datasets": list(dict.fromkeys(_datasets(planned)))}


def _datasets(planned: Run) -> Iterator[str]:
    for batch in planned.written:
        contract = catalog.contract(batch.dataset)
        table = (contract.family, contract.table)
        yield from (each.name for each in catalog.contracts() if (each.family, each.table) == table)
        if batch.unmatched:
            yield from catalog.needs(contract)
