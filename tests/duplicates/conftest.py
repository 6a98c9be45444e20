"""People who are told in a line, and a search among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.duplicates.search import search, want

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
JAN = {"first_name": "Jan", "last_name": "Kowalski"}
Make = Callable[..., int]


def come(name: str, /, **said: Any) -> int:
    """Somebody with these addresses (email, sms, push) and attributes; their number."""
    addresses = {channel: said.pop(channel) for channel in ("email", "sms", "push") if channel in said}
    return save([Person(name, attributes=said, addresses=addresses, country="PL")], NOW).ids[0]


def looked(now: datetime = NOW) -> None:
    """A whole search, now."""
    want(now)
    while search(now):
        pass


def pairs() -> list[tuple[Any, ...]]:
    """All pairs as (first, second, weight, evidence, state)."""
    rows = LikelyDuplicate.objects.order_by("first", "second")
    return [
        (*row[:3], row[3].split(), row[4])
        for row in rows.values_list("first", "second", "weight", "evidence", "state")
    ]


@pytest.fixture
def twins(db: None) -> tuple[int, int]:
    """Two rows of Jan, by his address in two forms."""
    return come("one", email="jan.k@gmail.com", **JAN), come("two", email="jank+shop@googlemail.com", **JAN)
