"""What the rows of a route file are made into, without a database."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from workbench.model.errors import WrongValue
from workbench.model.playbook import Known
from workbench.model.sheet import Chunk
from workbench.playbooks import delivery_routes
from workbench.playbooks.delivery_routes import BY_ADDRESS, NO_DAY, NO_ORDER, OTHER_DAY, OTHER_SEQUENCE

ROUTES, STOPS = "commerce.delivery_routes", "commerce.route_stops"


def chunk(*rows: dict[str, str]) -> Chunk:
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names}
    lines = pa.array(range(2, len(rows) + 2), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)))


def made(part: str, *names: str, rows: list[dict[str, str]], **known: Any) -> list[tuple[object, ...]]:
    cells = delivery_routes.shape(chunk(*rows), Known(**known))[part].rows.cells
    return list(zip(*(cells[name].to_pylist() for name in names), strict=True))


def told(*rows: dict[str, str], **known: Any) -> list[tuple[int, str, str]]:
    issues = delivery_routes.check(chunk(*rows), Known(**known))
    return [(row["position"], row["field"], row["message"]) for row in issues.to_pylist()]


def stop(**said: str) -> dict[str, str]:
    return {"route_name": "Route-2025-01-15", "stop": "1", "order_number": "1", "eta": "8:30 AM"} | said


def test_the_day_of_a_route_is_in_its_name_and_the_day_of_the_import_is_none() -> None:
    rows = [stop(), stop(route_name="North")]
    assert made(ROUTES, "route", "route_date", rows=rows) == [("2025-01-15 Route-2025-01-15", "2025-01-15")]
    assert told(*rows) == [(1, "route_date", NO_DAY)]


def test_the_day_is_what_a_column_or_the_import_says() -> None:
    named = stop(route_name="North")
    assert made(ROUTES, "route", rows=[named | {"route_date": "2025-01-16"}]) == [("2025-01-16 North",)]
    assert made(ROUTES, "route", rows=[named], window="2025-01-17") == [("2025-01-17 North",)]
    assert told(stop(route_date="2025-01-16")) == [(0, "route_date", OTHER_DAY)]
    assert told(stop(route_date="2025-01-15")) == []


def test_a_route_without_a_name_is_called_after_its_file() -> None:
    row = {"stop": "1", "order_number": "1", "eta": "14:30"}
    assert made(ROUTES, "route", rows=[row], source="Route-2025-01-15.csv") == [("2025-01-15 Route-2025-01-15",)]


def test_several_routes_of_a_file_are_a_record_each() -> None:
    rows = [stop(), stop(stop="2"), stop(route_name="South-2025-01-15")]
    assert len(made(ROUTES, "route", rows=rows)) == 2
    assert len(made(STOPS, "route", rows=rows)) == 3


def test_state_is_how_far_a_stop_is_where_no_city_stands_beside_it() -> None:
    assert made(STOPS, "status", "state", rows=[stop(state="Planned")]) == [("Planned", None)]
    assert made(STOPS, "status", "state", rows=[stop(state="MD", city="Baltimore")]) == [(None, "MD")]
    assert made(STOPS, "status", "state", rows=[stop(state="MD", status="Done")]) == [("Done", "MD")]


def test_the_sequence_is_the_stop_and_has_to_be_the_same_beside_it() -> None:
    rows = [stop(stop="", sequence="3"), stop(stop="2", sequence="2"), stop(stop="2", sequence="3")]
    assert made(STOPS, "stop", rows=rows) == [("3",), ("2",), ("2",)]
    assert told(*rows) == [(2, "sequence", OTHER_SEQUENCE)]


def test_every_stop_has_an_order_or_where_none_has_an_address() -> None:
    assert told(stop(order_number="")) == [(0, "order_number", "order_number is required")]
    bare = {name: text for name, text in stop().items() if name != "order_number"}
    whole = bare | {"customer": "A", "address": "1 Main", "city": "Baltimore", "postal_code": "21230"}
    assert told(bare | {"customer": "A"}) == [(0, "order_number", NO_ORDER)]
    assert told(whole) == [(0, "order_number", BY_ADDRESS)]


def test_the_window_is_the_day_of_the_route() -> None:
    today = date(2026, 7, 31)
    assert delivery_routes.windowed("2025-01-15", today) == "2025-01-15"
    assert delivery_routes.windowed(None, today) is None
    with pytest.raises(WrongValue, match="The window cannot be 'monday': say the day of the route"):
        delivery_routes.windowed("monday", today)
