"""TOGETHER: shares of the people are simulated at once, each in a process of its own, and told as one."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from django.db import connection

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import Definition, DefinitionError
from orchestrator.journeys.check import check
from orchestrator.journeys.models import Journey
from orchestrator.journeys.simulation.asked import Asked
from orchestrator.journeys.simulation.gathered import gather
from orchestrator.journeys.simulation.run import Advance, live_share
from orchestrator.journeys.simulation.shares import EVERYBODY, Share, can_share
from orchestrator.journeys.simulation.tell import Simulated, Told
from orchestrator.journeys.versions import version
from orchestrator.messaging.models import Budget

FEW, MOST = (
    5_000,
    8,
)  # people, below whom a second process takes longer to begin than it saves; processes, at most
STEPS = 1000  # a child says how far it is at each of so many, so that all it says fits into a pipe that nobody reads


class ShareFailed(RuntimeError):
    """A process ended without its answer."""


def simulate(asked: Asked, advance: Advance = lambda share: None, processes: int = 0) -> Simulated:
    """What would have happened. DefinitionError names what is wrong with the journey.

    `processes`: in so many, by default as many as there are processors; in one where people hang on one another. For a
    process of its own: what it has published has numbers that no real version has.
    """
    if (of := _shares(asked, processes)) == 1:
        return live_share(asked, EVERYBODY, advance).simulated
    with _children(asked, of) as children:
        mine = live_share(asked, Share(0, of), lambda share: advance(_slowest(share, children)))
        return gather([mine, *(one.answer() for one in children)]).simulated


def _shares(asked: Asked, processes: int) -> int:
    checked = check(asked.journey, asked.templates)
    budgets = Budget.objects.filter(enabled=True).exists()
    if not can_share([checked.definition, *_beside(asked, checked.definition.key)], budgets):
        return 1
    if processes:
        return processes
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, MOST) if Customer.objects.order_by("pk")[FEW : FEW + 1].exists() else 1


def _beside(asked: Asked, key: str) -> Iterator[Definition]:
    if asked.beside:
        for row in Journey.objects.filter(status=Journey.Status.LIVE, current__isnull=False).exclude(key=key):
            assert row.current_id is not None
            yield version(row.current_id).definition


class _Child:
    """One share's process, and how far it is."""

    def __init__(self, asked: Asked, share: Share) -> None:
        context = multiprocessing.get_context("fork")
        self._heard, said = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(target=_live, args=(asked, share, said), daemon=True)
        self._process.start()
        said.close()
        self.done = 0.0
        self._told: Told | None = None

    def listen(self) -> None:
        """Hear what it has said until now."""
        while self._told is None and self._heard.poll():
            self._hear()

    def answer(self) -> Told:
        """Wait for it."""
        while self._told is None:
            self._hear()
        return self._told

    def end(self) -> None:
        """It goes with us, whatever it is doing."""
        self._process.terminate()
        self._process.join()
        self._heard.close()

    def _hear(self) -> None:
        try:
            said = self._heard.recv()
        except EOFError:
            raise ShareFailed("a process of the simulation ended without an answer") from None
        if isinstance(said, BaseException):
            raise said
        if isinstance(said, Told):
            self._told, self.done = said, 1.0
        else:
            self.done = said


@contextlib.contextmanager
def _children(asked: Asked, of: int) -> Iterator[Sequence[_Child]]:
    connection.close()  # what a child inherits it would share; it opens its own
    children = [_Child(asked, Share(number, of)) for number in range(1, of)]
    try:
        yield children
    finally:
        for one in children:
            one.end()


def _slowest(mine: float, children: Sequence[_Child]) -> float:
    for one in children:
        one.listen()
    return min(mine, *(one.done for one in children))


def _live(asked: Asked, share: Share, said: Connection) -> None:
    """A child's life. Where its parent has died, what it says breaks the pipe, and it ends."""
    try:
        said.send(live_share(asked, share, _telling(said.send)))
    except BrokenPipeError:
        return
    except (DefinitionError, Exception) as error:
        with contextlib.suppress(BrokenPipeError):
            said.send(_plain(error))


def _telling(say: Callable[[float], object]) -> Advance:
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if int(share * STEPS) > told:
            told = int(share * STEPS)
            say(share)

    return tell


def _plain(error: Exception) -> Exception:
    """An error that can be sent: one of a driver's may hold what cannot."""
    return ShareFailed(f"{type(error).__name__}: {error}")
