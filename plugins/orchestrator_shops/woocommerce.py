"""WooCommerce: webhooks of its REST API's version 3, signed with base64 HMAC-SHA256; exports of orders and products."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.sdk import (
    Connected,
    Described,
    Fact,
    Offered,
    Order,
    OrderItem,
    Request,
    Source,
    SourceFile,
    Who,
    check_hmac,
    read_object,
)
from orchestrator_shops.reading import count, id_of, mapping, moment, money, rows, text, words
from orchestrator_shops.steps import step_of, steps
from orchestrator_shops.woocommerce_files import FILES

STATUSES = {
    "pending": "placed", "on-hold": "placed", "processing": "paid", "completed": "delivered", "cancelled": "cancelled",
    "failed": "cancelled", "refunded": "",
}  # fmt: skip
# A basket that somebody has not sent yet is no order.
DRAFTS = ("checkout-draft", "auto-draft", "trash")
_PING = re.compile(rb"webhook_id=\d{1,10}")
TOPIC = "x-wc-webhook-topic"


class WooCommerce(Source):
    """Orders with their refunds, customers and products. When the webhook is made, the shop asks without a signature."""

    name, title = "woocommerce", "WooCommerce"
    heads = (TOPIC,)
    steps = (
        "In WordPress open WooCommerce → Settings → Advanced → Webhooks, and choose “Add webhook”.",
        "Status: Active. Topic: “Order created”. Delivery URL: {url} Secret: {secret} API version: WP REST API v3.",
        "Make one more in the same way for each of: Order updated, Customer created, Customer updated, Product created,"
        " Product updated.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """All but the question whether the address is there, which holds nothing."""
        if not _is_ping(request):
            check_hmac(request.headers.get("x-wc-webhook-signature", ""), connected.secrets, request.body)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """By the topic, such as `order.updated`."""
        about, _, what = request.headers.get(TOPIC, "").partition(".")
        reader = {"order": order_facts, "customer": customer_facts, "product": product_facts}.get(about)
        if reader is None or what not in ("created", "updated", "restored") or _is_ping(request):
            return ()
        return reader(read_object(request.body), connected)

    def files(self) -> Sequence[SourceFile]:
        """Orders and products."""
        return FILES


def _is_ping(request: Request) -> bool:
    return _PING.fullmatch(request.body) is not None


def order_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """An order, its way so far, and its refunds."""
    status = text(said.get("status"))
    if status in DRAFTS:
        return []
    order = _order(said, connected)
    changed = _at(said, "date_completed") or _at(said, "date_modified") or order.placed_at
    facts: list[Fact] = [Described(order.who)]
    facts += steps(order, step_of(status, STATUSES, connected), changed, paid_at=_at(said, "date_paid"))
    for refund in rows(said.get("refunds")):
        given_back = abs(money(refund.get("total"), "the total of a refund"))
        facts.append(order.returned(id_of(refund.get("id"), "the id of a refund"), changed, given_back))
    return facts


def _order(said: Mapping[str, Any], connected: Connected) -> Order:
    coupons = [text(one.get("code")) for one in rows(said.get("coupon_lines"))]
    discount = said.get("discount_total")
    return Order(
        connected.prefix + id_of(said.get("id"), "the id of the order"),
        _buyer(said),
        _when(said, "date_created"),
        money(said.get("total"), "the total"),
        text(said.get("currency")) or connected.currency,
        [_item(one) for one in rows(said.get("line_items"))],
        money(discount, "the discount") if discount else None,
        ", ".join(filter(None, coupons)),
    )


def _item(said: Mapping[str, Any]) -> OrderItem:
    pieces = count(said.get("quantity"))
    price = (
        money(said.get("total"), "a line's total") + money(said.get("total_tax") or "0", "a line's tax")
    ) / (pieces or 1)
    return OrderItem(
        text(said.get("product_id")), words(said.get("name")), pieces, price.quantize(Decimal("0.01")),
        text(said.get("sku")),
    )  # fmt: skip


def _buyer(said: Mapping[str, Any]) -> Who:
    """By the number of an account; a guest's is zero, and they are who has the address."""
    billing, number = mapping(said.get("billing")), text(said.get("customer_id"))
    return Who(
        "" if number == "0" else number, text(billing.get("email")), text(billing.get("phone")),
        text(billing.get("first_name")), text(billing.get("last_name")), country=text(billing.get("country")),
    )  # fmt: skip


def customer_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """An account of the shop."""
    billing = mapping(said.get("billing"))
    who = Who(
        id_of(said.get("id"), "the id of the customer"),
        text(said.get("email")),
        text(billing.get("phone")),
        text(said.get("first_name")) or text(billing.get("first_name")),
        text(said.get("last_name")) or text(billing.get("last_name")),
        country=text(billing.get("country")),
    )
    return [Described(who)]


def product_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """A product. One that is no longer published cannot be bought."""
    images, categories = rows(said.get("images")), rows(said.get("categories"))
    stock = said.get("stock_quantity")
    offered = Offered(
        connected.prefix + id_of(said.get("id"), "the id of the product"),
        words(said.get("name")),
        text(said.get("permalink")),
        text(images[0].get("src")) if images else "",
        words(categories[0].get("name")) if categories else "",
        money(said["price"], "the price") if text(said.get("price")) else None,
        money(said["regular_price"], "the regular price") if text(said.get("regular_price")) else None,
        connected.currency,
        stock if isinstance(stock, int) and not isinstance(stock, bool) else None,
        text(said.get("status")) == "publish" and text(said.get("stock_status")) != "outofstock",
        {"sku": text(said.get("sku"))} if text(said.get("sku")) else {},
    )
    return [offered]


def _at(said: Mapping[str, Any], name: str) -> datetime | None:
    """A moment of the shop; it says each twice, by its own clock and in UTC."""
    return moment(said[f"{name}_gmt"], name) if text(said.get(f"{name}_gmt")) else None


def _when(said: Mapping[str, Any], name: str) -> datetime:
    return moment(said.get(f"{name}_gmt"), "the date of the order")
