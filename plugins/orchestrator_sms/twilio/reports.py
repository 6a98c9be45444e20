"""What Twilio reports later: the status of a message, and what people write back.

The signature is the HMAC-SHA1 of the URL and, sorted by name, all parameters of the form, keyed with the account's token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from orchestrator.sdk import Receipt, ReceiptKind, Request, SignatureInvalid
from orchestrator_sms.incoming import NO_TIME, form_of, key_of, number_of, query_of

GONE = frozenset({"21211", "21614", "21635", "30005", "30006"})  # no such number, or no mobile phone
OPTED_OUT = "21610"
PORTS = {"http": 80, "https": 443}


def read(request: Request, auth_token: str) -> list[Receipt]:
    """The receipts in a request; raises SignatureInvalid unless Twilio signed it."""
    form = form_of(request) if request.method == "POST" else []
    _check(request, form, auth_token)
    fields = dict(form or query_of(request))
    if "MessageStatus" in fields:
        return list(_status(fields, dict(query_of(request)).get("key", "")))
    return [_reply(fields)] if fields.get("From") and "Body" in fields else []


def signature(url: str, form: list[tuple[str, str]], auth_token: str) -> str:
    """The signature of a request as Twilio documents it; a value that is sent twice under one name counts once."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _check(request: Request, form: list[tuple[str, str]], auth_token: str) -> None:
    given = request.headers.get("x-twilio-signature", "").encode()
    right = [signature(url, form, auth_token).encode() for url in _spellings(request.url)]
    if not any([hmac.compare_digest(given, one) for one in right]):  # noqa: C419 all are compared, always
        raise SignatureInvalid("x-twilio-signature is missing or wrong")


def _spellings(url: str) -> Iterator[str]:
    """The URL as it is, and with the usual port written out or left out: Twilio signs one or the other."""
    yield url
    parts = urlsplit(url)
    usual = PORTS.get(parts.scheme)
    if usual and parts.port is None:
        yield parts._replace(netloc=f"{parts.netloc}:{usual}").geturl()
    elif usual and parts.port == usual:
        yield parts._replace(netloc=parts.netloc.removesuffix(f":{usual}")).geturl()


def _status(fields: Mapping[str, str], key: str) -> Iterator[Receipt]:
    reference, status = fields.get("MessageSid", ""), fields["MessageStatus"]
    code = fields.get("ErrorCode", "")
    kind = _kind(status, code)
    if reference and kind is not None:
        yield Receipt(
            id=f"{reference}:{status}",
            kind=kind,
            occurred_at=NO_TIME,
            message_key=key_of(key),
            reference=reference,
            recipient=number_of(fields.get("To", "")),
            detail=f"Twilio error {code}" if code.isdecimal() else "",
        )


def _kind(status: str, code: str) -> ReceiptKind | None:
    """Only a number that is gone bounces for good; a phone that is off or full does not suppress its number."""
    if status == "delivered":
        return ReceiptKind.DELIVERED
    if status not in {"failed", "undelivered"}:
        return None
    if code == OPTED_OUT:
        return ReceiptKind.UNSUBSCRIBED
    return ReceiptKind.BOUNCED if code in GONE else ReceiptKind.SOFT_BOUNCED


def _reply(fields: Mapping[str, str]) -> Receipt:
    """What somebody wrote. `OptOutType` is there where a messaging service takes stop words in any language."""
    stopped = fields.get("OptOutType") == "STOP"
    return Receipt(
        id=fields.get("MessageSid", ""),
        kind=ReceiptKind.UNSUBSCRIBED if stopped else ReceiptKind.REPLIED,
        occurred_at=NO_TIME,
        recipient=number_of(fields["From"]),
        detail=fields["Body"],
    )
