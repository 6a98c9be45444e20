"""CALLS: a provider is called, and answers, raises, or is cut off.

Each provider has an event loop and threads of its own, so that one that hangs takes nobody else's time. A call that is
not back after DEADLINE is cut off, and its messages are in doubt. A coroutine is cancelled; a thread, or a loop that is
blocked, cannot be: it is left behind. A provider that has left so many behind is not called by this process until one
of them comes back, so that their number is bounded.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, TypeVar

from orchestrator.guard import Raised, contained
from orchestrator.messaging.callers import begin
from orchestrator.messaging.transport import Loop, forget, loop_of
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.transport import Transport
from orchestrator.sdk.values import Message

T = TypeVar("T")
log = logging.getLogger(__name__)
DEADLINE = 30.0  # seconds for a call; longer than a provider's own patience, shorter than a lease
GRACE = 1.0  # for what a cancelled coroutine still has to do
MOST_LEFT_BEHIND = 4
# Of each provider's calls that have not come back to a process, how to ask whether they still have not.
_left: dict[tuple[int, str], list[Callable[[], bool]]] = defaultdict(list)


class CutOff(Exception):
    """The call did not come back in time: nobody knows what it did."""


class Stuck(Exception):
    """So many earlier calls have not come back that this one was not begun."""


def send_all(provider: Provider, chunks: Sequence[Sequence[Message]]) -> list[Any]:
    """Each chunk's results as the provider gave them, or what it raised; CutOff, Stuck among it."""
    if isinstance(provider, BlockingProvider):
        blocking = provider.send_blocking
        if provider.threads == 0:
            return [_here(lambda chunk=chunk: blocking(chunk)) for chunk in chunks]  # type: ignore[misc]
        return _in_threads(provider.name, [lambda chunk=chunk: blocking(chunk) for chunk in chunks])  # type: ignore[misc]
    return in_loop(provider, [lambda way, chunk=chunk: provider.send(chunk, way) for chunk in chunks])  # type: ignore[misc]


def in_loop(
    provider: Provider, works: Sequence[Callable[[Transport], Awaitable[T]]]
) -> list[T | BaseException]:
    """Run coroutines in the provider's loop; what each answered or raised."""
    name = provider.name
    if _stuck(name):
        return [Stuck(name) for _ in works]
    loop = loop_of(os.getpid(), name)
    futures: list[Future[Any]] = [loop.begin(_guarded(work, loop)) for work in works]
    if wait(futures, DEADLINE + GRACE).not_done:
        forget(os.getpid(), name)  # it is blocked: whoever comes next gets a new one
        _left[os.getpid(), name].append(loop.thread.is_alive)
        loop.stop_when_it_can()
    return [_outcome(name, future) for future in futures]


def left_behind(provider: str) -> int:
    """How many calls of this provider have not come back to this process."""
    calls = _left[os.getpid(), provider]
    calls[:] = [away for away in calls if away()]
    return len(calls)


async def _guarded(work: Callable[[Transport], Awaitable[T]], loop: Loop) -> T:
    try:
        return await asyncio.wait_for(_awaited(work, loop), DEADLINE)
    except TimeoutError as error:
        raise CutOff(f"no answer within {DEADLINE:.0f} seconds") from error


async def _awaited(work: Callable[[Transport], Awaitable[T]], loop: Loop) -> T:
    # Inside the limit's own task, where whatever would end the loop is turned into what does not.
    try:
        return await work(loop.transport)
    except (SystemExit, KeyboardInterrupt, TimeoutError) as error:
        raise Raised(f"{type(error).__name__}: {error}") from error


def _in_threads(name: str, works: Sequence[Callable[[], Any]]) -> list[Any]:
    if _stuck(name):
        return [Stuck(name) for _ in works]
    futures = [begin(os.getpid(), name, work) for work in works]
    wait(futures, DEADLINE)
    _left[os.getpid(), name] += [partial(_is_away, future) for future in futures if not future.done()]
    return [_outcome(name, future) for future in futures]


def _is_away(future: Future[Any]) -> bool:
    return not future.done()


def _outcome(name: str, future: Future[T]) -> T | BaseException:
    if not future.done():
        log.error("provider %s did not come back within %d seconds and is left behind", name, DEADLINE)
        return CutOff(f"no answer within {DEADLINE:.0f} seconds")
    error = future.exception()
    return error if error is not None else future.result()


def _here(work: Callable[[], T]) -> T | BaseException:
    """In the delivery thread itself: such a provider shares its connection, and cannot be cut off."""
    try:
        return work()
    except BaseException as error:
        if not contained(error):
            raise
        return error


def _stuck(name: str) -> bool:
    return left_behind(name) >= MOST_LEFT_BEHIND
