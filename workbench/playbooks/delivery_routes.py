"""Who is visited on which day (seed 002): the stops of one route or of several, whole or not at all.

The day of a route is what its source or the import says, or stands in its name (Route-2025-01-15). It is never made of
the day of the import, nor of the hour of a stop.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import PurePath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce import routes
from workbench.model.arrays import joined, matches, only
from workbench.model.errors import WrongValue
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.prepare.shaping import gathered, in_order, issues

NO_DAY = (
    "The day of the route is not known: say it with the import (--window 2025-01-15), or in the route's name "
    "(Route-2025-01-15)"
)
OTHER_DAY = "The route's name says another day"
OTHER_SEQUENCE = "The sequence is another number than the stop"
NO_ORDER = "order_number is required; without any, customer, address, city and postal code are"
BY_ADDRESS = "No order: the stop is known by its address alone"

_ADDRESS = ("customer", "address", "city", "postal_code")
"""What tells where a stop without an order is."""
_DAY_IN_NAME = r"(?:^|[^0-9])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[^0-9]|$)"

_STOP = {
    name: name
    for name in (
        *("stop", "order_number", *_ADDRESS, "state", "eta", "etd", "duration"),
        *("status", "latitude", "longitude"),
    )
}
_ROUTE = {name: name for name in ("route_date", "route_name", "driver", "starts_at", "ends_at", "distance")}
_ROUTE |= {"duration": "route_duration"}


def windowed(said: str | None, today: date) -> str | None:
    """The day that an import is for, if one is said; raises WrongValue."""
    if not said:
        return None
    try:
        return date.fromisoformat(said.strip()).isoformat()
    except ValueError:
        why = "say the day of the route as YYYY-MM-DD."
        raise WrongValue(field="The window", value=f"'{said}'", why=why) from None


class _Stops:
    """The rows of a chunk: which route each is of, and what is wrong with it that no part can tell."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        self._columns = columns
        self._there = set(columns.cells.schema.names)
        day = KINDS["day"]
        called = PurePath(known.source).stem or None
        self.name = pc.coalesce(self["route_name"], pa.scalar(called, pa.string()))
        said = day.parsed(self["route_date"], known.forms.get("route_date"))
        found = pc.extract_regex(self.name, _DAY_IN_NAME)
        in_name = day.parsed(only(pc.struct_field(found, "day"), found.is_valid()))
        in_name = only(in_name, matches(in_name, day.pattern))
        self.day = pc.coalesce(said, in_name, pa.scalar(known.window, pa.string()))
        self.undated = pc.is_null(self.day)
        self.unlike = pc.fill_null(pc.and_(matches(said, day.pattern), pc.not_equal(said, in_name)), False)
        self.route = joined(self.day, " ", self.name)

    def __getitem__(self, name: str) -> pa.StringArray:
        """The texts of a column, null where there is nothing, or no such column."""
        if name not in self._there:
            return pa.nulls(len(self._columns), pa.string())
        return trimmed(self._columns.cells[name])

    def part(self, cells: Mapping[str, pa.StringArray]) -> Shaped:
        """The rows of a part, of those whose route is known."""
        at = pa.array(np.flatnonzero(np.asarray(pc.invert(self.undated))).astype(np.int32))
        rows = pa.RecordBatch.from_arrays([column.take(at) for column in cells.values()], names=list(cells))
        return Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=rows), at=at)

    def routes(self) -> Shaped:
        own = {"route": self.route, "route_date": self.day, "route_name": self.name}
        return gathered(self.part({field: self[column] for field, column in _ROUTE.items()} | own))

    def stops(self) -> Shaped:
        cells = {field: self[column] for field, column in _STOP.items()}
        cells["stop"] = pc.coalesce(self["stop"], self["sequence"])
        if not self._there & {"city", "status"}:  # in such a source State is how far the stop is
            cells |= {"status": self["state"], "state": pa.nulls(len(self._columns), pa.string())}
        return self.part({"route": self.route, **cells})

    def issues_found(self) -> pa.Table:
        other = pc.fill_null(pc.not_equal(self["stop"], self["sequence"]), False)
        found = [
            issues(other, "other_sequence", "sequence", OTHER_SEQUENCE),
            issues(self.undated, "no_day", "route_date", NO_DAY),
            issues(self.unlike, "other_day", "route_date", OTHER_DAY),
        ]
        if "order_number" in self._there:
            found.append(
                issues(pc.is_null(self["order_number"]), "missing", "order_number", "order_number is required")
            )
        else:
            whole = pc.is_valid(self[_ADDRESS[0]])
            for name in _ADDRESS[1:]:
                whole = pc.and_(whole, pc.is_valid(self[name]))
            found.append(issues(pc.invert(whole), "missing", "order_number", NO_ORDER))
            found.append(issues(whole, "no_order", "order_number", BY_ADDRESS, "warning"))
        return in_order(*found)


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The routes and their stops that rows are made into."""
    rows = _Stops(columns, known)
    return {routes.ROUTES.name: rows.routes(), routes.STOPS.name: rows.stops()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with stops that no part can tell: no day, another one than the route's name, no order."""
    return _Stops(columns, known).issues_found()


ROUTES = Playbook(
    name=routes.DELIVERY_ROUTES.name,
    title=routes.DELIVERY_ROUTES.title,
    about="The stops of one delivery route or of several, imported whole or not at all.",
    form=routes.DELIVERY_ROUTES,
    parts=(
        Part(dataset=routes.ROUTES.name, columns=_ROUTE, made=("route", "route_date", "route_name"), repeats=True),
        Part(dataset=routes.STOPS.name, columns=_STOP, made=("route", "stop", "status")),
    ),
    shape=shape,
    check=check,
    windowed=windowed,
    figures=(
        Figure(name="Routes created", part=routes.ROUTES.name, outcomes=("created",)),
        Figure(name="Stops created", part=routes.STOPS.name, outcomes=("created",)),
        Figure(name="Stops updated", part=routes.STOPS.name, outcomes=("updated",)),
        Figure(name="Rows in total", outcomes=("created", "updated", "skipped", "unmatched", "invalid")),
        Figure(name="Rows invalid", outcomes=("invalid",)),
        Figure(name="Order IDs not found", reasons=("order",)),
    ),
    pends=False,
)
