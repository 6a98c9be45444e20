"""The contract, kept by the push provider on both of its ways."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from orchestrator.sdk import Message, Provider, Request, Response, Result, Transport
from orchestrator.sdk.testing import ProviderContract
from orchestrator_push.fcm import Fcm
from orchestrator_push.google import ServiceAccount
from orchestrator_push.provider import PushProvider
from orchestrator_push.vapid import Vapid
from orchestrator_push.webpush import WebPush
from tests.plugins.push import fakes


class TestWebPush(ProviderContract):
    # A signature of ECDSA is never the same twice; the time left is the only other thing that an attempt changes.
    changing_headers = frozenset({"authorization"})

    def make_provider(self) -> PushProvider:
        return PushProvider(web=WebPush(Vapid(fakes.PRIVATE_KEY, fakes.SUBJECT), fakes.clock))

    def make_message(self, number: int = 1, **overrides: Any) -> Message:
        return fakes.web_message(number, **overrides)

    def answer(self, request: Request) -> Response:
        return fakes.push_service(request, self.gateway)


class WithGoogle(PushProvider):
    """The provider, while Google answers for access tokens whatever the test has scripted for FCM."""

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        return await super().send(messages, fakes.Google(transport))  # type: ignore[arg-type]


class TestFcm(ProviderContract):
    def make_provider(self) -> PushProvider:
        return WithGoogle(fcm=Fcm(ServiceAccount.read(fakes.service_account()), fakes.clock))

    def answer(self, request: Request) -> Response:
        return fakes.fcm(request, self.gateway)


def test_a_batch_for_both_is_answered_in_order() -> None:
    both: Provider = WithGoogle(TestWebPush().make_provider().web, TestFcm().make_provider().fcm)
    messages = [fakes.web_message(1), fakes.make_message("push", 2), fakes.web_message(3)]
    gateway = fakes.Gateway()
    gateway.decide(fakes.Verdict.REJECT, [messages[0].recipient])

    def answer(request: Request) -> Response:
        return (fakes.fcm if "projects" in request.url else fakes.push_service)(request, gateway)

    results = asyncio.run(both.send(messages, fakes.FakeTransport(answer)))
    assert [type(result).__name__ for result in results] == ["Rejected", "Accepted", "Accepted"]
    assert {delivery.recipient for delivery in gateway.delivered} == {
        messages[1].recipient,
        messages[2].recipient,
    }
