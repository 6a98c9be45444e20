"""Two providers that keep a log of their own, and can kill the worker that calls them.

The log is the outside world: one line for every message a provider took, written and synced before it answers. It
is read by nobody but the test, and by the idempotent provider, which drops a key that it has taken before.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from orchestrator.sdk import hookimpl
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.values import Accepted, Message, Result

PACE = 0.002  # seconds a message takes, so that a kill from outside finds calls going on


class Gateway(BlockingProvider):
    """Writes `<key> <channel> <purpose>` for every message it takes. `dies_after`: kills its own worker then."""

    max_batch = 10
    threads = 2

    def __init__(self, log: Path, dies_after: int | None) -> None:
        self._log = log
        self._left = dies_after

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Take the messages one by one; it is there between two lines that a worker dies."""
        for one in messages:
            self._take(one)
            time.sleep(PACE)
        return [Accepted(f"gateway:{one.key}") for one in messages]

    def _take(self, message: Message) -> None:
        descriptor = os.open(self._log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not self._knows(message.key, descriptor):
                os.write(descriptor, f"{message.key} {message.channel} {message.purpose}\n".encode())
                os.fsync(descriptor)
            self._perhaps_die()
        finally:
            os.close(descriptor)

    def _knows(self, key: str, descriptor: int) -> bool:
        return False

    def _perhaps_die(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Idempotent(Gateway):
    """Class I: a key that it has taken before is dropped, and answered as the first time."""

    name = "gateway_email"
    channel = "email"
    idempotent = timedelta(days=30)

    def _knows(self, key: str, descriptor: int) -> bool:
        taken = os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()
        return any(line.startswith(key) for line in taken.splitlines())


class Forgetful(Gateway):
    """Class N: whatever it is given, it sends."""

    name = "gateway_sms"
    channel = "sms"


class Plugin:
    """Registers both. A provider's number of messages before it kills its worker is the worker's own."""

    def __init__(self, log: Path, dies_after: int | None = None) -> None:
        self._providers = [Idempotent(log, dies_after), Forgetful(log, dies_after)]

    @hookimpl
    def register_providers(self) -> Iterable[Provider]:
        """One for email, one for SMS."""
        return self._providers
