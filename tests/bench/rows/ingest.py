"""Taking events in: decoding and recording batches of 100, against COPY of the same rows in the same batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import orjson

from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record
from tests.bench import copying
from tests.bench.bench import Bench, same
from tests.bench.figures import Figure, alternately, middle, missing
from tests.bench.journeys import MONDAY_NOON
from tests.bench.people import forget_passages, vacuum

EVENTS, BATCH = 30_000, 100
WITHOUT = "there is no HTTP door for events (/v1) yet"
_numbers = count(1)


def measure(bench: Bench) -> Sequence[Figure]:
    """Batches; single events wait for their door."""
    forget_passages()
    vacuum()
    events = bench.size(EVENTS, BATCH) // BATCH * BATCH
    ours, copied = map(middle, alternately(bench.n, partial(_ours, bench, events), partial(_copy, events)))
    said = f"one process, {events} events in batches of {BATCH}, each a commit: {ours:,.0f}/s; COPY {copied:,.0f}/s"
    parts = {"ours_per_s": ours, "copy_per_s": copied}
    return [
        Figure("ingest_batch_vs_copy", ours / copied, bench.n, said, parts=parts),
        *missing(["ingest_single_vs_drf"], WITHOUT),
    ]


def _ours(bench: Bench, events: int) -> float:
    """Events a second, from the bytes of a request's body to the commit."""
    bodies = [_body(bench) for _ in range(events // BATCH)]
    began = time.monotonic()
    stored = sum(record(_decode(body), MONDAY_NOON).stored for body in bodies)
    seconds = time.monotonic() - began
    same("events recorded", stored, events)
    return events / seconds


def _copy(events: int) -> float:
    return copying.copy_rate(Event, copying.read_rows(Event, events), BATCH)


def _body(bench: Bench) -> bytes:
    lines = []
    for number, person in enumerate(bench.take(min(BATCH, bench.people))):
        at = MONDAY_NOON - timedelta(minutes=number)
        said = {"sku": "A-1", "title": "A thing", "total": 49.9, "page": "https://shop.example.com/a-1"}
        lines.append(
            {
                "messageId": f"ingest-{next(_numbers)}",
                "customer": person,
                "event": "product.viewed",
                "timestamp": at.isoformat(),
                "amount": "49.90",
                "properties": said,
            }
        )
    return orjson.dumps({"batch": lines})


def _decode(body: bytes) -> list[NewEvent]:
    return [_event(line) for line in orjson.loads(body)["batch"]]


def _event(line: dict[str, Any]) -> NewEvent:
    return NewEvent(
        line["customer"],
        line["event"],
        datetime.fromisoformat(line["timestamp"]),
        line["messageId"],
        Decimal(line["amount"]),
        line["properties"],
    )
