"""Messages, and what was decided and tried for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import MailboxMessage, Message, MessageBody
from orchestrator.studio import story, words
from orchestrator.studio.admin.base import BigHistory, BigPage, channel_mark, customer_link
from orchestrator.studio.links import linked, related, url_of
from orchestrator.studio.titles import keyed, title_of_key
from orchestrator.studio.whys import why_url


@admin.register(Message)
class MessageAdmin(BigPage):
    """The outbox."""

    list_display = (
        "what",
        "customer_shown",
        "channel_shown",
        "state_shown",
        "reason_shown",
        "created_at",
        "final_at",
    )
    list_filter = ("state", "channel", "purpose")
    search_fields = ("=key", "=journey", "=customer__external_id")
    search_help_text = _("A journey's key, a customer's external id, or a message's key")
    ordering = ("-id",)
    together = ("customer",)
    page_template = "studio/message.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the titles of their journeys."""
        return keyed(super().get_queryset(request))

    @display(description=_("message"))
    def what(self, obj: Message) -> str:
        return f"{title_of_key(obj)} · {obj.step}" if obj.journey else str(obj)

    @display(description=_("customer"))
    def customer_shown(self, obj: Message) -> str:
        return customer_link(obj)

    @display(description=_("channel"))
    def channel_shown(self, obj: Message) -> str:
        return channel_mark(obj.channel)

    @display(description=_("state"), label=words.TONES)
    def state_shown(self, obj: Message) -> tuple[str, str]:
        held = obj.state == "planned" and obj.first_held_at is not None
        return ("hold", str(_("held"))) if held else (obj.state, str(obj.get_state_display()))

    @display(description=_("reason"))
    def reason_shown(self, obj: Message) -> str:
        return "–" if obj.state == "accepted" else words.reason(obj.reason) or "–"

    def page(self, request: HttpRequest, obj: Message) -> Mapping[str, Any]:
        """The story of one message."""
        kept = MailboxMessage.objects.filter(key=obj.key).values_list("pk", flat=True).first()
        body = MessageBody.objects.filter(message_id=obj.pk).values_list("pk", flat=True).first()
        return {
            "story": story.tell(obj),
            "state": self.state_shown(obj)[1],
            "customer_link": customer_link(obj),
            "channel_mark": channel_mark(obj.channel),
            "mailbox_url": url_of("messaging_mailboxmessage", kept) if kept else "",
            "body_url": url_of("messaging_messagebody", body) if body else "",
            "why_url": why_url(obj.customer_id, obj.journey) if obj.journey else "",
            "enrollment_url": url_of("journeys_enrollment", obj.enrollment_id) if obj.enrollment_id else "",
        }


@admin.register(MessageBody)
class MessageBodyAdmin(BigHistory):
    """What a message was written from."""

    list_display = ("message_shown", "composed_at")
    list_display_links = ("composed_at",)
    ordering = ("-pk",)
    together = ("message",)
    fields = ("message_shown", "composed_at", "languages_shown", "context_shown")
    readonly_fields = ("message_shown", "languages_shown", "context_shown")

    @display(description=_("message"))
    def message_shown(self, obj: MessageBody) -> str:
        message = related(obj, "message")
        return linked(url_of("messaging_message", message.pk), message) if message else f"#{obj.pk}"

    @display(description=_("languages, in order"))
    def languages_shown(self, obj: MessageBody) -> str:
        return words.shown(obj.languages)

    @display(description=_("what the template was filled with"))
    def context_shown(self, obj: MessageBody) -> str:
        return story.table(obj.context)
