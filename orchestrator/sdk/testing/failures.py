"""The rules on failures: what is certain is said to be certain, and only that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.sdk import Accepted, Response, Unknown
from orchestrator.sdk.testing.bench import ProviderBench, after
from orchestrator.sdk.testing.checks import check, kind_of
from orchestrator.sdk.testing.gateway import Behaviour, Verdict


class FailureRules(ProviderBench):
    """What a provider says when nobody is there, or the connection breaks, or the answer is nonsense."""

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
                check(
                    isinstance(result, Unknown | Accepted),
                    f"The other side took a message, then the connection broke: Unknown, not {kind_of(result)}.",
                )

    def test_an_answer_too_late_is_unknown(self) -> None:
        self._unknown(Behaviour.SLOW)

    def test_an_internal_error_is_unknown(self) -> None:
        self._unknown(Behaviour.BROKEN)

    def test_nonsense_is_unknown(self) -> None:
        self._unknown(Behaviour.GARBAGE)

    def test_a_nonsense_body_is_unknown(self) -> None:
        self._needs_http()
        if not self.nonsense:
            pytest.skip("the status alone is the answer")
        for body in self.nonsense:
            self.gateway.decide(Verdict.ACCEPT)
            self.transport.responses = [after(self.answer, Response(200, {}, body))]
            results = self._send(self.make_provider(), [self.make_message()])
            self._all(Unknown, results, 1, f"to status 200 with the body {body!r}")

    def test_an_unheard_of_status_is_no_yes(self) -> None:
        self._needs_http()
        for status in (199, 204, 302, 502, 599):
            self.transport.responses = [after(self.answer, Response(status, {}, b""))]
            results = self._send(self.make_provider(), [self.make_message()])
            check(
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
            check(
                expected is None or given == expected,
                f"The gateway said Retry-After: {written}; `retry_after` is {given!r}.",
            )
