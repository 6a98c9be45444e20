"""HAND OFF: the call of the provider, between the gate's commit and the settlement's. No transaction is open here."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from orchestrator import registry
from orchestrator.domain.breaker import Call
from orchestrator.guard import contained, where
from orchestrator.messaging.answers import sound, text, wait_of
from orchestrator.messaging.calls import MOST_LEFT_BEHIND, CutOff, Stuck, send_all
from orchestrator.messaging.gate import Ready
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.values import Deferred, EmailContent, Message, Result, Unknown

log = logging.getLogger(__name__)
# Between the gate's commit and the first byte at most this long passes; after it the gate must be asked again,
# since a withdrawal may have come meanwhile. CLOCK_BOOTTIME goes on while the machine sleeps.
FRESH_FOR = 2.0
# The fault of a provider's breaker outlives the people of the call: what is said of them stands with their messages.
NOBODY_KNOWS = "nobody knows what became of any message; what it said stands with each of them"
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Stale(Exception):
    """Too long since the gate; no byte has left."""


def boottime() -> float:
    """Seconds since the machine started, sleep included."""
    return time.clock_gettime(_CLOCK)


@dataclass(frozen=True, slots=True)
class Answered:
    """One result for each message, in order, and what each call came to."""

    results: list[Result]
    calls: list[Call]


def hand_off(provider_name: str, ready: Sequence[Ready], gated_at: float) -> Answered:
    """Give a group to its provider; exactly one result each, in order.

    Raises Stale if the gate's word is too old. Whatever else goes wrong becomes a result.
    """
    provider = registry.current().providers.get(provider_name)
    if provider is None:
        return Answered(
            [Deferred(detail=f"the provider {provider_name} is not installed") for _ in ready], []
        )
    messages = [message_of(one) for one in ready]
    if boottime() - gated_at > FRESH_FOR:
        raise Stale
    size = max(1, provider.max_batch)
    chunks = [messages[start : start + size] for start in range(0, len(messages), size)]
    read = [
        _read(provider, chunk, answer)
        for chunk, answer in zip(chunks, send_all(provider, chunks), strict=True)
    ]
    return Answered([result for results, _ in read for result in results], [call for _, call in read])


def group_size(provider: Provider | None) -> int:
    """How many messages to gate together: as many as the provider takes at once, so that the gate's word is fresh."""
    if provider is None:
        return 1
    threads = provider.threads if isinstance(provider, BlockingProvider) else 4
    return max(1, provider.max_batch) * max(1, threads)


def _read(provider: Provider, messages: Sequence[Message], answer: Any) -> tuple[list[Result], Call]:
    """What a call's answer, or what it raised instead, says about each message and about the provider."""
    name = provider.name
    if isinstance(answer, ProviderUnavailable):
        detail = text(answer.detail)
        return [Deferred(wait_of(answer.retry_after), detail) for _ in messages], Call(
            detail, wait_of(answer.retry_after)
        )
    if isinstance(answer, Stuck):
        fault = f"{name} has not come back from {MOST_LEFT_BEHIND} earlier calls"
        return [Deferred(detail=fault) for _ in messages], Call(fault)
    try:
        results = _listed(answer, len(messages))
    except BaseException as error:
        if not contained(error):
            raise
        log.error("provider %s failed: %s", name, where(error))
        fault = str(error) if isinstance(error, CutOff) else f"{name} raised {type(error).__name__}"
        return [Unknown(fault) for _ in messages], Call(fault)
    if len(results) != len(messages):
        log.error("provider %s answered %d messages with %d", name, len(messages), len(results))
    read = sound(name, results, len(messages))
    return read, Call("" if any(not isinstance(one, Unknown) for one in read) else NOBODY_KNOWS)


def _listed(answer: Any, asked: int) -> list[object]:
    """The results, one more than asked for at most: an answer without an end has one here."""
    if isinstance(answer, BaseException):
        raise answer
    return list(islice(iter(answer), asked + 1))


def message_of(ready: Ready) -> Message:
    """The message as providers and reviewers see it. What it holds that can be changed is a copy, made at each call."""
    row, content = ready.message, ready.rendered.content
    if isinstance(content, EmailContent):
        content = replace(content, headers=dict(content.headers))
    return Message(
        key=row.key,
        channel=row.channel,
        recipient=ready.address,
        content=content,
        composed_at=ready.draft.composed_at,
        language=ready.rendered.language,
        purpose=row.purpose,
        topic=row.topic,
        expires_at=row.expires_at,
    )
