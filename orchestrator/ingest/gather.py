"""GATHER: single calls of several request threads are committed together, and each is answered after the commit.

Whoever comes while nobody is at work does theirs at once; whoever comes meanwhile waits, and the first of them then does all
that wait. So a lone call waits for nobody, and the more come at once, the fewer commits there are: a commit waits for the disk,
and two calls can wait for one. Its price: calls in one turn fail together; then each is tried by itself, so that none fails
for another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import timezone

from orchestrator.ingest.posts import Answer, Post, answer

MOST = 500  # calls in one turn
Do = Callable[[Sequence[Post], datetime], list[Answer]]


class _Slot:
    """One call that waits. It is woken when it is done, or when its turn has come to do what waits."""

    __slots__ = ("answer", "error", "post", "woken")

    def __init__(self, post: Post) -> None:
        self.post = post
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.woken = threading.Event()

    @property
    def done(self) -> bool:
        return self.answer is not None or self.error is not None


class Gatherer:
    """One for each process. It has no thread of its own: it works in that of whoever has the turn, on its connection."""

    def __init__(self, do: Do = answer, most: int = MOST) -> None:
        self._do, self._most = do, most
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: list[_Slot] = []

    def answer(self, post: Post) -> Answer:
        """What the client is told, after it is committed; or what went wrong with this call."""
        slot = _Slot(post)
        if self._waits(slot):
            slot.woken.wait()
        if not slot.done:
            self._turn()
        if slot.error is not None:
            raise slot.error
        assert slot.answer is not None
        return slot.answer

    def _waits(self, slot: _Slot) -> bool:
        """Whether somebody is at work; if not, it is this one's turn."""
        with self._lock:
            self._waiting.append(slot)
            waits, self._busy = self._busy, True
        return waits

    def _turn(self) -> None:
        """Do what waits, oneself the first of it, wake whose it was, and hand on the turn."""
        with self._lock:
            slots, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._work(slots)
        except BaseException as error:  # the process is told to end: nobody may wait for ever
            for one in slots:
                one.error = None if one.done else error
            raise
        finally:
            for one in slots:
                one.woken.set()
            with self._lock:
                self._busy = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].woken.set()

    def _work(self, slots: Sequence[_Slot]) -> None:
        try:
            answers = self._do([one.post for one in slots], timezone.now())
        except Exception as error:
            self._one_by_one(slots, error)
        else:
            for one, told in zip(slots, answers, strict=True):
                one.answer = told

    def _one_by_one(self, slots: Sequence[_Slot], error: Exception) -> None:
        if len(slots) == 1:
            slots[0].error = error
            return
        for one in slots:
            try:
                one.answer = self._do([one.post], timezone.now())[0]
            except Exception as own:
                one.error = own


gatherer = Gatherer()
