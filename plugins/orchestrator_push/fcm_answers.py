"""What FCM's answers mean: the status, and the code in the error's details (FcmError of HTTP v1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Rejected,
    RejectReason,
    Response,
    Result,
    Unknown,
    retry_after,
)

NAME = re.compile(r"projects/[^/\s]+/messages/[^/\s]{1,120}\Z")
CODE = re.compile(r"[A-Z][A-Z_]{2,40}\Z")
TOKEN_REFUSED = Deferred(timedelta(seconds=5), "FCM refused the access token; another is asked for")
LATER = frozenset({"QUOTA_EXCEEDED", "UNAVAILABLE"})
REASONS = {
    "UNREGISTERED": RejectReason.INVALID_ADDRESS,  # the app is gone, or has a new token
    "SENDER_ID_MISMATCH": RejectReason.NOT_ALLOWED,  # the token is another project's
    "THIRD_PARTY_AUTH_ERROR": RejectReason.NOT_ALLOWED,  # Apple's or the web's key is missing at Firebase
    "PERMISSION_DENIED": RejectReason.NOT_ALLOWED,
    "NOT_FOUND": RejectReason.NOT_ALLOWED,  # the project: a token that is gone says UNREGISTERED
}


def read(response: Response, now: datetime) -> Result:
    """What `response` means for the message. Its own words stay out of the detail: they may repeat the token."""
    said = _parse(response)
    if response.status == 200:
        name = said.get("name")
        named = isinstance(name, str) and NAME.match(name)
        return Accepted(str(name)) if named else Unknown("FCM answered 200 without a message's name")
    error = said.get("error")
    error = error if isinstance(error, dict) else {}
    code = _code(error)
    detail = f"FCM {response.status} {code}".strip()
    if response.status == 401 and code != "THIRD_PARTY_AUTH_ERROR":
        return TOKEN_REFUSED
    if response.status in {429, 503} or code in LATER:
        return Deferred(retry_after(response, now) or timedelta(minutes=1), detail)
    if 300 <= response.status <= 499:
        return Rejected(_reason(response.status, code, error), detail)
    return Unknown(detail)


def _reason(status: int, code: str, error: dict[str, Any]) -> RejectReason:
    if code == "INVALID_ARGUMENT" and "message.token" in _fields(error):
        return RejectReason.INVALID_ADDRESS
    if status == 413:
        return RejectReason.TOO_LARGE
    return REASONS.get(code, RejectReason.OTHER)


def _code(error: dict[str, Any]) -> str:
    """FCM's own code, else the status that all of Google's services have."""
    own = (each.get("errorCode") for each in _details(error))
    return next(
        (code for code in (*own, error.get("status")) if isinstance(code, str) and CODE.match(code)), ""
    )


def _fields(error: dict[str, Any]) -> set[str]:
    """The fields that a BadRequest complains about."""
    lists = (each.get("fieldViolations") for each in _details(error))
    found = (one for violations in lists if isinstance(violations, list) for one in violations)
    return {str(one.get("field")) for one in found if isinstance(one, dict)}


def _details(error: dict[str, Any]) -> Iterator[dict[str, Any]]:
    details = error.get("details")
    return (each for each in details if isinstance(each, dict)) if isinstance(details, list) else iter(())


def _parse(response: Response) -> dict[str, Any]:
    try:
        said = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
