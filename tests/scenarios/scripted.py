"""A provider that answers what the test wrote down, and remembers what it was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from orchestrator.sdk import hookimpl
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.transport import Transport
from orchestrator.sdk.values import Accepted, Message, Result


class Scripted(BlockingProvider):
    """One message a call, in the delivery thread. `calls`: what it was given; `asked`: keys it was asked about."""

    name = "scripted"
    channel = "email"
    threads = 0

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.known: dict[str, Result] = {}
        self.calls: list[Message] = []
        self.asked: list[str] = []
        self.silent = False  # it cannot be asked
        self.swallows: set[str] = set()  # recipients for whom it gives no result
        self.down: BaseException | None = None  # what it raises, whatever it is given
        self.turned_away: list[str] = []  # keys that it was given while it was down

    @classmethod
    def of(
        cls, channel: str, promise: str, answers: list[Any], keeps: timedelta | None = None, name: str = ""
    ) -> Scripted:
        """A provider of a class of its own: what a provider promises is declared on its class."""
        declared = {
            "name": name or f"scripted_{channel}",
            "channel": channel,
            "idempotent": (keeps or timedelta(days=30)) if promise == "I" else None,
            "queryable": promise == "Q",
        }
        made: Scripted = type("Scripted", (cls,), declared)(answers)
        return made

    @property
    def recipients(self) -> list[str]:
        """To whom it was asked to deliver, call by call."""
        return [message.recipient for message in self.calls]

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """The next answer for each message; `Accepted` once they are used up."""
        if self.down is not None:
            self.turned_away += [message.key for message in messages]
            raise self.down
        self.calls += messages
        return [self._answer() for message in messages if message.recipient not in self.swallows]

    async def look_up(self, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
        """What the test put into `known`."""
        self.asked += keys
        if self.silent:
            raise ConnectionError("nobody answers")
        return [self.known.get(key) for key in keys]

    def _answer(self) -> Result:
        answer = self.answers.pop(0) if self.answers else Accepted("ref")
        if isinstance(answer, Exception):
            raise answer
        result: Result = answer
        return result


class Plugin:
    """Registers these providers."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = providers

    @hookimpl
    def register_providers(self) -> Iterable[Provider]:
        """All of them."""
        return self._providers
