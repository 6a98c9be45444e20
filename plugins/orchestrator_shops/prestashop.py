"""PrestaShop: it has no webhooks of its own. Modules send what its webservice answers, with a secret in a header; and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from orchestrator.sdk import (
    Connected,
    Described,
    Fact,
    Order,
    OrderItem,
    Request,
    Said,
    Source,
    SourceFile,
    Who,
    check_secret,
    read_object,
)
from orchestrator_shops.prestashop_files import FILES
from orchestrator_shops.reading import count, id_of, mapping, moment, money, rows, text, words
from orchestrator_shops.steps import step_of, steps

# The numbers of the states that every installation begins with.
STATES = {
    "1": "placed", "2": "paid", "3": "paid", "4": "paid", "5": "delivered", "6": "cancelled", "7": "returned",
    "8": "placed", "9": "paid", "10": "placed", "11": "paid", "12": "placed", "13": "placed",
}  # fmt: skip
_NEVER = "0000-00-00 00:00:00"


class PrestaShop(Source):
    """`{"order": …, "customer": …}` as the webservice writes them in JSON; either may stand alone."""

    name, title = "prestashop", "PrestaShop"
    steps = (
        "PrestaShop itself sends no webhooks: install a module that does, and let it call this address: {url}",
        "Let it send the header X-Secret with this value: {secret}",
        "Let it send, when an order or a customer is added or changed, the JSON of the webservice: an object with “order”,"
        " “customer” or both. Without a module, use the exports: docs/sources.md has the queries for them.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """By the header X-Secret, or a bearer's token."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        check_secret(request.headers.get("x-secret", "") or bearer, connected.secrets)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """What the object holds."""
        said = read_object(request.body)
        customer, order = mapping(said.get("customer")), mapping(said.get("order"))
        facts: list[Fact] = []
        if customer:
            facts += customer_facts(customer, connected)
        if order:
            facts += order_facts(order, customer, connected)
        return facts

    def files(self) -> Sequence[SourceFile]:
        """Orders, customers and products."""
        return FILES


def customer_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """A customer. The newsletter is a consent where its moment is told: the shop keeps it."""
    who = _who(said)
    facts: list[Fact] = [Described(who)]
    since = text(said.get("newsletter_date_add"))
    if text(said.get("newsletter")) == "1" and since and since != _NEVER:
        at = moment(since, "the date of the newsletter", connected.zone)
        facts.append(Said(who, "email", "granted", at, "prestashop"))
    return facts


def _who(said: Mapping[str, Any]) -> Who:
    return Who(
        id_of(said.get("id"), "the id of the customer"), text(said.get("email")), "",
        text(said.get("firstname")), text(said.get("lastname")),
    )  # fmt: skip


def order_facts(said: Mapping[str, Any], customer: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """An order, as far as its state says."""
    who = _who(customer) if customer else Who(id_of(said.get("id_customer"), "the id of the customer"))
    discount = text(said.get("total_discounts"))
    order = Order(
        connected.prefix + id_of(said.get("id"), "the id of the order"),
        who,
        moment(said.get("date_add"), "the date of the order", connected.zone),
        money(said.get("total_paid"), "the total").quantize(Decimal("0.01")),
        text(said.get("currency")) or connected.currency,
        [_item(one) for one in rows(mapping(said.get("associations")).get("order_rows"))],
        money(discount, "the discount").quantize(Decimal("0.01")) if discount else None,
    )
    changed = said.get("date_upd") or said.get("date_add")
    step = step_of(text(said.get("current_state")), STATES, connected)
    return [Described(who), *steps(order, step, moment(changed, "the date of the change", connected.zone))]


def _item(said: Mapping[str, Any]) -> OrderItem:
    price = money(said.get("unit_price_tax_incl") or said.get("product_price") or "0", "a line's price")
    return OrderItem(
        text(said.get("product_id")), words(said.get("product_name")), count(said.get("product_quantity")),
        price.quantize(Decimal("0.01")), text(said.get("product_reference")),
    )  # fmt: skip
