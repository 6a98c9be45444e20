"""The other side: what it is told to do, and its own log of what it took, which is the truth a test compares with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """How the other side behaves; each has one right answer of the provider."""

    ACCEPT = "accept"  # takes all -> Accepted
    REJECT = "reject"  # refuses for good what `refused` names, or all -> Rejected
    DEFER = "defer"  # says "not now" to what `refused` names, or all -> Deferred
    UNREACHABLE = "unreachable"  # nobody listens -> ProviderUnavailable
    DROP_BEFORE = "drop_before"  # the connection breaks before a byte of the request -> ProviderUnavailable
    DROP_AFTER = "drop_after"  # takes it, then the connection breaks -> Unknown
    GARBAGE = "garbage"  # takes it and answers nonsense -> Unknown
    SLOW = "slow"  # takes it and answers after the time-out -> Unknown
    TOO_MANY = "too_many"  # refuses the call, too many of them -> Deferred or ProviderUnavailable
    BROKEN = "broken"  # takes it and answers "internal error" -> Unknown


class Verdict(StrEnum):
    """What the other side does with one message."""

    ACCEPT = "accept"
    REJECT = "reject"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that the other side has taken, as it saw it; `key` and `text` are empty where it saw none."""

    recipient: str
    key: str = ""
    text: str = ""


class Gateway:
    """The memory of the other side. A fake server calls `take` for every message it reads out of a request."""

    def __init__(self) -> None:
        self.verdict = Verdict.ACCEPT
        self.refused: frozenset[str] | None = None
        self.delivered: list[Delivery] = []
        self._keys: set[str] = set()

    def decide(self, verdict: Verdict, refused: Collection[str] | None = None) -> None:
        """From now on give `verdict` to the recipients in `refused` (None: to all) and take the others."""
        self.verdict = verdict
        self.refused = None if refused is None else frozenset(refused)

    def take(self, recipient: str, *, key: str = "", text: str = "") -> Verdict:
        """Decide on one message and log it if it is taken. A key seen before is taken, and delivered no second time.

        Pass `key` only where the true gateway reads it, from where it reads it: this is how a test sees that a
        provider really gives its keys away.
        """
        if self.verdict is not Verdict.ACCEPT and (self.refused is None or recipient in self.refused):
            return self.verdict
        if not key or key not in self._keys:
            self.delivered.append(Delivery(recipient, key, text))
        self._keys |= {key} - {""}
        return Verdict.ACCEPT

    def has(self, key: str) -> bool:
        """Whether it took a message with this key: what a look-up answers."""
        return key in self._keys
