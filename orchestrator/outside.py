"""OUTSIDE: facts are said here, in the transaction in which they happen, for a higher floor to tell other systems.

Whoever says one never waits for anybody outside: what is written is a row, and it commits with the fact or not at all.
Where nobody wants to know, saying costs a look at a set in memory. A fault of the listener is the fact's own: it ends the
transaction, since a fact that is not told could not be told apart from one that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from orchestrator.domain.outside import Fact, Kind


class Listener(Protocol):
    """Whoever writes down what is said."""

    def wanted(self) -> frozenset[Kind]:
        """The kinds that somebody wants to be told of; asked at every fact, so it must cost nothing."""

    def write(self, facts: Sequence[Fact]) -> None:
        """Write these down, in the transaction around."""


_listeners: list[Listener] = []
_silent: ContextVar[bool] = ContextVar("nothing is said outside", default=False)


def listen(listener: Listener) -> None:
    """Let it hear everything; the same again is heard once."""
    if listener not in _listeners:
        _listeners.append(listener)


def say(kinds: frozenset[Kind], facts: Callable[[], Iterable[Fact]]) -> None:
    """Say these facts, which are of these kinds. They are made only where somebody wants one of the kinds."""
    if _silent.get():
        return
    for listener in _listeners:
        wanted = listener.wanted() & kinds
        if wanted and (said := [one for one in facts() if one.kind in wanted]):
            listener.write(said)


@contextmanager
def silence() -> Iterator[None]:
    """Within it nothing is said: for what is imagined."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)
