"""What shops and helpdesks send, in their own shapes: the people and the goods are invented."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from typing import Any

WOO_ORDER: dict[str, Any] = {
    "id": 727, "parent_id": 0, "number": "727", "order_key": "wc_order_58d2d042d1d", "created_via": "checkout",
    "version": "9.4.2", "status": "processing", "currency": "PLN", "date_created": "2026-03-01T10:15:00",
    "date_created_gmt": "2026-03-01T09:15:00", "date_modified": "2026-03-01T10:16:00",
    "date_modified_gmt": "2026-03-01T09:16:00", "discount_total": "10.00", "discount_tax": "2.30", "shipping_total": "9.99",
    "total": "129.99", "total_tax": "24.31", "prices_include_tax": True, "customer_id": 26, "customer_note": "",
    "billing": {"first_name": "Łucja", "last_name": "Żółć", "company": "", "address_1": "Polna 1", "city": "Łódź",
                "postcode": "90-001", "country": "PL", "email": "Lucja@Example.com", "phone": "501 234 567"},
    "shipping": {"first_name": "Łucja", "last_name": "Żółć", "country": "PL"},
    "payment_method": "przelewy24", "payment_method_title": "Przelewy24", "transaction_id": "p24-1",
    "date_paid": "2026-03-01T10:16:00", "date_paid_gmt": "2026-03-01T09:16:00", "date_completed": None,
    "date_completed_gmt": None, "cart_hash": "", "meta_data": [],
    "line_items": [
        {"id": 315, "name": "Kubek &amp; talerzyk", "product_id": 93, "variation_id": 0, "quantity": 2, "tax_class": "",
         "subtotal": "81.30", "total": "81.30", "total_tax": "18.70", "sku": "KUB-1", "price": 40.65},
        {"id": 316, "name": "Świeca", "product_id": 94, "variation_id": 0, "quantity": 1, "total": "16.26",
         "total_tax": "3.74", "sku": "SWI-2", "price": 16.26}],
    "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [{"id": 1, "code": "wiosna"}], "refunds": [],
}  # fmt: skip
WOO_CUSTOMER: dict[str, Any] = {
    "id": 26, "date_created_gmt": "2026-02-01T09:00:00", "email": "lucja@example.com", "first_name": "Łucja",
    "last_name": "Żółć", "role": "customer", "username": "lucja", "is_paying_customer": True,
    "billing": {"first_name": "Łucja", "last_name": "Żółć", "country": "PL", "email": "lucja@example.com",
                "phone": "501234567"},
    "shipping": {}, "meta_data": [],
}  # fmt: skip
WOO_PRODUCT: dict[str, Any] = {
    "id": 93, "name": "Kubek &amp; talerzyk", "slug": "kubek", "permalink": "https://sklep.example/kubek/", "type": "simple",
    "status": "publish", "sku": "KUB-1", "price": "50.00", "regular_price": "60.00", "sale_price": "50.00",
    "manage_stock": True, "stock_quantity": 7, "stock_status": "instock", "categories": [{"id": 9, "name": "Kuchnia"}],
    "images": [{"id": 1, "src": "https://sklep.example/kubek.jpg"}],
}  # fmt: skip
SHOPIFY_ORDER: dict[str, Any] = {
    "id": 820982911946154500, "admin_graphql_api_id": "gid://shopify/Order/820982911946154500", "name": "#1001",
    "order_number": 1001, "email": "jan@example.com", "contact_email": "jan@example.com",
    "created_at": "2026-03-01T10:00:00+01:00", "updated_at": "2026-03-01T10:05:00+01:00",
    "processed_at": "2026-03-01T10:00:30+01:00", "cancelled_at": None, "currency": "PLN", "customer_locale": "pl-PL",
    "financial_status": "paid", "fulfillment_status": None, "phone": None, "total_price": "208.00",
    "subtotal_price": "199.00", "total_discounts": "11.00", "total_tax": "38.89", "discount_codes": [{"code": "MARZEC"}],
    "billing_address": {"first_name": "Jan", "last_name": "Kowalski", "country_code": "PL", "phone": "+48 601 111 222"},
    "customer": {"id": 115310627314723950, "email": "jan@example.com", "first_name": "Jan", "last_name": "Kowalski",
                 "phone": None, "tags": "", "state": "enabled",
                 "email_marketing_consent": {"state": "subscribed", "opt_in_level": "confirmed_opt_in",
                                             "consent_updated_at": "2026-02-28T18:00:00+01:00"},
                 "sms_marketing_consent": {"state": "not_subscribed", "opt_in_level": "single_opt_in",
                                           "consent_updated_at": None}},
    "line_items": [
        {"id": 866550311766439000, "product_id": 632910392, "variant_id": 808950810, "title": "Koc", "name": "Koc - szary",
         "quantity": 1, "price": "199.00", "sku": "KOC-SZ"}],
    "fulfillments": [], "refunds": [],
}  # fmt: skip
SHOPIFY_REFUND: dict[str, Any] = {
    "id": 890088186047892300, "order_id": 820982911946154500, "created_at": "2026-03-05T12:00:00+01:00",
    "processed_at": "2026-03-05T12:00:00+01:00", "note": "za mały", "restock": True,
    "refund_line_items": [
        {"id": 1, "line_item_id": 866550311766439000, "quantity": 1, "subtotal": "199.00", "total_tax": "0.00",
         "line_item": {"id": 866550311766439000, "product_id": 632910392, "name": "Koc - szary", "quantity": 1,
                       "price": "199.00", "sku": "KOC-SZ"}}],
    "transactions": [{"id": 2, "kind": "refund", "status": "success", "amount": "150.50", "currency": "PLN"}],
}  # fmt: skip
SHOPIFY_CUSTOMER: dict[str, Any] = {
    "id": 115310627314723950, "email": "jan@example.com", "first_name": "Jan", "last_name": "Kowalski", "tags": "vip, stary",
    "created_at": "2026-01-01T10:00:00+01:00", "phone": "+48601111222", "default_address": {"country_code": "PL"},
    "email_marketing_consent": {"state": "unsubscribed", "opt_in_level": "single_opt_in",
                                "consent_updated_at": "2026-03-01T11:00:00+01:00"},
    "sms_marketing_consent": {"state": "subscribed", "opt_in_level": "single_opt_in",
                              "consent_updated_at": "2026-03-01T11:30:00+01:00"},
}  # fmt: skip
SHOPIFY_PRODUCT: dict[str, Any] = {
    "id": 632910392, "title": "Koc", "handle": "koc", "product_type": "Sypialnia", "status": "active",
    "image": {"src": "https://cdn.example/koc.jpg"},
    "variants": [
        {"id": 1, "price": "199.00", "compare_at_price": "249.00", "sku": "KOC-SZ", "inventory_management": "shopify",
         "inventory_policy": "deny", "inventory_quantity": 3},
        {"id": 2, "price": "199.00", "sku": "KOC-BR", "inventory_management": "shopify", "inventory_policy": "deny",
         "inventory_quantity": -1}],
}  # fmt: skip
PRESTA: dict[str, Any] = {
    "customer": {"id": 4, "email": "ewa@example.com", "firstname": "Ewa", "lastname": "Śliwa", "newsletter": "1",
                 "newsletter_date_add": "2026-02-10 08:00:00"},
    "order": {"id": 55, "id_customer": "4", "reference": "XKBKNABJK", "current_state": "5", "total_paid": "89.900000",
              "date_add": "2026-03-01 09:00:00", "date_upd": "2026-03-01 11:00:00",
              "associations": {"order_rows": [
                  {"product_id": "12", "product_quantity": "1", "product_name": "Płyta „Świt”", "product_reference": "PL-1",
                   "product_price": "65.040650", "unit_price_tax_incl": "80.000000"}]}},
}  # fmt: skip
BASELINKER: dict[str, Any] = {
    "status": "SUCCESS",
    "orders": [
        {"order_id": 1630473, "shop_order_id": 2824, "external_order_id": "534534234", "order_source": "allegro",
         "order_status_id": 6624, "confirmed": True, "date_confirmed": 1772355900, "date_add": 1772355600,
         "date_in_status": 1772356200, "user_login": "nick", "phone": "693123123", "email": "ola@example.com",
         "user_comments": "", "currency": "PLN", "payment_done": 59.99, "delivery_price": 9.99,
         "delivery_fullname": "Ola Nowak", "delivery_country_code": "PL",
         "products": [{"order_product_id": 154904741, "product_id": "5434", "name": "Herbata", "sku": "HER",
                       "price_brutto": 25, "quantity": 2}]},
        {"order_id": 1630474, "order_status_id": 6625, "confirmed": False, "date_add": 1772355700, "products": []}],
}  # fmt: skip
ZENDESK: dict[str, Any] = {
    "ticket": {"id": "35436", "status": "Open", "created_at": "2026-03-01T11:00:00Z", "updated_at": "2026-03-01T11:00:00Z",
               "priority": "High", "type": "Problem", "rating": "Unoffered",
               "requester": {"name": "Adam Dąb", "email": "adam@example.com", "phone": "", "external_id": ""}},
}  # fmt: skip
FRESHDESK: dict[str, Any] = {
    "freshdesk_webhook": {"id": 17, "status": "Open", "created_at": "2026-03-01T11:00:00+00:00",
                          "updated_at": "2026-03-01T11:00:00+00:00", "priority": "Low", "type": "Question",
                          "requester_name": "Adam Dąb", "requester_email": "adam@example.com", "requester_phone": ""},
}  # fmt: skip
TICKET: dict[str, Any] = {
    "type": "ticket.opened", "timestamp": "2026-03-01T11:00:00Z",
    "data": {"ticket_id": "T-1", "priority": "high", "customer": {"email": "adam@example.com", "first_name": "Adam"}},
}  # fmt: skip


def but(said: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same with other fields."""
    return {**copy.deepcopy(said), **changes}


def raw(said: Any) -> bytes:
    """As it is sent."""
    return json.dumps(said, ensure_ascii=False).encode()


def hmac64(secret: str, message: bytes) -> str:
    """Base64 of an HMAC-SHA256, as another program reckons it."""
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
