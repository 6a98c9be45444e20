"""Reports that come in as Standard Webhooks: `{"type": "message.delivered", "timestamp": …, "data": {"message": key}}`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from orchestrator.sdk import Receipt, ReceiptKind

TYPES = {f"message.{kind.value}": kind for kind in ReceiptKind}


def read(id_: str, body: bytes) -> Sequence[Receipt]:
    """The report in a body whose signature was true; what is no report of ours is none, and no error."""
    try:
        said = json.loads(body)
        return (_receipt(id_, said, TYPES[said["type"]]),)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return ()


def _receipt(id_: str, said: dict[str, Any], kind: ReceiptKind) -> Receipt:
    data = said["data"]
    at = datetime.fromisoformat(said["timestamp"])
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Receipt(
        id=id_,
        kind=kind,
        occurred_at=at.astimezone(UTC),
        message_key=str(data["message"]),
        detail=str(data.get("detail", ""))[:200],
    )
