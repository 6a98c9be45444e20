"""Shopify: webhooks signed with base64 HMAC-SHA256 over the body, by the secret that Shopify shows; three exports."""

from __future__ import annotations

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
    Said,
    Source,
    SourceFile,
    Who,
    check_hmac,
    order_key,
    read_object,
    returned,
)
from orchestrator_shops.reading import count, id_of, mapping, moment, money, rows, text, words
from orchestrator_shops.shopify_files import FILES

TOPIC = "x-shopify-topic"
PAID = ("paid", "partially_refunded", "refunded")
STATES = {"subscribed": "granted", "unsubscribed": "withdrawn"}


class Shopify(Source):
    """Orders, refunds, customers with what they allow, and products."""

    name, title, secret = "shopify", "Shopify", "theirs"
    heads = (TOPIC,)
    steps = (
        "In Shopify open Settings → Notifications → Webhooks. Below the list stands what your webhooks are signed with:"
        " enter it here as the secret.",
        "Create a webhook for each of: Order creation, Order update, Order payment, Order fulfillment, Order cancellation,"
        " Refund create, Customer creation, Customer update, Product creation, Product update.",
        "Format: JSON. URL: {url}",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """By the header X-Shopify-Hmac-Sha256."""
        check_hmac(request.headers.get("x-shopify-hmac-sha256", ""), connected.secrets, request.body)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """By the topic, such as `orders/create`."""
        about, _, what = request.headers.get(TOPIC, "").partition("/")
        if what == "delete":
            return ()
        reader = _READERS.get(about)
        return reader(read_object(request.body), connected) if reader else ()

    def files(self) -> Sequence[SourceFile]:
        """Orders, customers and products."""
        return FILES


def order_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """An order, as far as it has come."""
    order = _order(said, connected)
    facts: list[Fact] = [
        Described(order.who),
        *_consents(mapping(said.get("customer")), order.who),
        order.placed(),
    ]
    if said.get("financial_status") in PAID:
        facts.append(order.paid(_at(said, "processed_at") or order.placed_at))
    if said.get("fulfillment_status") == "fulfilled":
        sent = [
            moment(one.get("created_at"), "the date of a fulfillment")
            for one in rows(said.get("fulfillments"))
        ]
        facts.append(order.delivered(max(sent, default=_at(said, "updated_at") or order.placed_at)))
    if cancelled_at := _at(said, "cancelled_at"):
        facts.append(order.cancelled(cancelled_at))
    facts += [_refund(one, order.who, order.id, order.currency) for one in rows(said.get("refunds"))]
    return facts


def _order(said: Mapping[str, Any], connected: Connected) -> Order:
    discount = said.get("total_discounts")
    return Order(
        connected.prefix + id_of(said.get("id"), "the id of the order"),
        _buyer(said),
        moment(said.get("created_at"), "the date of the order"),
        money(said.get("total_price"), "the total"),
        text(said.get("currency")) or connected.currency,
        [_item(one) for one in rows(said.get("line_items"))],
        money(discount, "the discount") if discount else None,
        ", ".join(filter(None, (text(one.get("code")) for one in rows(said.get("discount_codes"))))),
    )


def _item(said: Mapping[str, Any], pieces: int | None = None) -> OrderItem:
    return OrderItem(
        text(said.get("product_id")), words(said.get("name") or said.get("title")),
        count(said.get("quantity")) if pieces is None else pieces, money(said.get("price"), "a line's price"),
        text(said.get("sku")),
    )  # fmt: skip


def _buyer(said: Mapping[str, Any]) -> Who:
    """The customer, or the address that a guest gave."""
    customer, billing = mapping(said.get("customer")), mapping(said.get("billing_address"))
    if not billing:
        billing = mapping(said.get("shipping_address"))
    return Who(
        text(customer.get("id")),
        text(said.get("email")) or text(said.get("contact_email")) or text(customer.get("email")),
        text(said.get("phone")) or text(customer.get("phone")) or text(billing.get("phone")),
        text(customer.get("first_name")) or text(billing.get("first_name")),
        text(customer.get("last_name")) or text(billing.get("last_name")),
        text(said.get("customer_locale")),
        text(billing.get("country_code")),
    )


def _refund(said: Mapping[str, Any], who: Who, order_id: str, currency: str) -> Fact:
    """The money that was given back; where none was sent, what the lines came to."""
    lines = rows(said.get("refund_line_items"))
    sent = [
        money(one.get("amount"), "the amount of a refund")
        for one in rows(said.get("transactions"))
        if one.get("kind") == "refund" and one.get("status") == "success"
    ]
    worth = [
        money(one.get("subtotal", "0"), "a line's subtotal")
        + money(one.get("total_tax", "0"), "a line's tax")
        for one in lines
    ]
    items = [_item(mapping(one.get("line_item")), count(one.get("quantity"))) for one in lines]
    at = moment(said.get("processed_at") or said.get("created_at"), "the date of a refund")
    amount = sum(sent or worth, Decimal(0))
    return returned(who, order_id, id_of(said.get("id"), "the id of a refund"), at, amount, currency, items)


def refund_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """A refund told by itself names its order and no person: it is whoever placed that."""
    order_id = connected.prefix + id_of(said.get("order_id"), "the id of the order")
    currency = next((text(one.get("currency")) for one in rows(said.get("transactions"))), "")
    return [_refund(said, Who(of=order_key("order", order_id)), order_id, currency)]


def customer_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """An account, and what they allowed."""
    address = mapping(said.get("default_address"))
    tags = [one.strip() for one in text(said.get("tags")).split(",") if one.strip()]
    who = Who(
        id_of(said.get("id"), "the id of the customer"), text(said.get("email")),
        text(said.get("phone")) or text(address.get("phone")), text(said.get("first_name")), text(said.get("last_name")),
        country=text(address.get("country_code")), attributes={"shop_tags": tags} if tags else {},
    )  # fmt: skip
    return [Described(who), *_consents(said, who)]


def consent_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """A consent told by itself."""
    who = Who(
        text(said.get("customer_id") or said.get("id")),
        text(said.get("email_address")),
        text(said.get("phone")),
    )
    return list(_consents(said, who))


def _consents(said: Mapping[str, Any], who: Who) -> list[Fact]:
    """Only a yes or a no with its moment. “Not subscribed” was never asked, and “pending” has not answered."""
    facts: list[Fact] = []
    for channel in ("email", "sms"):
        consent = mapping(said.get(f"{channel}_marketing_consent"))
        state, at = STATES.get(text(consent.get("state"))), _at(consent, "consent_updated_at")
        if state and at:
            level = text(consent.get("opt_in_level"))
            facts.append(Said(who, channel, state, at, "shopify", f"opt-in level: {level}" if level else ""))
    return facts


def product_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """A product, with the price of its first variant and the stock of all."""
    variants, image = rows(said.get("variants")), mapping(said.get("image"))
    first: Mapping[str, Any] = variants[0] if variants else {}
    counted = [
        one["inventory_quantity"] for one in variants if isinstance(one.get("inventory_quantity"), int)
    ]
    stock = sum(max(one, 0) for one in counted) if counted and first.get("inventory_management") else None
    regular = text(first.get("compare_at_price"))
    endless = any(one.get("inventory_policy") == "continue" for one in variants)
    handle = text(said.get("handle"))
    offered = Offered(
        connected.prefix + id_of(said.get("id"), "the id of the product"),
        words(said.get("title")),
        "",
        text(image.get("src")),
        words(said.get("product_type")),
        money(first["price"], "the price") if text(first.get("price")) else None,
        money(regular, "the regular price") if regular else None,
        connected.currency,
        stock,
        said.get("status") == "active" and (stock != 0 or endless),
        {name: value for name, value in (("handle", handle), ("sku", text(first.get("sku")))) if value},
    )
    return [offered]


def _at(said: Mapping[str, Any], name: str) -> datetime | None:
    return moment(said[name], name.replace("_", " ")) if text(said.get(name)) else None


_READERS = {
    "orders": order_facts, "refunds": refund_facts, "customers": customer_facts, "products": product_facts,
    "customers_email_marketing_consent": consent_facts, "customers_marketing_consent": consent_facts,
}  # fmt: skip
