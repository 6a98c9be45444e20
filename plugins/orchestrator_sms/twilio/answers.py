"""What Twilio's answers mean: 201 with the message's SID, or an error with a code. Its words stay out: they name numbers."""

from __future__ import annotations

from orchestrator.sdk import (
    Accepted,
    Deferred,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Response,
    Result,
    Unknown,
)
from orchestrator_sms.calls import BUSY, UNTIL_MENDED, object_of, refuse_busy, retry_after

ACCOUNT = frozenset(
    {20003, 20005, 20006, 20404, 30002}
)  # login, account closed or suspended, no such account
BUSY_NOW = frozenset(
    {14107, 20429, 21611, 30001}
)  # too many requests, the sender's or the account's queue is full
REASONS = {
    21211: RejectReason.INVALID_ADDRESS,
    21217: RejectReason.INVALID_ADDRESS,
    21614: RejectReason.INVALID_ADDRESS,  # not a mobile number
    21635: RejectReason.INVALID_ADDRESS,  # a landline
    21610: RejectReason.UNSUBSCRIBED,  # answered STOP
    30004: RejectReason.BLOCKED,
    30007: RejectReason.SPAM,  # filtered by the operator
    30034: RejectReason.NOT_ALLOWED,  # a number that is not registered for campaigns
    21212: RejectReason.NOT_ALLOWED,  # the sender: wrong, …
    21603: RejectReason.NOT_ALLOWED,  # … missing, …
    21606: RejectReason.NOT_ALLOWED,  # … not able to send, …
    21612: RejectReason.NOT_ALLOWED,  # … not able to reach this number, …
    21659: RejectReason.NOT_ALLOWED,  # … not ours, …
    21703: RejectReason.NOT_ALLOWED,  # … a service without numbers, …
    21705: RejectReason.NOT_ALLOWED,  # … a service that is none
    21408: RejectReason.NOT_ALLOWED,  # the country
    21608: RejectReason.NOT_ALLOWED,  # an account on trial
    21605: RejectReason.TOO_LARGE,
    21617: RejectReason.TOO_LARGE,  # over 1,600 characters
}
FAILED = frozenset({"failed", "undelivered", "canceled"})


def read(response: Response) -> Result:
    """What became of a message; raises ProviderUnavailable where the account itself was refused."""
    refuse_busy(response, "Twilio")
    said = object_of(response.body)
    code = said.get("code")
    if response.status >= 500:
        return Unknown(f"Twilio answered {response.status}")
    if 400 <= response.status < 500 and type(code) is int:
        return refused(code, response)
    if response.status in {401, 403}:
        raise ProviderUnavailable(f"Twilio answered {response.status} to TWILIO_AUTH_TOKEN", UNTIL_MENDED)
    reference = said.get("sid")
    if response.status not in {200, 201} or not isinstance(reference, str) or not reference:
        return Unknown(f"Twilio answered {response.status} without a message")
    if said.get("status") in FAILED:
        failed = said.get("error_code")
        return refused(failed if type(failed) is int else 0, response)
    return Accepted(reference)


def refused(code: int, response: Response) -> Result:
    """A refusal by its code; raises ProviderUnavailable where it is about the account and so about all messages."""
    detail = f"Twilio error {code}"
    if code in ACCOUNT:
        raise ProviderUnavailable(detail, UNTIL_MENDED)
    if code in BUSY_NOW:
        return Deferred(retry_after(response) if "retry-after" in response.headers else BUSY, detail)
    return Rejected(REASONS.get(code, RejectReason.OTHER), detail)
