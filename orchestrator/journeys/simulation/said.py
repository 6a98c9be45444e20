"""SAID: consents that come again change what stands. The ledger itself is not written: the real one has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestrator.consents.models import Consent
from orchestrator.store import bulk

_PLACE = ("customer", "brand", "channel", "purpose", "topic")
_STANDING = ("state", "changed_at", "record")


def say(rows: Sequence[tuple[Any, ...]]) -> None:
    """(place, state, when, record) in the order in which one takes the other's place: the last of a place stands."""
    last = {row[:5]: row[5:] for row in rows}
    if not last:
        return
    whose = Consent.objects.filter(customer__in={place[0] for place in last})
    there = {row[1:]: row[0] for row in whose.values_list("id", *_PLACE)}
    changed = [(there[place], *said) for place, said in last.items() if place in there]
    bulk.update(Consent, _STANDING, changed)
    fresh = [(*place, *said) for place, said in last.items() if place not in there]
    bulk.insert(Consent, (*_PLACE, *_STANDING), fresh)
