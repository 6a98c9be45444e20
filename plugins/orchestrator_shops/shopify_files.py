"""Shopify's exports: orders (a line an item, columns filled on the first), customers, products (a line a variant)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orchestrator.sdk import Connected, Described, Fact, Offered, Order, OrderItem, SourceFile, Who
from orchestrator_shops.reading import count, id_of, moment, money, names, words
from orchestrator_shops.tables import Cells, Rows, Runs, columns

ORDERS = columns(
    order_name="!name", id="", email="", financial_status="", fulfillment_status="", paid_at="", fulfilled_at="",
    currency="", total="!", discount_code="", discount_amount="", created_at="!", cancelled_at="", refunded_amount="",
    lineitem_quantity="", lineitem_name="", lineitem_price="", lineitem_sku="", billing_name="", billing_country="",
    phone="", billing_phone="",
)  # fmt: skip
CUSTOMERS = columns(
    customer_id="id", email="!", first_name="", last_name="", phone="", address_phone="default_address_phone",
    country="default_address_country_code country_code", tags="", accepts_email="accepts_email_marketing accepts_marketing",
    accepts_sms="accepts_sms_marketing",
)  # fmt: skip
PRODUCTS = columns(
    handle="!url_handle", title="!", category="type", product_category="", status="", published="published_on_online_store",
    sku="variant_sku", price="variant_price", regular_price="variant_compare_at_price compare_at_price",
    stock="variant_inventory_qty inventory_quantity", image="image_src product_image_url",
)  # fmt: skip
PAID = ("paid", "partially_refunded", "refunded")


def read_order(rows: Sequence[Cells], connected: Connected) -> list[Fact]:
    """An order of several lines."""
    first, zone = rows[0], connected.zone
    given, family = names(first.get("billing_name", ""))
    who = Who(
        "", first.get("email", ""), first.get("phone", "") or first.get("billing_phone", ""), given, family,
        country=first.get("billing_country", ""),
    )  # fmt: skip
    discount = first.get("discount_amount", "")
    order = Order(
        connected.prefix
        + id_of(first.get("id") or first.get("order_name", "").lstrip("#"), "the Id of the order"),
        who,
        moment(first.get("created_at"), "Created at", zone),
        money(first.get("total"), "Total"),
        first.get("currency", "") or connected.currency,
        [_item(one) for one in rows if one.get("lineitem_name")],
        money(discount, "Discount Amount") if discount else None,
        first.get("discount_code", ""),
    )
    facts: list[Fact] = [Described(who), order.placed()]
    if paid := first.get("paid_at", ""):
        facts.append(order.paid(moment(paid, "Paid at", zone)))
    elif first.get("financial_status") in PAID:
        facts.append(order.paid(order.placed_at))
    if first.get("fulfillment_status") == "fulfilled":
        sent = first.get("fulfilled_at", "")
        facts.append(order.delivered(moment(sent, "Fulfilled at", zone) if sent else order.placed_at))
    if gone := first.get("cancelled_at", ""):
        facts.append(order.cancelled(moment(gone, "Cancelled at", zone)))
    back = first.get("refunded_amount", "")
    if back and (given_back := money(back, "Refunded Amount")):
        facts.append(order.returned("all", order.placed_at, given_back))
    return facts


def _item(cells: Cells) -> OrderItem:
    price = cells.get("lineitem_price", "")
    return OrderItem(
        "", words(cells.get("lineitem_name", "")), count(cells.get("lineitem_quantity", "1")),
        money(price, "Lineitem price") if price else Decimal(0), cells.get("lineitem_sku", ""),
    )  # fmt: skip


def read_customer(cells: Cells, connected: Connected) -> list[Fact]:
    """A customer. The file tells no moment of a consent, so it is none: what it says becomes attributes."""
    said = {
        "shop_tags": [one.strip() for one in cells.get("tags", "").split(",") if one.strip()],
        "shop_says_accepts_email": cells.get("accepts_email", "").lower(),
        "shop_says_accepts_sms": cells.get("accepts_sms", "").lower(),
    }
    who = Who(
        cells.get("customer_id", "").lstrip("'"), cells.get("email", ""),
        (cells.get("phone", "") or cells.get("address_phone", "")).lstrip("'"), cells.get("first_name", ""),
        cells.get("last_name", ""), country=cells.get("country", ""),
        attributes={name: value for name, value in said.items() if value},
    )  # fmt: skip
    return [Described(who)]


def read_product(rows: Sequence[Cells], connected: Connected) -> list[Fact]:
    """A product of several variants. The file holds no number of it, so its handle names it."""
    first = rows[0]
    price, regular = first.get("price", ""), first.get("regular_price", "")
    counted = [count(one["stock"]) for one in rows if one.get("stock")]
    stock = sum(max(one, 0) for one in counted) if counted else None
    return [
        Offered(
            connected.prefix + id_of(first.get("handle"), "the Handle"),
            words(first.get("title", "")),
            "",
            first.get("image", ""),
            words((first.get("category") or first.get("product_category", "")).split(">")[-1]),
            money(price, "Variant Price") if price else None,
            money(regular, "Variant Compare At Price") if regular else None,
            connected.currency,
            stock,
            first.get("status", "active").lower() == "active" and stock != 0,
            {"sku": first["sku"]} if first.get("sku") else {},
        )
    ]


FILES = (
    SourceFile(
        "shopify_orders", "Shopify: orders", "Orders → Export, as “Plain CSV file”. One line for each item.", ORDERS,
        lambda _, connected: Runs(read_order, "order_name", connected),
    ),
    SourceFile(
        "shopify_customers", "Shopify: customers",
        "Customers → Export. Whether somebody accepts marketing becomes an attribute: without its moment it is no consent.",
        CUSTOMERS, lambda _, connected: Rows(read_customer, connected),
    ),
    SourceFile(
        "shopify_products", "Shopify: products", "Products → Export. One line for each variant.", PRODUCTS,
        lambda _, connected: Runs(read_product, "handle", connected),
    ),
)  # fmt: skip
