"""Virtual providers of every class, which misbehave by the seed and keep a log of their own: the outside world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.providers import BlockingProvider
from orchestrator.sdk.transport import Transport
from orchestrator.sdk.values import Accepted, Deferred, Message, Rejected, RejectReason, Result, Unknown
from tests.simulated.stage import Stage

MISDEEDS = (
    "accept", "timeout after accept", "timeout before", "500 after accept", "429", "unavailable", "garbage after accept",
    "garbage before", "too many after accept", "refusal", "no such address",
)  # fmt: skip
KEEPS = timedelta(days=30)


@dataclass(frozen=True)
class Taken:
    """A message that a provider has taken: it will reach somebody."""

    key: str
    provider: str
    channel: str
    purpose: str
    recipient: str
    by: str  # the worker
    at: datetime
    answered: bool  # whether the worker is told that it was taken


class Virtual(BlockingProvider):
    """`behaves`: the share of calls that go well."""

    name = "virtual"
    channel = "email"
    threads = 0
    max_batch = 2

    def __init__(self, stage: Stage, log: list[Taken]) -> None:
        self.stage = stage
        self.log = log
        self.behaves = stage.chance.choice((0.3, 0.6, 0.9))

    @classmethod
    def of(cls, channel: str, promise: str, stage: Stage, log: list[Taken]) -> Virtual:
        """A provider of class I, Q or N for a channel: what it promises is declared on its class."""
        declared = {
            "name": f"virtual_{channel}",
            "channel": channel,
            "idempotent": KEEPS if promise == "I" else None,
            "queryable": promise == "Q",
            "max_batch": stage.chance.choice((1, 2, 3)),
        }
        made: Virtual = type("Virtual", (cls,), declared)(stage, log)
        return made

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """What is drawn for this call."""
        self.stage.edge("call", always=True)
        well = self.stage.chance.random() < self.behaves
        deed = "accept" if well else self.stage.chance.choice(MISDEEDS)
        self.stage.count[deed] += 1
        self.stage.tell(f"{self.name}: {deed} {' '.join(one.key[:6] for one in messages)}")
        answer = self._do(deed, messages)
        self.stage.edge("answer")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def look_up(self, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
        """The truth, or no answer at all."""
        self.stage.edge("look up")
        if self.stage.chance.random() > self.behaves:
            self.stage.count["look-ups unanswered"] += 1
            raise ConnectionError("nobody answers")
        self.stage.count["look-ups"] += 1
        return [Accepted(f"ref-{key}") if self.has(key) else None for key in keys]

    def has(self, key: str) -> bool:
        """Whether this key was taken."""
        return any(one.key == key for one in self.log)

    def _do(self, deed: str, messages: Sequence[Message]) -> Any:
        known = self.idempotent is not None and any(self.has(one.key) for one in messages)
        if deed == "accept" or (known and deed in ("429", "refusal", "no such address", "unavailable")):
            return self._take(messages, answered=True)
        if deed.endswith("after accept"):
            self._take(messages, answered=False)
        return _ANSWERS[deed](messages)

    def _take(self, messages: Sequence[Message], answered: bool) -> list[Result]:
        for one in messages:
            if self.idempotent is not None and self.has(one.key):
                self.stage.count["keys dropped"] += 1
                continue
            by = self.stage.current.name if self.stage.current else "-"
            self.log.append(
                Taken(
                    one.key, self.name, one.channel, one.purpose, one.recipient, by, self.stage.now, answered
                )
            )
            self.stage.edge("taken")
        return [Accepted(f"ref-{one.key}") for one in messages]


_ANSWERS: dict[str, Any] = {
    "timeout after accept": lambda messages: TimeoutError("no answer"),
    "timeout before": lambda messages: TimeoutError("no connection, or was there one?"),
    "500 after accept": lambda messages: [Unknown("500") for _ in messages],
    "429": lambda messages: [Deferred(timedelta(seconds=40)) for _ in messages],
    "unavailable": lambda messages: ProviderUnavailable("down for repairs"),
    "garbage after accept": lambda messages: ["<html>" for _ in messages],
    "garbage before": lambda messages: 42,
    "too many after accept": lambda messages: [Accepted("x") for _ in [*messages, 1]],
    "refusal": lambda messages: [Rejected(RejectReason.SPAM) for _ in messages],
    "no such address": lambda messages: [Rejected(RejectReason.INVALID_ADDRESS) for _ in messages],
}
