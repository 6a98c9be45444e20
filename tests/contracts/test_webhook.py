"""The contract, kept by the webhook provider, while its clock goes on from call to call."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from orchestrator.sdk import Request, Response
from orchestrator.sdk.testing import Behaviour, ProviderContract, Verdict
from orchestrator.sdk.testing.factories import COMPOSED_AT
from orchestrator_webhook.provider import WebhookProvider
from orchestrator_webhook.signature import Secrets

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANSWERS = {
    Verdict.ACCEPT: Response(202),
    Verdict.REJECT: Response(400, {}, b"no"),
    Verdict.DEFER: Response(503, {"retry-after": "30"}),
}


class TestWebhook(ProviderContract):
    unsupported = {Behaviour.GARBAGE: "a receiver says yes by its status; its body means nothing"}
    nonsense = ()
    # The attempt's own: id and body are the message's.
    changing_headers = frozenset({"webhook-timestamp", "webhook-signature"})

    def begin(self) -> None:
        super().begin()
        self.seconds = 0

    def clock(self) -> datetime:
        self.seconds += 1
        return COMPOSED_AT + timedelta(seconds=self.seconds)

    def make_provider(self) -> WebhookProvider:
        return WebhookProvider(Secrets.read(SECRET), self.clock)

    def answer(self, request: Request) -> Response:
        verdict = self.gateway.take(
            request.url, key=request.headers["webhook-id"], text=request.body.decode()
        )
        return ANSWERS[verdict]

    def signed_receipt(self) -> Request:
        body = json.dumps(
            {
                "type": "message.delivered",
                "timestamp": "2026-03-14T10:00:00+01:00",
                "data": {"message": self.make_message().key},
            }
        ).encode()
        sent_at = COMPOSED_AT + timedelta(minutes=1)
        headers = Secrets.read(SECRET).sign("msg_1", sent_at, body)
        return Request("POST", "https://shop.example.com/hooks/webhook/", headers, body)
