"""TELL: notices of alarms leave the house, by email or webhook.

A notice is claimed by moving its `due_at` on: of several that look at once, one tells. Whoever dies between claim and
sending, or between sending and noting it, leaves it to be told again once the lease is over: so it is told at least
once, and may be told twice, with the same id both times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from orchestrator.domain.alarms import again_at
from orchestrator.journeys.alarms.letters import Letter, as_email, as_webhook, of_notice, of_test
from orchestrator.journeys.models import PublishNotice
from orchestrator.messaging.transport import AiohttpTransport
from orchestrator.sdk.transport import Request, Response, TransportError, TransportRefused
from orchestrator.workspace.models import AlarmChannel, AlarmNotice

LEASE = timedelta(minutes=2)  # longer than one telling takes
LONGEST = timedelta(seconds=20)  # after which a round begins no further telling
TIMEOUT = 10.0  # seconds
BATCH = 100
MOST = 200  # letters of a failure that are kept
Clock = Callable[[], datetime]
N = TypeVar("N", AlarmNotice, PublishNotice)


class NotTold(Exception):
    """It did not leave, or nobody knows. A code and what the other side said: see `studio/telling.py` for the words."""


def tell(clock: Clock) -> int:
    """Tell what is due, for at most `LONGEST`; answers how many were told."""
    began = clock()
    return in_turn(_due(began), began, clock, _tell)


def in_turn(due: QuerySet[N], began: datetime, clock: Clock, act: Callable[[N, datetime], bool]) -> int:
    """Claim these notices one after the other, and act on those that are ours; answers how many times that did it."""
    done = 0
    for notice in due[:BATCH]:
        if clock() - began > LONGEST:
            break
        done += _claim(notice, clock()) and act(notice, clock())
    return done


def test(channel: AlarmChannel, now: datetime) -> str:
    """Tell a channel that this is a test; answers what went wrong, "" if nothing did."""
    try:
        send(of_test(channel, now), channel, now)
    except NotTold as error:
        return str(error)
    return ""


def send(letter: Letter, channel: AlarmChannel, now: datetime) -> None:
    """Once, here and now. Raises NotTold."""
    if channel.means == "webhook":
        _call(letter, channel.to, now)
    else:
        _mail(letter, channel)


def _due(now: datetime) -> QuerySet[AlarmNotice]:
    """Those due, first come first told; that an alarm is over is not said before it was said that it began."""
    opening = AlarmNotice.objects.filter(
        alarm=OuterRef("alarm"), channel=OuterRef("channel"), what="opened", due_at__isnull=False
    )
    due = AlarmNotice.objects.filter(due_at__lte=now, channel__enabled=True)
    rows = due.exclude(Exists(opening), what="closed")
    return rows.select_related("alarm", "channel").order_by("due_at", "id")


def _claim(notice: Any, now: datetime) -> bool:
    """Whether it is ours to tell. Once a channel has failed, the rest of what it is to be told waits with it."""
    mine = type(notice).objects.filter(pk=notice.pk, due_at=notice.due_at, told_at=None)
    notice.tries += 1
    return bool(mine.update(due_at=now + LEASE, tries=notice.tries) == 1)


def _tell(notice: AlarmNotice, now: datetime) -> bool:
    row = AlarmNotice.objects.filter(pk=notice.pk)
    try:
        send(of_notice(notice), notice.channel, now)
    except NotTold as error:
        again = again_at(notice.tries, notice.made_at, now)
        row.filter(tries=notice.tries, told_at=None).update(due_at=again, failure=str(error)[:MOST])
        others = AlarmNotice.objects.filter(channel=notice.channel_id, due_at__lte=now)
        others.update(due_at=again or now + LEASE)
        return False
    row.update(told_at=now, due_at=None, failure="")
    return True


def _mail(letter: Letter, channel: AlarmChannel) -> None:
    try:
        as_email(letter, channel).send()
    except Exception as error:  # a mail backend raises what it likes
        raise NotTold(f"mail {type(error).__name__}: {error}") from error


def _call(letter: Letter, url: str, now: datetime) -> None:
    body = as_webhook(letter, now)
    headers = {"content-type": "application/json", **_signed(letter.id, now, body)}
    try:
        answer = asyncio.run(_post(Request("POST", url, headers, body, guarded=True)))
    except TransportRefused as error:
        raise NotTold(f"refused {error}") from error
    except TransportError as error:
        raise NotTold("no_answer" if error.sent else "no_connection") from error
    if not 200 <= answer.status <= 299:
        raise NotTold(f"status {answer.status}")


async def _post(request: Request) -> Response:
    transport = AiohttpTransport()
    try:
        return await transport.request(request, timeout=TIMEOUT)
    finally:
        await transport.close()


def _signed(id_: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with the secrets that the webhook channel signs with."""
    if not settings.WEBHOOK_SECRETS:
        raise NotTold("no_secret")
    try:
        keys = [Webhook(secret) for secret in settings.WEBHOOK_SECRETS]
    except (ValueError, EmptyWebhookSecretError) as error:  # it must not say the secret
        raise NotTold("no_secret") from error
    at = now.astimezone(UTC)
    signatures = [key.sign(id_, at, body.decode()) for key in keys]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
