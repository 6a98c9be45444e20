"""Connections that stay open between batches: each is used by one thread at a time and by one process ever."""

from __future__ import annotations

import atexit
import os
import time
from collections import deque
from collections.abc import Callable

from orchestrator_email.session import Session

IDLE_FOR = 30.0  # seconds; servers close an idle connection after a minute or five
LETTERS = 100  # a connection; large mailbox providers close theirs after about as many


class KeptSessions:
    """A stack of idle sessions. As many stay open as threads have sent at the same time.

    It has no lock (a deque's append and pop are atomic), so a fork can never copy a held one.
    """

    def __init__(
        self, connect: Callable[[], Session], idle_for: float = IDLE_FOR, letters: int = LETTERS
    ) -> None:
        self.connect = connect
        self.idle_for = idle_for
        self.letters = letters
        self._idle: deque[tuple[int, Session]] = deque()
        atexit.register(self.close)

    def take(self, letters: int) -> Session:
        """A session good for `letters` more: a kept one if it is still usable, else a new one."""
        while (session := self._pop()) is not None:
            rested = time.monotonic() - session.used_at
            if rested <= self.idle_for and session.given + letters <= self.letters and session.usable():
                return session
            session.close()
        return self.connect()

    def give_back(self, session: Session) -> None:
        """Keep the session for the next batch, unless it is lost, or the server waits for a letter that will not come."""
        if session.lost or session.asked is not None:
            session.abandon()
        else:
            self._idle.append((os.getpid(), session))

    def close(self) -> None:
        """Close all that are idle."""
        while (session := self._pop()) is not None:
            session.close()

    def _pop(self) -> Session | None:
        """The last one given back. Those of a parent process are dropped in silence: it still speaks there."""
        while self._idle:
            try:
                owner, session = self._idle.pop()
            except IndexError:  # another thread was quicker
                return None
            if owner == os.getpid():
                return session
            session.abandon()
        return None
