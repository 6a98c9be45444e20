"""A message as a worker holds it: the columns that preparing, gating and settling need, read once at the claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.gate_facts import Candidate
from orchestrator.messaging.models import Message
from orchestrator.sdk.value import value
from orchestrator.store.prepared import Given, prepared


@value
class Claimed:
    """One leased message. `fence` is this claim's: whatever is written under an older one is refused."""

    id: int
    key: str
    customer_id: int
    brand_id: int
    enrollment_id: int | None
    journey: str
    version: int
    step: str
    template_version_id: int
    channel: str
    purpose: str
    topic: str
    priority: int
    journey_at: datetime
    parameters: dict[str, Any]
    held_out: bool
    obeys_caps: bool
    counts_toward_caps: bool
    on_cap: str
    state: str
    reason: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    first_held_at: datetime | None
    fence: int
    maybe_sent: bool
    crash_count: int
    attempts: int
    counted_at: datetime | None
    address: str
    address_digest: str
    provider: str
    test: bool = False
    cost: Decimal | None = None
    charged: list[int] | None = None

    @property
    def candidate(self) -> Candidate:
        """The message as the gate sees it."""
        return Candidate(
            self.id,
            self.key,
            self.customer_id,
            self.brand_id,
            self.channel,
            self.purpose,
            self.topic,
            self.priority,
            self.created_at,
            self.expires_at,
            self.journey_at,
            self.obeys_caps,
            self.counts_toward_caps,
            self.on_cap,
            self.held_out,
            self.due_at,
        )


COLUMNS: tuple[str, ...] = tuple(Claimed.__dataclass_fields__)


def read(ids: Sequence[int]) -> list[Claimed]:
    """These messages, in the order of `ids`."""
    rows = {row[0]: Claimed(*row) for row in _messages().rows(ids=ids)}
    return [rows[one] for one in ids if one in rows]


@prepared
def _messages() -> QuerySet[Any]:
    return Message.objects.filter(id__among=Given("ids")).values_list(*COLUMNS)


def candidates(rows: Iterable[tuple[Any, ...]]) -> list[Candidate]:
    """Rows of `CANDIDATE_COLUMNS` as candidates."""
    return [Candidate(*row) for row in rows]


CANDIDATE_COLUMNS: tuple[str, ...] = (
    "id",
    "key",
    "customer_id",
    "brand_id",
    "channel",
    "purpose",
    "topic",
    "priority",
    "created_at",
    "expires_at",
    "journey_at",
    "obeys_caps",
    "counts_toward_caps",
    "on_cap",
    "held_out",
)
