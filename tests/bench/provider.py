"""Providers that take everything at once: what is measured is the engine, not somebody's network."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

from orchestrator.sdk import hookimpl
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.values import Accepted, Message, Result


class Nowhere(BlockingProvider):
    """Class I, like an API with keys and a batch endpoint; accepts in the delivery thread. `taken` counts."""

    name = "nowhere"
    channel = "email"
    max_batch = 500
    threads = 0
    idempotent = timedelta(days=30)

    def __init__(self) -> None:
        self.taken = 0

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """All accepted."""
        self.taken += len(messages)
        return [Accepted(f"nowhere:{one.key}") for one in messages]


class Stamping(Nowhere):
    """Tells a local socket to whom a message goes and when it came here (CLOCK_MONOTONIC), then accepts."""

    name = "stamping"

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._socket: socket.socket | None = None

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """One datagram for each transactional message; the others are only there to stand in the way."""
        at = time.monotonic_ns()
        for one in messages:
            if one.purpose == "transactional":
                self._tell(f"{one.recipient} {at}")
        return super().send_blocking(messages)

    def _tell(self, line: str) -> None:
        if self._socket is None:  # here, so that each forked worker has its own
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.sendto(line.encode(), self._path)


class Plugin:
    """Registers one provider."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @hookimpl
    def register_providers(self) -> Iterable[Provider]:
        """It."""
        return [self._provider]
