"""Where in the warehouse the SKUs stand (seed 002): aisle, row, shelf and bin, one place a SKU."""

from workbench.model.contract import Contract, Field
from workbench.model.reference import Reference

AISLES, ROWS, SHELVES = 999, 99, 99
"""The greatest numbers that any warehouse has."""

SKU_LOCATIONS = Contract(
    name="commerce.sku_locations",
    title="Commerce: Locations of SKUs",
    noun="location",
    table="sku_locations",
    behind="commerce.warehouse_locations",
    key=("sku",),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            reference=Reference(
                dataset="commerce.skus",
                field="sku",
                column="sku_id",
                noun="SKU",
                having="commerce.inventory",
                told="SKU not found in inventory",
                waits=True,
            ),
            help="A SKU that is in stock: the place is that of all its stock.",
            examples=("FRA1023", "ITA2040"),
        ),
        Field(name="aisle", kind="integer", required=True, minimum=1, maximum=AISLES, examples=("1", "1")),
        Field(name="row", kind="integer", required=True, minimum=1, maximum=ROWS, examples=("1", "2")),
        Field(
            name="shelf",
            kind="integer",
            required=True,
            aliases=("level",),
            minimum=1,
            maximum=SHELVES,
            examples=("1", "3"),
        ),
        Field(name="bin", max_length=20, examples=("", "")),
    ),
    computed=(("sort_order", "integer", 'aisle * 10000 + "row" * 100 + shelf'),),
)

WAREHOUSE_LOCATIONS = Contract(
    name="commerce.warehouse_locations",
    title="Commerce: Warehouse Locations",
    noun="location",
    key=("sku",),
    template=("sku", "aisle", "row", "shelf", "bin"),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            help="A SKU that is in stock, in any case.",
            examples=("FRA1023", "ITA2040"),
        ),
        Field(
            name="aisle",
            aliases=("aisle number", "aisle no"),
            help="A number or a letter: 10, A, A10 or Aisle 10.",
            examples=("A", "10"),
        ),
        Field(name="row", aliases=("row number", "row no"), help="1, R1 or Row 1.", examples=("1", "R2")),
        Field(
            name="shelf",
            aliases=("level", "shelf level"),
            help="1, S1 or Shelf 1; Bottom, Middle and Top are 1, 2 and 3, unless a value map says otherwise.",
            examples=("1", "Top"),
        ),
        Field(name="bin", aliases=("bin number",), help="May be blank.", examples=("", "")),
        Field(
            name="location",
            aliases=("warehouse location", "bin location", "place"),
            help="All of it in one cell: A-01-01, 1/2/3, Aisle 1, Row 2, Shelf 3, or 12-C1 (aisle, shelf and row).",
        ),
        Field(name="max_aisle", kind="integer", setting="Aisles up to {}"),
        Field(name="max_row", kind="integer", setting="Rows up to {}"),
        Field(name="max_shelf", kind="integer", setting="Shelves up to {}"),
    ),
)

CONTRACTS = (SKU_LOCATIONS,)
FORMS = (WAREHOUSE_LOCATIONS,)
