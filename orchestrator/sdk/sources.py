"""What a source is: it reads what a shop or a helpdesk tells, by webhook or by file, and says it as facts.

Pure: the moment, the zone and the secrets are arguments; nothing is stored here. The same delivery read twice gives the
same keys, so that a redelivery, a file and a webhook of the same order come to the same events.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from orchestrator.sdk.transport import Request


@dataclass(frozen=True, slots=True)
class Who:
    """A person as the other side knows them. At least one of the first three names them; "" = not said.

    `external_id`: the other side's own number of them. `country`: two letters, by which a phone number is read.
    `of`: where nobody is named, the key of an event: whoever did that.
    """

    external_id: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    country: str = ""
    of: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """Somebody did something. `key` names it for good: the same key again is the same thing."""

    who: Who
    name: str
    occurred_at: datetime
    key: str
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Described:
    """What is true of somebody now. What is empty changes nothing."""

    who: Who


@dataclass(frozen=True, slots=True)
class Offered:
    """A product as the shop offers it now. `available`: whether it can be bought; `stock` None: not counted."""

    key: str
    title: str
    url: str = ""
    image_url: str = ""
    category: str = ""
    price: Decimal | None = None
    regular_price: Decimal | None = None
    currency: str = ""
    stock: int | None = None
    available: bool = True
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody allowed or forbade, at a moment that the other side has recorded. Without both there is no `Said`.

    `state`: granted or withdrawn. `text`: the words they agreed to, where they are told.
    """

    who: Who
    channel: str
    state: str
    at: datetime
    source: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that could not be read, in words, while the rest was. The delivery is kept, to be taken again later."""

    words: str


Fact = Happened | Described | Offered | Said | Unread


@dataclass(frozen=True, slots=True)
class Connected:
    """What the house knows of the connection by which something came.

    `secrets`: the newest first; while one is replaced both are good. `prefix` goes before the other side's own ids.
    `statuses`: its names of an order's states, in small letters -> placed, paid, delivered, cancelled, returned or "".
    """

    secrets: tuple[str, ...]
    now: datetime
    zone: ZoneInfo
    prefix: str = ""
    currency: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceField:
    """A column that a file of a kind may have. `aliases`: other words for it, small letters, spaces as `_`."""

    name: str
    words: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one thing in a file. `line`: where it begins."""

    line: int
    facts: tuple[Fact, ...]


class SourceReader(Protocol):
    """Reads one file from its beginning, the same at every reading. ValueError in words: this row is wrong."""

    def feed(self, line: int, cells: Mapping[str, str]) -> Iterable[Group]:
        """What is whole with this row; nothing yet where the next one may belong to it."""

    def end(self) -> Iterable[Group]:
        """What is whole with the file's end."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A kind of export file. `begin` is given the columns and answers a reader; ValueError where they will not do."""

    key: str
    title: str
    help: str
    fields: tuple[SourceField, ...]
    begin: Callable[[Sequence[str], Connected], SourceReader]


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; ValueError, in words, for anything else."""
    try:
        said = json.loads(body)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    if not isinstance(said, dict):
        raise ValueError("the body is no JSON object")
    return said


class Source(ABC):
    """Reads what one kind of shop or helpdesk tells.

    `secret`: "ours", made here and entered there, or "theirs", made there and entered here. `steps`: what to do there,
    in words; `{url}` and `{secret}` stand for themselves. `heads`: headers that `read` needs, kept with what could not
    be taken; never the signature.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    secret: ClassVar[str] = "ours"
    steps: ClassVar[tuple[str, ...]] = ()
    heads: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def verify(self, request: Request, connected: Connected) -> None:
        """Look at the signature, in constant time; raises SignatureInvalid. Nothing of the request is used before."""

    @abstractmethod
    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """The facts; none for what is no concern of ours. ValueError, in words, for what cannot be read."""

    def parse(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """Verify, then read."""
        self.verify(request, connected)
        return self.read(request, connected)

    def files(self) -> Sequence[SourceFile]:
        """The export files that it reads."""
        return ()
