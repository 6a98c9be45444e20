"""What every provider must keep to, as tests to inherit.

    class TestAcmeSms(ProviderContract):
        def make_provider(self): return AcmeSms("https://sms.acme.example", "token")
        def answer(self, request): ...      # what the true gateway answers, with self.gateway as its memory

A provider that does not speak HTTP overrides `behave` (and `transmitted`) instead of `answer`.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

import pytest

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    ProviderUnavailable,
    Receipt,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    SignatureInvalid,
    TransportError,
    Unknown,
)
from orchestrator.sdk.testing.factories import make_message, text_of
from orchestrator.sdk.testing.gateway import Behaviour, Gateway, Verdict
from orchestrator.sdk.testing.logs import collect_logs
from orchestrator.sdk.testing.transport import Answer, FakeTransport

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
POLISH = "Zażółć gęślą jaźń, Łukaszu! 🎉👩‍👧 „cudzysłów” – €10\nDrugi wiersz = 100%\n.kropka na początku"
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


class ProviderContract:
    """Tests of a provider. What does not apply to it is skipped by name, never passed over in silence.

    `gateway` is the other side's memory, `transport` records HTTP; both are new for each test.
    `unsupported`: behaviours the other side cannot show, with the reason in words.
    `nonsense`: bodies that, with status 200, must not be taken for a yes.
    `ignored_loggers`: names of loggers that belong to the fake server, whose lines are not the provider's.
    `changing_headers`: names (lower case) that may differ between attempts, such as a signature with a time in it.
    """

    unsupported: ClassVar[Mapping[Behaviour, str]] = {}
    nonsense: ClassVar[Sequence[bytes]] = NONSENSE
    changing_headers: ClassVar[frozenset[str]] = frozenset()
    ignored_loggers: ClassVar[frozenset[str]] = frozenset()
    gateway: Gateway
    transport: FakeTransport

    # What the author provides

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
        """All that has left so far, to compare two attempts; None items are not compared."""
        return [
            replace(
                request, headers={k: v for k, v in request.headers.items() if k not in self.changing_headers}
            )
            for request in self.transport.requests
        ]

    @pytest.fixture(autouse=True)
    def _contract(self) -> Iterator[None]:
        self.begin()
        yield
        self.end()

    def begin(self) -> None:
        """Before each test. An override calls this one too."""
        self.gateway = Gateway()
        self.transport = FakeTransport()

    def end(self) -> None:
        """After each test, whatever came of it."""

    # What it declares

    def test_declares_its_name_channel_and_batch(self) -> None:
        provider = self.make_provider()
        for field in ("name", "channel"):
            value = getattr(provider, field, None)
            _check(
                isinstance(value, str) and NAME.match(value) is not None,
                f"{field} is {value!r}: use lower case letters, digits and _, a letter first.",
            )
        _check(
            type(provider.max_batch) is int and 1 <= provider.max_batch <= 10_000,
            f"max_batch is {provider.max_batch!r}: it is a number from 1 to 10000.",
        )

    def test_declares_a_class_it_can_keep(self) -> None:
        provider = self.make_provider()
        lasting = provider.idempotent
        _check(
            lasting is None or (isinstance(lasting, timedelta) and lasting > timedelta(0)),
            f"idempotent is {lasting!r}: it says for how long keys are remembered, as a timedelta.",
        )
        written = type(provider).look_up is not Provider.look_up
        _check(type(provider.queryable) is bool, f"queryable is {provider.queryable!r}: it is True or False.")
        _check(
            written == provider.queryable, "`queryable` and a `look_up` of its own go together: both or none."
        )

    # One result for each message, in order

    def test_one_message_is_accepted(self) -> None:
        self._accepts(1)

    def test_two_messages_are_accepted(self) -> None:
        self._accepts(min(2, self.make_provider().max_batch))

    def test_a_full_batch_is_accepted(self) -> None:
        self._accepts(self.make_provider().max_batch)

    def test_a_message_is_accepted_after_a_batch(self) -> None:
        self._script(Behaviour.ACCEPT)
        provider, messages = self.make_provider(), self._messages(3)
        self._send(provider, messages[: provider.max_batch])
        self._all(Accepted, self._send(provider, [self.make_message(9_999)]))

    def test_two_batches_at_the_same_time(self) -> None:
        self._script(Behaviour.ACCEPT)
        provider = self.make_provider()
        size = min(provider.max_batch, 3)
        batches = [tuple(self._messages(2 * size)[:size]), tuple(self._messages(2 * size)[size:])]

        async def both() -> list[Sequence[Result]]:
            return await asyncio.gather(*(provider.send(batch, self.transport) for batch in batches))

        for results in asyncio.run(both()):
            self._all(Accepted, results, size)
        taken = sorted(delivery.recipient for delivery in self.gateway.delivered)
        _check(
            taken == sorted(m.recipient for batch in batches for m in batch),
            "Of two batches sent at the same time, not every message arrived exactly once.",
        )

    def test_refusals_are_told_in_order(self) -> None:
        self._mixed(Behaviour.REJECT, Rejected)

    def test_deferrals_are_told_in_order(self) -> None:
        self._mixed(Behaviour.DEFER, Deferred)

    def test_a_refused_message_is_rejected_with_a_reason(self) -> None:
        self._script(Behaviour.REJECT)
        results = self._send(self.make_provider(), [self.make_message()])
        self._all(Rejected, results, 1)
        reasons = [result.reason for result in results if isinstance(result, Rejected)]
        _check(all(isinstance(r, RejectReason) for r in reasons), f"{reasons[0]!r} is not a RejectReason.")
        self._nothing_taken()

    def test_a_deferred_message_is_deferred(self) -> None:
        self._script(Behaviour.DEFER)
        self._not_now([self.make_message()])

    # When things break

    def test_unreachable_is_provider_unavailable(self) -> None:
        self._unavailable(Behaviour.UNREACHABLE)

    def test_dropped_before_the_first_byte_is_provider_unavailable(self) -> None:
        self._unavailable(Behaviour.DROP_BEFORE)

    def test_dropped_after_the_request_is_unknown(self) -> None:
        self._unknown(Behaviour.DROP_AFTER)

    def test_dropped_after_a_batch_claims_nothing(self) -> None:
        """Whatever the other side has taken is Unknown or Accepted; only what it has not may be tried again."""
        self._script(Behaviour.DROP_AFTER)
        provider = self.make_provider()
        messages = self._messages(min(3, provider.max_batch))
        results = self._send(provider, messages)
        taken = {delivery.recipient for delivery in self.gateway.delivered}
        for message, result in zip(messages, results, strict=True):
            if message.recipient in taken:
                _check(
                    isinstance(result, Unknown | Accepted),
                    f"The other side took a message, then the connection broke: Unknown, not {_kind(result)}.",
                )

    def test_an_answer_too_late_is_unknown(self) -> None:
        self._unknown(Behaviour.SLOW)

    def test_an_internal_error_is_unknown(self) -> None:
        self._unknown(Behaviour.BROKEN)

    def test_nonsense_is_unknown(self) -> None:
        self._unknown(Behaviour.GARBAGE)

    def test_a_nonsense_body_is_unknown(self) -> None:
        self._needs_http()
        for body in self.nonsense:
            self.gateway.decide(Verdict.ACCEPT)
            self.transport.responses = [_after(self.answer, Response(200, {}, body))]
            results = self._send(self.make_provider(), [self.make_message()])
            self._all(Unknown, results, 1, f"to status 200 with the body {body!r}")

    def test_an_unheard_of_status_is_no_yes(self) -> None:
        self._needs_http()
        for status in (199, 204, 302, 502, 599):
            self.transport.responses = [_after(self.answer, Response(status, {}, b""))]
            results = self._send(self.make_provider(), [self.make_message()])
            _check(
                not isinstance(results[0], Accepted) or status == 204,
                f"Status {status} with an empty body was taken for a yes.",
            )

    def test_too_many_requests_may_be_tried_again(self) -> None:
        self._script(Behaviour.TOO_MANY)
        self._not_now([self.make_message()])

    def test_retry_after_is_passed_on(self) -> None:
        self._needs_http()
        for written, expected in (("30", timedelta(seconds=30)), ("Wed, 21 Oct 2026 07:28:00 GMT", None)):
            self.transport.responses = [Response(429, {"retry-after": written}, b"")]
            given = self._not_now([self.make_message()])
            _check(
                expected is None or given == expected,
                f"The gateway said Retry-After: {written}; `retry_after` is {given!r}.",
            )

    # Keys

    def test_the_same_key_gives_the_same_bytes(self) -> None:
        sent = []
        for _ in range(2):
            self.begin_attempt()
            self._script(Behaviour.ACCEPT)
            before = len(self.transmitted())
            self._send(self.make_provider(), [self.make_message()])
            sent.append(list(self.transmitted())[before:])
        _check(bool(sent[0]), "Nothing was seen to leave: transmitted() must show it.")
        _check(
            sent[0] == sent[1], "Two attempts at one message differ: only the message may decide the bytes."
        )

    def begin_attempt(self) -> None:
        """Before each of two attempts; for fakes that need it."""

    def test_a_key_sent_twice_is_delivered_once(self) -> None:
        if self.make_provider().idempotent is None:
            pytest.skip("it does not declare `idempotent`")
        message = self.make_message()
        for behaviour in (Behaviour.DROP_AFTER, Behaviour.ACCEPT, Behaviour.ACCEPT):
            self._script(behaviour)
            self._send(self.make_provider(), [message])
        keys = [delivery.key for delivery in self.gateway.delivered]
        _check(
            len(keys) == 1,
            f"One message was delivered {len(keys)} times: the gateway must be given message.key and nothing else.",
        )
        _check(keys[0] != "", "The gateway saw no key: answer() must pass key= to take().")

    def test_two_messages_are_not_taken_for_one(self) -> None:
        """The same words to the same person twice, with two keys, are two messages."""
        self._script(Behaviour.ACCEPT)
        provider, first = self.make_provider(), self.make_message(1)
        for message in (first, replace(first, key=self.make_message(2).key)):
            self._all(Accepted, self._send(provider, [message]), 1)
        taken = len(self.gateway.delivered)
        _check(taken == 2, f"Two messages with two keys to one recipient were delivered {taken} times.")

    def test_look_up_tells_what_was_taken(self) -> None:
        provider = self.make_provider()
        if not provider.queryable:
            pytest.skip("it does not declare `queryable`")
        taken, other = self.make_message(1), self.make_message(2)
        self._script(Behaviour.DROP_AFTER)
        self._send(provider, [taken])
        self.transport.responses = [self.answer_look_up]
        found = asyncio.run(provider.look_up((other.key, taken.key), self.transport))
        _check(
            len(found) == 2 and found[0] is None and isinstance(found[1], Accepted),
            "look_up must answer None for a key never taken and Accepted for one that was, in order; "
            f"it answered {[_kind(result) for result in found]}.",
        )

    def test_look_up_does_not_take_an_error_for_a_no(self) -> None:
        provider = self.make_provider()
        if not provider.queryable:
            pytest.skip("it does not declare `queryable`")
        for answer in (Response(500), TransportError("timed out", sent=True), Response(200, {}, b"<html>")):
            self.transport.responses = [answer]
            try:
                found = asyncio.run(provider.look_up((self.make_message().key,), self.transport))
            except ProviderUnavailable:
                continue
            _check(
                len(found) == 1 and isinstance(found[0], Unknown | Deferred),
                "A look-up that failed proves nothing: raise ProviderUnavailable or answer Unknown, never None.",
            )

    # Receipts

    def test_true_receipts_are_read(self) -> None:
        provider = self._with_receipts()
        request = self.signed_receipt()
        first, second = list(provider.parse_receipts(request)), list(provider.parse_receipts(request))
        _check(bool(first) and all(isinstance(r, Receipt) for r in first), "A true receipt gave no Receipt.")
        _check(first == second, "The same receipt read twice gave two answers: parse_receipts must be pure.")

    def test_forged_receipts_are_refused(self) -> None:
        provider = self._with_receipts()
        true = self.signed_receipt()
        flipped = true.body[:-1] + bytes([true.body[-1] ^ 1]) if true.body else b"x"
        forgeries = {
            "a changed body": replace(true, body=flipped),
            "an added byte": replace(true, body=true.body + b" "),
            "no headers": replace(true, headers={}),
        }
        for what, forged in forgeries.items():
            try:
                provider.parse_receipts(forged)
            except SignatureInvalid:
                continue
            except Exception as error:
                _fail(f"A receipt with {what} raised {type(error).__name__}; raise SignatureInvalid.")
            _fail(f"A receipt with {what} was believed: verify the signature first.")

    # Contents and people

    def test_every_letter_arrives(self) -> None:
        self._script(Behaviour.ACCEPT)
        message = self.make_message(text=POLISH)
        self._all(Accepted, self._send(self.make_provider(), [message]), 1)
        seen = [_lines(delivery.text) for delivery in self.gateway.delivered]
        wanted = [_lines(text_of(message.content))]
        _check(seen == wanted, f"The other side read {seen!r} instead of {wanted!r}.")

    def test_messages_are_left_as_they_are(self) -> None:
        for behaviour in (Behaviour.ACCEPT, Behaviour.REJECT):
            if behaviour in self.unsupported:
                continue
            self._script(behaviour)
            provider = self.make_provider()
            messages = self._messages(min(2, provider.max_batch))
            before = copy.deepcopy(messages)
            self._send(provider, messages)
            _check(messages == before, "The provider changed a message: they are the engine's.")

    def test_people_stay_out_of_errors_and_logs(self) -> None:
        message = self.make_message(text="canary-words-of-a-message")
        canaries = (message.recipient, message.recipient.lstrip("+"), "canary-words-of-a-message")
        for behaviour in Behaviour:
            if behaviour in self.unsupported:
                continue
            self._script(behaviour)
            with collect_logs(logging.DEBUG, self.ignored_loggers) as lines:
                lines += self._told(message)
            for line in lines:
                _check(
                    not any(canary in line for canary in canaries),
                    f"With the other side at {behaviour}, a log line, error or detail holds the recipient or the "
                    "words of the message: say what went wrong without them.",
                )

    # How the tests above are made

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
            _fail(f"send raised {type(error).__name__}: it may raise ProviderUnavailable and nothing else.")
        _check(
            isinstance(results, Sequence) and len(results) == len(messages),
            f"{len(messages)} messages got {len(results) if isinstance(results, Sequence) else 'no list of'} "
            "results: each message gets exactly one.",
        )
        for result in results:
            _check(
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
        _check(
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
        _check(
            [type(result) for result in results] == wanted,
            f"Results belong to messages by their order: {[w.__name__ for w in wanted]} was right, "
            f"the provider answered {[_kind(result) for result in results]}.",
        )

    def _unavailable(self, behaviour: Behaviour) -> None:
        self._script(behaviour)
        try:
            results = self._send(self.make_provider(), [self.make_message()])
        except ProviderUnavailable:
            self._nothing_taken()
            return
        _fail(f"Nothing has left this machine: raise ProviderUnavailable, not {_kind(results[0])}.")

    def _unknown(self, behaviour: Behaviour) -> None:
        self._script(behaviour)
        try:
            results = self._send(self.make_provider(), [self.make_message()])
        except ProviderUnavailable:
            _fail("ProviderUnavailable promises that nothing was accepted, which nobody knows here: Unknown.")
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
        _check(
            not self.gateway.delivered, "The other side took a message that the provider reports as not sent."
        )

    def _all(self, kind: type[Result], results: Sequence[Result], count: int = 1, when: str = "") -> None:
        wrong = [_kind(result) for result in results if not isinstance(result, kind)]
        _check(
            len(results) == count and not wrong,
            f"{kind.__name__} was right {when or 'here'}, the provider answered {wrong or len(results)}.",
        )

    def _needs_http(self) -> None:
        if type(self).behave is not ProviderContract.behave:
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
            Behaviour.DROP_AFTER: _after(self.answer, TransportError("connection reset", sent=True)),
            Behaviour.SLOW: _after(self.answer, TransportError("timed out", sent=True)),
            Behaviour.GARBAGE: _after(self.answer, Response(200, {}, self.nonsense[0])),
            Behaviour.BROKEN: _after(self.answer, Response(500, {}, b"internal error")),
            Behaviour.TOO_MANY: Response(429, {"retry-after": "30"}, b""),
        }
        return answers.get(behaviour, self.answer)


def _after(answer: Any, instead: Response | Exception) -> Answer:
    """Let the gateway take the request, and have its answer replaced on the way back."""

    def respond(request: Request) -> Response:
        answer(request)
        if isinstance(instead, Exception):
            raise instead
        return instead

    return respond


def _kind(result: object) -> str:
    return "None" if result is None else type(result).__name__


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


def _check(kept: bool, words: str) -> None:
    if not kept:
        _fail(words)


def _fail(words: str) -> NoReturn:
    raise AssertionError(words)
