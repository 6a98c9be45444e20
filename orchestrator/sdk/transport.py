"""The small HTTP that plugins get: frozen requests and responses, and a transport that keeps its connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, outgoing (to a provider) or incoming (a receipt). Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class TransportError(Exception):
    """A request failed. `sent` is False only where it is certain that no byte of the request left this machine."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.sent = sent


class Transport(Protocol):
    """What `Provider.send` talks through. Each provider of a process has one; connections are reused."""

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        """Send `request` and answer the whole response; `timeout` in seconds covers both.

        Raises TransportError, never anything else of the HTTP library underneath.
        """
        ...
