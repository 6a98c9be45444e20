"""The HTTP that providers get: aiohttp on a loop of the provider's own thread, with its own pool of connections.

Guarded requests (their URLs were written by customers or marketers) have a pool of their own behind `outward.py`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver
from django.conf import settings

from orchestrator.messaging import outward
from orchestrator.sdk.transport import Request, Response, Transport, TransportError, TransportRefused

T = TypeVar("T")
_LARGEST = 1_000_000  # bytes of an answer that are read


class AiohttpTransport(Transport):
    """Connections are kept and shared; cookies, redirects and proxy settings of the environment are not followed.

    `resolver` finds the addresses for guarded requests; the system's own where none is given.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        """See `Transport.request`. Only a connection that was never made counts as not sent."""
        if request.guarded:
            outward.check_request(request, settings.OUTBOUND_ALLOWLIST)
        try:
            async with self._session(request.guarded).request(
                request.method,
                request.url,
                headers={**request.headers, **(outward.HEADERS if request.guarded else {})},
                data=request.body or None,
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as answer:
                body = await _read(answer, outward.MOST_READ if request.guarded else _LARGEST)
                return Response(
                    answer.status, {name.lower(): value for name, value in answer.headers.items()}, body
                )
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, outward.NotPublic):
                raise TransportRefused(str(error.os_error)) from error
            raise TransportError(type(error).__name__, sent=False) from error
        except aiohttp.InvalidURL as error:
            raise TransportError(type(error).__name__, sent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, sent=True) from error

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        for guarded in list(self._sessions):
            await self._sessions.pop(guarded).close()

    def _session(self, guarded: bool) -> aiohttp.ClientSession:
        if guarded not in self._sessions:
            pool = (
                outward.connector(settings.OUTBOUND_ALLOWLIST, self._resolver)
                if guarded
                else aiohttp.TCPConnector(limit=100)
            )
            self._sessions[guarded] = aiohttp.ClientSession(
                connector=pool,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=not guarded,
            )
        return self._sessions[guarded]


async def _read(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body's first `most` bytes; of one that goes on, the rest stays unread and its connection is closed."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) >= most:
            answer.close()
            break
    return bytes(body[:most])


class Loop:
    """An event loop in a daemon thread, for blocking callers."""

    def __init__(self, name: str) -> None:
        self.transport: Transport = AiohttpTransport()
        self._loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._loop.run_forever, name=f"provider {name}", daemon=True)
        self.thread.start()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin a coroutine there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop_when_it_can(self) -> None:
        """End the thread as soon as whatever blocks it lets go."""
        self._loop.call_soon_threadsafe(self._loop.stop)


_loops: dict[tuple[int, str], Loop] = {}


def loop_of(pid: int, provider: str) -> Loop:
    """The loop of a provider in this process; a forked child gets its own, since threads do not survive a fork."""
    place = (pid, provider)
    if place not in _loops or not _loops[place].thread.is_alive():
        _loops[place] = Loop(provider)
    return _loops[place]


def forget(pid: int, provider: str) -> None:
    """Give the provider a new loop from its next call on."""
    _loops.pop((pid, provider), None)
