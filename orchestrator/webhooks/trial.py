"""TRIAL: a test that somebody asks for. It is called here and now, stands in the log, and is never tried again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orchestrator.domain.outside import TEST
from orchestrator.webhooks.call import Ended
from orchestrator.webhooks.deliver import call_now
from orchestrator.webhooks.listening import new_key
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.workspace.audit import Action, note

UNFINISHED = "unfinished"


def send_test(endpoint: WebhookEndpoint, now: datetime, by: Any) -> Ended:
    """Call an endpoint, on or off, with `webhook.test`; answers what came of it, by which the endpoint is not judged.

    Not inside a transaction: the receiver has TIMEOUT to answer.
    """
    row = WebhookDelivery.objects.create(
        key=new_key(), endpoint=endpoint, kind=TEST, data={}, happened_at=now, created_at=now, attempts=1,
        state=WebhookDelivery.State.GIVEN_UP, reason=UNFINISHED, tried_at=now, final_at=now,
    )  # fmt: skip
    note(Action.SENT_TEST, by, endpoint, now)
    ended = call_now(endpoint, row, now)
    state = WebhookDelivery.State.TOLD if ended.answer.good else WebhookDelivery.State.GIVEN_UP
    WebhookDelivery.objects.filter(pk=row.pk).update(
        state=state, code=ended.answer.code, reason=ended.reason, answer=ended.text, took_ms=ended.took_ms
    )
    return ended
