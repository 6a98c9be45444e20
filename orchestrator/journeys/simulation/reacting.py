"""REACTING: in a forecast people answer what is handed over. Their answers are events like any others, and come later."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from orchestrator.domain.reactions import Rate, draw
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.simulation.asked import Asked
from orchestrator.messaging.models import Message

ENGAGEMENT = "message."  # names of what is done to a message; anything else is done because of one
AT_ONCE = 1000


class Reactions:
    """Hears which messages were handed over, and lets in what people do about them when its time has come."""

    def __init__(self, asked: Asked, rates: Sequence[Rate]) -> None:
        self._asked, self._rates = asked, [rate for rate in rates if rate.share]
        self._coming: list[tuple[datetime, str, NewEvent]] = []

    def hear(self, keys: Sequence[str]) -> None:
        """These messages were handed over since it heard last."""
        if not self._rates:
            return
        for begin in range(0, len(keys), AT_ONCE):
            for event in self._drawn(keys[begin : begin + AT_ONCE]):
                if event.occurred_at <= self._asked.ends:
                    heapq.heappush(self._coming, (event.occurred_at, event.key, event))

    def next(self) -> datetime | None:
        """The tick at which something comes next."""
        return self._asked.ceiling(self._coming[0][0]) if self._coming else None

    def store(self, now: datetime) -> None:
        """Let in what has come by `now`."""
        come: list[NewEvent] = []
        while self._coming and self._coming[0][0] <= now:
            come.append(heapq.heappop(self._coming)[2])
        for begin in range(0, len(come), AT_ONCE):
            record(come[begin : begin + AT_ONCE], now)

    def _drawn(self, keys: Sequence[str]) -> Iterator[NewEvent]:
        columns = ("key", "customer", "channel", "journey", "step", "enrollment_id", "handed_off_at")
        rows = (
            Message.objects.filter(key__among=keys, purpose="marketing").order_by("id").values_list(*columns)
        )
        for key, customer, channel, journey, step, enrollment, left_at in rows:
            about = {"channel": channel, "journey": journey, "step": step, "enrollment": enrollment}
            for one in draw(self._rates, channel, key):
                assert left_at is not None
                yield NewEvent(
                    customer,
                    one.what,
                    left_at + one.after,
                    f"{one.what}:{key}",
                    properties=_properties(one.what, key, about),
                )


def _properties(what: str, key: str, about: dict[str, Any]) -> dict[str, Any]:
    """As a provider's report has them; of what is done because of a message, only where it came from."""
    return about | {"message": key, "machine": False} if what.startswith(ENGAGEMENT) else {"message": key}
