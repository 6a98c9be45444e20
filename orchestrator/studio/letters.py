"""What became of each message of a passage: codes for programs, sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.consents.models import ConsentRecord, ConsentState
from orchestrator.domain.outbox import OPEN, State
from orchestrator.messaging.models import Decision, DeliveryAttempt, Message
from orchestrator.messaging.models.message import STATE_TITLES
from orchestrator.messaging.tokens import evidence
from orchestrator.messaging.turns import Turn, turn_of
from orchestrator.studio import words
from orchestrator.studio.evidence import explain
from orchestrator.studio.numbers import grouped
from orchestrator.studio.sentences import say_state

MOST = 200
RATE_LIMIT = 14  # the check's number
_WITHDRAWALS = frozenset({"consent_withdrawn", "topic_unsubscribed"})


@dataclass(frozen=True, slots=True)
class Decided:
    """What the gate said at one look. `check`: the number of the check that spoke, 1 to 16."""

    at: datetime
    outcome: str
    reason: str
    check: int | None
    until: datetime | None
    evidence: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One call of a provider, and its answer."""

    at: datetime
    number: int
    provider: str
    outcome: str
    reference: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `held_until`: when it is looked at again, if it is held or will be tried again.

    `parts` and `cost`, in the workspace's currency, are of its last hand-off; None where nothing is counted or paid.
    """

    id: int
    step: str
    visit: int
    channel: str
    state: str
    reason: str
    planned_at: datetime
    held_until: datetime | None
    final_at: datetime | None
    parts: int | None
    cost: Decimal | None
    text: str
    decisions: tuple[Decided, ...]
    attempts: tuple[Tried, ...]


def read_letters(enrollment_id: int, now: datetime) -> list[Letter]:
    """All messages of a passage with their decisions and attempts, oldest first: three queries by index.

    One that waits its turn has had no look yet: that it does is told as the gate would, as of now.
    """
    return _read(Message.objects.filter(enrollment_id=enrollment_id).order_by("id")[:MOST], now)


def read_waiting(customer_id: int, now: datetime) -> dict[tuple[int, str, int], list[Letter]]:
    """A customer's messages of passages that are not final, by enrollment, step and visit: three queries by index."""
    rows = Message.objects.filter(customer_id=customer_id, enrollment_id__isnull=False, state__in=OPEN)
    messages = list(rows.order_by("-id")[:MOST])
    found: dict[tuple[int, str, int], list[Letter]] = {}
    for message, letter in zip(messages, _read(messages, now), strict=True):
        found.setdefault((message.enrollment_id or 0, message.step, message.visit), []).append(letter)
    return found


def _read(found: Iterable[Message], now: datetime) -> list[Letter]:
    messages = list(found)
    ids = [message.pk for message in messages]
    decisions = _by_message(Decision.objects.filter(message_id__in=ids).order_by("decided_at", "id"))
    attempts = _by_message(DeliveryAttempt.objects.filter(message_id__in=ids).order_by("settled_at", "id"))
    return [_letter(one, decisions.get(one.pk, []), attempts.get(one.pk, []), now) for one in messages]


def _by_message(rows: Iterable[Any]) -> dict[int, list[Any]]:
    answer: dict[int, list[Any]] = {}
    for row in rows:
        answer.setdefault(row.message_id, []).append(row)
    return answer


def _letter(
    message: Message, decisions: list[Decision], attempts: list[DeliveryAttempt], now: datetime
) -> Letter:
    turn = turn_of(message, now)
    return Letter(
        message.pk,
        message.step,
        message.visit,
        message.channel,
        message.state,
        message.reason if turn is None else "rate_limited",
        message.created_at,
        _held_until(message, turn),
        message.final_at,
        message.parts,
        message.cost,
        say_letter(message, decisions, attempts, turn),
        (*(_decided(one, message.channel) for one in decisions), *_awaited(message, turn, now)),
        tuple(_tried(one) for one in attempts),
    )


def _waits(message: Message) -> bool:
    held = message.state == State.PLANNED and message.first_held_at is not None
    return held or message.state == State.RETRY_WAIT


def _held_until(message: Message, turn: Turn | None) -> datetime | None:
    if turn is not None:
        return turn.expected_at
    return message.due_at if _waits(message) else None


def _awaited(message: Message, turn: Turn | None, now: datetime) -> Iterator[Decided]:
    if turn is not None:
        known = {**evidence(turn.limit), "place": turn.place}
        text = explain("rate_limited", known, message.channel)
        yield Decided(now, "hold", "rate_limited", RATE_LIMIT, turn.expected_at, known, text)


def say_letter(
    message: Message, decisions: list[Decision], attempts: list[DeliveryAttempt], turn: Turn | None = None
) -> str:
    """ "SMS message held until …: quiet hours 21:00–08:00 in Europe/Warsaw." Decisions and attempts oldest first."""
    told = say_state(message)
    if turn is not None:
        why = explain("rate_limited", evidence(turn.limit), message.channel)
        when = {"when": words.moment(turn.expected_at), "place": grouped(turn.place)}
        place = _("number %(place)s in line, about %(when)s") % when
        return words.stopped(f"{told}: {why}; {place}")
    if message.state == State.RETRY_WAIT:
        told = f"{told} ({words.moment(message.due_at)})"
    elif _waits(message):
        told = _("%(told)s until %(when)s") % {"told": told, "when": words.moment(message.due_at)}
    elif message.final_at is not None:
        told = f"{told} ({words.moment(message.final_at)})"
    told += _reported(message)
    hold = _last_hold(message, decisions)
    if hold is not None:
        told, why = told + _(", held until then"), explain(hold.reason, hold.evidence, message.channel)
    else:
        why = "" if message.state == State.ACCEPTED else _why(message, decisions, attempts)
    return words.stopped(f"{told}: {why}" if why else told)


def _reported(message: Message) -> str:
    """What the provider reported later of a message it had accepted; the worse news where there are two."""
    if message.bounced_at is not None:
        return _(", bounced (%(when)s)") % {"when": words.moment(message.bounced_at)}
    if message.delivered_at is not None:
        return _(", delivered (%(when)s)") % {"when": words.moment(message.delivered_at)}
    return ""


def _why(message: Message, decisions: list[Decision], attempts: list[DeliveryAttempt]) -> str:
    if not message.reason:
        return ""
    spoken = next((one for one in reversed(decisions) if one.reason == message.reason), None)
    if spoken is not None:
        return explain(spoken.reason, spoken.evidence, message.channel)
    if message.reason in _WITHDRAWALS:
        return explain(message.reason, _withdrawal(message), message.channel)
    answer = attempts[-1].detail if attempts else ""
    return words.reason(message.reason) + (f" ({answer})" if answer else "")


def _last_hold(message: Message, decisions: list[Decision]) -> Decision | None:
    """That its time ran out is no answer yet: what kept the message until then is."""
    holds = (one for one in reversed(decisions) if one.outcome == "hold")
    return next(holds, None) if message.state == State.EXPIRED else None


def _withdrawal(message: Message) -> dict[str, Any]:
    """What was said when a waiting message was cancelled without another look at it."""
    topic = message.topic if message.reason == "topic_unsubscribed" else ""
    said = ConsentRecord.objects.filter(
        customer_id=message.customer_id,
        brand_id=message.brand_id,
        channel=message.channel,
        topic=topic,
        state=ConsentState.WITHDRAWN,
        recorded_at__gte=message.created_at,
    ).order_by("-number")
    found = said.first()
    if found is None:
        return {"topic": topic}
    return {"topic": topic, "withdrawn_at": found.recorded_at.isoformat(), "source": found.source}


def _decided(row: Decision, channel: str) -> Decided:
    evidence = dict(row.evidence)
    check = evidence.pop("check", None)
    told = f"{words.outcome(row.outcome)}: {explain(row.reason, evidence, channel)}"
    if row.until is not None:
        told += "; " + _("until %(when)s") % {"when": words.moment(row.until)}
    return Decided(row.decided_at, row.outcome, row.reason, check, row.until, evidence, told)


def _tried(row: DeliveryAttempt) -> Tried:
    title = next(
        (str(STATE_TITLES[state]) for state in State if state == row.outcome), words.outcome(row.outcome)
    )
    told = _("attempt %(number)s, %(provider)s: %(answer)s") % {
        "number": row.number,
        "provider": row.provider,
        "answer": title,
    }
    evidence = ", ".join(part for part in (row.reference, row.detail) if part)
    told += f" ({evidence})" if evidence else ""
    return Tried(row.settled_at, row.number, row.provider, row.outcome, row.reference, row.detail, told)
