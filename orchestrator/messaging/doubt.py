"""DOUBT: a message that may have left is cleared up before anybody prepares it again.

A provider that can be asked (class Q) is asked: it has the message, or it certainly has not. One that drops keys it
knows (class I) may be given it again, but only for as long as it keeps them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from orchestrator import registry
from orchestrator.domain.outbox import Move, ProviderClass, State, backoff
from orchestrator.guard import contained, where
from orchestrator.messaging import said
from orchestrator.messaging.answers import text
from orchestrator.messaging.calls import in_loop
from orchestrator.messaging.models import Message, MessageBody
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.settle import class_of
from orchestrator.messaging.verdicts import FENCE, LEASED
from orchestrator.sdk.providers import Provider
from orchestrator.sdk.values import Accepted
from orchestrator.store import bulk, doorbells

log = logging.getLogger(__name__)
UNANSWERED = object()
NOT_THERE = Move(State.LEASED, "", maybe_sent=False)


def clear_up(
    messages: Sequence[Claimed], now: datetime, failing: frozenset[str] = frozenset()
) -> list[Claimed]:
    """Write what became certain, or will never be; answer those that may be prepared, in order.

    `failing`: providers that are not asked, as they are not given anything.
    """
    doubtful = [message for message in messages if message.maybe_sent]
    if not doubtful:
        return list(messages)
    moves = _asked(doubtful, now, failing) | _forgotten(doubtful, now)
    with transaction.atomic():
        _write([one for one in doubtful if one.id in moves], moves, now)
    return [_after(one, moves.get(one.id)) for one in messages if moves.get(one.id) in (None, NOT_THERE)]


def _after(message: Claimed, move: Move | None) -> Claimed:
    return replace(message, maybe_sent=False) if move is NOT_THERE else message


def _asked(doubtful: Sequence[Claimed], now: datetime, failing: frozenset[str]) -> dict[int, Move]:
    """Ask each class Q provider about its keys."""
    by_provider: dict[str, list[Claimed]] = defaultdict(list)
    for message in doubtful:
        by_provider[message.provider].append(message)
    answer: dict[int, Move] = {}
    for name, mine in by_provider.items():
        provider = registry.current().providers.get(name)
        if provider is not None and class_of(provider) is ProviderClass.QUERYABLE:
            size = max(1, provider.max_batch)
            for start in range(0, len(mine), size):
                chunk = mine[start : start + size]
                answer |= _read(chunk, [] if name in failing else _ask(provider, chunk), now)
    return answer


def _ask(provider: Provider, messages: Sequence[Claimed]) -> list[Any]:
    """What the provider says about each, as far as it goes."""
    keys = [message.key for message in messages]
    (answer,) = in_loop(provider, [lambda way: provider.look_up(keys, way)])
    try:
        if isinstance(answer, BaseException):
            raise answer
        return list(islice(iter(answer), len(messages)))
    except BaseException as error:
        if not contained(error):
            raise
        log.error("provider %s could not be asked: %s", provider.name, where(error))
        return []


def _read(messages: Sequence[Claimed], said: Sequence[Any], now: datetime) -> dict[int, Move]:
    found = [*said, *([UNANSWERED] * (len(messages) - len(said)))]  # no answer is not a no
    return {one.id: _move(one, result, now) for one, result in zip(messages, found, strict=True)}


def _move(message: Claimed, found: Any, now: datetime) -> Move:
    if isinstance(found, Accepted):
        return Move(State.ACCEPTED, "accepted", reference=text(found.reference))
    if found is None:
        return NOT_THERE
    if now >= message.expires_at:
        return Move(State.UNKNOWN, "unknown_outcome")
    return Move(
        State.UNCERTAIN, "unknown_outcome", due_at=min(now + backoff(message.attempts), message.expires_at)
    )


def _forgotten(doubtful: Sequence[Claimed], now: datetime) -> dict[int, Move]:
    """Those whose key a class I provider may have forgotten: its time runs from the first attempt."""
    first = dict(
        MessageBody.objects.filter(message__in=[one.id for one in doubtful]).values_list(
            "message_id", "composed_at"
        )
    )
    answer = {}
    for one in doubtful:
        provider = registry.current().providers.get(one.provider)
        keeps = provider.idempotent if provider is not None else None
        if keeps is not None and one.id in first and now >= first[one.id] + keeps:
            answer[one.id] = Move(State.UNKNOWN, "unknown_outcome")
    return answer


def _write(messages: Sequence[Claimed], moves: Mapping[int, Move], now: datetime) -> None:
    cleared = [(one.id, one.fence, False) for one in messages if moves[one.id] is NOT_THERE]
    bulk.update(Message, ("maybe_sent",), cleared, match=FENCE, where=LEASED)
    rows = [_row(one, moves[one.id], now) for one in messages if moves[one.id] is not NOT_THERE]
    columns = ("state", "reason", "reference", "due_at", "final_at", "wake_pending", "lease_until")
    written = set(bulk.update(Message, columns, rows, match=FENCE, where=LEASED))
    if rows:
        doorbells.ring(doorbells.WALK)
        said.of_moves([(one, moves[one.id]) for one in messages], written, now)


def _row(message: Claimed, move: Move, now: datetime) -> tuple[object, ...]:
    final = move.due_at is None
    due_at, final_at = move.due_at or message.due_at, now if final else None
    return (
        message.id,
        message.fence,
        move.state,
        move.reason,
        move.reference[:200],
        due_at,
        final_at,
        final,
        None,
    )
