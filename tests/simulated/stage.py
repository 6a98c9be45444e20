"""The stage: actors take turns, one at a time, and may be left standing at any edge.

An actor is a thread that runs only while it holds the baton. It gives it back at edges: before a statement outside a
transaction (a BEGIN is one), after a commit, around a provider's call. Who goes next, how far the clock moves, and
who is never heard of again, is drawn from the seed; nothing else decides, so that a seed is one story.
"""

from __future__ import annotations

import hashlib
import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONGEST = 120  # seconds a turn may take on a slow machine before the stage believes that it hangs


def _baton() -> threading.Lock:
    """A lock that somebody has: whoever wants it waits until it is released."""
    baton = threading.Lock()
    baton.acquire()
    return baton


class Gone(BaseException):
    """The story is over: whoever still stands at an edge ends here."""


class Actor(threading.Thread):
    """Somebody who acts when it is their turn. `skew`: by how much their clock is wrong."""

    def __init__(self, stage: Stage, name: str, act: Callable[[], None], skew: timedelta) -> None:
        super().__init__(name=name, daemon=True)
        self.skew = skew
        self.over = False
        self.idle = False  # waits for something to do: nothing is lost if it is never heard of again
        self.where = "the door"
        self._stage = stage
        self._act = act
        self._turn = _baton()

    def run(self) -> None:
        """The act, from the first turn on."""
        self._turn.acquire()
        try:
            if not self._stage.ended:
                self._stage.enter()
                self._act()
        except Gone:
            pass
        except BaseException:
            self._stage.faults.append(f"{self.name} raised:\n{traceback.format_exc()}")
        finally:
            self.over = True
            self._stage.back.release()

    def go(self) -> None:
        """Give this actor the baton."""
        self._turn.release()

    def wait(self) -> None:
        """Until it is given the baton again."""
        self._turn.acquire()


class Stage:
    """The clock, the chance, the trace and the turns of one seed."""

    def __init__(self, seed: int, enter: Callable[[], None]) -> None:
        self.chance = random.Random(seed)
        self.now = MONDAY_NOON
        self.trace: list[str] = []
        self.count: Counter[str] = Counter()
        self.faults: list[str] = []
        self.enter = enter  # makes the thread at home: gives it the connection
        self.back = _baton()
        self.current: Actor | None = None
        self.ended = False
        self.pace = self.chance.uniform(
            0.05, 0.9
        )  # how often an edge is passed without giving the baton back
        self._everybody: list[Actor] = []

    @property
    def clock(self) -> datetime:
        """What time it is, as whoever acts just now believes."""
        return self.now + self.current.skew if self.current else self.now

    @property
    def seconds(self) -> float:
        """Of a clock that is right on every machine, since no two are compared by it."""
        return (self.now - MONDAY_NOON).total_seconds()

    def tell(self, what: str) -> None:
        """A line of the trace."""
        who = self.current.name if self.current else "-"
        self.trace.append(f"{self.seconds:10.1f} {who:<10} {what}")

    def actor(self, name: str, act: Callable[[], None], skew: timedelta = timedelta(0)) -> Actor:
        """Somebody new, who waits for their first turn."""
        made = Actor(self, name, act, skew)
        self._everybody.append(made)
        made.start()
        return made

    def turn(self, actor: Actor) -> None:
        """Let this actor go on until its next edge, or its end."""
        if actor.over:  # it has raised: nobody would ever give the baton back
            raise RuntimeError(f"{actor.name} is gone. " + "\n".join(self.faults))
        self.current = actor
        actor.go()
        if not self.back.acquire(timeout=LONGEST):
            raise RuntimeError(f"{actor.name} did not come back from {actor.where}")
        self.current = None

    def edge(self, where: str, always: bool = False) -> None:
        """Here others may act, and here an actor may be left standing. Called by whoever has the baton."""
        if self.ended:
            raise Gone
        actor = self.current
        if actor is None or threading.current_thread() is not actor:
            return
        self.count["edges"] += 1
        if not always and self.chance.random() < self.pace:
            return
        actor.where = where
        self.tell(f"| {where}")
        self.back.release()
        actor.wait()
        if self.ended:
            raise Gone

    def end(self) -> None:
        """Nobody acts any more; all threads end."""
        self.ended, self.current = True, None
        for actor in self._everybody:
            while not actor.over:
                actor.go()
                self.back.acquire(timeout=LONGEST)
            actor.join()

    def hash(self) -> str:
        """The trace in 64 letters."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()
