"""What all rules stand on: the hooks an author writes, the other side, and how a batch is sent and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    ProviderUnavailable,
    Rejected,
    Request,
    Response,
    Result,
    TransportError,
    Unknown,
)
from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import check, fail, kind_of
from orchestrator.sdk.testing.factories import make_message
from orchestrator.sdk.testing.gateway import Behaviour, Gateway, Verdict
from orchestrator.sdk.testing.transport import Answer, FakeTransport

NONSENSE = (
    b"<html>Sign in</html>",
    b'{"cut": "of',
    b"\x00\xff\xfe",
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"ok"',
    b"7",
)


class ProviderBench(Contract):
    """The hooks of a contract and the helpers of its rules. What does not apply is skipped by name, not in silence.

    `gateway` is the other side's memory, `transport` records HTTP; both are new for each test.
    `unsupported`: behaviours the other side cannot show, with the reason in words.
    `nonsense`: bodies that, with status 200, must not be taken for a yes; none where the status alone is the answer.
    `ignored_loggers`: names of loggers that belong to the fake server, whose lines are not the provider's.
    `changing_headers`: names (lower case) that may differ between attempts, such as a signature with a time in it.
    """

    unsupported: ClassVar[Mapping[Behaviour, str]] = {}
    nonsense: ClassVar[Sequence[bytes]] = NONSENSE
    changing_headers: ClassVar[frozenset[str]] = frozenset()
    ignored_loggers: ClassVar[frozenset[str]] = frozenset()
    gateway: Gateway
    transport: FakeTransport

    def make_provider(self) -> Provider:
        """A new provider that talks to the fake."""
        raise NotImplementedError("Write make_provider(self): it answers a new provider to be tested.")

    def answer(self, request: Request) -> Response:
        """What the true gateway answers to `request`; `self.gateway.take(...)` decides on each message in it."""
        raise NotImplementedError(
            "Write answer(self, request): what the gateway answers, asking self.gateway.take(recipient, "
            "key=..., text=...) for each message it reads in the request."
        )

    def answer_look_up(self, request: Request) -> Response:
        """What the true gateway answers to a look-up; `self.gateway.has(key)` knows. For class Q."""
        raise NotImplementedError("The provider is queryable: write answer_look_up(self, request).")

    def signed_receipt(self) -> Request:
        """A receipt as the provider sends it, truly signed. For providers with `parse_receipts`."""
        raise NotImplementedError("The provider has receipts: write signed_receipt(self), a true one.")

    def make_message(self, number: int = 1, **overrides: Any) -> Message:
        """Message `number`; override it for a channel of your own with contents of its own."""
        return make_message(self.make_provider().channel, number, **overrides)

    def behave(self, behaviour: Behaviour, refused: Collection[str] | None = None) -> None:
        """Make the other side behave so from now on. This one scripts HTTP."""
        verdicts = {Behaviour.REJECT: Verdict.REJECT, Behaviour.DEFER: Verdict.DEFER}
        self.gateway.decide(verdicts.get(behaviour, Verdict.ACCEPT), refused)
        self.transport.responses = [self._http(behaviour)]

    def transmitted(self) -> Sequence[object]:
        """All that has left so far, to compare two attempts with each other."""
        return [
            replace(
                request, headers={k: v for k, v in request.headers.items() if k not in self.changing_headers}
            )
            for request in self.transport.requests
        ]

    def begin(self) -> None:
        """Before each test. An override calls this one too."""
        super().begin()
        self.gateway = Gateway()
        self.transport = FakeTransport()

    # How the rules are made

    def _script(self, behaviour: Behaviour, refused: Collection[str] | None = None) -> None:
        if behaviour in self.unsupported:
            pytest.skip(f"the other side has no {behaviour}: {self.unsupported[behaviour]}")
        self.behave(behaviour, refused)

    def _messages(self, count: int) -> tuple[Message, ...]:
        return tuple(self.make_message(number) for number in range(1, count + 1))

    def _send(self, provider: Provider, messages: Sequence[Message]) -> Sequence[Result]:
        """Send, and hold every answer to what all must keep: no stray exception, one result each, a known kind."""
        try:
            results = asyncio.run(provider.send(tuple(messages), self.transport))
        except (ProviderUnavailable, NotImplementedError):  # the latter: a hook the author has yet to write
            raise
        except Exception as error:
            fail(f"send raised {type(error).__name__}: it may raise ProviderUnavailable and nothing else.")
        check(
            isinstance(results, Sequence) and len(results) == len(messages),
            f"{len(messages)} messages got {len(results) if isinstance(results, Sequence) else 'no list of'} "
            "results: each message gets exactly one.",
        )
        for result in results:
            check(
                isinstance(result, Accepted | Rejected | Deferred | Unknown),
                f"{type(result).__name__} is no result: answer Accepted, Rejected, Deferred or Unknown.",
            )
        return results

    def _told(self, message: Message) -> list[str]:
        """All that the provider says about one message: details and the words of its exception."""
        try:
            return [repr(result) for result in self._send(self.make_provider(), [message])]
        except ProviderUnavailable as unavailable:
            chain = [unavailable, unavailable.__cause__]
            return [f"{error} {error!r}" for error in chain if error is not None] + [unavailable.detail]

    def _accepts(self, count: int) -> None:
        self._script(Behaviour.ACCEPT)
        messages = self._messages(count)
        self._all(Accepted, self._send(self.make_provider(), messages), count)
        taken = [delivery.recipient for delivery in self.gateway.delivered]
        check(
            sorted(taken) == sorted(message.recipient for message in messages),
            f"Of {count} messages the other side took {len(taken)}: each is handed over exactly once.",
        )

    def _mixed(self, behaviour: Behaviour, kind: type[Result]) -> None:
        messages = self._messages(min(5, self.make_provider().max_batch))
        if len(messages) < 2:
            pytest.skip("it takes one message at a time")
        unlucky = {message.recipient for message in messages[1::3]}
        self._script(behaviour, unlucky)
        results = self._send(self.make_provider(), messages)
        wanted = [kind if message.recipient in unlucky else Accepted for message in messages]
        check(
            [type(result) for result in results] == wanted,
            f"Results belong to messages by their order: {[w.__name__ for w in wanted]} was right, "
            f"the provider answered {[kind_of(result) for result in results]}.",
        )

    def _unavailable(self, behaviour: Behaviour) -> None:
        self._script(behaviour)
        try:
            results = self._send(self.make_provider(), [self.make_message()])
        except ProviderUnavailable:
            self._nothing_taken()
            return
        fail(f"Nothing has left this machine: raise ProviderUnavailable, not {kind_of(results[0])}.")

    def _unknown(self, behaviour: Behaviour) -> None:
        self._script(behaviour)
        try:
            results = self._send(self.make_provider(), [self.make_message()])
        except ProviderUnavailable:
            fail("ProviderUnavailable promises that nothing was accepted, which nobody knows here: Unknown.")
        self._all(Unknown, results, 1, f"with the other side at {behaviour}")

    def _not_now(self, messages: Sequence[Message]) -> timedelta | None:
        try:
            results = self._send(self.make_provider(), messages)
        except ProviderUnavailable as unavailable:
            self._nothing_taken()
            return unavailable.retry_after
        self._all(Deferred, results, len(messages), "to a refusal for now")
        self._nothing_taken()
        return results[0].retry_after if isinstance(results[0], Deferred) else None

    def _nothing_taken(self) -> None:
        check(
            not self.gateway.delivered, "The other side took a message that the provider reports as not sent."
        )

    def _all(self, kind: type[Result], results: Sequence[Result], count: int = 1, when: str = "") -> None:
        wrong = [kind_of(result) for result in results if not isinstance(result, kind)]
        check(
            len(results) == count and not wrong,
            f"{kind.__name__} was right {when or 'here'}, the provider answered {wrong or len(results)}.",
        )

    def _needs_http(self) -> None:
        if type(self).behave is not ProviderBench.behave:
            pytest.skip("it does not speak HTTP through the transport")

    def _with_receipts(self) -> Provider:
        provider = self.make_provider()
        if type(provider).parse_receipts is Provider.parse_receipts:
            pytest.skip("it has no receipts")
        return provider

    def _http(self, behaviour: Behaviour) -> Answer:
        refused = TransportError("connection refused", sent=False)
        answers: dict[Behaviour, Answer] = {
            Behaviour.UNREACHABLE: refused,
            Behaviour.DROP_BEFORE: TransportError("the kept connection was closed", sent=False),
            Behaviour.DROP_AFTER: after(self.answer, TransportError("connection reset", sent=True)),
            Behaviour.SLOW: after(self.answer, TransportError("timed out", sent=True)),
            Behaviour.GARBAGE: after(self.answer, Response(200, {}, (*self.nonsense, b"")[0])),
            Behaviour.BROKEN: after(self.answer, Response(500, {}, b"internal error")),
            Behaviour.TOO_MANY: Response(429, {"retry-after": "30"}, b""),
        }
        return answers.get(behaviour, self.answer)


def after(answer: Any, instead: Response | Exception) -> Answer:
    """Let the gateway take the request, and have its answer replaced on the way back."""

    def respond(request: Request) -> Response:
        answer(request)
        if isinstance(instead, Exception):
            raise instead
        return instead

    return respond
