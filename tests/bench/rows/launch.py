"""A campaign goes to everybody, while orders go on being confirmed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from orchestrator.journeys.models import Enrollment, Launch
from orchestrator.store.doorbells import WALK, ring_now
from tests.bench.bench import Bench, same
from tests.bench.figures import Figure, percentile
from tests.bench.journeys import publish_one, settle_rules
from tests.bench.people import forget_passages, vacuum
from tests.bench.stamps import EVENT, Stamps, house, order, ready

WARM, FEWEST, EVERY = 20, 50, 0.1  # seconds between two orders
SINGLES = 5_000  # people whose orders are confirmed; the others are only written to
PATIENCE = 900.0


def measure(bench: Bench) -> Sequence[Figure]:
    """How fast people come in, and the slowest confirmation in a hundred."""
    forget_passages()
    settle_rules(quiet=False)
    now = datetime.now(UTC)
    publish_one("receipt", "transactional", f"{{event: {EVENT}, again: always}}", now)
    vacuum()
    with house(bench.folder) as stamps:
        ready(stamps, bench.take(min(WARM, bench.people)))
        _publish(now)
        seconds, waits = _watch(bench, stamps)
    same("people let in", Enrollment.objects.filter(journey__key="campaign").count(), bench.people)
    said = f"{bench.people:,} people in {seconds:,.1f} s with two Celery processes that also walk and send; "
    said += f"{len(waits)} orders meanwhile"
    return [
        Figure("launch_per_s", bench.people / seconds, 1, said),
        Figure("launch_transactional_p99_s", percentile(waits, 0.99), len(waits), said),
    ]


def _publish(now: datetime) -> None:
    """Begins a moment from now; `at` has minutes only, so the row is what is moved."""
    at = f"{now + timedelta(days=1):%Y-%m-%d} 12:00"
    publish_one("campaign", "marketing", f'{{audience: {{who: {{consent: email}}, at: "{at}"}}}}', now)
    Launch.objects.update(due_at=datetime.now(UTC))


def _watch(bench: Bench, stamps: Stamps) -> tuple[float, list[float]]:
    """Seconds until all are in, and how long each order waited that came meanwhile."""
    done, orders = threading.Event(), dict[int, int]()
    customer = threading.Thread(target=_order, args=(bench, done, orders))
    began = time.monotonic()
    ring_now(WALK)
    customer.start()
    while not Launch.objects.filter(state=Launch.State.DONE).exists():
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(0.05)
    seconds = time.monotonic() - began
    done.set()
    customer.join()
    return seconds, [(stamps.wait_for(person) - at) / 1e9 for person, at in orders.items()]


def _order(bench: Bench, done: threading.Event, orders: dict[int, int]) -> None:
    """Orders at a steady pace until the launch is done, and as many as a percentile needs."""
    from django.db import connection

    for person in bench.take(min(SINGLES, bench.people // 2)):
        if done.is_set() and len(orders) >= min(FEWEST, bench.people // 4):
            break
        orders[person] = order(person)
        time.sleep(EVERY)
    connection.close()
