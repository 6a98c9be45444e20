"""KEPT MAIL: where no mail server is named, Django's own mail is kept in the mailbox, to be read in the admin."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from orchestrator.messaging.models import MailboxMessage

KEPT_MAIL = "orchestrator.messaging.kept_mail.KeptMail"


class KeptMail(BaseEmailBackend):
    """An email backend that sends nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep each once for each of its recipients; answers how many were kept."""
        rows = [_row(one, to) for one in email_messages for to in one.recipients()]
        MailboxMessage.objects.bulk_create(rows)
        return len(email_messages)


def _row(message: EmailMessage, to: str) -> MailboxMessage:
    content: dict[str, Any] = {
        "subject": message.subject,
        "text": message.body,
        "html": "",
        "sender_name": "",
        "sender_address": message.from_email,
        "headers": dict(message.extra_headers),
    }
    return MailboxMessage(
        key=uuid.uuid4().hex,
        channel="email",
        recipient=to[:1000],
        subject=str(message.subject)[:500],
        content=content,
        composed_at=timezone.now(),
    )
