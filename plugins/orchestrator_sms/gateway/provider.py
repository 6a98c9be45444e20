"""The provider `sms_gateway`: the request that the settings describe, for each message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    Receipt,
    Rejected,
    Request,
    Response,
    Result,
    SmsContent,
    Transport,
    Unknown,
)
from orchestrator_sms.calls import ask, each, retry_after
from orchestrator_sms.gateway import reports, template, variables
from orchestrator_sms.gateway.conditions import first_met, found_at, spelled
from orchestrator_sms.gateway.config import Config

GATEWAY = "the SMS gateway"


class SmsGateway(Provider):
    """Class I while SMS_GATEWAY_IDEMPOTENT_HOURS says that the gateway drops keys it has seen, else class N."""

    name = "sms_gateway"
    channel = "sms"
    max_batch = 10

    def __init__(self, config: Config) -> None:
        self.config = config

    @property
    def idempotent(self) -> timedelta | None:  # type: ignore[override]  # what a setting says, not the class
        """For how long the gateway remembers keys."""
        return self.config.idempotent

    @property
    def receipt_answer(self) -> Response:  # type: ignore[override]
        """The word that the gateway wants to read back."""
        return Response(200, {"content-type": "text/plain; charset=utf-8"}, self.config.answer.encode())

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        """See Provider.send; a request for each message."""

        async def hand_over(message: Message, content: SmsContent) -> Result:
            response = await ask(transport, build(self.config, message, content), GATEWAY)
            return response if isinstance(response, Unknown) else read(self.config, response)

        return await each(messages, hand_over)

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        """The gateway's reports, as SMS_GATEWAY_REPORTS describes them."""
        return reports.read(request, self.config)


def build(config: Config, message: Message, content: SmsContent) -> Request:
    """The request for one message."""
    values = template.values_of(message, content, config.sender)
    headers = template.fill_headers(config.headers, values)
    url = template.fill_url(config.url, values)
    if config.body is None:
        return Request(config.method, url, headers)
    kind, fill = ("json", template.fill_json)
    if config.form:
        kind, fill = ("x-www-form-urlencoded", template.fill_form)
    headers = {"content-type": f"application/{kind}", **headers}
    return Request(config.method, url, headers, fill(config.body, values))


def read(config: Config, response: Response) -> Result:
    """What the answer means. A refusal is looked for first, since a status alone may be a condition of a yes."""
    refused = first_met(config.rejected, response)
    if refused is not None:
        return Rejected(refused.reason, f"{GATEWAY} answered {response.status}")
    if first_met(config.deferred, response) is not None:
        return Deferred(retry_after(response), f"{GATEWAY} answered {response.status}")
    if first_met(config.accepted, response) is not None:
        return Accepted(spelled(found_at(response.body, config.reference)) if config.reference else "")
    return Unknown(f"{GATEWAY} answered {response.status}, which no setting explains")


def from_environment() -> SmsGateway | None:
    """The provider if its variables are set; raises PluginError where they are wrong."""
    config = variables.read()
    return SmsGateway(config) if config is not None else None
