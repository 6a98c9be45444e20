"""Messages that stayed in the house, as their readers would see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import display

from orchestrator.messaging.models import MailboxMessage, Message
from orchestrator.studio import framed, preview
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

    def get_urls(self) -> list[Any]:
        """With the letter itself, for the frame on its page."""
        shown = self.admin_site.admin_view(require_safe(self.letter))
        return [
            path("<int:object_id>/letter/", shown, name="messaging_mailboxmessage_letter"),
            *super().get_urls(),
        ]

    def letter(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The email's document."""
        kept = get_object_or_404(MailboxMessage, pk=object_id)
        if not self.has_view_permission(request, kept):
            raise PermissionDenied
        return framed.letter(preview.show(kept).document)

    def page(self, request: HttpRequest, obj: MailboxMessage) -> Mapping[str, Any]:
        """The message in its reader's frame."""
        message = Message.objects.filter(key=obj.key).values_list("pk", flat=True).first()
        return {
            "preview": preview.show(obj),
            "letter_url": reverse("admin:messaging_mailboxmessage_letter", args=[obj.pk]),
            "channel_mark": channel_mark(obj.channel),
            "message_url": url_of("messaging_message", message) if message else "",
        }
