"""Random records of the eleven entities of the generic format (seed 003), each as the cells of its file."""

import csv
import io
import json
import re
import unicodedata
from datetime import date, datetime

from hypothesis import strategies as st

from workbench.datasets import catalog
from workbench.model.contract import Field
from workbench.model.texts import NULL_TEXTS
from workbench.model.trimming import FORMULA, MARKED

Record = dict[str, str]
Graph = dict[str, list[Record]]
"""The records of each entity, by its name."""

FAMILY = "generic_csv"
ENTITIES = tuple(contract.dataset for contract in catalog.family(FAMILY))

_ODD = ",\"\n;|\t=+-@'\\/.:éßøæ漢字🎓 0123456789abcXYZ"
"""What is quoted, what some program runs, what is no ASCII, and plain letters."""
_TYPED = ("0", "00123", "true", "=1+1", "@sum", "-2+3", "'x", "20240101", "2024-01-01", '="1', "{}")
"""Texts that look like something else."""


def _kept(text: str) -> str:
    """A text as it is kept: in NFC, nothing around it, single blanks in it; none that no text field takes."""
    plain = unicodedata.normalize("NFC", re.sub("[\t ]+", " ", text)).strip()
    return "" if plain in NULL_TEXTS or re.fullmatch(FORMULA, plain) or re.fullmatch(MARKED, plain) else plain


_texts = st.one_of(st.sampled_from(_TYPED), st.text(_ODD, max_size=12)).map(_kept)
_strings = st.one_of(st.text(_ODD, max_size=8), st.sampled_from(("A\u030a", "\u212b", " x ", '"', "\\")))
_leaves = st.one_of(st.none(), st.booleans(), st.integers(), _strings, st.sampled_from((0.5, -1e300)))
_values = st.recursive(
    _leaves,
    lambda of: st.one_of(st.lists(of, max_size=3), st.dictionaries(st.text(_ODD, max_size=4), of, max_size=3)),
    max_leaves=6,
)
_flags = st.booleans()
_CELLS = {
    "text": _texts,
    "name": _texts.map(lambda text: text.replace("\n", " ").strip()),
    "identifier": _texts.map(lambda text: text.replace("\n", "/")),
    "boolean": st.sampled_from(("true", "false")),
    "day": st.dates(date(1000, 1, 1)).map(str),
    "timestamp": st.datetimes(datetime(1000, 1, 1)).map(lambda at: f"{at.isoformat()}Z"),
    "integer": st.integers(0, 2**31 - 1).map(str),
    "decimal": st.decimals(0, 1000, places=3).map(str),
    "json": st.builds(json.dumps, _values.filter(lambda value: isinstance(value, list | dict)), ensure_ascii=_flags),
    "email": st.sampled_from(("a.b@example.edu", "o'brien+x@example.edu", "é@example.edu")),
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Records of all entities that refer to each other, with cells of every kind; some entities have none."""
    made: Graph = {}
    sizes = {entity: draw(st.integers(0, 3)) for entity in ENTITIES} | {"institutions": draw(st.integers(1, 2))}
    ids = {
        entity: [f"{draw(_CELLS['identifier'])}{entity[:2]}-{number}" for number in range(size)]
        for entity, size in sizes.items()
    }
    for contract in catalog.family(FAMILY):
        records: list[Record] = []
        known: set[tuple[str, ...]] = set()
        for number, own in enumerate(ids[contract.dataset]):
            record = {field.name: _cell(draw, field, ids, own, number) for field in contract.importable}
            keys = {(*names, *(record[name] for name in names)) for names in (contract.key, *contract.unique)}
            if all(record[field.name] for field in contract.fields if contract.requires(field)) and not keys & known:
                records.append(record)
                known |= keys
        ids[contract.dataset] = [record.get("id", "") for record in records]
        made[contract.dataset] = records
    return made


def _cell(draw: st.DrawFn, field: Field, ids: dict[str, list[str]], own: str, number: int) -> str:
    """What a record says of a field."""
    if field.name == "id":
        return own
    if field.reference is not None:
        there = ids[field.reference.dataset.partition(".")[2]]
        return draw(st.sampled_from(there)) if there and (field.required or draw(st.booleans())) else ""
    if field.name == "status" and field.default == "pending":
        return "pending"  # no other invitation comes in
    if field.choices:
        return draw(st.sampled_from(field.choices))
    if not field.required and draw(st.booleans()):
        return field.default or ""
    cell = draw(_CELLS[field.kind])
    return f"{number}{own[-4:]}{cell}" if field.required else cell or field.default or ""


def read(content: bytes) -> list[Record]:
    """The records of a file of an export."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
