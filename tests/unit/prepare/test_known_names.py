"""A text that is a known name but for its writing is written as it is known, and that is counted."""

import pyarrow as pa

from workbench.model.template import Mapping
from workbench.prepare.known_names import KnownNames
from workbench.prepare.normalize import Normalized

KNOWN = {"building": {"northhigh": "North High", "stmarys": "St. Mary's"}, "district": {}}


def rows(*buildings: str | None) -> Normalized:
    columns = [pa.array(buildings, pa.string()), pa.array(["x"] * len(buildings), pa.string())]
    values = pa.RecordBatch.from_arrays(columns, names=["building", "district"])
    return Normalized(lines=pa.array(range(2, 2 + len(buildings)), pa.int32()), values=values)


def buildings(normalized: Normalized) -> list[str | None]:
    return normalized.values["building"].to_pylist()


def test_case_spaces_and_punctuation_make_no_other_name() -> None:
    names = KnownNames(KNOWN, Mapping())
    given = rows("NORTH  HIGH", "north-high", "North High", "St Marys", "Nort High", None)
    assert buildings(names.respelled(given)) == ["North High"] * 3 + ["St. Mary's", "Nort High", None]
    assert names.noticed == {
        "building": {
            "rows": 3,
            "texts": {"NORTH  HIGH": "North High", "north-high": "North High", "St Marys": "St. Mary's"},
        }
    }


def test_rows_are_counted_in_all_chunks() -> None:
    names = KnownNames(KNOWN, Mapping())
    for _ in range(2):
        names.respelled(rows("north high", "north high"))
    assert names.noticed == {"building": {"rows": 4, "texts": {"north high": "North High"}}}


def test_what_a_person_has_said_stays_as_it_was_said() -> None:
    names = KnownNames(KNOWN, Mapping(value_maps={"building": {"north high": "NORTH HIGH"}}))
    assert buildings(names.respelled(rows("NORTH HIGH", "north high"))) == ["NORTH HIGH", "North High"]


def test_without_known_names_nothing_is_looked_at() -> None:
    given = rows("north high")
    assert KnownNames({"building": {}}, Mapping()).respelled(given) is given
