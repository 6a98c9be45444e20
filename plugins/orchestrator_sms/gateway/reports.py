"""A gateway's later reports, in JSON, a form or the URL, proven by a signature or by the secret in the URL."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from orchestrator.sdk import Receipt, ReceiptKind, Request, SignatureInvalid
from orchestrator_sms.calls import json_of
from orchestrator_sms.gateway.conditions import spelled, walk
from orchestrator_sms.gateway.config import Config, Reports, Signature
from orchestrator_sms.incoming import check_secret, form_of, key_of, moment_of, number_of, query_of


def read(request: Request, config: Config) -> list[Receipt]:
    """The receipts in a request; raises SignatureInvalid unless it proves who sends it, so always without settings."""
    _check(request, config.signature)
    if config.reports is None:
        raise SignatureInvalid("SMS_GATEWAY_REPORTS does not say how to read reports")
    found = [_receipt(item, config.reports) for item in _items(request, config)]
    return [receipt for receipt in found if receipt is not None]


def signature(body: bytes, how: Signature) -> str:
    """The HMAC of a body, as the header carries it."""
    digest = hmac.new(how.secret.encode(), body, getattr(hashlib, how.algorithm)).digest()
    return digest.hex() if how.encoding == "hex" else base64.b64encode(digest).decode()


def _check(request: Request, how: Signature) -> None:
    if not how.header:
        return check_secret(request, how.secret)
    given = request.headers.get(how.header, "").removeprefix(f"{how.algorithm}=")
    given = given.lower() if how.encoding == "hex" else given
    if not how.secret or not hmac.compare_digest(given.encode(), signature(request.body, how).encode()):
        raise SignatureInvalid(f"{how.header} is missing or wrong")
    return None


def _items(request: Request, config: Config) -> Iterator[dict[str, Any]]:
    """The reports. What only the URL says counts where the URL is proven: where the secret stands in it."""
    said = json_of(request.body)
    if not isinstance(said, (dict, list)):
        query = [] if config.signature.header else query_of(request)
        said = dict([*query, *form_of(request)])
    listed = walk(said, config.reports.items) if config.reports and config.reports.items else said
    for item in listed if isinstance(listed, list) else [listed]:
        if isinstance(item, dict):
            yield item


def _receipt(item: dict[str, Any], reports: Reports) -> Receipt | None:
    status, text = _at(item, reports.status), _at(item, reports.text)
    kind = reports.kinds.get(status) or (ReceiptKind.REPLIED if text and not status else None)
    if kind is None:
        return None
    reference, when = _at(item, reports.reference), _at(item, reports.at)
    recipient = number_of(_at(item, reports.recipient))
    return Receipt(
        id=_at(item, reports.id)
        or _identity(status, reference, _at(item, reports.key), recipient, when, text),
        kind=kind,
        occurred_at=moment_of(when),
        message_key=key_of(_at(item, reports.key)),
        reference=reference,
        recipient=recipient,
        detail=text if kind is ReceiptKind.REPLIED else f"status {status}",
    )


def _identity(*parts: str) -> str:
    """A name for a report that has none: the same report twice is one, whatever else its request says."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _at(item: dict[str, Any], path: str) -> str:
    return spelled(walk(item, path)) if path else ""
