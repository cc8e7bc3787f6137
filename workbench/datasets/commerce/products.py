"""What is sold, and how much of it lies where.

A SKU's code is its key, in capitals. A stock is of a SKU in a warehouse: a file has a row for each batch of it, which
are added up, and what is below zero is kept and told. What a file does not name stays as it is.
"""

from workbench.datasets.commerce.companies import first_counts
from workbench.model.contract import Contract, Field, Removal, Usual
from workbench.model.control_total import ControlTotal
from workbench.model.derivation import CountOf, SameAs
from workbench.model.figure import Figure
from workbench.model.reference import Reference

SKU = Reference(dataset="commerce.skus", field="sku", column="sku_id", noun="SKU", waits=True)
"""The SKU that a code names."""

SKUS = Contract(
    name="commerce.skus",
    title="Commerce: Products",
    noun="SKU",
    table="skus",
    key=("sku",),
    template=(
        *("sku", "name", "supplier", "category", "brand", "vintage", "unit", "items_per_case"),
        *("barcode_bottle", "barcode_case"),
    ),
    fields=(
        Field(
            name="sku",
            kind="sku",
            column="code",
            required=True,
            aliases=("sku code", "product code", "code"),
            max_length=100,
            help="In capitals, without spaces around it.",
            examples=("FRA1023", "ITA2040"),
        ),
        *first_counts(
            Field(
                name="name",
                kind="name",
                required=True,
                aliases=("item", "item name", "product", "product name"),
                max_length=500,
                examples=("Chablis 2021", "Barbera d'Asti 2020"),
            ),
            Field(
                name="item_number",
                kind="identifier",
                aliases=("item no",),
                max_length=100,
                help="The number that the seller's own system gives it.",
            ),
            Field(name="item_type", aliases=("type",), max_length=100),
            Field(name="manufacturer", max_length=300),
            Field(name="supplier", max_length=300, examples=("Maison Verte", "Cascina Alba")),
            Field(name="category", max_length=200, examples=("Wine", "Wine")),
            Field(name="brand", max_length=200, examples=("Verte", "Alba")),
            Field(name="vintage", aliases=("year",), max_length=20, examples=("2021", "2020")),
            Field(name="style", max_length=200),
            Field(name="colour", aliases=("color",), max_length=100),
            Field(name="varieties", aliases=("grapes",), max_length=500),
            Field(name="origin", aliases=("country of origin",), max_length=200),
            Field(name="region", max_length=200),
            Field(name="label_alcohol", max_length=60),
            Field(name="unit", max_length=60, examples=("750ml", "750ml")),
            Field(name="units_per_item", kind="decimal", minimum=0),
            Field(
                name="items_per_case", kind="decimal", aliases=("bottles per case",), minimum=0, examples=("12", "6")
            ),
            Field(
                name="barcode_bottle",
                kind="barcode",
                aliases=("barcode (bottle)", "bottle barcode"),
                max_length=40,
                examples=("0850012345017", ""),
            ),
            Field(name="barcode_bottle_note", max_length=300, help="What stands beside the bottle's barcode."),
            Field(
                name="barcode_case",
                kind="barcode",
                aliases=("barcode (case)", "case barcode"),
                max_length=40,
                examples=("", ""),
            ),
            Field(name="barcode_case_note", max_length=300, help="What stands beside the case's barcode."),
            Field(name="moco_item_number", kind="identifier", max_length=100),
            Field(name="virginia_abc_code", kind="identifier", max_length=100),
            Field(
                name="shelf", aliases=("warehouse location",), max_length=200, help="Where it lies in its warehouse."
            ),
            Field(name="is_active", kind="boolean", aliases=("active",), default="true", help="Whether it is sold."),
        ),
    ),
)

_ADDED = "Of all batches together."

INVENTORY = Contract(
    name="commerce.inventory",
    title="Commerce: Inventory",
    noun="stock",
    table="inventory",
    key=("sku", "location"),
    adds_up=True,
    beside=(
        *("account", "item number", "item type", "supplier", "category", "brand", "name", "batch", "vintage", "style"),
        *("colour", "color", "varieties", "unit", "barrel or tank", "unit cogs"),
    ),
    modes=("upsert", "insert", "update", "preserve", "replace"),
    removal=Removal(scope=("location",), reasons=("Sold out", "Discontinued", "Data entry error")),
    template=("warehouse", "sku", "cases", "items_per_case", "unit_quantity", "liters", "cost"),
    figures=(
        Figure(name="Stocks created", outcomes=("created",)),
        Figure(name="Stocks updated", outcomes=("updated",)),
        Figure(name="Unknown SKUs", outcomes=("unmatched",), reasons=("SKU",)),
    ),
    totals=(
        ControlTotal(name="Units", sum_of="units"),
        ControlTotal(name="Unit quantity", sum_of="unit_quantity"),
        ControlTotal(name="Cases", sum_of="cases"),
        ControlTotal(name="Liters", sum_of="liters"),
        ControlTotal(name="COGS", sum_of="cost"),
        ControlTotal(name="SKUs", distinct=("sku",)),
    ),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            reference=SKU,
            max_length=100,
            examples=("FRA1023", "ITA2040"),
        ),
        Field(
            name="warehouse",
            kind="name",
            required=True,
            aliases=("warehouse name",),
            merge="first",
            max_length=200,
            help="Where it lies.",
            examples=("Baltimore", "Warrenton"),
        ),
        Field(
            name="location",
            kind="lookup",
            required=True,
            derive=SameAs(field="warehouse"),
            max_length=200,
            help="The warehouse without regard to case: main and Main are one.",
        ),
        Field(
            name="units",
            kind="decimal",
            required=True,
            aliases=("bottles", "quantity"),
            derive=CountOf(single="unit_quantity", packs="cases", each="items_per_case", usual="12"),
            merge="sum",
            usual=Usual(pattern="^[^-]", told="zero or more"),
            help=f"How many single items; below zero is kept, and told. {_ADDED}",
        ),
        Field(
            name="unit_quantity",
            kind="decimal",
            aliases=("units quantity",),
            merge="sum",
            help=f"Single items, as the file says. {_ADDED}",
            examples=("144", ""),
        ),
        Field(name="cases", kind="decimal", merge="sum", help=f"How many cases. {_ADDED}", examples=("12", "5")),
        Field(
            name="items_per_case",
            kind="decimal",
            stored=False,
            aliases=("bottles per case",),
            help="What a case of the batch has.",
            examples=("12", "6"),
        ),
        Field(name="liters", kind="decimal", aliases=("litres",), merge="sum", help=_ADDED, examples=("108", "22.5")),
        Field(
            name="cost",
            kind="money",
            aliases=("cogs",),
            merge="sum",
            help=f"What it cost. {_ADDED}",
            examples=("$1,512.00", "$420.00"),
        ),
        *(
            Field(name=f"pending_{what}_{unit}", kind="decimal", aliases=aliases, merge="sum", help=f"{told} {_ADDED}")
            for what, told, header in (
                ("orders", "Ordered, and not gone yet.", "pending orders"),
                ("receipts", "Bought, and not here yet.", "pending goods received"),
            )
            for unit, aliases in (("cases", (f"{header} (cases)",)), ("units", (f"{header} (unit quantity)",)))
        ),
        Field(
            name="shelf",
            aliases=("warehouse location",),
            merge="first",
            max_length=200,
            help="Where in the warehouse.",
        ),
    ),
)

PRICES = Contract(
    name="commerce.prices",
    title="Commerce: Prices",
    noun="price",
    table="prices",
    key=("sku", "price_list"),
    modes=("upsert", "insert", "update", "preserve", "replace"),
    removal=Removal(scope=("price_list",), reasons=("Discontinued", "Data entry error")),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            reference=SKU,
            max_length=100,
            examples=("FRA1023", "FRA1023"),
        ),
        Field(
            name="price_list",
            kind="name",
            required=True,
            aliases=("list",),
            max_length=100,
            examples=("Frontline WCB", "Discount WCB"),
        ),
        Field(name="price", kind="money", required=True, aliases=("unit price",), examples=("$14.50", "$12.95")),
        Field(name="unit", max_length=60, help="What it is the price of.", examples=("750ml", "750ml")),
        Field(name="terms", max_length=300, help="When it holds."),
    ),
)

CONTRACTS = (SKUS, INVENTORY, PRICES)
