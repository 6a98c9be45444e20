"""A file of products: a table of the shop's, or a feed as Google Merchant Center takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from orchestrator.catalog.product import check
from orchestrator.catalog.save import save
from orchestrator.customers.imports.kinds import Field, Item, Kind, Outcome, Reader, Setting, register
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.customers.imports.tally import Tally
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.sdk import Offered

FIELDS = (
    Field("key", _("the shop's number of the product"), ("id", "sku", "product_id", "g:id", "code"), required=True),
    Field("title", _("what it is called"), ("name", "product", "product_name", "g:title"), required=True),
    Field("url", _("the address of its page"), ("link", "product_url", "g:link")),
    Field("image_url", _("the address of its picture"), ("image", "image_link", "g:image_link")),
    Field("category", _("its category"), ("product_type", "g:product_type")),
    Field("price", _("what it costs, 12.00 or 12.00 PLN"), ("g:price",)),
    Field("sale_price", _("what it costs now where it is reduced; the other price is then the regular one"), ("g:sale_price",)),
    Field("regular_price", _("what it costs when it is not reduced"), ("list_price", "was_price")),
    Field("currency", _("the currency of its prices"), ("price_currency",)),
    Field("stock", _("how many there are"), ("quantity", "inventory", "g:quantity")),
    Field("available", _("whether it can be bought"), ("availability", "in_stock", "g:availability")),
)  # fmt: skip
_KNOWN = frozenset(one.name for one in FIELDS)
_NOW, _SALE, _REGULAR = Words("the price"), Words("the sale price"), Words("the regular price")
_YES = frozenset(
    {"1", "yes", "true", "tak", "in_stock", "available", "preorder", "backorder", "limited_availability"}
)
_NO = frozenset({"0", "no", "false", "nie", "out_of_stock", "unavailable", "discontinued", "sold_out"})
_PRICE = re.compile(r"(?:([A-Za-z]{3})\s*)?([\d\s.,]+?)(?:\s*([A-Za-z]{3}))?", re.ASCII)


def handle() -> None:
    """Let files of products be imported."""
    register(
        Kind(
            "products",
            _("Products"),
            _("The catalogue: one product a row, with its price and page; a product feed of Google Merchant Center, too."),
            FIELDS,
            lambda columns, setting: Products(setting),
            others=True,
        )
    )  # fmt: skip


class Products(Reader):
    """Reads one row, one product."""

    def __init__(self, setting: Setting) -> None:
        self._now: datetime = setting.now
        self._currency = setting.currency
        self._new = Tally()  # what is new a second time was taken back: it is a dry run, which counts it once

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """The product of the row; ValueError says what is wrong with it."""
        return [Item(row.line, check(read_product(row.cells, self._currency)))]

    def end(self) -> Iterable[Item | RowError]:
        """Nothing waits."""
        return []

    def store(self, items: Sequence[Item]) -> Outcome:
        """Save them; a key that stands twice in the file counts as its last row."""
        saved, outcome = save([one.value for one in items], self._now), Outcome()
        created = sum(self._new.add(key) == 0 for key in saved.fresh)
        outcome.counts.update(
            created=created, updated=saved.updated, unchanged=len(items) - created - saved.updated
        )
        return outcome

    def passed(self, items: Sequence[Item]) -> None:
        """What was counted before."""
        for one in items:
            self._new.add(one.value.key)


def read_product(cells: Mapping[str, str], currency: str) -> Offered:
    """A row's product. `currency` is of a file that names none."""
    price, own = read_price(cells.get("price", ""), _NOW)
    sale, of_sale = read_price(cells.get("sale_price", ""), _SALE)
    regular, of_regular = read_price(cells.get("regular_price", ""), _REGULAR)
    named = (cells.get("currency") or own or of_sale or of_regular).upper()
    if sale is not None:
        price, regular = sale, regular if regular is not None else price
    stock = _stock(cells.get("stock", ""))
    return Offered(
        cells["key"],
        cells["title"],
        cells.get("url", ""),
        cells.get("image_url", ""),
        cells.get("category", ""),
        price,
        regular,
        named or (currency if price is not None else ""),
        stock,
        _available(cells.get("available", ""), stock),
        {name: cell for name, cell in cells.items() if name not in _KNOWN and cell},
    )


def read_price(text: str, what: str) -> tuple[Decimal | None, str]:
    """12.00, 12,00 or 1 234.50 with a currency before or behind it or none -> (amount, currency)."""
    if not text:
        return None, ""
    found = _PRICE.fullmatch(text.strip())
    if found is None or (found[1] and found[3]):
        raise _no_price(what, text)
    digits = "".join(found[2].split())
    digits = digits.replace(",", ".") if "." not in digits else digits.replace(",", "")
    try:
        return Decimal(digits), (found[1] or found[3] or "").upper()
    except InvalidOperation:
        raise _no_price(what, text) from None


def _no_price(what: str, text: str) -> Wrong:
    return Wrong(
        "%(what)s %(text)s is no amount of money; write it like 12.00 PLN", what=what, text=shown(text)
    )


def _stock(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise Wrong("the stock %(text)s is no whole number; write it like 3", text=shown(text))
    return int(text)


def _available(text: str, stock: int | None) -> bool:
    plain = "_".join(text.lower().split())
    if not plain:
        return stock != 0
    if plain not in _YES | _NO:
        raise Wrong(
            "the availability %(text)s is not known; write in_stock or out_of_stock", text=shown(text)
        )
    return plain in _YES
