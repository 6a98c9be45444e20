"""A receiver, an endpoint that leads to it, and the world in which things happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.domain.outside import Fact, Kind
from orchestrator.webhooks import endpoints
from orchestrator.webhooks.deliver import deliver
from orchestrator.webhooks.listening import listening
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.scenarios import conftest as scenarios
from tests.webhooks.receiver import Receiver, receiving

world = scenarios.world  # the fixture


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as server:
        settings.OUTBOUND_ALLOWLIST = [server.place]
        yield server


Make = Callable[..., WebhookEndpoint]


@pytest.fixture
def endpoint(db: None, receiver: Receiver) -> Make:
    """Makes one that leads to the receiver and wants everything; its secret is `secret_shown`."""

    def make(name: str = "CRM", **fields: Any) -> WebhookEndpoint:
        row = WebhookEndpoint(
            **{"name": name, "url": receiver.url, "kinds": [str(kind) for kind in Kind], **fields}
        )
        row.secret_shown = endpoints.make(row, now(), None)  # type: ignore[attr-defined]
        return row

    return make


def now() -> datetime:
    return datetime.now(UTC)


def clock(**after: float) -> Callable[[], datetime]:
    """The real clock, set forward by a timedelta's arguments."""
    return lambda: now() + timedelta(**after)


def happen(count: int = 1, kind: Kind = Kind.SEGMENT_ENTERED, customer: int = 1) -> list[str]:
    """So many facts are written for whoever wants them; answers the ids of the calls, in order."""
    last = WebhookDelivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    facts = [Fact(kind, now(), customer, {"segment": f"s{number}"}) for number in range(count)]
    listening().write(facts)
    return list(WebhookDelivery.objects.filter(pk__gt=last).order_by("pk").values_list("key", flat=True))


def tell(**after: float) -> int:
    """A round, so much later."""
    return deliver(clock(**after))
