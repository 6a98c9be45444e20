"""The HTTP that providers get: aiohttp on a loop of the provider's own thread, with its own pool of connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import aiohttp

from orchestrator.sdk.transport import Request, Response, Transport, TransportError

T = TypeVar("T")
_LARGEST = 1_000_000  # bytes of an answer that are read


class AiohttpTransport(Transport):
    """Connections are kept and shared; redirects and proxy settings of the environment are not followed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        """See `Transport.request`. Only a connection that was never made counts as not sent."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100), trust_env=False)
        try:
            async with self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body or None,
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(_LARGEST)
                return Response(
                    answer.status, {name.lower(): value for name, value in answer.headers.items()}, body
                )
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise TransportError(type(error).__name__, sent=False) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, sent=True) from error


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
