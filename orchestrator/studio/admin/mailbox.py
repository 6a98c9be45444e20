"""Messages that stayed in the house, as their readers would see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import MailboxMessage, Message
from orchestrator.studio import preview
from orchestrator.studio.admin.base import BigPage, channel_mark
from orchestrator.studio.links import url_of


@admin.register(MailboxMessage)
class MailboxMessageAdmin(BigPage):
    """The mailbox."""

    list_display = ("subject_shown", "channel_shown", "recipient", "composed_at")
    list_filter = ("channel",)
    search_fields = ("recipient__istartswith", "subject")
    search_help_text = _("A word of the subject, or the beginning of the recipient")
    ordering = ("-composed_at",)
    page_template = "studio/mailbox.html"

    @display(description=_("subject"))
    def subject_shown(self, obj: MailboxMessage) -> str:
        return obj.subject or preview.opening(obj)

    @display(description=_("channel"))
    def channel_shown(self, obj: MailboxMessage) -> str:
        return channel_mark(obj.channel)

    def page(self, request: HttpRequest, obj: MailboxMessage) -> Mapping[str, Any]:
        """The message in its reader's frame."""
        message = Message.objects.filter(key=obj.key).values_list("pk", flat=True).first()
        return {
            "preview": preview.show(obj),
            "channel_mark": channel_mark(obj.channel),
            "message_url": url_of("messaging_message", message) if message else "",
        }
