"""What SMSAPI's answers mean: a list with the message in it, or an error with a number. Its words stay out: they name numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

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
from orchestrator_sms.calls import BUSY, UNTIL_MENDED, object_of, refuse_busy

SEEN_BEFORE = 53  # the idx was sent in the last 24 hours
BAD_NUMBER = 13  # invalid, or on the account's black list; `invalid_numbers` says which
ACCOUNT = frozenset({101, 102, 103, 105, 401, 997})  # login, credit, our IP address, rights of the token
BUSY_NOW = {52: BUSY, 200: timedelta(minutes=5), 202: BUSY, 203: BUSY}  # certainly not taken
NOBODY_KNOWS = frozenset({8, 201, 999})  # "system internal error"
REASONS = {
    11: RejectReason.TOO_LARGE,
    12: RejectReason.TOO_LARGE,
    14: RejectReason.NOT_ALLOWED,  # the sender name
    57: RejectReason.BLOCKED,  # the account's black list
    59: RejectReason.UNSUBSCRIBED,  # SMSAPI's list of those who opted out
    94: RejectReason.NOT_ALLOWED,  # links
    98: RejectReason.NOT_ALLOWED,  # an account on trial
    110: RejectReason.NOT_ALLOWED,
    112: RejectReason.NOT_ALLOWED,  # the country
}


def read(response: Response, key: str) -> Result:
    """What became of the message with `key`; raises ProviderUnavailable where the account itself was refused."""
    refuse_busy(response, "SMSAPI")
    said = object_of(response.body)
    if response.status >= 500:
        return Unknown(f"SMSAPI answered {response.status}")
    if (code := _number(said.get("error"))) is not None:
        return _refused(code, said)
    if response.status in {401, 403}:
        raise ProviderUnavailable(f"SMSAPI answered {response.status} to SMSAPI_TOKEN", UNTIL_MENDED)
    listed = said.get("list")
    if response.status in {200, 201} and isinstance(listed, list) and len(listed) == 1:
        return _listed(listed[0], key)
    return Unknown(f"SMSAPI answered {response.status} without a message")


def _listed(one: Any, key: str) -> Result:
    if not isinstance(one, dict) or one.get("idx") not in {None, "", key}:
        return Unknown("SMSAPI answered with another message")
    if (code := _number(one.get("error"))) is not None:
        return _refused(code, one)
    reference = one.get("id")
    if not isinstance(reference, str) or not reference:
        return Unknown("SMSAPI answered without an id")
    return Accepted(reference)


def _refused(code: int, said: dict[str, Any]) -> Result:
    detail = f"SMSAPI error {code}"
    if code == SEEN_BEFORE:
        return Accepted()
    if code in ACCOUNT:
        raise ProviderUnavailable(detail, UNTIL_MENDED)
    if code in BUSY_NOW:
        return Deferred(BUSY_NOW[code], detail)
    if code in NOBODY_KNOWS:
        return Unknown(detail)
    reason = _number_refused(said) if code == BAD_NUMBER else REASONS.get(code, RejectReason.OTHER)
    return Rejected(reason, detail)


def _number_refused(said: dict[str, Any]) -> RejectReason:
    """Only "Invalid phone number" may suppress an address for good; the same error tells of black lists."""
    invalid = said.get("invalid_numbers")
    words = (
        [one.get("message") for one in invalid if isinstance(one, dict)] if isinstance(invalid, list) else []
    )
    wrong = bool(words) and all(word == "Invalid phone number" for word in words)
    return RejectReason.INVALID_ADDRESS if wrong else RejectReason.BLOCKED


def _number(code: Any) -> int | None:
    """An error's number; SMSAPI writes it as a number, and none of them is zero."""
    if isinstance(code, str) and re.fullmatch(r"[0-9]{1,6}", code):
        code = int(code)
    return code if type(code) is int and code else None
