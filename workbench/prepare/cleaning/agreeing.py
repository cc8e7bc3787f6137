"""The operation that makes rows which belong together agree: the most frequent value of a group is taken for all."""

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import Step
from workbench.model.trimming import AROUND
from workbench.model.wording import listed
from workbench.prepare.cleaning.keys import Groups, keys
from workbench.prepare.cleaning.operation import Operation, Option, Run, changed, option_of, wrong
from workbench.prepare.cleaning.rows import Mask, Rows


class _MostFrequent:
    """How often each group has each value; one row of memory for each that is different."""

    def __init__(self, step: Step) -> None:
        self._by = tuple(step.options["by"])
        self._least = option_of(AGREE, step, "least")
        self._counts = {header: Groups(("key", "value"), "sum") for header in step.columns}

    def learn(self, rows: Rows, where: Mask) -> None:
        """Looks at the rows of a chunk that are meant; blank cells have no vote."""
        key = keys(rows, self._by)
        for header, counts in self._counts.items():
            value = rows.cells[header]
            votes = pc.and_(pc.is_valid(key), pc.not_equal(pc.utf8_trim(value, characters=AROUND), ""))
            votes = votes if where is None else pc.and_(votes, where)
            some = value.filter(votes)
            counts.add([key.filter(votes), some], pa.repeat(pa.scalar(1, pa.int64()), len(some)))

    def begin(self) -> Run:
        """Takes the most frequent value of each group, where it is the share that is asked for."""
        winners = {header: self._winners(counts) for header, counts in self._counts.items()}

        def run(rows: Rows, where: Mask) -> int:
            key, flags = keys(rows, self._by), []
            for header, (known, value) in winners.items():
                cells = rows.cells[header]
                found = value.take(pc.index_in(key, known, skip_nulls=True))
                meant = pc.is_valid(found) if where is None else pc.and_(pc.is_valid(found), where)
                flags.append(rows.put(header, pc.if_else(meant, found, cells)))
            return changed(flags)

        return run

    def _winners(self, counts: Groups) -> tuple[pa.StringArray, pa.StringArray]:
        """The groups that have a most frequent value with the share that is asked for, and that value."""
        table = counts.table()
        of_key = table.group_by("key", use_threads=False).aggregate([("number", "sum"), ("number", "max")])
        at = pc.index_in(table["key"], of_key["key"].combine_chunks())
        whole, most = of_key["number_sum"].take(at), of_key["number_max"].take(at)
        first = pc.equal(table["number"], most)
        enough = pc.greater_equal(pc.multiply(table["number"], 100), pc.multiply(whole, self._least))
        best = table.filter(pc.and_(first, enough))
        alone = best.group_by("key", use_threads=False).aggregate([("value", "count"), ("value", "first")])
        alone = alone.filter(pc.equal(alone["value_count"], 1)).combine_chunks()
        return alone["key"].combine_chunks(), alone["value_first"].combine_chunks()


def _check(step: Step) -> None:
    if not step.options["by"]:
        raise wrong(step, "it is not said by which columns rows belong together.")
    if both := [name for name in step.options["by"] if name in step.columns]:
        raise wrong(step, f"rows belong together by {listed(both)}, which it would change.")
    if not 1 <= option_of(AGREE, step, "least") <= 100:
        raise wrong(step, "a share is from 1 to 100 percent.")


def _says(step: Step) -> str:
    least = option_of(AGREE, step, "least")
    return (
        f"take the most frequent value of the rows with the same {listed(step.options['by'])}, "
        f"where at least {least} % of them have it"
    )


AGREE = Operation(
    name="agree",
    title="Take the most frequent value of a group",
    says=_says,
    learn=lambda step, headers: _MostFrequent(step),
    takes="several",
    needs=lambda step: step.options["by"],
    checks=_check,
    options=(
        Option(name="by", kind="columns", title="Rows belong together by"),
        Option(name="least", kind="number", title="Share of the rows that have to have it, in percent", default=50),
    ),
)
