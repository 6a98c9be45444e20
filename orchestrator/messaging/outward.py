"""OUTWARD: names are resolved once, every address is looked at, and the connection goes to what was looked at.

The pure part, which URLs may be called at all, is `domain/outbound.py`.
"""

from __future__ import annotations

import socket
from collections.abc import Collection

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from orchestrator.domain.outbound import Forbidden, allows, check, is_public
from orchestrator.sdk.transport import Request, TransportRefused

MOST_READ = 65_536  # bytes of an answer that are read
HEADERS = {"accept-encoding": "identity"}  # an answer is read as it comes: nothing is unpacked


class NotPublic(OSError):
    """A name that leads to an address inside, whatever else it leads to."""


class GuardedResolver(AbstractResolver):
    """Answers the addresses of a name if all of them are public; the operator's own hosts are not asked about."""

    def __init__(self, inner: AbstractResolver, allowed: Collection[str]) -> None:
        self._inner = inner
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises NotPublic. The caller connects to these very addresses and does not resolve again."""
        found = await self._inner.resolve(host, port, family)
        if allows(self._allowed, host.lower(), port) or all(is_public(one["host"]) for one in found):
            return found
        raise NotPublic(f"{host[:60]} leads to an address that is not public")

    async def close(self) -> None:
        """Close what is underneath."""
        await self._inner.close()


def connector(allowed: Collection[str], inner: AbstractResolver | None = None) -> aiohttp.TCPConnector:
    """Connections that only public servers get. Nothing is cached, so every connection's name is looked at anew."""
    resolver = GuardedResolver(inner or aiohttp.ThreadedResolver(), allowed)
    return aiohttp.TCPConnector(limit=100, limit_per_host=10, resolver=resolver, use_dns_cache=False)


def check_request(request: Request, allowed: Collection[str]) -> None:
    """Raises TransportRefused for a URL that may not be called, before anything is resolved."""
    try:
        check(request.url, allowed)
    except Forbidden as error:
        raise TransportRefused(str(error)) from None
