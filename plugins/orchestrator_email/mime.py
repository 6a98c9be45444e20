"""From a message to the bytes that leave. The same message gives the same bytes: no clock, nothing random.

Headers are encoded by `email.header`, not by `email.policy`: the policies turn a long List-Unsubscribe URL into
encoded words, which mailbox providers do not read (Python 3.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, quote
from functools import lru_cache

from orchestrator.sdk import EmailContent, Message, RejectReason
from orchestrator_email.addresses import Unwritable, envelope_address
from orchestrator_email.quoted import quoted

LONGEST_LINE = 998  # RFC 5321 4.5.3.1.6, without the line end
OURS = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version"}
)
HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,75}\Z")
SPECIALS = re.compile(r"[^A-Za-z0-9 !#$%&\'*+/=?^_`{|}~-]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TYPES = {
    subtype: f'Content-Type: text/{subtype}; charset="utf-8"\r\n'.encode()
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    for subtype in ("plain", "html")
}


@dataclass(frozen=True, slots=True)
class Letter:
    """An email as it leaves: the two addresses of the envelope and the content, with CRLF line ends."""

    sender: str
    recipient: str
    content: bytes

    @property
    def international(self) -> bool:
        """Whether the server must speak SMTPUTF8, since a part before the @ is not ASCII."""
        return not (self.sender + self.recipient).isascii()


def write(message: Message) -> Letter:
    """Write `message` as an email; raises Unwritable where that cannot be done."""
    content = message.content
    if not isinstance(content, EmailContent):
        raise Unwritable(RejectReason.OTHER, "the content is not that of an email")
    recipient = envelope_address(message.recipient, RejectReason.INVALID_ADDRESS, "the recipient's address")
    sender = _sender(content.sender_address)
    try:
        head = "\r\n".join(_headers(message, content, sender, recipient)) + "\r\n"
        body = _body(message.key, content)
        return Letter(sender, recipient, head.encode() + body)
    except UnicodeEncodeError:
        raise Unwritable(RejectReason.OTHER, "the content holds half a character") from None


def _headers(message: Message, content: EmailContent, sender: str, recipient: str) -> Iterator[str]:
    domain = sender.rpartition("@")[2]
    yield _named_address("From", content.sender_name, sender)
    yield f"To: {recipient}"
    if content.reply_to:
        reply_to = envelope_address(content.reply_to, RejectReason.NOT_ALLOWED, "the reply address")
        yield f"Reply-To: {reply_to}"
    yield _subject(content.subject)
    yield _date(message.composed_at)
    yield f"Message-ID: <{message.key}@{domain}>"
    for name, value in content.headers.items():
        yield _extra(name, value)
    yield "MIME-Version: 1.0"


@lru_cache(maxsize=64)
def _sender(address: str) -> str:
    return envelope_address(address, RejectReason.NOT_ALLOWED, "the sender's address")


@lru_cache(maxsize=64)  # a batch is composed at one moment
def _date(at: datetime) -> str:
    return f"Date: {format_datetime(at.astimezone(UTC))}"


@lru_cache(maxsize=64)
def _may_be_named(name: str) -> bool:
    lowered = name.lower()
    return bool(HEADER_NAME.match(name)) and lowered not in OURS and not lowered.startswith("content-")


def _extra(name: str, value: str) -> str:
    if not _may_be_named(name):
        raise Unwritable(RejectReason.OTHER, "an extra header has a name that is not allowed")
    _refuse_control(name, value)
    if not value.isascii():
        return f"{name}: {_encoded(name, value)}"
    if len(name) + len(value) + 2 > LONGEST_LINE:
        raise Unwritable(RejectReason.OTHER, f"the header {name} is longer than {LONGEST_LINE} characters")
    return f"{name}: {value}"


@lru_cache(maxsize=512)
def _subject(written: str) -> str:
    """Short ASCII stays as it is. A subject that looks like an encoded word is encoded, so it is read as written."""
    value = written.replace("\t", " ")
    _refuse_control("Subject", value)
    plain = value.isascii() and len(value) <= 68 and "=?" not in value
    return f"Subject: {value if plain else _encoded('Subject', value)}"


@lru_cache(maxsize=512)
def _named_address(field: str, name: str, address: str) -> str:
    _refuse_control(field, name)
    if not name:
        return f"{field}: {address}"
    if name.isascii() and len(name) < 200 and "=?" not in name:
        shown = f'"{quote(name)}"' if SPECIALS.search(name) else name
        return f"{field}: {shown} <{address}>"
    return f"{field}: {_encoded(field, name)}\r\n <{address}>"


def _encoded(name: str, value: str) -> str:
    return Header(value, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _refuse_control(name: str, value: str) -> None:
    if not (value.isascii() and value.isprintable()) and CONTROL.search(value):
        raise Unwritable(RejectReason.OTHER, f"the header {name} holds a line break or control character")


def _body(key: str, content: EmailContent) -> bytes:
    text = _part("plain", content.text)
    if not content.html:
        return text
    # "=_" cannot occur in quoted-printable text, so the boundary never occurs in a part.
    boundary = f"=_{key}".encode()
    opening = b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n'
    separator = b"--" + boundary
    parts = (separator, text, separator, _part("html", content.html), separator + b"--", b"")
    return opening + b"\r\n".join(parts)


def _part(subtype: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if not lines.endswith("\n"):
        lines += "\n"
    return TYPES[subtype] + quoted(lines.encode())
