"""Acme SMS: one JSON call for up to 100 messages. Acme drops an id it has seen in the last 24 hours."""

import json
import os
from datetime import timedelta

from orchestrator import sdk


class AcmeSms(sdk.Provider):
    name, channel, max_batch, idempotent = "acme_sms", "sms", 100, timedelta(hours=24)

    def __init__(self, url, token):
        self.url, self.headers = url, {"authorization": f"Bearer {token}"}

    async def send(self, messages, transport):
        body = json.dumps([{"id": m.key, "to": m.recipient, "text": m.content.text} for m in messages])
        said = {}
        try:
            response = await transport.request(sdk.Request("POST", self.url, self.headers, body.encode()))
            if response.status == 429:  # Acme promises that nothing of such a call was taken
                wait = response.headers.get("retry-after", "")
                raise sdk.ProviderUnavailable("429", timedelta(seconds=int(wait) if wait.isdecimal() else 60))
            said = {answer["id"]: str(answer["status"]) for answer in json.loads(response.body)}
        except (sdk.TransportError, ValueError, TypeError, KeyError) as error:
            if not getattr(error, "sent", True):  # not a byte has left; in all other cases nobody knows
                raise sdk.ProviderUnavailable("no connection to Acme") from None
        results = {"queued": sdk.Accepted(), "refused": sdk.Rejected(sdk.RejectReason.OTHER)}
        return [results.get(said.get(m.key), sdk.Unknown("no clear answer")) for m in messages]


@sdk.hookimpl
def register_providers():
    return [AcmeSms(os.environ["ACME_SMS_URL"], os.environ["ACME_SMS_TOKEN"])]
