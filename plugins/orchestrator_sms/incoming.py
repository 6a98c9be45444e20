"""What comes in from a provider: parameters, secrets in URLs, times and numbers, all read without a clock."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from orchestrator.sdk import Request, SignatureInvalid

NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # the provider does not say when; only whoever took it in can know
KEY = re.compile(r"[0-9a-f]{32}")
MOST_FIELDS = 200


def query_of(request: Request) -> list[tuple[str, str]]:
    """The parameters of the URL, in order; raises SignatureInvalid where there are too many to be a report."""
    return _pairs(urlsplit(request.url).query)


def form_of(request: Request) -> list[tuple[str, str]]:
    """The parameters of a form's body, in order; raises SignatureInvalid as `query_of` does."""
    return _pairs(request.body.decode("utf-8", "replace"))


def check_secret(request: Request, secret: str) -> None:
    """Raise SignatureInvalid unless the URL holds `?secret=` once and right. Compared in constant time."""
    given = [value for name, value in query_of(request) if name == "secret"]
    if not secret or len(given) != 1 or not hmac.compare_digest(given[0].encode(), secret.encode()):
        raise SignatureInvalid("the secret in the URL is missing or wrong")


def key_of(value: str) -> str:
    """One of our keys, or "" where it is something else: the account may send for others too."""
    return value if KEY.fullmatch(value) else ""


def number_of(value: str) -> str:
    """A phone number with its +, or "" where it has no digits; what follows a name or a colon stays out."""
    digits = re.sub(r"\D", "", value)
    return f"+{digits}" if digits else ""


def moment_of(value: str) -> datetime:
    """Unix seconds or milliseconds, or ISO 8601 (UTC where it names no zone); NO_TIME where it is neither."""
    try:
        if re.fullmatch(r"\d{1,13}", value):
            return datetime.fromtimestamp(int(value) / (1000 if len(value) > 10 else 1), UTC)
        written = datetime.fromisoformat(value)
        return written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return NO_TIME


def _pairs(written: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(written, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise SignatureInvalid("more parameters than any report has") from None
