"""BREAKERS: which providers are left alone for now. The database keeps them, so that all workers know.

One small query a turn reads them. They are written when a call fails, and when one succeeds that was known to have
failed: a healthy provider costs nothing. The price: a success in another worker's turn does not interrupt a row of
failures it has not heard of, and a breaker that opens for it closes again with the first probe.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from orchestrator.domain.breaker import PROBE, Breaker, Call, Standing, after, standing
from orchestrator.messaging.models import ProviderBreaker
from orchestrator.store.again import again
from orchestrator.store.prepared import prepared

log = logging.getLogger(__name__)
_COLUMNS: tuple[str, ...] = tuple(Breaker.__dataclass_fields__)


class Breakers:
    """The breakers as one turn knows them: what it has read, and what its own calls came to since."""

    def __init__(self, known: dict[str, Breaker], now: datetime) -> None:
        self._known = known
        self._now = now

    @classmethod
    def read(cls, now: datetime) -> Breakers:
        """As they stand in the database."""
        return cls({row[0]: Breaker(*row[1:]) for row in _failing().rows()}, now)

    def standing(self, provider: str) -> Standing:
        """Where a provider stands."""
        return standing(self._known.get(provider, Breaker()), self._now)

    @property
    def failing(self) -> frozenset[str]:
        """Providers that must not be given anything by this turn, unless it holds their probe already."""
        return frozenset(
            name for name in self._known if self.standing(name) in (Standing.OPEN, Standing.PROBING)
        )

    def until(self, provider: str) -> datetime | None:
        """When a provider is looked at again; None if it is not open."""
        return self._known[provider].open_until if self.standing(provider) is Standing.OPEN else None

    def take_probe(self, provider: str) -> bool:
        """Whether this turn is the one that tries a provider which is ready for it. Of all workers, one is."""
        probe_until = self._now + PROBE
        free = Q(probe_until=None) | Q(probe_until__lte=self._now)
        rows = ProviderBreaker.objects.filter(free, provider=provider, open_until__lte=self._now)
        taken = rows.update(probe_until=probe_until) == 1
        # Whoever has it: nobody else in this turn may.
        opened = self._known[provider]
        self._known[provider] = Breaker(opened.failures, opened.opened_at, opened.open_until, probe_until)
        return taken

    def report(self, provider: str, calls: Sequence[Call]) -> None:
        """Write what calls came to, where that changes anything."""
        if any(call.fault for call in calls) or self._known.get(provider, Breaker()) != Breaker():
            self._known[provider] = again(lambda: _write(provider, calls, self._now))


def _write(provider: str, calls: Sequence[Call], now: datetime) -> Breaker:
    with transaction.atomic():
        ProviderBreaker.objects.bulk_create([ProviderBreaker(provider=provider)], ignore_conflicts=True)
        row = ProviderBreaker.objects.select_for_update().get(provider=provider)
        before = breaker = Breaker(*(getattr(row, name) for name in _COLUMNS))
        for call in calls:
            breaker = after(breaker, call, now)
        faults = [call.fault for call in calls if call.fault]
        said = {"failed_at": now, "fault": faults[-1][:200]} if faults else {}
        fresh: dict[str, Any] = {name: getattr(breaker, name) for name in _COLUMNS} | said
        ProviderBreaker.objects.filter(pk=row.pk).update(**fresh)
    _tell(provider, before, breaker, faults)
    return breaker


def _tell(provider: str, before: Breaker, breaker: Breaker, faults: Sequence[str]) -> None:
    if breaker.open_until is not None and breaker.open_until != before.open_until:
        log.error(
            "provider %s failed %d times in a row and is left alone until %s: %s",
            provider, breaker.failures, breaker.open_until.isoformat(), faults[-1],
        )  # fmt: skip
    elif before.open_until is not None and breaker.open_until is None:
        log.warning("provider %s is back", provider)


@dataclass(frozen=True, slots=True)
class Down:
    """A provider that is left alone: since when, until when, and what was wrong last."""

    provider: str
    since: datetime
    until: datetime
    fault: str


def down() -> list[Down]:
    """Providers that are left alone or being tried, by name."""
    opened = ProviderBreaker.objects.exclude(open_until=None).order_by("provider")
    rows: Any = opened.values_list("provider", "opened_at", "open_until", "fault")
    return [Down(*row) for row in rows]


@prepared
def _failing() -> QuerySet[Any]:
    return ProviderBreaker.objects.filter(failures__gt=0).values_list("provider", *_COLUMNS)
