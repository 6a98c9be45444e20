"""What a mail server's words mean for a message: the codes of RFC 5321, the enhanced ones of RFC 3463."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.sdk import Accepted, Deferred, Rejected, RejectReason, Result, Unknown

ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
QUEUED = re.compile(r"queued as ([A-Za-z0-9._-]{4,64})", re.IGNORECASE)
ADDRESS = re.compile(r"<?[^\s<>()\"';:,]+@[^\s<>()\"';,]+>?")


class Stage(StrEnum):
    """Which of our words the server answers."""

    MAIL = "MAIL"  # the sender
    RCPT = "RCPT"  # the recipient
    CONTENT = "DATA"  # the content, or the wish to give it


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server: the three digits and the words."""

    code: int
    text: str = ""


def read(reply: Reply, stage: Stage, recipient: str) -> Result:
    """What `reply` means for the message. The detail keeps the server's words but no address in them."""
    if stage is Stage.CONTENT and 200 <= reply.code <= 299:
        queued = QUEUED.search(reply.text)
        return Accepted(queued[1] if queued else "")
    detail = f"{stage} {reply.code} {without_addresses(reply.text, recipient)}".strip()[:300]
    if 400 <= reply.code <= 499:
        return Deferred(detail=detail)
    if 500 <= reply.code <= 599:
        return Rejected(reason(reply, stage), detail)
    if stage is not Stage.CONTENT:
        return Deferred(detail=f"an answer out of turn: {detail}")
    return Unknown(f"an answer out of turn: {detail}")


def reason(reply: Reply, stage: Stage) -> RejectReason:
    """Why a 5xx refused. INVALID_ADDRESS suppresses for good, so only a 5.1.x about the recipient is one."""
    found = ENHANCED.match(reply.text)
    subject, detail = (int(found[2]), int(found[3])) if found and found[1] == "5" else (0, 0)
    if (subject, detail) in {(3, 4), (2, 3)} or (reply.code == 552 and subject == 0):
        return RejectReason.TOO_LARGE
    if subject == 7:
        return _policy(detail, reply.text, stage)
    if stage is Stage.MAIL or (subject == 1 and detail in {7, 8}):
        return RejectReason.NOT_ALLOWED
    if subject == 1:
        return RejectReason.INVALID_ADDRESS
    return RejectReason.OTHER


def _policy(detail: int, text: str, stage: Stage) -> RejectReason:
    """5.7.x: we may not (NOT_ALLOWED), they do not want us (BLOCKED), or they do not want this (SPAM)."""
    if detail == 28 or (detail in {0, 1} and stage is Stage.CONTENT):
        return RejectReason.SPAM
    if detail in {1, 2} and stage is Stage.RCPT and "relay" not in text.lower():
        return RejectReason.BLOCKED
    return RejectReason.NOT_ALLOWED


def without_addresses(text: str, recipient: str) -> str:
    """The server's words as one line of printable ASCII, without addresses or the recipient's name."""
    words = ADDRESS.sub("<address>", text)
    local = recipient.rpartition("@")[0]
    if local:
        words = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "<address>", words, flags=re.IGNORECASE)
    return "".join(c if c.isascii() and c.isprintable() else " " for c in words)
