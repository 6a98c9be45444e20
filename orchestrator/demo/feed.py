"""Feed a tale to the shop: what has happened by a moment is stored then, as if it had just come in."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime

from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.imports.report import batches
from orchestrator.customers.models import Address
from orchestrator.customers.save import save
from orchestrator.demo.tale import Act, Newcomer, Tale
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.sources import tickets

CHUNK = 2000
FORM = "Tak, chcę dostawać wiadomości o nowościach i ofertach. / Yes, send me news and offers."


class Feed:
    """Knows how far the tale has been told. More acts may be added while it is."""

    def __init__(self, tale: Tale) -> None:
        self._newcomers = sorted(tale.newcomers, key=lambda one: one.at)
        self._acts = [(act.at, number, act) for number, act in enumerate(tale.acts)]
        heapq.heapify(self._acts)
        self._begins, self._come, self._number = tale.begins, 0, len(self._acts)
        self._ids: dict[str, int] = {}

    def add(self, act: Act) -> None:
        """One more thing that somebody will do."""
        heapq.heappush(self._acts, (act.at, self._number, act))
        self._number += 1

    def next(self) -> datetime | None:
        """When the tale goes on; None at its end."""
        moments = [self._acts[0][0]] if self._acts else []
        if self._come < len(self._newcomers):
            moments.append(self._newcomers[self._come].at)
        return min(moments, default=None)

    def store(self, now: datetime) -> None:
        """Store all that has happened by `now`."""
        for newcomers in batches(self._until(now), CHUNK):
            self._welcome(newcomers, now)
        for acts in batches(self._done(now), CHUNK):
            record_events([self._event(act) for act in acts], now)
            if asked := {self._ids[act.who] for act in acts if act.name in tickets.STEPS}:
                tickets.count(asked, now)

    def _until(self, now: datetime) -> Iterable[Newcomer]:
        while self._come < len(self._newcomers) and self._newcomers[self._come].at <= now:
            self._come += 1
            yield self._newcomers[self._come - 1]

    def _done(self, now: datetime) -> Iterable[Act]:
        while self._acts and self._acts[0][0] <= now:
            yield heapq.heappop(self._acts)[2]

    def _welcome(self, newcomers: Sequence[Newcomer], now: datetime) -> None:
        ids = save([one.person for one in newcomers], now).ids
        self._ids |= {str(one.person.external_id): id_ for one, id_ in zip(newcomers, ids, strict=True)}
        said = [
            Statement(
                id_,
                channel,
                state,
                "sign-up form",
                recorded_at=one.at,
                text=FORM,
                text_version="2026-01",
                language=one.person.language or "en",
            )
            for one, id_ in zip(newcomers, ids, strict=True)
            for channel, state in one.consents.items()
        ]
        record_consents(said, now)
        self._bounce([id_ for one, id_ in zip(newcomers, ids, strict=True) if one.bounced], now)

    def _bounce(self, ids: Sequence[int], now: datetime) -> None:
        addresses = Address.objects.filter(customer__in=ids, channel="email").values_list("digest", flat=True)
        suppress([Entry("email", digest, SuppressionReason.BOUNCE) for digest in addresses], now)

    def _event(self, act: Act) -> NewEvent:
        history = act.at < self._begins
        return NewEvent(
            self._ids[act.who], act.name, act.at, act.key, act.amount, act.properties, backfilled=history
        )
