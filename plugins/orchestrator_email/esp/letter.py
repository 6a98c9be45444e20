"""From a message to what django-anymail sends. The same message gives the same letter: no clock, nothing random."""

from __future__ import annotations

from anymail.message import AnymailMessage

from orchestrator.sdk import EmailContent, Message, RejectReason
from orchestrator_email.addresses import Unwritable, envelope_address
from orchestrator_email.mime import write


def letter(message: Message, metadata: bool) -> AnymailMessage:
    """The message for the API, its key in the metadata; raises Unwritable where it can be no email.

    What may stand in a header is decided where SMTP decides it, so no provider gets what another would not.
    """
    write(message)
    content = message.content
    if not isinstance(content, EmailContent):
        raise Unwritable(RejectReason.OTHER, "the content is not that of an email")
    sender = envelope_address(content.sender_address, RejectReason.NOT_ALLOWED, "the sender's address")
    made = AnymailMessage(
        subject=content.subject,
        body=content.text,
        from_email=_named(content.sender_name, sender),
        to=[envelope_address(message.recipient, RejectReason.INVALID_ADDRESS, "the recipient's address")],
        reply_to=[content.reply_to] if content.reply_to else None,
        headers=dict(content.headers),
    )
    if content.html:
        made.attach_alternative(content.html, "text/html")
    if metadata:
        made.metadata = {"key": message.key}
    return made


def _named(name: str, address: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address
