"""NOTE: write what calls came to, and what that does to their endpoints; in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.customers.models import Customer
from orchestrator.domain.webhooks import Answer, Fate, Health, Next, Off, after, health
from orchestrator.store import bulk
from orchestrator.store.again import again
from orchestrator.webhooks import off
from orchestrator.webhooks.call import Ended
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint

Pair = tuple[WebhookDelivery, Ended]
COLUMNS = ("state", "due_at", "final_at", "code", "reason", "answer", "took_ms")


def note(ended: Sequence[Pair], now: datetime) -> None:
    """Write these answers. One whose lease ran out meanwhile, so that another worker tries again, is not overwritten: the
    receiver may have been told twice, with the same id.
    """
    if ended:
        again(lambda: _note(ended, now))


def fate(one: WebhookDelivery, answer: Answer, now: datetime) -> Next:
    """What follows for this call."""
    return after(one.key, one.attempts, answer, now)


def _note(ended: Sequence[Pair], now: datetime) -> None:
    with transaction.atomic():
        rows = [_row(one, what, fate(one, what.answer, now), now) for one, what in ended]
        bulk.update(WebhookDelivery, COLUMNS, rows, match=("id", "attempts"), where="t.state = 'due'")
        _forget_of_erased([one for one, what in ended if what.text])
        _judge(ended, now)


def _row(one: WebhookDelivery, what: Ended, then: Next, now: datetime) -> tuple[Any, ...]:
    final = then.fate is not Fate.AGAIN
    state = {Fate.TOLD: "told", Fate.AGAIN: "due", Fate.GIVEN_UP: "given_up"}[then.fate]
    code = what.answer.code
    return (
        one.pk, one.attempts, state, then.at, now if final else None, code, what.reason, what.text, what.took_ms,
    )  # fmt: skip


def _forget_of_erased(rows: Sequence[WebhookDelivery]) -> None:
    """What is answered of somebody who was erased while the call was under way is not kept."""
    if rows:
        answered = WebhookDelivery.objects.filter(pk__in=[one.pk for one in rows])
        answered.filter(customer__in=Customer.objects.exclude(erased_at=None)).update(answer="")


def _judge(ended: Sequence[Pair], now: datetime) -> None:
    """Endpoints as their answers leave them; whichever nothing changes for is neither locked nor written."""
    answers: dict[int, list[Answer]] = defaultdict(list)
    for one, what in ended:
        if one.endpoint_id is not None:
            answers[one.endpoint_id].append(what.answer)
    seen = {one.pk: one for one in WebhookEndpoint.objects.filter(pk__in=answers)}
    moved = [pk for pk, one in seen.items() if _after(one, answers[pk], now) != _health(one)]
    locked = WebhookEndpoint.objects.filter(pk__in=moved).order_by("pk").select_for_update()
    for endpoint in locked:
        _write(endpoint, _after(endpoint, answers[endpoint.pk], now), now)


def _after(endpoint: WebhookEndpoint, answers: Sequence[Answer], now: datetime) -> Health:
    found = _health(endpoint)
    for answer in answers:
        found = health(found, answer, now)
    return found


def _health(endpoint: WebhookEndpoint) -> Health:
    """One that somebody has switched off by hand is judged no more than one that was switched off by its answers."""
    gone = None if endpoint.enabled else Off(endpoint.off_why or Off.FAILING)
    return Health(endpoint.failing_since, gone)


def _write(endpoint: WebhookEndpoint, found: Health, now: datetime) -> None:
    if found == _health(endpoint):
        return
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=found.failing_since)
    if found.off is not None:
        off.switch_off(endpoint, found.off, now)
