"""Who is visited on which day (seed 002): routes and their stops.

A route is known by its day and its name, so that a route of every Monday is another one each week. A stop belongs to
an order where the source names any; the order is an invoice of the same tenant.
"""

from workbench.model.contract import Contract, Field, Numbered, Once
from workbench.model.derivation import SameAs
from workbench.model.reference import Reference

ROUTES = Contract(
    name="commerce.delivery_routes",
    title="Commerce: Delivery Routes",
    noun="route",
    table="delivery_routes",
    key=("route",),
    template=("route", "route_date", "route_name", "driver"),
    fields=(
        Field(
            name="route",
            kind="identifier",
            required=True,
            aliases=("route id",),
            max_length=220,
            help="Its day and its name, e.g. 2025-01-15 North.",
            examples=("2025-01-15 North", "2025-01-15 South"),
        ),
        Field(
            name="route_date",
            kind="day",
            required=True,
            aliases=("date", "delivery date"),
            examples=("2025-01-15", "2025-01-15"),
        ),
        Field(
            name="route_name",
            kind="name",
            required=True,
            aliases=("name",),
            max_length=200,
            examples=("North", "South"),
        ),
        Field(name="driver", kind="name", max_length=200, examples=("Lee Ortiz", "")),
        Field(name="starts_at", kind="time", aliases=("start time",), examples=("7:30 AM", "")),
        Field(name="ends_at", kind="time", aliases=("end time",), examples=("15:00", "")),
        Field(name="distance", kind="decimal", minimum=0, help="In the unit of its source.", examples=("42.5", "")),
        Field(name="duration", kind="decimal", minimum=0, help="In the unit of its source.", examples=("450", "")),
    ),
)

STOPS = Contract(
    name="commerce.route_stops",
    title="Commerce: Stops of Routes",
    noun="stop",
    table="route_stops",
    key=("route", "stop"),
    template=("route", "stop", "order_number", "customer", "address", "eta", "status"),
    fields=(
        Field(
            name="route",
            kind="identifier",
            required=True,
            aliases=("route id",),
            reference=Reference(dataset="commerce.delivery_routes", field="route", column="route_id", noun="route"),
            help="The day and the name of its route.",
            examples=("2025-01-15 North", "2025-01-15 North"),
        ),
        Field(
            name="stop",
            kind="integer",
            required=True,
            aliases=("stop number", "stop order", "sequence"),
            minimum=1,
            maximum=9999,
            help="1, 2, 3 ...: every one of them, and each once.",
            examples=("1", "2"),
        ),
        Field(
            name="order_number",
            kind="identifier",
            aliases=("order", "order id", "invoice number"),
            reference=Reference(
                dataset="commerce.invoice_headers",
                field="number",
                column="invoice_id",
                noun="order",
                told="Order ID not found",
                waits=True,
            ),
            help="The order that is delivered: an invoice that is known. Each once in a file.",
            examples=("10001", "10002"),
        ),
        Field(
            name="customer",
            kind="name",
            aliases=("customer name",),
            max_length=300,
            examples=("Harbor Wine Bar", "Blue Door Bistro"),
        ),
        Field(name="address", max_length=500, examples=("12 Pier Street", "8 Elm Avenue")),
        Field(name="city", max_length=200),
        Field(name="state", max_length=100),
        Field(name="postal_code", kind="identifier", aliases=("zip", "zip code"), max_length=40),
        Field(
            name="eta",
            kind="time",
            required=True,
            aliases=("estimated arrival", "arrival time"),
            help="When it is expected: 8:30 AM or 14:30.",
            examples=("8:30 AM", "14:30"),
        ),
        Field(name="etd", kind="time", aliases=("estimated departure",), help="When it goes on."),
        Field(name="duration", kind="decimal", aliases=("estimated duration",), minimum=0),
        Field(name="status", max_length=100, examples=("Planned", "Planned")),
        Field(name="latitude", kind="decimal", aliases=("lat",), minimum=-90, maximum=90),
        Field(name="longitude", kind="decimal", aliases=("lng", "lon"), minimum=-180, maximum=180),
    ),
    part_of="route",
    rules=(Numbered(field="stop", within="route"), Once(field="order_number")),
)

DELIVERY_ROUTES = Contract(
    name="commerce.routes",
    title="Commerce: Delivery Routes",
    noun="stop",
    key=("stop",),
    goes="whole",
    template=("route_name", "stop", "customer", "order_number", "eta", "address", "status"),
    fields=(
        Field(
            name="route_name",
            kind="name",
            aliases=("route", "route id"),
            help="Without one the route is called after its file.",
            examples=("Route-2025-01-15", "Route-2025-01-15"),
        ),
        Field(
            name="route_date",
            kind="day",
            aliases=("date", "delivery date"),
            help="The day of the route, where neither its name (Route-2025-01-15) nor the import says it.",
        ),
        Field(
            name="stop",
            required=True,
            aliases=("stop number", "stop order", "stop no", "#"),
            derive=SameAs(field="sequence"),
            help="1, 2, 3 ... in each route: every one of them, and each once.",
            examples=("1", "2"),
        ),
        Field(
            name="sequence",
            aliases=("sequence number",),
            help="The stop, where a source calls it so; beside it, it has to be the same.",
            examples=("1", "2"),
        ),
        Field(
            name="order_number",
            kind="identifier",
            aliases=("order", "order #", "order id", "order no"),
            help="An order that is known. Only where no stop has one, the address says where it goes.",
            examples=("10001", "10002"),
        ),
        Field(
            name="customer",
            aliases=("customer name", "name"),
            examples=("Harbor Wine Bar", "Blue Door Bistro"),
        ),
        Field(
            name="eta",
            required=True,
            aliases=("estimated arrival", "arrival time", "time"),
            help="8:30 AM or 14:30.",
            examples=("8:30 AM", "14:30"),
        ),
        Field(
            name="address",
            aliases=("location", "delivery address"),
            examples=("12 Pier Street", "8 Elm Avenue"),
        ),
        Field(name="city"),
        Field(name="state", help="Of the address; where there is no city beside it, the status of the stop."),
        Field(name="postal_code", aliases=("zip", "zip code")),
        Field(name="status", aliases=("stop status",), examples=("Planned", "Planned")),
        Field(name="etd", aliases=("estimated departure", "departure time")),
        Field(name="duration", aliases=("estimated duration",)),
        Field(name="driver", aliases=("driver assigned", "driver name")),
        Field(name="starts_at", aliases=("route start time",)),
        Field(name="ends_at", aliases=("route end time",)),
        Field(name="distance", aliases=("total distance",)),
        Field(name="route_duration", aliases=("total duration",)),
        Field(name="latitude", aliases=("lat",)),
        Field(name="longitude", aliases=("lng", "lon")),
    ),
)

CONTRACTS = (ROUTES, STOPS)
FORMS = (DELIVERY_ROUTES,)
