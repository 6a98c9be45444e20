"""The provider `smtp`: a batch of messages in, one certain word on each out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest

from orchestrator.sdk import (
    BlockingProvider,
    Deferred,
    Message,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Result,
)
from orchestrator_email.addresses import Unwritable
from orchestrator_email.kept import KeptSessions
from orchestrator_email.lines import Lines
from orchestrator_email.mime import Letter, write
from orchestrator_email.server import SmtpServer
from orchestrator_email.session import Lost, Session

PATIENCE = 30.0  # seconds for a batch: what has not been begun by then is deferred, and nobody waits on it


class SmtpProvider(BlockingProvider):
    """Hands email to a mail server. SMTP neither drops duplicates nor can be asked, so it is class N."""

    name = "smtp"
    channel = "email"
    max_batch = 50

    def __init__(self, server: SmtpServer, patience: float = PATIENCE) -> None:
        self.server = server
        self.patience = patience
        self.sessions = KeptSessions(partial(Session, server))
        self.lines = Lines(server.connections)

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Hand over the messages one by one, on one connection or, to a far server, on several at once."""
        written = [_write(message) for message in messages]
        letters = [letter for letter in written if isinstance(letter, Letter)]
        answers = iter(self.lines.send(letters, self._hand_over) if letters else ())
        return [next(answers) if isinstance(letter, Letter) else letter for letter in written]

    def close(self) -> None:
        """Close the kept connections; the process's exit does it too."""
        self.sessions.close()

    def _hand_over(self, letters: Sequence[Letter]) -> Sequence[Result]:
        """On one connection."""
        until = time.monotonic() + self.patience
        session, first = self._begin(letters)
        results = [first]
        try:
            for letter, following in zip_longest(letters[1:], letters[2:]):
                if session.lost or time.monotonic() > until:
                    break
                results.append(session.deliver(letter, following))
        except Lost:
            pass
        except BaseException:
            session.abandon()
            raise
        self.sessions.give_back(session)
        return results + [_not_begun(session)] * (len(letters) - len(results))

    def _begin(self, letters: Sequence[Letter]) -> tuple[Session, Result]:
        """Deliver the first letter. A kept connection that turns out to be closed is replaced."""
        while True:
            session = self.sessions.take(len(letters))
            reused = session.reused
            try:
                return session, session.deliver(letters[0], letters[1] if len(letters) > 1 else None)
            except Lost as lost:
                session.abandon()
                if not reused:
                    where = f"{self.server.host}:{self.server.port}"
                    raise ProviderUnavailable(f"{where} broke off before the first message: {lost}") from None


def _write(message: Message) -> Letter | Rejected:
    """The letter, or the refusal. Nothing has left this machine yet, so any failure here is a definite no."""
    try:
        return write(message)
    except Unwritable as unwritable:
        return Rejected(unwritable.reason, unwritable.detail)
    except Exception as error:  # its words may quote the content, so only its kind is told
        return Rejected(RejectReason.OTHER, f"cannot be written as an email ({type(error).__name__})")


def _not_begun(session: Session) -> Deferred:
    why = "the connection broke before this message" if session.lost else "the batch took too long; not begun"
    return Deferred(detail=why)
