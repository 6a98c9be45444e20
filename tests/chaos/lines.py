"""The lines to the carriers, as plugins would write them: an HTTP call, and what its answer means to the engine."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from orchestrator.sdk import hookimpl
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.transport import Transport
from orchestrator.sdk.values import (
    Accepted,
    Deferred,
    EmailContent,
    Message,
    PushContent,
    Rejected,
    RejectReason,
    Result,
    SmsContent,
    Veto,
)
from tests.chaos import points
from tests.chaos.carriers import PATIENCE


class _Local(http.client.HTTPConnection):
    """HTTP over a local socket."""

    def __init__(self, path: str) -> None:
        super().__init__("carriers", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


class Line(BlockingProvider):
    """Class N: takes what it is given, and remembers nothing."""

    name = "line_sms"
    channel = "sms"
    max_batch = 25
    threads = 2

    def __init__(self, socket_path: str, poison: Collection[str] = ()) -> None:
        self._socket, self._poison = socket_path, poison

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """One call. Whatever breaks in it is raised: the engine then knows that nobody knows."""
        die_of(messages, self._poison)
        points.passing("before_call")
        status, answers = self._call("send", [_written(one) for one in messages], "in_call")
        if status == 503:
            raise ProviderUnavailable("away", retry_after=timedelta(seconds=5))
        if status == 429:
            return [Deferred(timedelta(seconds=30), "too many") for _ in messages]
        if status != 200:
            raise OSError(f"the carrier answered {status}")
        return [_result(answer, one.key) for answer, one in zip(answers, messages, strict=False)]

    def _call(self, what: str, body: list[Any], point: str) -> tuple[int, list[Any]]:
        connection = _Local(self._socket)
        try:
            connection.request("POST", f"/{self.channel}/{what}", json.dumps(body))
            points.passing(point)
            answer = connection.getresponse()
            told = answer.read()
            return answer.status, json.loads(told)
        finally:
            connection.close()


class Idempotent(Line):
    """Class I."""

    name = "line_email"
    channel = "email"
    idempotent = timedelta(days=30)


class Queryable(Line):
    """Class Q."""

    name = "line_push"
    channel = "push"
    queryable = True

    async def look_up(self, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
        """Ask for each; a carrier that does not answer has not said no."""
        _, known = self._call("known", list(keys), "in_look_up")
        return [Accepted(f"{self.name}:{key}") if one else None for key, one in zip(keys, known, strict=True)]


def die_of(messages: Sequence[Message], poison: Collection[str]) -> None:
    """As a library that crashes the process it is loaded into."""
    if poison and any(_token(one) in poison for one in messages):
        os.abort()


def _token(message: Message) -> str:
    content = message.content
    match content:
        case EmailContent():
            return content.subject
        case SmsContent():
            return content.text
        case PushContent():
            return content.title
    raise TypeError(f"nobody carries {type(content).__name__}")


def _written(message: Message) -> dict[str, str]:
    return {
        "key": message.key, "to": message.recipient, "purpose": message.purpose, "token": _token(message),
    }  # fmt: skip


def _result(answer: str, key: str) -> Result:
    if answer == "refused":
        return Rejected(RejectReason.INVALID_ADDRESS, "nobody lives there")
    return Accepted(f"carrier:{key}")


class Plugin:
    """Registers the three."""

    def __init__(self, socket_path: str, poison: Collection[str] = ()) -> None:
        self._lines = [Idempotent(socket_path, poison), Queryable(socket_path), Line(socket_path)]

    @hookimpl
    def register_providers(self) -> Iterable[Provider]:
        """One for each channel."""
        return self._lines


class Poisonous:
    """Looks at messages before they leave, and dies of some."""

    def __init__(self, poison: Collection[str]) -> None:
        self._poison = poison

    @hookimpl
    def review_messages(self, messages: Sequence[Message]) -> Iterable[Veto]:
        """Nobody is refused."""
        die_of(messages, self._poison)
        return ()
