"""PrestaShop's exports, with `;`: of its SQL Manager, and of its lists of customers and products."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orchestrator.sdk import Connected, Described, Fact, Offered, Order, OrderItem, Said, SourceFile, Who
from orchestrator_shops.reading import count, id_of, moment, money, words
from orchestrator_shops.steps import step_of, steps
from orchestrator_shops.tables import Cells, Rows, Runs, columns

WORDS = {
    "payment accepted": "paid", "płatność zaakceptowana": "paid", "processing in progress": "paid",
    "przygotowanie w toku": "paid", "shipped": "paid", "wysłane": "paid", "delivered": "delivered",
    "dostarczone": "delivered", "canceled": "cancelled", "anulowane": "cancelled", "refunded": "returned",
    "zwrot pieniędzy": "returned", "payment error": "placed", "błąd płatności": "placed",
    "remote payment accepted": "paid", "płatność przyjęta": "paid",
}  # fmt: skip
ORDERS = columns(
    id_order="!id", email="e_mail customer_email adres_e_mail", id_customer="customer_id", firstname="first_name imię",
    lastname="last_name nazwisko", phone="phone_mobile telefon", country="iso_code",
    total_paid="!total razem total_paid_tax_incl",
    currency="waluta", status="state current_state stan", date_add="!date data", date_upd="", product_id="",
    product_name="produkt", product_reference="reference_of_product", product_quantity="quantity ilość",
    unit_price_tax_incl="price",
)  # fmt: skip
CUSTOMERS = columns(
    id_customer="!id", email="!email_address adres_e_mail e_mail", firstname="first_name imię", lastname="last_name nazwisko",
    phone="telefon", newsletter="biuletyn", newsletter_date_add="",
)  # fmt: skip
PRODUCTS = columns(
    id_product="!product_id id id_produktu", name="!nazwa", reference="indeks", category="kategoria",
    price="price_(tax_incl.) cena_(brutto) final_price cena_końcowa", quantity="ilość", active="status enabled",
    url="link", image="image_url",
)  # fmt: skip
_NEVER = "0000-00-00 00:00:00"


def read_order(rows: Sequence[Cells], connected: Connected) -> list[Fact]:
    """An order of one row, or of a row for each of its products."""
    first, zone = rows[0], connected.zone
    number = first.get("id_customer", "")
    who = Who(
        "" if number == "0" else number, first.get("email", ""), first.get("phone", ""), first.get("firstname", ""),
        first.get("lastname", ""), country=first.get("country", ""),
    )  # fmt: skip
    order = Order(
        connected.prefix + id_of(first.get("id_order"), "id_order"),
        who,
        moment(first.get("date_add"), "date_add", zone),
        money(first.get("total_paid"), "total_paid").quantize(Decimal("0.01")),
        first.get("currency", "") or connected.currency,
        [_item(one) for one in rows if one.get("product_name")],
    )
    changed = first.get("date_upd", "")
    at = moment(changed, "date_upd", zone) if changed else order.placed_at
    return [Described(who), *steps(order, step_of(first.get("status", ""), WORDS, connected), at)]


def _item(cells: Cells) -> OrderItem:
    price = cells.get("unit_price_tax_incl", "")
    return OrderItem(
        cells.get("product_id", ""), words(cells.get("product_name", "")), count(cells.get("product_quantity", "1")),
        money(price, "the price").quantize(Decimal("0.01")) if price else Decimal(0), cells.get("product_reference", ""),
    )  # fmt: skip


def read_customer(cells: Cells, connected: Connected) -> list[Fact]:
    """A customer; the newsletter is a consent only with its moment, which the query in docs/sources.md asks for."""
    who = Who(
        cells.get("id_customer", ""), cells.get("email", ""), cells.get("phone", ""), cells.get("firstname", ""),
        cells.get("lastname", ""),
    )  # fmt: skip
    since = cells.get("newsletter_date_add", "")
    facts: list[Fact] = [Described(who)]
    if cells.get("newsletter") == "1" and since and since != _NEVER:
        at = moment(since, "newsletter_date_add", connected.zone)
        facts.append(Said(who, "email", "granted", at, "prestashop"))
    return facts


def read_product(cells: Cells, connected: Connected) -> list[Fact]:
    """A product."""
    price, stock = cells.get("price", ""), cells.get("quantity", "")
    pieces = count(stock) if stock else None
    return [
        Offered(
            connected.prefix + id_of(cells.get("id_product"), "the id of the product"),
            words(cells.get("name", "")),
            cells.get("url", ""),
            cells.get("image", ""),
            words(cells.get("category", "")),
            money(price, "the price").quantize(Decimal("0.01")) if price else None,
            None,
            connected.currency,
            pieces,
            cells.get("active", "1") in ("1", "yes", "tak", "Yes", "Tak") and pieces != 0,
            {"sku": cells["reference"]} if cells.get("reference") else {},
        )
    ]


FILES = (
    SourceFile(
        "prestashop_orders", "PrestaShop: orders",
        "The CSV of the SQL Manager: the list of orders itself holds no email address. docs/sources.md has the query.",
        ORDERS, lambda _, connected: Runs(read_order, "id_order", connected),
    ),
    SourceFile(
        "prestashop_customers", "PrestaShop: customers", "Customers → Export, or the CSV of the SQL Manager.", CUSTOMERS,
        lambda _, connected: Rows(read_customer, connected),
    ),
    SourceFile(
        "prestashop_products", "PrestaShop: products", "Products → Export.", PRODUCTS,
        lambda _, connected: Rows(read_product, connected),
    ),
)  # fmt: skip
