"""The contract, kept by the provider `anymail`: MailerSend's API on loopback, whose reports are signed whole."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Sequence

from orchestrator.sdk import Request
from orchestrator.sdk.testing import Behaviour, ProviderContract, Verdict
from orchestrator_email.esp.provider import AnymailProvider
from orchestrator_email.esp.settings import Esp
from tests.plugins.email.api import Api, Call, Reply
from tests.plugins.email.servers import free_port

HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
INSTEAD = {
    Behaviour.DROP_AFTER: Reply(breaks=True),
    Behaviour.GARBAGE: Reply(200, b"<html>hello</html>", HTML),
    Behaviour.SLOW: Reply(202, wait=1.5),
    Behaviour.BROKEN: Reply(500, b"{}", JSON),
}


class TestAnymail(ProviderContract):
    unsupported = {
        Behaviour.DROP_BEFORE: "its HTTP library does not tell a request unsent from one unanswered"
    }

    def begin(self) -> None:
        super().begin()
        self.behaviour = Behaviour.ACCEPT
        self.api = Api(self.reply)
        self.url = self.api.url

    def end(self) -> None:
        self.api.close()

    def make_provider(self) -> AnymailProvider:
        options = {"api_token": "token", "api_url": self.url, "signing_secret": "secret"}
        patience = 0.75 if self.behaviour is Behaviour.SLOW else 30.0
        return AnymailProvider(Esp("mailersend", "MailerSend", options, timeout=patience))

    def behave(self, behaviour: Behaviour, refused: Collection[str] | None = None) -> None:
        verdicts = {Behaviour.REJECT: Verdict.REJECT, Behaviour.DEFER: Verdict.DEFER}
        self.gateway.decide(verdicts.get(behaviour, Verdict.ACCEPT), refused)
        self.behaviour = behaviour
        unreachable = behaviour is Behaviour.UNREACHABLE
        self.url = f"http://127.0.0.1:{free_port()}/" if unreachable else self.api.url

    def reply(self, call: Call) -> Reply:
        if self.behaviour is Behaviour.TOO_MANY:
            return Reply(429, b"{}", {**JSON, "Retry-After": "30"})
        sent = call.json()
        verdict = self.gateway.take(sent["to"][0]["email"], text=sent["text"])
        if self.behaviour in INSTEAD:
            return INSTEAD[self.behaviour]
        if verdict is Verdict.REJECT:
            return Reply(422, b'{"message": "The to.0.email must be valid."}', JSON)
        if verdict is Verdict.DEFER:
            return Reply(429, b"{}", JSON)
        number = hashlib.sha256(call.body).hexdigest()[:24]
        return Reply(202, b"", {**HTML, "X-Message-Id": number})

    def transmitted(self) -> Sequence[object]:
        return [(call.path, call.body) for call in self.api.calls]

    def signed_receipt(self) -> Request:
        data = {
            "object": "activity",
            "id": "62f114f8165fe0d8db0288e5",
            "type": "delivered",
            "created_at": "2026-03-14T09:27:10.000000Z",
            "email": {
                "message": {"id": "62fb66bef54a112e920b5493"},
                "recipient": {"email": "canary.customer.1@example.com"},
            },
            "morph": None,
        }
        body = json.dumps({"type": "activity.delivered", "data": data}).encode()
        signature = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "signature": signature}
        return Request("POST", "https://shop.example/hooks/anymail/", headers, body)
