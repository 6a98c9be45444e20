"""A connection, and a shop that calls it over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

import orchestrator_helpdesk
import orchestrator_shops
from orchestrator import registry
from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.sources import connections, store
from orchestrator.sources.models import Connection, KeptDelivery
from tests.sources import bodies as b

LIFE = ["placed", "opened", "paid", "delivered", "cancelled", "returned", "closed", "rated"]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Caller:
    """A shop with its secret. `sign`: the headers of a body."""

    row: Connection
    secret: str
    sign: Callable[[str, bytes], dict[str, str]]
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def send(self, body: Any, secret: str | None = None, **headers: str) -> Any:
        """A request as the shop makes it; `body`: bytes as they are, anything else as JSON."""
        sent = body if isinstance(body, bytes) else b.raw(body)
        told = self.sign(self.secret if secret is None else secret, sent) | headers
        return self.client.generic(
            "POST", f"/in/{self.row.key}/", sent, "application/json", headers=told
        )  # fmt: skip

    def ok(self, body: Any, **headers: str) -> None:
        """It is taken, all of it."""
        told = self.send(body, **headers)
        assert (told.status_code, told.content) == (200, b"taken"), (told.status_code, told.content, kept())


def woo(secret: str, body: bytes) -> dict[str, str]:
    return {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Signature": b.hmac64(secret, body)}


def shopify(secret: str, body: bytes) -> dict[str, str]:
    return {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": b.hmac64(secret, body)}


def plainly(secret: str, body: bytes) -> dict[str, str]:
    return {"X-Secret": secret}


SIGNS = {"woocommerce": woo, "shopify": shopify}


def connect(source: str, **fields: Any) -> Caller:
    """A new connection."""
    row = Connection(name=fields.pop("name", source), source=source, **fields)
    return Caller(row, connections.make(row, "", NOW, None), SIGNS.get(source, plainly))


def events() -> list[tuple[str, str, Any]]:
    """(name, key, amount) of all events, in the order of an order's life, then by key."""
    found = Event.objects.values_list("name", "key", "amount")
    return sorted(found, key=lambda one: (LIFE.index(one[0].partition(".")[2]), one[1]))


def consents() -> list[tuple[str, str, str]]:
    """(channel, state, source) of the ledger, in its order."""
    return list(ConsentRecord.objects.order_by("number").values_list("channel", "state", "source"))


def kept() -> list[tuple[str, str]]:
    """(reason, words) of what was not taken."""
    return list(KeptDelivery.objects.order_by("id").values_list("reason", "words"))


def people() -> list[tuple[str | None, list[str]]]:
    """(external id, addresses) of the customers who stand, by id."""
    rows = Customer.objects.filter(merged_into=None).order_by("id")
    return [(one.external_id, sorted(a.value for a in one.addresses.all())) for one in rows]


def nothing() -> bool:
    """Whether nothing is stored at all."""
    return not (Customer.objects.exists() or Event.objects.exists() or KeptDelivery.objects.exists())


@pytest.fixture
def products(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the catalogue was given."""
    given: list[Any] = []

    def save(offered: Any, now: datetime) -> None:
        given.extend(offered)

    monkeypatch.setattr(store, "save_products", save)
    return given


@pytest.fixture(autouse=True)
def _house(db: None, products: list[Any]) -> Iterator[None]:
    """At noon, with both plugins on."""
    both = {"shops": orchestrator_shops.plugin, "helpdesk": orchestrator_helpdesk.plugin}
    registry.reset(registry.load([], both))
    with time_machine.travel(NOW, tick=False):
        yield
    registry.reset()


def as_json(payload: str) -> Any:
    """What is kept of a body."""
    return json.loads(json.loads(payload)["body"])
