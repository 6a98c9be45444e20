"""Segments: named groups of customers, by a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.rules import Rule
from orchestrator.journeys.yaml import read
from orchestrator.segments.define import define, read_segment_rule
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import rules, words
from orchestrator.studio.admin.base import BigHistory, StudioAdmin, customer_link


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule is checked as it is read; every error names its line."""

    read: Rule

    class Meta:
        model = Segment
        fields = ("key", "title", "source")
        widgets = {"source": UnfoldAdminTextareaWidget(attrs={"rows": 12, "class": "font-mono"})}
        help_texts = {
            "source": _(
                "A rule in YAML, such as {event: order.placed, within: 90 days}. Those of whom it is already true"
                " are found at once and start no journey."
            )
        }

    def clean(self) -> dict[str, Any]:
        """Read the rule; what is wrong with it stands beside it."""
        cleaned = super().clean() or {}
        source = cleaned.get("source")
        if isinstance(source, str) and source:
            try:
                self.read = read_segment_rule(read(source), cleaned.get("key") or self.instance.key)
            except DefinitionError as error:
                self.add_error("source", [str(problem) for problem in error.problems])
        return cleaned


@admin.register(Segment)
class SegmentAdmin(StudioAdmin):
    """Who is meant, in words and in numbers."""

    form = SegmentForm
    list_display = ("__str__", "rule_shown", "size", "settled", "changed_at")
    search_fields = ("key", "title")
    prepopulated_fields = {"key": ("title",)}
    fields = ("title", "key", "source", "rule_shown", "size", "settled", "changed_at", "passed_at", "due_at")
    readonly_fields = ("rule_shown", "size", "settled", "changed_at", "passed_at", "due_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the number of members."""
        return super().get_queryset(request).annotate(members=Count("memberships"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is known of a segment once there is one."""
        return super().get_fields(request, obj) if obj else ("title", "key", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is for good: journeys name it."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only while the key can still be chosen."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        """Through the verb, which looks at everybody anew where the rule is another."""
        obj.pk = define(obj.key, obj.title, obj.source, form.read, datetime.now(UTC)).id

    @display(description=_("rule in words"))
    def rule_shown(self, obj: Segment) -> str:
        return rules.say(obj.rule) if obj.rule else "–"

    @display(description=_("members"))
    def size(self, obj: Segment) -> str:
        return words.people(getattr(obj, "members", 0))


@admin.register(Membership)
class MembershipAdmin(BigHistory):
    """Who is in which segment now."""

    list_display = ("segment", "customer_shown", "since")
    list_select_related = ("segment",)
    search_fields = ("=customer__external_id",)
    ordering = ("-id",)
    together = ("customer",)
    fields = ("customer_shown", "segment", "since")
    readonly_fields = ("customer_shown",)

    @display(description=_("customer"))
    def customer_shown(self, obj: Membership) -> str:
        return customer_link(obj)
