"""A campaign goes to everybody, while orders go on being confirmed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Enrollment, Launch
from orchestrator.journeys.publish import publish
from orchestrator.store.doorbells import WALK, ring_now
from tests.bench.bench import Bench, same
from tests.bench.figures import Figure, percentile
from tests.bench.journeys import TEMPLATE, publish_one, settle_rules
from tests.bench.people import forget_passages, vacuum
from tests.bench.stamps import EVENT, Stamps, house, order, ready

WARM, FEWEST, EVERY = 20, 50, 0.1  # seconds between two orders
SINGLES = 5_000  # people whose orders are confirmed; the others are only written to
PATIENCE = 900.0
WAITING = """
journey: welcome
purpose: marketing
expires: 3 days
entry: {{audience: {{who: {{consent: email}}, at: "{at}"}}}}
steps:
  - wait: 2 days
    id: rest
  - send: offer
    via: [email]
    id: tell
"""
CAMPAIGN = """
journey: campaign
purpose: marketing
expires: 3 days
entry: {{audience: {{who: {{consent: email}}, at: "{at}"}}}}
steps:
  - send: offer
    via: [email]
    id: tell
"""


def measure(bench: Bench) -> Sequence[Figure]:
    """How fast people come in, and the slowest confirmation in a hundred.

    A campaign of one send lets people in as fast as they are written to, since a launch waits while much is ahead of
    it. So what a launch itself can do is asked of a journey that waits first; the campaign's own figures stand beside.
    """
    forget_passages()
    settle_rules(quiet=False)
    now = datetime.now(UTC)
    publish_one("receipt", "transactional", f"{{event: {EVENT}, again: always}}", now)
    vacuum()
    with house(bench.folder) as stamps:
        ready(stamps, bench.take(min(WARM, bench.people)))
        seconds, waits = _launch(bench, stamps, WAITING.format(at=_at(now)), now)
        campaign, meanwhile = _launch(bench, stamps, CAMPAIGN.format(at=_at(now)), now)
    rate, p99 = bench.people / campaign, percentile(meanwhile, 0.99)
    said = f"{bench.people:,} people in {seconds:,.1f} s into a journey that waits first, two Celery processes that "
    said += f"also walk them; {len(waits)} orders meanwhile. A campaign of one send: {rate:,.0f}/s, as fast as it is "
    said += f"delivered; of its {len(meanwhile)} orders p99 {p99:,.2f} s"
    parts = {"campaign_per_s": rate, "campaign_transactional_p99_s": p99}
    return [
        Figure("launch_per_s", bench.people / seconds, 1, said, parts=parts),
        Figure("launch_transactional_p99_s", percentile(waits, 0.99), len(waits), said),
    ]


def _at(now: datetime) -> str:
    return f"{now + timedelta(days=1):%Y-%m-%d} 12:00"


def _launch(bench: Bench, stamps: Stamps, text: str, now: datetime) -> tuple[float, list[float]]:
    """Publish, and begin at once; `at` has minutes only, so the row is what is moved."""
    key = text.split()[1]
    publish(Text("journey.yaml", text), [Text("offer.yaml", TEMPLATE)], now)
    Launch.objects.filter(journey__key=key).update(due_at=datetime.now(UTC))
    told = _watch(bench, stamps, key)
    same("people let in", Enrollment.objects.filter(journey__key=key).count(), bench.people)
    return told


def _watch(bench: Bench, stamps: Stamps, key: str) -> tuple[float, list[float]]:
    """Seconds until all are in, and how long each order waited that came meanwhile."""
    done, orders = threading.Event(), dict[int, int]()
    customer = threading.Thread(target=_order, args=(bench, done, orders))
    began = time.monotonic()
    ring_now(WALK)
    customer.start()
    while not Launch.objects.filter(journey__key=key, state=Launch.State.DONE).exists():
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
