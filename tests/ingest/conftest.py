"""A shop with a write key, which posts as shops do."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.ingest import keys, limits
from orchestrator.ingest.models import DeadLetter, WriteKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Shop:
    """Posts with a key's secret, and looks at what came of it."""

    secret: str
    row: WriteKey
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def post(self, route: str, body: Any, secret: str | None = None, **headers: str) -> Any:
        """A request as a server's library makes it. `body`: bytes as they are, anything else as JSON."""
        given = base64.b64encode(f"{self.secret if secret is None else secret}:".encode()).decode()
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.client.generic(
            "POST", f"/v1/{route}", raw, content_type="application/json",
            HTTP_AUTHORIZATION=f"Basic {given}", **named,
        )  # fmt: skip

    def ok(self, route: str, body: Any, **headers: str) -> None:
        """It is taken."""
        told = self.post(route, body, **headers)
        assert (told.status_code, told.json()) == (200, {"success": True})

    def events(self) -> list[tuple[Any, ...]]:
        """(external id, name, properties) of all events, by name and key."""
        rows = Event.objects.select_related("customer").order_by("name", "key")
        return [(one.customer.external_id, one.name, one.properties) for one in rows]

    def letters(self) -> list[tuple[str, str]]:
        """(kind, reason) of all dead letters."""
        return list(DeadLetter.objects.order_by("id").values_list("kind", "reason"))

    def nothing(self) -> bool:
        """Whether nothing is stored at all."""
        return not (Customer.objects.exists() or Event.objects.exists() or DeadLetter.objects.exists())


def make_shop(kind: str = "server", **fields: Any) -> Shop:
    """A shop with a new key."""
    row = WriteKey(name=f"{kind} key", kind=kind, **fields)
    return Shop(keys.make(row, NOW, None), row)


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    """With a server's key."""
    limits.forget()
    yield make_shop()
    limits.forget()


@pytest.fixture
def site(db: None) -> Iterator[Shop]:
    """With the key of a site."""
    limits.forget()
    yield make_shop("web", origins="https://shop.example/\n")
    limits.forget()
