"""GATHER: single calls of several request threads are committed together, and each is answered after the commit.

Whoever gets the turn does all that waits; whoever waited for the turn finds theirs done. So a lone call waits for nobody,
and the more come at once, the fewer commits there are: a commit waits for the disk, and two calls can wait for one. Its
price: calls in one turn fail together; then each is tried by itself, so that none fails for another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from orchestrator.ingest.posts import Answer, Post, answer

MOST = 500  # calls in one turn
Do = Callable[[Sequence[Post], datetime], list[Answer]]


@dataclass(slots=True, eq=False)
class _Slot:
    post: Post
    answer: Answer | None = None
    error: Exception | None = None

    @property
    def done(self) -> bool:
        return self.answer is not None or self.error is not None


class Gatherer:
    """One for each process. It has no thread of its own: it works in that of whoever has the turn, on its connection."""

    def __init__(self, do: Do = answer, most: int = MOST) -> None:
        self._do, self._most = do, most
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._waiting: list[_Slot] = []

    def answer(self, post: Post) -> Answer:
        """What the client is told, after it is committed; or what went wrong with this call."""
        slot = _Slot(post)
        with self._lock:
            self._waiting.append(slot)
        while not slot.done:
            with self._turn:
                if not slot.done:
                    self._work()
        if slot.error is not None:
            raise slot.error
        assert slot.answer is not None
        return slot.answer

    def _work(self) -> None:
        with self._lock:
            slots, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
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
