"""Records that an import left as they were, and that are gone since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.model.batch import Batch
from workbench.model.wording import first_of, many

_FILES = 5
"""So many files are named."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """Records that an import has found there, and that an undo of another one has taken away since."""

    undo: Batch
    records: int


def told(found: Iterable[Lost]) -> str:
    """What a person is told of them at the import that found them there, a sentence; "" of none."""
    found = list(found)
    records = sum(each.records for each in found)
    if not records:
        return ""
    files = first_of(list(dict.fromkeys(each.undo.file_name for each in found)), _FILES)
    were, are = ("was", "is") if records == 1 else ("were", "are")
    return (
        f"{many(records, 'record')} of this file {were} there when it was imported, and {are} there no more: "
        f"{files} was taken back since. Import this file again to make {'it' if records == 1 else 'them'}."
    )


def named_since(found: Sequence[Mapping[str, Any]], *, done: bool = False) -> str:
    """That an undo removes, or has `done` so, records which later imports (see `Batches.named_since`) have found there,
    and made none of for that."""
    removes, are = ("removed", "were") if done else ("removes", "are")
    files = first_of([f"{each['file_name']} ({each['records']:,})" for each in found], _FILES)
    then = (
        "They are in no record until those files are imported again."
        if done
        else ("Take it back, and they are in no record; import those files again afterwards.")
    )
    return f"Records that the undo {removes} {are} in later files, which made none for they were there: {files}. {then}"
