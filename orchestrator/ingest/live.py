"""LIVE: while somebody watches a key, its last calls are kept as they came, with what became of them.

Nothing is kept while nobody watches: neither the work nor the data. A watch ends by itself after ten minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.ingest.arrivals import Arrival, Fate
from orchestrator.ingest.letters import row_of
from orchestrator.ingest.models import LiveCall, WriteKey
from orchestrator.store import bulk

KEPT = 100
FOR = timedelta(minutes=10)
_COLUMNS = (
    "received_at", "kind", "payload", "reason", "words", "user_mark", "browser_mark", "key", "became",
)  # fmt: skip


def watch(row: WriteKey, now: datetime) -> None:
    """Look at this key's calls for the next ten minutes, from an empty page on."""
    LiveCall.objects.filter(key=row).delete()
    WriteKey.objects.filter(pk=row.pk, revoked_at=None).update(watched_until=now + FOR)


def stop(row: WriteKey) -> None:
    """Look no more; what was kept goes."""
    WriteKey.objects.filter(pk=row.pk).update(watched_until=None)
    LiveCall.objects.filter(key=row).delete()


def show(seen: Sequence[tuple[Arrival, Fate]]) -> None:
    """Keep those of watched keys, the last hundred of each."""
    by_key: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for one, fate in seen:
        if one.key.watched:
            by_key[one.key.id].append((*row_of(one, fate), one.key.id, fate.became))
    for id_, rows in by_key.items():
        bulk.insert(LiveCall, _COLUMNS, rows[-KEPT:])
        newest = LiveCall.objects.filter(key=id_).order_by("-id").values_list("id", flat=True)
        if (last := newest[KEPT - 1 : KEPT].first()) is not None:
            LiveCall.objects.filter(key=id_, id__lt=last).delete()
