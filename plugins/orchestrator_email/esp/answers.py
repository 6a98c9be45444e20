"""What an API's answer means for a message. Details name the provider and a status, never the recipient or the words."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from anymail.exceptions import AnymailAPIError
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from orchestrator.sdk import Accepted, Deferred, ProviderUnavailable, Rejected, RejectReason, Result, Unknown

# Of the status that django-anymail reads for the recipient. "failed" is none of them: it stands for an answer without
# an id too, and then nobody knows.
_REFUSED = {"invalid": RejectReason.INVALID_ADDRESS, "rejected": RejectReason.BLOCKED}
# Our account, not the message: it may be tried again when somebody has mended that.
_NOT_NOW = frozenset({401, 402, 403, 429})
_NOT_SENT = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)


def accepted(title: str, status: Any) -> Result:
    """Read `anymail_status`, with its one recipient."""
    (word,) = status.status or {"unknown"}
    if word in {"sent", "queued"}:
        return Accepted(str(status.message_id or ""))
    if word in _REFUSED:
        return Rejected(_REFUSED[word], f"{title} says: {word}")
    return Unknown(f"{title} says: {word}")


def refused(title: str, error: AnymailAPIError) -> Result:
    """Read an error of the API; raises ProviderUnavailable where certainly nothing has left this machine."""
    status = error.status_code
    if status is None:
        if any(isinstance(cause, _NOT_SENT) for cause in _causes(error)):
            raise ProviderUnavailable(f"no connection to {title}")
        return Unknown(f"the connection to {title} broke, or its answer came too late")
    detail = f"{title} answered {status}"
    if status in _NOT_NOW:
        return Deferred(_wait(error.response), detail)
    if status == 413:
        return Rejected(RejectReason.TOO_LARGE, detail)
    if 400 <= status < 500 and status != 408:
        return Rejected(RejectReason.OTHER, detail)
    return Unknown(detail)


def _wait(response: Any) -> timedelta | None:
    written = response.headers.get("retry-after", "") if response is not None else ""
    return timedelta(seconds=min(int(written), 86_400)) if written.isdecimal() and int(written) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it was raised from, those in its arguments and `reason` too."""
    seen: list[BaseException] = []
    ahead: list[Any] = [error]
    while ahead:
        one = ahead.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            ahead += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    yield from seen
