"""What is allowed, who said so, and which addresses are never used."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.studio import words
from orchestrator.studio.admin.base import BigHistory, channel_mark, customer_link
from orchestrator.studio.links import linked, url_of

_STATES = {"granted": "success", "withdrawn": "danger", "pending": "warning"}


class _Said(BigHistory):
    """What a current consent and a line of the ledger have in common."""

    together = ("customer",)
    list_select_related = ("brand",)
    list_display_links = ("channel_shown",)

    @display(description=_("customer"))
    def customer_shown(self, obj: Any) -> str:
        return customer_link(obj)

    @display(description=_("channel"))
    def channel_shown(self, obj: Any) -> str:
        return channel_mark(obj.channel)

    @display(description=_("purpose"))
    def purpose_shown(self, obj: Any) -> str:
        return words.purpose(obj.purpose)

    @display(description=_("topic"))
    def topic_shown(self, obj: Any) -> str:
        return obj.topic or str(_("all topics"))

    @display(description=_("state"), label=_STATES)
    def state_shown(self, obj: Any) -> tuple[str, str]:
        return obj.state, str(obj.get_state_display())


@admin.register(Consent)
class ConsentAdmin(_Said):
    """What holds now. It changes only by a new line in the ledger."""

    list_display = (
        "customer_shown",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state_shown",
        "changed_at",
    )
    list_filter = ("state", "channel", "purpose")
    search_fields = ("=customer__external_id",)
    search_help_text = _("A customer's external id")
    ordering = ("-id",)
    fields = (
        "customer_shown",
        "brand",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state",
        "changed_at",
        "ledger",
    )
    readonly_fields = (
        "customer_shown",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state_shown",
        "ledger",
    )

    @display(description=_("proof"))
    def ledger(self, obj: Consent) -> str:
        every = reverse("admin:consents_consentrecord_changelist") + f"?customer__id__exact={obj.customer_id}"
        return linked(
            url_of("consents_consentrecord", obj.record_id), _("the statement it rests on")
        ) + linked(every, _("all statements of this customer"))


@admin.register(ConsentRecord)
class ConsentRecordAdmin(_Said):
    """The proof, word for word."""

    list_display = (
        "number",
        "customer_shown",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state_shown",
        "source",
        "recorded_at",
    )
    list_filter = ("state", "channel", "purpose")
    search_fields = ("=customer__external_id",)
    search_help_text = _("A customer's external id")
    ordering = ("-number",)
    fields = (
        "number",
        "customer_shown",
        "brand",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state",
        "recorded_at",
        "text",
        "text_version",
        "language",
        "source",
        "legal_basis",
        "proof_shown",
    )
    readonly_fields = (
        "customer_shown",
        "channel_shown",
        "purpose_shown",
        "topic_shown",
        "state_shown",
        "number",
        "proof_shown",
    )

    @display(description=_("proof"))
    def proof_shown(self, obj: ConsentRecord) -> str:
        return words.shown(obj.proof) if obj.proof else "–"


@admin.register(Suppression)
class SuppressionAdmin(BigHistory):
    """Addresses that are never used. They are kept as hashes, so the list names nobody."""

    list_display = ("channel_shown", "reason_shown", "detail", "short", "brand_shown", "created_at")
    list_filter = ("reason", "channel")
    search_fields = ("=digest",)
    search_help_text = _("A whole address hash")
    list_select_related = ("brand",)
    ordering = ("-id",)
    fields = ("channel_shown", "reason", "detail", "digest", "brand_shown", "created_at")
    readonly_fields = ("channel_shown", "brand_shown")

    @display(description=_("channel"))
    def channel_shown(self, obj: Suppression) -> str:
        return channel_mark(obj.channel)

    @display(description=_("reason"))
    def reason_shown(self, obj: Suppression) -> str:
        return str(obj.get_reason_display())

    @display(description=_("address hash"))
    def short(self, obj: Suppression) -> str:
        return f"{obj.digest[:12]}…"

    @display(description=_("brand"))
    def brand_shown(self, obj: Suppression) -> str:
        return str(obj.brand or _("all brands"))
