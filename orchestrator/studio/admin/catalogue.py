"""The catalogue: what the shop sells."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.catalog.lowest import lowest_30d
from orchestrator.catalog.models import Product
from orchestrator.studio import words
from orchestrator.studio.admin.base import BigHistory

MOST = 20


@admin.register(Product)
class ProductAdmin(BigHistory):
    """Products come by files and connectors, which would overwrite what was changed here."""

    list_display = ("title", "key", "category", "price_shown", "stock_shown", "updated_at")
    list_filter = ("available",)
    search_fields = ("=key",)
    search_help_text = _("A product's whole key")
    ordering = ("-updated_at",)
    fields = (
        "title",
        "key",
        "category",
        "price_shown",
        "lowest",
        "stock_shown",
        "page_shown",
        "image_shown",
        "said",
        "before",
        "updated_at",
    )
    readonly_fields = ("price_shown", "lowest", "stock_shown", "page_shown", "image_shown", "said", "before")

    @display(description=_("price"))
    def price_shown(self, obj: Product) -> str:
        now = money(obj.price, obj.currency)
        if obj.regular_price is None or obj.price is None or obj.regular_price <= obj.price:
            return now
        return gettext("%(price)s, reduced from %(regular)s") % {
            "price": now,
            "regular": money(obj.regular_price, obj.currency),
        }

    @display(description=_("lowest price of 30 days"))
    def lowest(self, obj: Product) -> str:
        return money(lowest_30d([obj.pk], timezone.now()).get(obj.pk), obj.currency)

    @display(description=_("in stock"))
    def stock_shown(self, obj: Product) -> str:
        if not obj.available:
            return gettext("not to be had")
        if obj.stock is None:
            return gettext("to be had")
        return ngettext("%(count)s piece", "%(count)s pieces", obj.stock) % {"count": obj.stock}

    @display(description=_("page"))
    def page_shown(self, obj: Product) -> SafeString | str:
        return _address(obj.url)

    @display(description=_("image"))
    def image_shown(self, obj: Product) -> SafeString | str:
        return _address(obj.image_url)

    @display(description=_("properties"))
    def said(self, obj: Product) -> str:
        return words.shown(obj.properties) if obj.properties else "–"

    @display(description=_("prices so far"))
    def before(self, obj: Product) -> SafeString | str:
        prices = obj.prices.order_by("-since")[:MOST]
        told = [(money(one.price, one.currency), words.moment(one.since)) for one in prices]
        lines = [
            (gettext("%(price)s since %(when)s") % {"price": price, "when": when},) for price, when in told
        ]
        return format_html_join(mark_safe("<br>"), "{}", lines) or "–"


def money(amount: Any, currency: str) -> str:
    """An amount as the reader's language writes it, with its currency."""
    if amount is None:
        return "–"
    return f"{formats.number_format(amount, 2, force_grouping=True)}\xa0{currency}".strip()


def _address(url: str) -> SafeString | str:
    """A link that tells the shop nothing of where it was followed from."""
    if not url:
        return "–"
    return format_html('<a class="st-link" href="{}" rel="noopener noreferrer">{}</a>', url, url)
