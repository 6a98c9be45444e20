"""The rules on keys: one message is delivered once, and a look-up tells the truth."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from orchestrator.sdk import Accepted, Deferred, ProviderUnavailable, Response, TransportError, Unknown
from orchestrator.sdk.testing.bench import ProviderBench
from orchestrator.sdk.testing.checks import check, kind_of
from orchestrator.sdk.testing.gateway import Behaviour


class KeyRules(ProviderBench):
    """How a provider keeps what `idempotent` and `queryable` promise."""

    def test_the_same_key_gives_the_same_bytes(self) -> None:
        sent = []
        for _ in range(2):
            self.begin_attempt()
            self._script(Behaviour.ACCEPT)
            before = len(self.transmitted())
            self._send(self.make_provider(), [self.make_message()])
            sent.append(list(self.transmitted())[before:])
        check(bool(sent[0]), "Nothing was seen to leave: transmitted() must show it.")
        check(
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
        check(
            len(keys) == 1,
            f"One message was delivered {len(keys)} times: the gateway must be given message.key and nothing else.",
        )
        check(keys[0] != "", "The gateway saw no key: answer() must pass key= to take().")

    def test_two_messages_are_not_taken_for_one(self) -> None:
        """The same words to the same person twice, with two keys, are two messages."""
        self._script(Behaviour.ACCEPT)
        provider, first = self.make_provider(), self.make_message(1)
        for message in (first, replace(first, key=self.make_message(2).key)):
            self._all(Accepted, self._send(provider, [message]), 1)
        taken = len(self.gateway.delivered)
        check(taken == 2, f"Two messages with two keys to one recipient were delivered {taken} times.")

    def test_look_up_tells_what_was_taken(self) -> None:
        provider = self.make_provider()
        if not provider.queryable:
            pytest.skip("it does not declare `queryable`")
        taken, other = self.make_message(1), self.make_message(2)
        self._script(Behaviour.DROP_AFTER)
        self._send(provider, [taken])
        self.transport.responses = [self.answer_look_up]
        found = asyncio.run(provider.look_up((other.key, taken.key), self.transport))
        check(
            len(found) == 2 and found[0] is None and isinstance(found[1], Accepted),
            "look_up must answer None for a key never taken and Accepted for one that was, in order; "
            f"it answered {[kind_of(result) for result in found]}.",
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
            check(
                len(found) == 1 and isinstance(found[0], Unknown | Deferred),
                "A look-up that failed proves nothing: raise ProviderUnavailable or answer Unknown, never None.",
            )
