"""The shipped sources keep the contract."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any, ClassVar

from standardwebhooks import Webhook

from orchestrator.sdk import Request
from orchestrator.sdk.testing import SourceContract
from orchestrator.sdk.testing.source_contract import NOW
from orchestrator_helpdesk.freshdesk import Freshdesk
from orchestrator_helpdesk.standard import Tickets
from orchestrator_helpdesk.zendesk import Zendesk
from orchestrator_shops.baselinker import BaseLinker
from orchestrator_shops.prestashop import PrestaShop
from orchestrator_shops.shopify import Shopify
from orchestrator_shops.woocommerce import WooCommerce
from tests.sources import bodies as b


def topic(body: bytes, topics: dict[str, str], other: str) -> str:
    """By what the body holds, as each is sent under a topic of its own."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        return other
    return next((name for field, name in topics.items() if isinstance(said, dict) and field in said), other)


class TestWooCommerce(SourceContract):
    deliveries: ClassVar = tuple(map(b.raw, (b.WOO_ORDER, b.WOO_CUSTOMER, b.WOO_PRODUCT)))

    def make_source(self) -> WooCommerce:
        return WooCommerce()

    def signed(self, body: bytes, secret: str) -> Request:
        about = topic(body, {"something": "coupon", "username": "customer", "permalink": "product"}, "order")
        headers = {"x-wc-webhook-topic": f"{about}.updated", "x-wc-webhook-signature": b.hmac64(secret, body)}
        return Request("POST", "/", headers, body)


class TestShopify(SourceContract):
    deliveries: ClassVar = tuple(
        map(b.raw, (b.SHOPIFY_ORDER, b.SHOPIFY_REFUND, b.SHOPIFY_CUSTOMER, b.SHOPIFY_PRODUCT))
    )

    def make_source(self) -> Shopify:
        return Shopify()

    def signed(self, body: bytes, secret: str) -> Request:
        topics = {
            "something": "themes/create", "refund_line_items": "refunds/create", "variants": "products/update",
            "default_address": "customers/update",
        }  # fmt: skip
        headers = {"x-shopify-topic": topic(body, topics, "orders/updated")}
        return Request("POST", "/", headers | {"x-shopify-hmac-sha256": b.hmac64(secret, body)}, body)


class Secretly(SourceContract):
    """Of sources whose other side sends the secret itself."""

    def signed(self, body: bytes, secret: str) -> Request:
        return Request("POST", "/", {"x-secret": secret}, body)


class TestPrestaShop(Secretly):
    deliveries: ClassVar = (b.raw(b.PRESTA),)

    def make_source(self) -> PrestaShop:
        return PrestaShop()


class TestBaseLinker(Secretly):
    deliveries: ClassVar = (b.raw(b.BASELINKER),)
    unknown: ClassVar = b'{"status": "SUCCESS", "orders": []}'

    def make_source(self) -> BaseLinker:
        return BaseLinker()


class TestFreshdesk(Secretly):
    deliveries: ClassVar = (b.raw(b.FRESHDESK),)

    def make_source(self) -> Freshdesk:
        return Freshdesk()


class TestZendesk(SourceContract):
    deliveries: ClassVar = (b.raw(b.ZENDESK),)
    replayable = False

    def make_source(self) -> Zendesk:
        return Zendesk()

    def signed(self, body: bytes, secret: str) -> Request:
        stamp = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "x-zendesk-webhook-signature": b.hmac64(secret, stamp.encode() + body),
            "x-zendesk-webhook-signature-timestamp": stamp,
        }
        return Request("POST", "/", headers, body)


class TestTickets(SourceContract):
    deliveries: ClassVar = (
        b.raw(b.TICKET),
        b.raw(b.but(b.TICKET, type="ticket.closed")),
        b.raw(b.but(b.TICKET, type="ticket.rated", data={**b.TICKET["data"], "score": 4, "of": 5})),
    )
    replayable = False

    def make_source(self) -> Tickets:
        return Tickets()

    def signed(self, body: bytes, secret: str) -> Request:
        """By the library of the specification itself, which signs text."""
        stamp, key = str(int(NOW.timestamp())), secret or "whsec_" + base64.b64encode(b"").decode()
        signature = ""
        with contextlib.suppress(UnicodeDecodeError):
            signature = Webhook(key).sign("msg_1", NOW, body.decode()) if secret else ""
        headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}
        return Request("POST", "/", headers, body)


del Secretly
