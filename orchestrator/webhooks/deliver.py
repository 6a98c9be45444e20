"""DELIVER: tell what is due. Calls of all endpoints are under way side by side, and each endpoint has only a few.

claim (a lease) -> call (no transaction is open) -> note (what it came to). A receiver that is slow, or does not answer,
fills its own few places and holds up nobody else's; one that fails has two, until it says yes again.

At least once: whoever is killed between a receiver's yes and its note leaves the call to be made again, with the same id.
In no order: what failed comes later.
"""

from __future__ import annotations

import os
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime

from orchestrator.accounts.digests import Unreadable
from orchestrator.domain.webhooks import Secrets
from orchestrator.messaging.transport import loop_of
from orchestrator.webhooks.body import bodies, written
from orchestrator.webhooks.call import TIMEOUT, Call, Ended, make
from orchestrator.webhooks.claim import claim, let_go, take, waiting
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.note import note
from orchestrator.webhooks.signing import secrets_of

AT_ONCE = 10  # calls of one endpoint that are under way; as many as a host gets connections
AT_ONCE_FAILING = 2
MOST = 100  # calls under way of one worker
LONGEST = 10.0  # seconds after which a round claims no more
LOOK = 0.2  # seconds between two looks at what has become due, while calls are under way
GATHER = 0.01  # seconds for which others are waited for once one call has ended: they are noted together
Clock = Callable[[], datetime]
Stopping = Callable[[], bool]
Calls = dict["Future[Ended]", WebhookDelivery]


def deliver(clock: Clock, stopping: Stopping = lambda: False) -> int:
    """Tell what is due, for about LONGEST; answers how many calls were made. Those under way are waited for."""
    worker, until, made = uuid.uuid4().hex, time.monotonic() + LONGEST, 0
    in_hand, taken = Calls(), set[int]()
    try:
        while True:
            over = stopping() or time.monotonic() > until
            begun = {} if over else _begin(in_hand, worker, taken, clock())
            in_hand |= begun
            made += len(begun)
            if not in_hand:
                return made
            _end(in_hand, clock)
    finally:
        if taken:
            let_go(worker)


def _begin(in_hand: Calls, worker: str, taken: set[int], now: datetime) -> Calls:
    """Claim as many as there is room for, and begin to call. `taken`: the endpoints that this worker has had."""
    busy, room, begun = Counter(one.endpoint_id for one in in_hand.values()), MOST - len(in_hand), Calls()
    for endpoint in waiting(worker, now) if room > 0 else ():
        most = AT_ONCE if endpoint.failing_since is None else AT_ONCE_FAILING
        places = min(most - busy[endpoint.pk], room - len(begun))
        if places > 0 and take(endpoint, worker, now):
            taken.add(endpoint.pk)
            begun |= _called(endpoint, claim(endpoint.pk, places, now), now)
    return begun


def _called(endpoint: WebhookEndpoint, rows: Sequence[WebhookDelivery], now: datetime) -> Calls:
    if not rows:
        return {}
    loop, keys = loop_of(os.getpid(), "webhooks"), _keys(endpoint)
    said = [written(body) for body in bodies(rows)]
    calls = [Call(one.key, endpoint.url, body, keys) for one, body in zip(rows, said, strict=True)]
    return {loop.begin(make(call, loop.transport, now)): one for call, one in zip(calls, rows, strict=True)}


def _keys(endpoint: WebhookEndpoint) -> Secrets | None:
    try:
        return secrets_of(endpoint)
    except Unreadable:
        return None


def _end(in_hand: Calls, clock: Clock) -> None:
    """Note what has ended, and take it out of `in_hand`; waits for the first, and no longer than until the next look."""
    if wait(in_hand, timeout=LOOK, return_when=FIRST_COMPLETED).done:
        over = wait(in_hand, timeout=GATHER).done
        note([(in_hand[one], one.result()) for one in over], clock())
        for one in over:
            del in_hand[one]


def call_now(endpoint: WebhookEndpoint, row: WebhookDelivery, now: datetime) -> Ended:
    """Call here, and wait for it: for the button that sends a test."""
    ((future, _),) = _called(endpoint, [row], now).items()
    return future.result(2 * TIMEOUT)
