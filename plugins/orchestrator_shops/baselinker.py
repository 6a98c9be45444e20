"""BaseLinker: what its method getOrders answers, sent on with a secret in a header; and the CSV of its own exports."""

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
    Source,
    SourceFile,
    Unread,
    Who,
    check_secret,
    read_object,
)
from orchestrator_shops.reading import (
    count,
    id_of,
    moment,
    money,
    names,
    rows,
    since_1970,
    text,
    words,
)
from orchestrator_shops.steps import step_of, steps
from orchestrator_shops.tables import Cells, Runs, columns

ORDERS = columns(
    order_id="!id numer_zamówienia nr_zamówienia", date_add="!date data_dodania data_zamówienia data",
    date_in_status="data_zmiany_statusu", status="order_status status_zamówienia", email="e_mail", phone="telefon",
    fullname="delivery_fullname imię_i_nazwisko klient", country="delivery_country_code kod_kraju",
    total="!order_total razem wartość_zamówienia suma", currency="waluta", payment_done="zapłacono wpłacono",
    product_name="name nazwa_produktu produkt", product_id="id_produktu", sku="", quantity="ilość",
    price="price_brutto cena_brutto cena",
)  # fmt: skip


class BaseLinker(Source):
    """Orders of all channels. A state is known by its number (webhook) or its name (file), as the connection says."""

    name, title = "baselinker", "BaseLinker"
    steps = (
        "BaseLinker itself calls nobody with an order: let your own job ask its method getOrders, and send the answer on as"
        " it is, by POST, to {url}",
        "Let it send the header X-Secret with this value: {secret}",
        "Your states are your own: write below what each means, by its number (order_status_id) and its name, one a line,"
        " such as “Wysłane = delivered”.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """By the header X-Secret."""
        check_secret(request.headers.get("x-secret", ""), connected.secrets)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """All orders of the answer; one that cannot be read keeps none of the others out."""
        said = read_object(request.body)
        if said.get("status", "SUCCESS") != "SUCCESS":
            raise ValueError("it is no answer of getOrders but an error of BaseLinker's")
        facts: list[Fact] = []
        for one in rows(said["orders"]) if "orders" in said else [said]:
            try:
                facts += order_facts(one, connected)
            except ValueError as error:
                facts.append(Unread(f"order {text(one.get('order_id')) or '?'}: {error}"))
        return facts

    def files(self) -> Sequence[SourceFile]:
        """Orders."""
        return FILES


def order_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """One order; one that is not confirmed is a basket."""
    if said.get("confirmed") is False:
        return []
    given, family = names(text(said.get("delivery_fullname")) or text(said.get("invoice_fullname")))
    who = Who(
        "", text(said.get("email")), text(said.get("phone")), given, family,
        country=text(said.get("delivery_country_code")),
    )  # fmt: skip
    items = [_item(one) for one in rows(said.get("products"))]
    total = sum(
        (one.price * one.quantity for one in items), money(said.get("delivery_price") or "0", "the delivery")
    )
    order = Order(
        connected.prefix + id_of(said.get("order_id"), "order_id"), who, since_1970(said.get("date_add"), "date_add"),
        total, text(said.get("currency")) or connected.currency, items,
    )  # fmt: skip
    changed = said.get("date_in_status") or said.get("date_add")
    at = since_1970(changed, "date_in_status")
    paid = money(said.get("payment_done") or "0", "payment_done") >= total > 0
    step = step_of(text(said.get("order_status_id")), {}, connected)
    return [Described(who), *steps(order, step, at, paid_at=at if paid else None)]


def _item(said: Mapping[str, Any]) -> OrderItem:
    return OrderItem(
        text(said.get("product_id")), words(said.get("name")), count(said.get("quantity")),
        money(said.get("price_brutto"), "price_brutto"), text(said.get("sku")),
    )  # fmt: skip


def read_order(lines: Sequence[Cells], connected: Connected) -> list[Fact]:
    """An order of one row, or of a row for each of its products."""
    first = lines[0]
    given, family = names(first.get("fullname", ""))
    who = Who(
        "", first.get("email", ""), first.get("phone", ""), given, family, country=first.get("country", "")
    )
    order = Order(
        connected.prefix + id_of(first.get("order_id"), "order_id"),
        who,
        moment(first.get("date_add"), "the date", connected.zone),
        money(first.get("total"), "the total"),
        first.get("currency", "") or connected.currency,
        [_of_row(one) for one in lines if one.get("product_name")],
    )
    changed, given_so_far = first.get("date_in_status", ""), first.get("payment_done", "")
    at = moment(changed, "the date of the state", connected.zone) if changed else order.placed_at
    paid = bool(given_so_far) and money(given_so_far, "what was paid") >= order.total > 0
    step = step_of(first.get("status", ""), {}, connected)
    return [Described(who), *steps(order, step, at, paid_at=at if paid else None)]


def _of_row(cells: Cells) -> OrderItem:
    price = cells.get("price", "")
    return OrderItem(
        cells.get("product_id", ""), words(cells.get("product_name", "")), count(cells.get("quantity", "1")),
        money(price, "the price") if price else Decimal(0), cells.get("sku", ""),
    )  # fmt: skip


FILES = (
    SourceFile(
        "baselinker_orders",
        "BaseLinker: orders",
        "Orders → Export, as CSV with a row for each product.",
        ORDERS,
        lambda _, connected: Runs(read_order, "order_id", connected),
    ),
)
