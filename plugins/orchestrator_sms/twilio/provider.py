"""The provider `twilio`: `POST /2010-04-01/Accounts/…/Messages.json`, one message a call."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from orchestrator_sms.twilio import answers, reports

VARIABLES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_URL")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
SENDER = re.compile(
    r"\+[1-9]\d{5,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}"
)  # number, short code, name
FROM = "Write a number like +48732123456, a short code, a name, or the SID of a messaging service (MG…)."


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account sends, and from what: a number, a short code, a name, or a messaging service's SID."""

    sid: str
    auth_token: str = field(repr=False)
    sender: str
    url: str = "https://api.twilio.com"
    callback: str = ""


class Twilio(Provider):
    """Class N: Twilio knows no idempotency key. Its reports carry ours in the URL, so they settle what was in doubt."""

    name = "twilio"
    channel = "sms"
    max_batch = 10
    # Plain text would be sent to whoever wrote, as a reply; this says that there is none.
    receipt_answer = Response(200, {"content-type": "text/xml"}, b"<Response/>")

    def __init__(self, account: Account) -> None:
        self.account = account

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """See Provider.send; a request for each message."""

        async def hand_over(message: Message, content: SmsContent) -> Result:
            response = await ask(transport, self._request(message, content), "Twilio")
            return response if isinstance(response, Unknown) else answers.read(response)

        return await each(messages, hand_over)

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """Status callbacks and incoming messages, signed with the account's token."""
        return reports.read(request, self.account.auth_token)

    def _request(self, message: Message, content: SmsContent) -> Request:
        account = self.account
        service = SERVICE_SID.fullmatch(account.sender) is not None
        fields = {
            "To": message.recipient,
            "MessagingServiceSid" if service else "From": account.sender,
            "Body": content.text,
            "StatusCallback": f"{account.callback}?key={message.key}" if account.callback else "",
        }
        login = base64.b64encode(f"{account.sid}:{account.auth_token}".encode()).decode()
        headers = {"authorization": f"Basic {login}", "content-type": "application/x-www-form-urlencoded"}
        url = f"{account.url}/2010-04-01/Accounts/{account.sid}/Messages.json"
        body = urlencode({name: text for name, text in fields.items() if text})
        return Request("POST", url, headers, body.encode())


def from_environment() -> Twilio | None:
    """The provider if its variables are set; raises PluginError where they are wrong."""
    if not settings.any_of(*VARIABLES):
        return None
    console = "It stands on the first page of the Twilio console."
    sid = settings.needed("TWILIO_ACCOUNT_SID", console)
    if not ACCOUNT_SID.fullmatch(sid):
        settings.wrong("TWILIO_ACCOUNT_SID", "it is not AC and 32 hexadecimal digits.", console)
    auth_token = settings.token("TWILIO_AUTH_TOKEN", console)
    sender = settings.needed("TWILIO_FROM", FROM)
    if not SERVICE_SID.fullmatch(sender) and not SENDER.fullmatch(sender):
        settings.wrong("TWILIO_FROM", "nothing can be sent from it.", FROM)
    url = settings.address("TWILIO_URL", "https://api.twilio.com")
    return Twilio(Account(sid, auth_token, sender, url, settings.callback("twilio")))
