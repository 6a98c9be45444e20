"""HAND OFF: the call of the provider, between the gate's commit and the settlement's. No transaction is open here."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from orchestrator import registry
from orchestrator.messaging.answers import sound
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.transport import loop_of
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.values import Deferred, Message, Result, Unknown

log = logging.getLogger(__name__)
# Between the gate's commit and the first byte at most this long passes; after it the gate must be asked again,
# since a withdrawal may have come meanwhile. CLOCK_BOOTTIME goes on while the machine sleeps.
FRESH_FOR = 2.0
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Stale(Exception):
    """Too long since the gate; no byte has left."""


def boottime() -> float:
    """Seconds since the machine started, sleep included."""
    return time.clock_gettime(_CLOCK)


def hand_off(provider_name: str, ready: Sequence[Ready], gated_at: float) -> list[Result]:
    """Give a group to its provider; exactly one result each, in order.

    Raises Stale if the gate's word is too old. Whatever else goes wrong becomes a result.
    """
    provider = registry.current().providers.get(provider_name)
    if provider is None:
        return [Deferred(detail=f"the provider {provider_name} is not installed") for _ in ready]
    messages = [message_of(one) for one in ready]
    if boottime() - gated_at > FRESH_FOR:
        raise Stale
    size = max(1, provider.max_batch)
    chunks = [messages[start : start + size] for start in range(0, len(messages), size)]
    return [result for results in _call_all(provider, chunks) for result in results]


def group_size(provider: Provider | None) -> int:
    """How many messages to gate together: as many as the provider takes at once, so that the gate's word is fresh."""
    if provider is None:
        return 1
    threads = provider.threads if isinstance(provider, BlockingProvider) else 4
    return max(1, provider.max_batch) * max(1, threads)


def _call_all(provider: Provider, chunks: Sequence[Sequence[Message]]) -> list[list[Result]]:
    if isinstance(provider, BlockingProvider) and (provider.threads == 0 or len(chunks) == 1):
        return [_call(provider, chunk) for chunk in chunks]
    with ThreadPoolExecutor(max_workers=min(len(chunks), 8)) as pool:
        return list(pool.map(lambda chunk: _call(provider, chunk), chunks))


def _call(provider: Provider, messages: Sequence[Message]) -> list[Result]:
    try:
        if isinstance(provider, BlockingProvider):
            results = list(provider.send_blocking(messages))
        else:
            loop = loop_of(os.getpid())
            results = list(loop.run(provider.send(messages, loop.transport)))
    except ProviderUnavailable as error:
        results = [Deferred(error.retry_after, error.detail) for _ in messages]
    except Exception as error:
        log.exception("provider %s failed", provider.name)
        results = [Unknown(f"{provider.name} raised {type(error).__name__}") for _ in messages]
    if len(results) != len(messages):
        log.error("provider %s answered %d messages with %d", provider.name, len(messages), len(results))
    return sound(provider.name, results, len(messages))


def message_of(ready: Ready) -> Message:
    """The message as providers and reviewers see it."""
    row = ready.message
    return Message(
        key=row.key,
        channel=row.channel,
        recipient=ready.address,
        content=ready.rendered.content,
        composed_at=ready.draft.composed_at,
        language=ready.rendered.language,
        purpose=row.purpose,
        topic=row.topic,
        expires_at=row.expires_at,
    )
