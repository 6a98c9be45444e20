"""COLLISIONS: where the journey's messages met those of others at a cap, and which gave way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestrator.journeys.simulation.twins import NEW
from orchestrator.messaging.models import Decision, Message

LOOKED_AT = 20_000  # decisions, at most; more would not change what is said
_MEETINGS = ("capped", "minimum_gap", "outranked")


@dataclass(frozen=True, slots=True)
class Collision:
    """A journey's messages gave way (`yields`) to those of another, or of its own; how many, for one reason."""

    yields: str
    to: str
    reason: str
    messages: int


def collisions(key: str) -> tuple[Collision, ...]:
    """Those in which the journey takes part, the most messages first. A message counts once a journey it met."""
    found = Decision.objects.filter(reason__in=_MEETINGS, message__id__gte=NEW).order_by("id")
    rows = found.values_list("message", "message__journey", "message__customer", "reason", "evidence")
    decided = list(rows[:LOOKED_AT])
    met = set[tuple[int, str, str, str]]()
    sent, winners = _sent(decided), _winners(decided)
    for message, journey, customer, reason, evidence in decided:
        others = _others(customer, reason, evidence, sent, winners)
        met |= {(message, journey, other, reason) for other in others if key in (journey, other)}
    counted = Counter(one[1:] for one in met)
    return ordered(Collision(*pair, count) for pair, count in counted.items())


def ordered(collisions: Iterable[Collision]) -> tuple[Collision, ...]:
    """The most messages first."""
    return tuple(sorted(collisions, key=lambda one: (-one.messages, one.yields, one.to, one.reason)))


def _others(
    customer: int,
    reason: str,
    evidence: dict[str, Any],
    sent: dict[int, list[tuple[datetime, str]]],
    winners: dict[int, str],
) -> set[str]:
    """The journeys whose messages stood in the way."""
    if reason == "outranked":
        return {winners[evidence["winner"]]} if evidence.get("winner") in winners else set()
    moments = evidence.get("sent_at") or [evidence.get("last_at")]
    stood = {datetime.fromisoformat(at) for at in moments if at}
    return {journey for at, journey in sent[customer] if at in stood}


def _sent(decided: Sequence[Any]) -> dict[int, list[tuple[datetime, str]]]:
    customers = {row[2] for row in decided if row[3] != "outranked"}
    answer: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    counted = Message.objects.filter(customer_id__among=customers, counted_at__isnull=False)
    for customer, at, journey in counted.values_list("customer", "counted_at", "journey"):
        assert at is not None
        answer[customer].append((at, journey))
    return answer


def _winners(decided: Sequence[Any]) -> dict[int, str]:
    ids = {row[4].get("winner") for row in decided if row[3] == "outranked"} - {None}
    return dict(Message.objects.filter(id__among=ids).values_list("id", "journey"))
