"""Rows that belong to a message: what the gate said, what the provider answered and reported, what is locked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import Decision, DeliveryAttempt, Receipt, Subject
from orchestrator.studio import story, words
from orchestrator.studio.admin.base import BigHistory
from orchestrator.studio.evidence import explain
from orchestrator.studio.links import linked, related, url_of


class _OfMessage(BigHistory):
    """Rows found by their message."""

    together = ("message",)

    @display(description=_("message"))
    def message_shown(self, obj: Any) -> str:
        message = related(obj, "message")
        return linked(url_of("messaging_message", message.pk), message) if message else f"#{obj.message_id}"

    @display(description=_("outcome"), label=words.TONES)
    def outcome_shown(self, obj: Any) -> tuple[str, str]:
        return obj.outcome, words.outcome(obj.outcome)

    @display(description=_("outcome"))
    def outcome_said(self, obj: Any) -> str:
        return words.outcome(obj.outcome)


@admin.register(Decision)
class DecisionAdmin(_OfMessage):
    """Why something was sent, or was not."""

    list_display = ("decided_at", "outcome_shown", "reason_shown", "message_shown", "until")
    search_fields = ("=reason",)
    search_help_text = _("A reason's code, such as quiet_hours")
    ordering = ("-id",)
    fields = ("message_shown", "decided_at", "outcome_said", "reason_said", "until", "evidence_shown")
    readonly_fields = ("message_shown", "outcome_said", "reason_said", "evidence_shown")

    @display(description=_("reason"))
    def reason_shown(self, obj: Decision) -> str:
        return words.reason(obj.reason)

    @display(description=_("reason"))
    def reason_said(self, obj: Decision) -> str:
        message = related(obj, "message")
        return explain(obj.reason, obj.evidence, message.channel if message else "")

    @display(description=_("evidence"))
    def evidence_shown(self, obj: Decision) -> str:
        return (
            story.table({str(name): value for name, value in words.facts(obj.evidence)})
            if obj.evidence
            else "–"
        )


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(_OfMessage):
    """One call of a provider."""

    list_display = ("settled_at", "provider", "outcome_shown", "message_shown", "number", "detail")
    search_fields = ("=reference",)
    search_help_text = _("The provider's id of a message")
    ordering = ("-id",)
    fields = ("message_shown", "number", "provider", "outcome_said", "settled_at", "reference", "detail")
    readonly_fields = ("message_shown", "outcome_said")


@admin.register(Receipt)
class ReceiptAdmin(_OfMessage):
    """One later report of a provider."""

    list_display = ("received_at", "provider", "kind_shown", "message_shown", "by_machine", "occurred_at")
    list_filter = ("kind",)
    search_fields = ("=key", "=message__key")
    search_help_text = _("A message's key")
    ordering = ("-id",)
    fields = ("message_shown", "provider", "kind", "by_machine", "occurred_at", "received_at", "key")
    readonly_fields = ("message_shown", "by_machine")

    @display(description=_("by a machine"))
    def by_machine(self, obj: Receipt) -> str:
        return words.shown(True) if obj.machine else "–"

    @display(description=_("what"), label=words.TONES)
    def kind_shown(self, obj: Receipt) -> tuple[str, str]:
        return obj.kind, str(obj.get_kind_display())

    @display(description=_("message"))
    def message_shown(self, obj: Receipt) -> str:
        return super().message_shown(obj) if obj.message_id else "–"


@admin.register(Subject)
class SubjectAdmin(BigHistory):
    """Shared addresses, by their hash, which the gate locks."""

    list_display = ("key",)
    search_fields = ("=key",)
