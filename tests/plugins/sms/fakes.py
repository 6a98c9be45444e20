"""The other sides as their documentation has them: they read the request as it is sent, and refuse what they would refuse.

Each answers from a `Gateway`'s memory, so the contract kit and the tests of this folder use the same ones.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orchestrator.sdk import Request, Response
from orchestrator.sdk.testing import Gateway, Verdict

FORM = "application/x-www-form-urlencoded"
TOKEN = "smsapi-token-0123456789"
SID = "AC" + "0f" * 16
AUTH_TOKEN = "twilio-token-0123456789"


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; a name given twice would be an error of ours."""
    assert request.headers["content-type"] == FORM
    fields = parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in fields.values())
    return {name: values[0] for name, values in fields.items()}


def answer_json(status: int, said: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(said).encode()
    )


class FakeSmsapi:
    """SMSAPI's `/sms.do`. With `check_idx=1` an idx seen before is error 53, for the whole call."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def __call__(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer_json(401, {"message": "Authorization failed", "error": 101})
        if (request.method, urlsplit(request.url).path) != ("POST", "/sms.do"):
            return answer_json(404, {"message": "Not found", "error": "not_found", "code": 404})
        return self._take(form_of(request))

    def _take(self, fields: Mapping[str, str]) -> Response:
        assert (fields["format"], fields["encoding"]) == ("json", "utf-8")
        if not fields.get("message"):
            return answer_json(200, {"error": 11, "message": "No message"})
        number, key = fields["to"], fields.get("idx", "")
        if fields.get("check_idx") == "1" and self.gateway.has(key):
            return answer_json(200, {"error": 53, "message": f"Message with idx {key} was already sent"})
        verdict = self.gateway.take(f"+{number}", key=key, text=fields["message"])
        if verdict is Verdict.REJECT:
            wrong = {"number": number, "submitted_number": number, "message": "Invalid phone number"}
            said = {"error": 13, "message": "No correct phone numbers", "invalid_numbers": [wrong]}
            return answer_json(200, said)
        if verdict is Verdict.DEFER:
            return answer_json(200, {"error": 52, "message": f"Too many attempts to {number}"})
        return answer_json(200, self._listed(number, key))

    def _listed(self, number: str, key: str) -> dict[str, Any]:
        listed = {
            "id": f"5CCA6E11337{len(self.gateway.delivered):05}",
            "points": 0.16,
            "number": number,
            "date_sent": 1773480413,
            "submitted_number": number,
            "status": "QUEUE",
            "error": None,
            "idx": key,
            "parts": 1,
        }
        return {"count": 1, "list": [listed]}


class FakeTwilio:
    """Twilio's `Messages.json`. It looks at no key, so a message sent twice is two messages."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def __call__(self, request: Request) -> Response:
        login = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return self._error(401, 20003, "Authenticate")
        if (request.method, urlsplit(request.url).path) != (
            "POST",
            f"/2010-04-01/Accounts/{SID}/Messages.json",
        ):
            return self._error(404, 20404, "The requested resource was not found")
        return self._take(form_of(request))

    def _take(self, fields: Mapping[str, str]) -> Response:
        if not fields.get("From") and not fields.get("MessagingServiceSid"):
            return self._error(400, 21603, "A 'From' phone number is required.")
        if not fields.get("Body"):
            return self._error(400, 21602, "Message body is required.")
        verdict = self.gateway.take(fields["To"], text=fields["Body"])
        if verdict is Verdict.REJECT:
            return self._error(400, 21211, f"The 'To' number {fields['To']} is not a valid phone number.")
        if verdict is Verdict.DEFER:
            return self._error(
                400, 21611, "This 'From' number has exceeded the maximum number of queued messages"
            )
        return answer_json(201, self._message(fields))

    def _message(self, fields: Mapping[str, str]) -> dict[str, Any]:
        return {
            "sid": f"SM{len(self.gateway.delivered):032x}",
            "account_sid": SID,
            "to": fields["To"],
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "body": fields["Body"],
            "status": "accepted" if "MessagingServiceSid" in fields else "queued",
            "error_code": None,
            "error_message": None,
        }

    @staticmethod
    def _error(status: int, code: int, words: str) -> Response:
        said = {"code": code, "message": words, "more_info": f"https://docs.example/{code}", "status": status}
        return answer_json(status, said)


class FakeGateway:
    """A gateway of somebody's own: JSON in, JSON out, `duplicate` for an id it has seen."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def __call__(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer gateway-token":
            return answer_json(401, {"error": "who are you?"})
        sms = json.loads(request.body)["messages"][0]
        if self.gateway.has(sms["id"]):
            return answer_json(200, {"results": [{"state": "duplicate", "message_id": "m-1"}]})
        verdict = self.gateway.take(f"+{sms['msisdn']}", key=sms["id"], text=sms["content"])
        if verdict is Verdict.REJECT:
            return answer_json(422, {"error": {"code": "unknown_subscriber", "number": sms["msisdn"]}})
        if verdict is Verdict.DEFER:
            return answer_json(503, {"error": {"code": "busy"}}, {"retry-after": "7"})
        return answer_json(
            202, {"results": [{"state": "queued", "message_id": f"m-{len(self.gateway.delivered)}"}]}
        )
