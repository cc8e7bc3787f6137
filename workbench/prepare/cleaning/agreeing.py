"""The operation that makes rows which belong together agree: the most frequent value of a group is taken for all."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import Step
from workbench.model.trimming import AROUND
from workbench.model.wording import listed
from workbench.prepare.cleaning.keys import Keys
from workbench.prepare.cleaning.operation import Operation, Option, Run, changed, option_of, wrong
from workbench.prepare.cleaning.rows import Mask, Rows


@dataclass(frozen=True)
class _Winners:
    """The keys that have a most frequent value with the share that is asked for, in the order of their hashes, and that
    value."""

    hashes: np.ndarray
    values: pa.StringArray

    def found(self, keys: Keys, rows: int) -> pa.StringArray:
        """The value of each of so many rows; null where its key has none."""
        at = np.searchsorted(self.hashes[:, 0], keys.hashes[:, 0])
        at[at == len(self.hashes)] = 0
        same = (self.hashes[at] == keys.hashes).all(axis=1) if len(self.hashes) else np.zeros(len(keys), dtype=bool)
        places = np.full(rows, -1)
        places[keys.places[same]] = at[same]
        return self.values.take(pa.array(places, mask=places < 0))


class _Votes:
    """The values of one column by their keys: 28 bytes for each row, and each different value once."""

    def __init__(self) -> None:
        self._keys: list[Keys] = []
        self._values: list[pa.DictionaryArray] = []

    def add(self, keys: Keys, values: pa.StringArray) -> None:
        """The rows of a chunk that have a vote."""
        self._keys.append(keys)
        self._values.append(values.dictionary_encode())

    def winners(self, least: float) -> _Winners:
        """Of each key the value that most of its rows have, where that is this share of them, in percent."""
        keys = Keys.together(self._keys)
        if not len(keys):
            return _Winners(keys.hashes, pa.array([], pa.string()))
        values = pa.chunked_array(self._values).unify_dictionaries()
        codes = np.concatenate([chunk.indices.to_numpy() for chunk in values.chunks])
        order, begins = keys.groups()
        key = np.cumsum(begins) - 1
        hashes = keys.hashes[order[begins]]
        pairs, number = np.unique(key * np.int64(len(values.chunk(0).dictionary)) + codes[order], return_counts=True)
        of, value = np.divmod(pairs, len(values.chunk(0).dictionary))
        most, whole = np.zeros(len(hashes), np.int64), np.bincount(of, number, len(hashes))
        np.maximum.at(most, of, number)
        best = (number == most[of]) & (number * 100 >= whole[of] * least)
        alone = best & (np.bincount(of[best], minlength=len(hashes)) == 1)[of]  # a tie says nothing
        return _Winners(hashes[of[alone]], values.chunk(0).dictionary.take(pa.array(value[alone])))


class _MostFrequent:
    """Which value each group has most often."""

    def __init__(self, step: Step) -> None:
        self._by = tuple(step.options["by"])
        self._least = option_of(AGREE, step, "least")
        self._votes = {header: _Votes() for header in step.columns}

    def learn(self, rows: Rows, where: Mask) -> None:
        """Looks at the rows of a chunk that are meant; blank cells have no vote."""
        keys = Keys.of(rows, self._by, where=where)
        for header, votes in self._votes.items():
            value = rows.cells[header].take(pa.array(keys.places))
            says = pc.not_equal(pc.utf8_trim(value, characters=AROUND), "")
            said = says.to_numpy(zero_copy_only=False)
            votes.add(Keys(keys.hashes[said], keys.places[said]), value.filter(says))

    def begin(self) -> Run:
        """Takes the most frequent value of each group, where it is the share that is asked for."""
        winners = {header: votes.winners(self._least) for header, votes in self._votes.items()}

        def run(rows: Rows, where: Mask) -> int:
            keys, flags = Keys.of(rows, self._by, where=where), []
            for header, known in winners.items():
                found = known.found(keys, len(rows))
                flags.append(rows.put(header, pc.if_else(pc.is_valid(found), found, rows.cells[header])))
            return changed(flags)

        return run


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
