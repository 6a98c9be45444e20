"""What SMSAPI reports later: delivery reports by GET, several with commas between them, and replies by POST."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from orchestrator.sdk import Receipt, ReceiptKind, Request
from orchestrator_sms.incoming import check_secret, form_of, key_of, moment_of, number_of, query_of

# "Undelivered" may be a wrong number as well as a phone abroad or switched off, so it suppresses nobody.
KINDS = {
    "402": ReceiptKind.SOFT_BOUNCED,  # EXPIRED
    "404": ReceiptKind.DELIVERED,
    "405": ReceiptKind.SOFT_BOUNCED,  # UNDELIVERED
    "406": ReceiptKind.SOFT_BOUNCED,  # FAILED
    "407": ReceiptKind.SOFT_BOUNCED,  # REJECTED
}


def read(request: Request, secret: str) -> list[Receipt]:
    """The receipts in a request; raises SignatureInvalid unless the secret stands in its URL."""
    check_secret(request, secret)
    fields = dict([*query_of(request), *(form_of(request) if request.method == "POST" else ())])
    if fields.get("sms_from"):
        return [_reply(fields)]
    return list(_deliveries(fields))


def _reply(fields: Mapping[str, str]) -> Receipt:
    """A reply. It has no id of its own, so who wrote what, and when, is its id; `MsgId` is what it answers."""
    named = [fields.get(name, "") for name in ("sms_from", "sms_to", "sms_date", "sms_text")]
    return Receipt(
        id="reply:" + hashlib.sha256("\0".join(named).encode()).hexdigest()[:32],
        kind=ReceiptKind.REPLIED,
        occurred_at=moment_of(fields.get("sms_date", "")),
        reference=fields.get("MsgId", ""),
        recipient=number_of(fields["sms_from"]),
        detail=fields.get("sms_text", ""),
    )


def _deliveries(fields: Mapping[str, str]) -> Iterator[Receipt]:
    references = fields.get("MsgId", "").split(",")
    for place, reference in enumerate(references):
        status = _nth(fields, "status", place, len(references))
        if reference and status in KINDS:
            yield Receipt(
                id=f"{reference}:{status}",
                kind=KINDS[status],
                occurred_at=moment_of(_nth(fields, "donedate", place, len(references))),
                message_key=key_of(_nth(fields, "idx", place, len(references))),
                reference=reference,
                recipient=number_of(_nth(fields, "to", place, len(references))),
                detail="" if status == "404" else f"SMSAPI status {status}",
            )


def _nth(fields: Mapping[str, str], name: str, place: int, count: int) -> str:
    """The value that belongs to the message at `place`; "" where a list has another length and none belongs."""
    values = fields.get(name, "").split(",")
    return values[place] if len(values) == count else ""
