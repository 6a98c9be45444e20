"""From an event's commit to its message in the provider's hands, in a house that has nothing else to do."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.bench.bench import Bench
from tests.bench.figures import Figure, percentile
from tests.bench.journeys import publish_one, settle_rules
from tests.bench.people import forget_passages, vacuum
from tests.bench.stamps import EVENT, house, order, ready

EVENTS, WARM = 300, 20
PAUSES = (0.02, 0.12)  # seconds between an answer and the next event


def measure(bench: Bench) -> Sequence[Figure]:
    """The median and the slowest in a hundred."""
    forget_passages()
    settle_rules(quiet=False)
    publish_one("receipt", "transactional", f"{{event: {EVENT}, again: always}}", datetime.now(UTC))
    vacuum()
    events, chance = bench.size(EVENTS), random.Random(7)
    with house(bench.folder) as stamps:
        ready(stamps, bench.take(WARM))
        waits = []
        for person in bench.take(events):
            time.sleep(chance.uniform(*PAUSES))
            at = order(person)
            waits.append((stamps.wait_for(person) - at) / 1e6)
    said = f"{events} events one by one, Celery with Redis and two processes; slowest {max(waits):,.0f} ms"
    return [
        Figure("trigger_p50_ms", percentile(waits, 0.5), events, said),
        Figure("trigger_p99_ms", percentile(waits, 0.99), events, said),
    ]
