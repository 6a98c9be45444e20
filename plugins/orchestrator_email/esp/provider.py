"""The provider `anymail`: a batch of messages in, one certain word on each out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailUnsupportedFeature

from orchestrator.sdk import (
    BlockingProvider,
    Deferred,
    Message,
    ProviderUnavailable,
    Receipt,
    Rejected,
    RejectReason,
    Request,
    Result,
    Unknown,
)
from orchestrator_email.addresses import Unwritable
from orchestrator_email.esp.answers import accepted, refused
from orchestrator_email.esp.letter import letter
from orchestrator_email.esp.reports import Reports
from orchestrator_email.esp.settings import Esp

PATIENCE = 30.0  # seconds for a batch: what has not been begun by then is deferred, and nobody waits on it


class AnymailProvider(BlockingProvider):
    """Hands email to a provider's API, a call for each. These APIs keep no keys and cannot be asked: class N."""

    name = "anymail"
    channel = "email"
    max_batch = 20

    def __init__(self, esp: Esp, patience: float = PATIENCE) -> None:
        self.esp = esp
        self.patience = patience
        self.reports = Reports(esp)

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Hand over the messages one by one on one connection."""
        until = time.monotonic() + self.patience
        backend = self.esp.backend()
        backend.open()
        results: list[Result] = []
        try:
            for message in messages:
                late = bool(results) and time.monotonic() > until
                results.append(
                    Deferred(detail="the batch took too long; not begun")
                    if late
                    else self._one(backend, message)
                )
        except ProviderUnavailable as unavailable:
            # Some of the batch may have left on the connection before: only the rest is not sent for certain.
            if not results:
                raise
            results += [Deferred(detail=unavailable.detail)] * (len(messages) - len(results))
        finally:
            backend.close()
        return results

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """Read a report of the provider's webhook, whose signature or password is checked first."""
        return self.reports.read(request)

    def _one(self, backend: Any, message: Message) -> Result:
        try:
            return self._send(backend, message, metadata=True)
        except AnymailUnsupportedFeature:
            # Nothing has left. Those that keep no metadata report by their own reference.
            return self._send_plainly(backend, message)

    def _send_plainly(self, backend: Any, message: Message) -> Result:
        try:
            return self._send(backend, message, metadata=False)
        except AnymailUnsupportedFeature:
            return Rejected(RejectReason.OTHER, f"{self.esp.title} cannot carry this message")

    def _send(self, backend: Any, message: Message, *, metadata: bool) -> Result:
        try:
            made = letter(message, metadata)
        except Unwritable as unwritable:
            return Rejected(unwritable.reason, unwritable.detail)
        try:
            backend.send_messages([made])
            return accepted(self.esp.title, made.anymail_status)
        except AnymailAPIError as error:
            return self._refused(error)
        except AnymailUnsupportedFeature:
            raise
        except AnymailError as error:  # raised while the call is prepared; its words may quote the content
            return Rejected(
                RejectReason.OTHER, f"cannot be given to {self.esp.title} ({type(error).__name__})"
            )
        except Exception as error:
            return Unknown(f"{self.esp.title}: {type(error).__name__}")

    def _refused(self, error: AnymailAPIError) -> Result:
        try:
            return refused(self.esp.title, error)
        except ProviderUnavailable as unavailable:
            # Without the error it came from, whose words hold the whole message.
            raise ProviderUnavailable(unavailable.detail) from None
