"""What is sold, and what it costs (seed 002): the export of items, and the price list.

A barcode that a spreadsheet has rounded is none: it is told, and never kept. A note beside one is kept apart. A price
is the amount with a currency sign in its text, else the first amount, and what is no amount is never zero; it makes no
item, and an item without any is told.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce import exports
from workbench.model.arrays import joined, matches, only, replaced
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.playbooks.commerce_rows import Rows, something, stacked
from workbench.prepare.shaping import in_order, issues

_BARCODES = ("barcode_bottle", "barcode_case")
_NOTE = r"\((?P<note>[^)]*)\)"
_EXPONENT = r"^[0-9.,]+[eE]\+?[0-9]+$"
_NO_BARCODE = "' is no barcode, and is left out"
_ROUNDED = "' was rounded by a spreadsheet: the last digits of the barcode are gone, and it is left out"
_SIGNED = r"[$€£] *(?P<amount>[0-9][0-9,]*(?:\.[0-9]+)?)"
_AMOUNT = r"^[^0-9]*?(?P<amount>[0-9][0-9,]*(?:\.[0-9]+)?)(?:[^0-9].*)?$"


class _Items(Rows):
    def __init__(self, columns: Chunk) -> None:
        super().__init__(columns)
        self._plain = {name: trimmed(replaced(self[name], (_NOTE, ""))) for name in _BARCODES}
        kind = KINDS["barcode"]
        read = {name: kind.parse(text) for name, text in self._plain.items()}
        self.barcodes = {name: only(text, matches(text, kind.pattern)) for name, text in read.items()}

    def items(self) -> Shaped:
        """The items, with the notes beside their barcodes."""
        cells = self.taken(_ITEMS.columns)
        for name in _BARCODES:
            if name in self:
                note = trimmed(pc.struct_field(pc.extract_regex(self[name], _NOTE), "note"))
                cells |= {name: self.barcodes[name], f"{name}_note": note}
        return self.part(np.ones(len(self), dtype=bool), cells)

    def odd(self) -> pa.Table:
        """The barcodes that are none."""
        told = []
        for name in _BARCODES:
            wrong = pc.and_(pc.is_valid(self._plain[name]), pc.is_null(self.barcodes[name]))
            rounded = pc.and_(wrong, matches(self._plain[name], _EXPONENT))
            for where, code, why in (
                (rounded, "rounded", _ROUNDED),
                (pc.and_not(wrong, rounded), KINDS["barcode"].code, _NO_BARCODE),
            ):
                told.append(issues(where, code, name, joined("'", self[name], why), "warning"))
        return in_order(*told)


def items(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The items that the rows of their export are made into."""
    return {"commerce.skus": _Items(columns).items()}


def check_items(columns: Chunk, known: Known) -> pa.Table:
    """What is told of barcodes that are none."""
    return _Items(columns).odd()


class _Prices(Rows):
    @cached_property
    def prices(self) -> dict[str, pa.StringArray]:
        """The price in each list: an amount, or the text where there is none in it."""
        return {name: self._price(self[name]) for name in exports.PRICE_LISTS if name in self}

    def _price(self, texts: pa.StringArray) -> pa.StringArray:
        kind = KINDS["money"]
        amounts = kind.parse(texts)
        first = pc.coalesce(*(pc.struct_field(pc.extract_regex(texts, each), "amount") for each in (_SIGNED, _AMOUNT)))
        first = self._amount(first)
        return pc.if_else(matches(amounts, kind.pattern), amounts, pc.coalesce(first, texts))

    @staticmethod
    def _amount(texts: pa.StringArray) -> pa.StringArray:
        """What numbers come to: one that can be read one way only is read so, of any other a comma parts thousands."""
        kind = KINDS["money"]
        one_way = kind.parse(texts)
        return pc.if_else(matches(one_way, kind.pattern), one_way, kind.parse(pc.replace_substring(texts, ",", "")))

    def parts(self) -> Shaped:
        """A price for each list in which an item has one."""
        plain = self.taken(_PRICES.columns)
        shapes = []
        for name, title in exports.PRICE_LISTS.items():
            if name in self:
                cells = plain | {"price_list": pa.array([title] * len(self), pa.string()), "price": self.prices[name]}
                shapes.append(self.part(matches(self.prices[name], KINDS["money"].pattern), cells, alike=False))
        return stacked(shapes)

    def odd(self) -> pa.Table:
        """The items without a price, and the texts of which a part alone counts."""
        none = pc.and_(pc.is_valid(self["sku"]), pc.invert(something(*self.prices.values())))
        told = [issues(none, "no_price", "sku", "No price in any of the price lists", "warning")]
        for name, price in self.prices.items():
            kind = KINDS["money"]
            unread = pc.and_(pc.is_valid(price), pc.invert(matches(price, kind.pattern)))
            told.append(issues(unread, kind.code, name, joined("'", self[name], "' is no amount of money")))
            plain = kind.parsed(self[name], "point")  # a comma before the decimals is told, for the others have points
            read = pc.and_(matches(price, kind.pattern), pc.invert(matches(plain, kind.pattern)))
            said = joined("'", self[name], "' is read as ", price)
            told.append(issues(read, "first_amount", name, said, "warning"))
        return in_order(*told)


def prices(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The prices that the rows of a price list are made into."""
    return {"commerce.prices": _Prices(columns).parts()}


def check_prices(columns: Chunk, known: Known) -> pa.Table:
    """What is told of items without a price, and of texts beside one."""
    return _Prices(columns).odd()


_ITEMS = Part(
    dataset="commerce.skus",
    columns={
        "name": "item",
        "shelf": "warehouse_location",
        **{
            name: name
            for name in (
                *("sku", "item_number", "manufacturer", "supplier", "label_alcohol", "units_per_item", "unit"),
                *("items_per_case", "moco_item_number", "virginia_abc_code", *_BARCODES),
            )
        },
        **{f"{name}_note": name for name in _BARCODES},
    },
    repeats=True,
)
_PRICES = Part(
    dataset="commerce.prices",
    columns={**{name: name for name in ("sku", "unit", "terms")}, "price": "frontline_price"},
    made=("price_list",),
)

ITEMS = Playbook(
    name=exports.ITEMS.name,
    title=exports.ITEMS.title,
    about="The export of items: products by their SKU, with barcodes and the notes beside them.",
    form=exports.ITEMS,
    parts=(_ITEMS,),
    shape=items,
    check=check_items,
    figures=(
        Figure(name="Products created", part="commerce.skus", outcomes=("created",)),
        Figure(name="Products updated", part="commerce.skus", outcomes=("updated",)),
        Figure(name="Warnings", severity="warning"),
    ),
)

PRICE_LIST = Playbook(
    name=exports.PRICE_LIST.name,
    title=exports.PRICE_LIST.title,
    about="The price list: what known products cost in each of four price lists.",
    form=exports.PRICE_LIST,
    parts=(_PRICES,),
    shape=prices,
    check=check_prices,
    figures=(
        Figure(name="Prices created", part="commerce.prices", outcomes=("created",)),
        Figure(name="Prices updated", part="commerce.prices", outcomes=("updated",)),
        Figure(name="Unknown SKUs", outcomes=("unmatched",)),
        Figure(name="Warnings", severity="warning"),
    ),
)

PLAYBOOKS = (ITEMS, PRICE_LIST)
