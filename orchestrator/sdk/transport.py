"""The small HTTP that plugins get: frozen requests and responses, and a transport that keeps its connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, outgoing (to a provider) or incoming (a receipt). Header names are lower case.

    `guarded`: the URL was written by a customer or a marketer, not by who runs this machine. It then must be https to
    a public server; everything else is refused before a byte leaves (TransportRefused), redirects are not followed,
    and of the answer's body at most 64 kB are read.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    guarded: bool = False


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


class TransportRefused(TransportError):
    """A guarded request that may not be made, now or later: its URL leads inside, or is none that can be called."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, sent=False)


class Transport(Protocol):
    """What `Provider.send` talks through. Each provider of a process has one; connections are reused."""

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        """Send `request` and answer the whole response; `timeout` in seconds covers both.

        Raises TransportError, never anything else of the HTTP library underneath.
        """
        ...


def retry_after(response: Response, now: datetime) -> timedelta | None:
    """When the other side will take it, if it says so: in seconds, or as a date (RFC 9110); a day at most in seconds."""
    written = response.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdecimal():
        return timedelta(seconds=min(int(written[:9]), 86_400))
    try:
        at = parsedate_to_datetime(written)
    except ValueError:
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None
