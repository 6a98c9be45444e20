"""What a provider is: the last ten centimetres between the engine and the world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from orchestrator.sdk.transport import Request, Response, Transport
from orchestrator.sdk.values import Content, Message, Receipt, Result


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people. `normalise` answers the one spelling of an address, or raises ValueError with words.

    `personal` is false for a way to reach systems: nobody has an address there, and no `send` step may name it.
    `several`: a person has many addresses at once (devices); elsewhere a newer one takes the older one's place.
    """

    name: str
    title: str
    content: type[Content]
    normalise: Callable[[str], str]
    personal: bool = True
    several: bool = False


class Provider(ABC):
    """Hands messages of one channel to somebody who delivers them.

    What it declares decides what the engine can promise:

    * `idempotent` — the provider drops a second message with a key it has seen, for at least this long. (class I)
    * `queryable` — `look_up` can say whether a key was accepted. (class Q)
    * neither — after a crash in mid-call nobody knows; marketing is then sent at most once. (class N)

    `receipt_answer` is what the other side reads back once its report is counted. Most look at the status alone.
    """

    name: ClassVar[str]
    channel: ClassVar[str]
    max_batch: ClassVar[int] = 1
    idempotent: ClassVar[timedelta | None] = None
    queryable: ClassVar[bool] = False
    receipt_answer: ClassVar[Response] = Response(200)

    @abstractmethod
    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """Hand over at most `max_batch` messages; answer exactly one result each, in order.

        Raises ProviderUnavailable where certainly nothing was accepted. Anything else raised, or a missing
        result, is read as Unknown.
        """

    async def look_up(self, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
        """For each key: Accepted if the provider has it, None if it certainly has not. Class Q only."""
        raise NotImplementedError(f"{self.name} does not declare `queryable`")

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """Read the provider's later reports. Pure; verifies the signature first, raising SignatureInvalid."""
        raise NotImplementedError(f"{self.name} has no receipts")


class BlockingProvider(Provider):
    """A provider whose library blocks: write `send_blocking`, and it runs in up to `threads` threads at once.

    `threads = 0` runs it in the delivery thread itself, for providers that must share its database connection.
    """

    threads: ClassVar[int] = 4

    @abstractmethod
    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """As `Provider.send`, without a transport."""

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """Run `send_blocking` in a thread."""
        import asyncio

        return await asyncio.to_thread(self.send_blocking, messages)
