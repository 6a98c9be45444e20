"""People in journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Enrollment, EntryTimer, StepRun
from orchestrator.studio import passage, story, words
from orchestrator.studio.admin.base import BigHistory, BigPage, customer_link
from orchestrator.studio.links import linked, related, url_of
from orchestrator.studio.titles import title_of, with_journeys


def _journey_link(obj: Any) -> str:
    journey = related(obj, "journey")
    return (
        linked(url_of("journeys_journey", journey.pk), title_of(journey)) if journey else f"#{obj.journey_id}"
    )


@admin.register(Enrollment)
class EnrollmentAdmin(BigPage):
    """Who is in which journey, and where they stand."""

    list_display = ("customer_name", "journey_shown", "status_shown", "where", "entered_at", "due_at")
    list_filter = ("status", "journey", "held_out")
    search_fields = ("=customer__external_id", "=entry_key")
    search_help_text = _("A customer's external id, or what the entry goes by")
    ordering = ("-id",)
    together = ("customer",)
    page_template = "studio/enrollment.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        """With their journeys."""
        return super().get_queryset(request).prefetch_related(with_journeys())

    @display(description=_("customer"))
    def customer_name(self, obj: Enrollment) -> str:
        return str(related(obj, "customer") or f"#{obj.customer_id}")

    @display(description=_("journey"))
    def journey_shown(self, obj: Enrollment) -> str:
        return _journey_link(obj)

    @display(description=_("status"), label=words.TONES)
    def status_shown(self, obj: Enrollment) -> tuple[str, str]:
        return obj.status, str(obj.get_status_display())

    @display(description=_("step, or why it ended"))
    def where(self, obj: Enrollment) -> str:
        return (obj.step if obj.status == Enrollment.Status.ACTIVE else words.reason(obj.reason)) or "–"

    def page(self, request: HttpRequest, obj: Enrollment) -> Mapping[str, Any]:
        """The path, step by step."""
        return {
            "passage": passage.trace(obj),
            "customer_link": customer_link(obj),
            "journey_link": _journey_link(obj),
        }


@admin.register(StepRun)
class StepRunAdmin(BigHistory):
    """One visit to one step."""

    list_display = ("step", "visit", "outcome_shown", "reason_shown", "enrollment_shown", "left_at")
    search_fields = ("=step",)
    ordering = ("-id",)
    fields = (
        "enrollment_shown",
        "step",
        "visit",
        "entered_at",
        "left_at",
        "outcome_shown",
        "reason_shown",
        "evidence_shown",
    )
    readonly_fields = ("enrollment_shown", "outcome_shown", "reason_shown", "evidence_shown")

    @display(description=_("enrollment"))
    def enrollment_shown(self, obj: StepRun) -> str:
        return linked(url_of("journeys_enrollment", obj.enrollment_id), f"#{obj.enrollment_id}")

    @display(description=_("outcome"))
    def outcome_shown(self, obj: StepRun) -> str:
        return words.step_outcome(obj.outcome)

    @display(description=_("reason"))
    def reason_shown(self, obj: StepRun) -> str:
        return words.reason(obj.reason) or "–"

    @display(description=_("evidence"))
    def evidence_shown(self, obj: StepRun) -> str:
        return story.table(obj.evidence) if obj.evidence else "–"


@admin.register(EntryTimer)
class EntryTimerAdmin(BigHistory):
    """When time alone lets a person enter."""

    list_display = ("customer_name", "journey_shown", "part", "due_at", "anchor_at", "key")
    search_fields = ("=customer__external_id",)
    ordering = ("-id",)
    together = ("customer",)
    fields = ("customer_shown", "journey_shown", "part", "days", "intervals", "due_at", "anchor_at", "key")
    readonly_fields = ("customer_shown", "journey_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryTimer]:
        """With their journeys."""
        return super().get_queryset(request).prefetch_related(with_journeys())

    @display(description=_("customer"))
    def customer_name(self, obj: EntryTimer) -> str:
        return str(related(obj, "customer") or f"#{obj.customer_id}")

    @display(description=_("customer"))
    def customer_shown(self, obj: EntryTimer) -> str:
        return customer_link(obj)

    @display(description=_("journey"))
    def journey_shown(self, obj: EntryTimer) -> str:
        return _journey_link(obj)
