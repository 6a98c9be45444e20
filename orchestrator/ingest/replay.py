"""REPLAY: what was not taken goes through the same door again, after whatever kept it out was mended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from orchestrator.ingest.arrivals import Arrival
from orchestrator.ingest.door import take
from orchestrator.ingest.keys import of
from orchestrator.ingest.models import DeadLetter
from orchestrator.store import bulk


def replay(letters: Sequence[DeadLetter], now: datetime) -> int:
    """Take these as if they came now by the same key, at the moment they first came; answers how many were taken.

    A letter that is taken stays, marked; one that is not says why it was not this time. A call that was cut because it was
    too large, or of an erased person, can never be taken. Call it outside of a transaction.
    """
    whole = [(letter, one) for letter in letters if (one := _arrival(letter, now)) is not None]
    fates = take([one for _, one in whole], now) if whole else []
    pairs = list(zip([letter for letter, _ in whole], fates, strict=True))
    taken = [(letter.pk, now) for letter, fate in pairs if not fate.reason]
    still = [(letter.pk, fate.reason, fate.words[:300]) for letter, fate in pairs if fate.reason]
    bulk.update(DeadLetter, ("replayed_at",), taken)
    bulk.update(DeadLetter, ("reason", "words"), still)
    return len(taken)


def _arrival(letter: DeadLetter, now: datetime) -> Arrival | None:
    if letter.key is None or letter.replayed_at is not None:
        return None
    try:
        item = json.loads(letter.payload)
    except ValueError:
        return None
    batch = item.pop("_batch", {}) if isinstance(item, dict) else {}
    kind = "" if isinstance(item, dict) else letter.kind
    return Arrival(
        item, of(letter.key, now), letter.received_at, batch if isinstance(batch, dict) else {}, kind
    )
