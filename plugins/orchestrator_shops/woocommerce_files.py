"""WooCommerce's files: the orders of “Advanced Order Export”, and the products of its own export."""

from __future__ import annotations

from collections.abc import Container, Sequence
from decimal import Decimal

from orchestrator.sdk import Connected, Described, Fact, Offered, Order, OrderItem, SourceFile, Who
from orchestrator_shops.reading import count, id_of, moment, money, words
from orchestrator_shops.steps import step_of, steps
from orchestrator_shops.tables import Cells, Rows, Runs, columns

WORDS = {
    "completed": "delivered", "zrealizowane": "delivered", "processing": "paid", "w trakcie realizacji": "paid",
    "on hold": "placed", "on-hold": "placed", "wstrzymane (oczekujące na płatność)": "placed",
    "pending payment": "placed", "pending": "placed", "oczekujące na płatność": "placed",
    "cancelled": "cancelled", "anulowane": "cancelled", "failed": "cancelled", "nieudane": "cancelled",
    "refunded": "", "zwrócone": "",
}  # fmt: skip
ORDERS = columns(
    order_id="id post_id", order_number="numer_zamówienia", order_date="!date date_created data_zamówienia",
    status="order_status status_zamówienia", total="!order_total order_total_amount kwota_zamówienia",
    currency="order_currency waluta_zamówienia", paid_date="paid_at data_zapłaty",
    completed_date="data_zakończenia", refund="total_refunded order_refund order_refund_amount kwota_zwrotu_zamówienia",
    discount="cart_discount_amount order_discount cart_discount kwota_rabatu_koszyka", coupon="coupon_code coupons kod_kuponu",
    customer_id="customer_user customer_user_id user_id",
    email="email_(billing) billing_email customer_email e_mail_(rozliczeniowy)",
    phone="phone_(billing) billing_phone telefon_(rozliczeniowy)", first_name="first_name_(billing) billing_first_name",
    last_name="last_name_(billing) billing_last_name", country="country_code_(billing) billing_country",
    product_id="item_product_id", sku="product_sku", item_name="product_name nazwa_przedmiotu", category="product_category",
    quantity="order_item_quantity qty ilość", item_price="item_cost price item_total_price cena_przedmiotu",
)  # fmt: skip
PRODUCTS = columns(
    id="!identyfikator", title="!name nazwa", sku="", category="categories kategorie", published="opublikowany",
    sale_price="cena_promocyjna", regular_price="cena cena_katalogowa", stock="magazyn stan_magazynowy",
    in_stock="in_stock? na_stanie?", images="obrazki", url="external_url permalink",
)  # fmt: skip


def read_order(rows: Sequence[Cells], connected: Connected) -> list[Fact]:
    """An order of one row for each of its products."""
    first, zone = rows[0], connected.zone
    number = first.get("customer_id", "")
    who = Who(
        "" if number == "0" else number, first.get("email", ""), first.get("phone", ""), first.get("first_name", ""),
        first.get("last_name", ""), country=_code(first.get("country", "")),
    )  # fmt: skip
    discount = first.get("discount", "")
    order = Order(
        connected.prefix + id_of(first.get(_name_of(first)), "the id of the order"),
        who,
        moment(first.get("order_date"), "the date of the order", zone),
        money(first.get("total"), "the total"),
        first.get("currency", "").upper() or connected.currency,
        [_item(one) for one in rows if one.get("item_name") or one.get("sku")],
        money(discount, "the discount") if discount else None,
        first.get("coupon", ""),
    )
    paid, done = first.get("paid_date", ""), first.get("completed_date", "")
    changed = moment(done, "the date of completion", zone) if done else order.placed_at
    step = step_of(first.get("status", ""), WORDS, connected)
    paid_at = moment(paid, "the date of payment", zone) if paid else None
    facts: list[Fact] = [Described(who), *steps(order, step, changed, paid_at=paid_at)]
    refund = first.get("refund", "")
    if refund and (given_back := abs(money(refund, "the refund"))):
        facts.append(order.returned("all", changed, given_back))
    return facts


def _item(cells: Cells) -> OrderItem:
    price = cells.get("item_price", "")
    pieces = count(cells.get("quantity") or cells.get("quantity_(_refund)") or "1")
    return OrderItem(
        cells.get("product_id", ""), words(cells.get("item_name", "")), pieces,
        money(price, "a line's price") if price else Decimal(0), cells.get("sku", ""), words(cells.get("category", "")),
    )  # fmt: skip


def read_product(cells: Cells, connected: Connected) -> list[Fact]:
    """A row of the export of products."""
    sale, regular = cells.get("sale_price", ""), cells.get("regular_price", "")
    stock = cells.get("stock", "")
    price = sale or regular
    return [
        Offered(
            connected.prefix + id_of(cells.get("id"), "the ID"),
            words(cells.get("title", "")),
            cells.get("url", ""),
            cells.get("images", "").split(",")[0].strip(),
            words(cells.get("category", "").split(",")[0].split(">")[-1]),
            money(price, "the price") if price else None,
            money(regular, "the regular price") if regular else None,
            connected.currency,
            count(stock) if stock else None,
            cells.get("published", "1") == "1" and cells.get("in_stock", "1") != "0",
            {"sku": cells["sku"]} if cells.get("sku") else {},
        )
    ]


def _code(country: str) -> str:
    return country if len(country) == 2 else ""


def _name_of(names: Container[str]) -> str:
    return "order_id" if "order_id" in names else "order_number"


def _begin(names: Sequence[str], connected: Connected) -> Runs:
    if "order_id" not in names and "order_number" not in names:
        raise ValueError("the header has no order_id; let the export write it")
    return Runs(read_order, _name_of(names), connected)


FILES = (
    SourceFile(
        "woocommerce_orders",
        "WooCommerce: orders",
        "The CSV of the plugin “Advanced Order Export For WooCommerce”, one row for each product of an order.",
        ORDERS,
        _begin,
    ),
    SourceFile(
        "woocommerce_products",
        "WooCommerce: products",
        "Products → Export, as CSV.",
        PRODUCTS,
        lambda _, connected: Rows(read_product, connected),
    ),
)
