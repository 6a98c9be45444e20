"""The provider `smsapi`: `POST /sms.do`, one message a call, our key in `idx`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from orchestrator.sdk import (
    Message,
    Provider,
    Receipt,
    Request,
    Response,
    Result,
    SmsContent,
    Transport,
    Unknown,
)
from orchestrator_sms import settings
from orchestrator_sms.calls import ask, each
from orchestrator_sms.smsapi import answers, reports

VARIABLES = ("SMSAPI_TOKEN", "SMSAPI_URL", "SMSAPI_SENDER", "SMSAPI_CALLBACK_SECRET")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account sends. `sender` is used where the brand has none; without a secret there are no reports."""

    token: str = field(repr=False)
    url: str = "https://api.smsapi.pl"
    sender: str = ""
    secret: str = field(default="", repr=False)
    callback: str = field(default="", repr=False)


class Smsapi(Provider):
    """Class I: with `check_idx=1` SMSAPI refuses an `idx` it has seen in the last 24 hours (error 53)."""

    name = "smsapi"
    channel = "sms"
    max_batch = 20
    idempotent = timedelta(hours=24)
    receipt_answer = Response(200, {"content-type": "text/plain"}, b"OK")  # else the report comes again

    def __init__(self, account: Account) -> None:
        self.account = account

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """See Provider.send; a request for each message."""

        async def hand_over(message: Message, content: SmsContent) -> Result:
            response = await ask(transport, self._request(message, content), "SMSAPI")
            return response if isinstance(response, Unknown) else answers.read(response, message.key)

        return await each(messages, hand_over)

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """Delivery reports and replies; the secret in the URL stands for the signature that SMSAPI has not."""
        return reports.read(request, self.account.secret)

    def _request(self, message: Message, content: SmsContent) -> Request:
        fields = {
            "to": message.recipient.removeprefix("+"),
            "message": content.text,
            "from": content.sender_name or self.account.sender,
            "encoding": "utf-8",
            "idx": message.key,
            "check_idx": "1",
            "notify_url": self.account.callback,
            "format": "json",
        }
        headers = {
            "authorization": f"Bearer {self.account.token}",
            "content-type": "application/x-www-form-urlencoded",
        }
        body = urlencode({name: text for name, text in fields.items() if text})
        return Request("POST", f"{self.account.url}/sms.do", headers, body.encode())


def from_environment() -> Smsapi | None:
    """The provider if its variables are set; raises PluginError where they are wrong."""
    if not settings.any_of(*VARIABLES):
        return None
    token = settings.token("SMSAPI_TOKEN", "Make one in the SMSAPI panel under API settings, Tokens.")
    secret = settings.secret("SMSAPI_CALLBACK_SECRET")
    callback = settings.callback("smsapi", f"secret={secret}") if secret else ""
    url = settings.address("SMSAPI_URL", "https://api.smsapi.pl")
    return Smsapi(Account(token, url, settings.value("SMSAPI_SENDER"), secret, callback))
