"""The settings of a gateway's reports: where things stand in them, and how they prove who sends them."""

from __future__ import annotations

import json
import re
from typing import Any

from orchestrator.sdk import ReceiptKind
from orchestrator_sms import settings
from orchestrator_sms.gateway.config import Reports, Signature
from orchestrator_sms.settings import value, wrong

FIELDS = ("status", "items", "id", "key", "reference", "recipient", "at", "text")
WRITTEN = re.compile(r"([a-z0-9-]+)(?::(sha256|sha1|sha512)(?::(hex|base64))?)?")
EXAMPLE = 'For example {"reference": "id", "status": "state", "kinds": {"DELIVRD": "delivered"}}.'


def read_signature() -> Signature:
    """How reports are signed; raises PluginError."""
    secret = settings.secret("SMS_GATEWAY_REPORT_SECRET")
    written = value("SMS_GATEWAY_REPORT_SIGNATURE")
    if not written:
        return Signature(secret)
    found = WRITTEN.fullmatch(written.lower())
    if found is None:
        mend = (
            "Write a header's name, and if they differ the algorithm and encoding: `x-signature:sha1:base64`."
        )
        wrong("SMS_GATEWAY_REPORT_SIGNATURE", "it cannot be read.", mend)
    return Signature(secret, found[1], found[2] or "sha256", found[3] or "hex")


def read_reports() -> Reports | None:
    """Where things stand in the reports, or None where there are none; raises PluginError."""
    found = _object()
    if found is None:
        return None
    kinds = found.pop("kinds", {})
    for name in sorted(set(found) - set(FIELDS)):
        wrong("SMS_GATEWAY_REPORTS", f"«{name}» is not known.", f"There are kinds, {', '.join(FIELDS)}.")
    if not all(isinstance(path, str) for path in found.values()):
        wrong("SMS_GATEWAY_REPORTS", "a place is not a text.", EXAMPLE)
    reports = Reports(kinds=_kinds(kinds), **found)
    if not (reports.status and reports.kinds) and not reports.text:
        wrong("SMS_GATEWAY_REPORTS", "neither a status with its kinds nor a text is named.", EXAMPLE)
    if not (reports.key or reports.reference or reports.recipient):
        wrong("SMS_GATEWAY_REPORTS", "nothing says whose report it is.", "Name key, reference or recipient.")
    return reports


def _kinds(written: Any) -> dict[str, ReceiptKind]:
    known = {kind.value: kind for kind in ReceiptKind}
    if not isinstance(written, dict) or not all(isinstance(k, str) and k in known for k in written.values()):
        mend = f"It is an object of statuses; each becomes one of {', '.join(known)}."
        wrong("SMS_GATEWAY_REPORTS", "kinds holds what is not known.", mend)
    return {status: known[kind] for status, kind in written.items()}


def _object() -> dict[str, Any] | None:
    written = value("SMS_GATEWAY_REPORTS")
    if not written:
        return None
    try:
        found = json.loads(written)
    except ValueError:
        wrong("SMS_GATEWAY_REPORTS", "it is not JSON.", EXAMPLE)
    return found if isinstance(found, dict) else wrong("SMS_GATEWAY_REPORTS", "it is not an object.", EXAMPLE)
