"""Segments: named groups of customers, by a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.rules import Rule
from orchestrator.journeys.yaml import read
from orchestrator.segments.define import define, read_segment_rule
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import rules, words
from orchestrator.studio.admin.base import BigHistory, customer_link
from orchestrator.studio.admin.builder import BuilderPages
from orchestrator.studio.admin.ready import ReadyPages
from orchestrator.studio.builder.standing import read_standing
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import MOST, Few, at_most_said


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule is checked as it is read; every error names its line."""

    read: Rule

    class Meta:
        model = Segment
        fields = ("key", "title", "source", "guard")
        widgets = {"source": UnfoldAdminTextareaWidget(attrs={"rows": 12, "class": "font-mono"})}
        help_texts = {
            "source": _(
                "A rule in YAML, such as {event: order.placed, within: 90 days}. Those of whom it is already true"
                " are found at once and start no journey."
            ),
            "guard": _(
                "For an open complaint, suspected fraud, or your own staff: nobody of whom the rule is true gets"
                " marketing, whatever a journey says. It is asked anew for every message, at the moment it would leave."
                " Where the rule names another segment, that one's members are those of its last look, which may be"
                " some minutes old: write what must hold at once into this rule itself."
            ),
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
class SegmentAdmin(ReadyPages, BuilderPages):
    """Who is meant, in words and in numbers."""

    form = SegmentForm
    list_display = ("__str__", "rule_shown", "size", "settled", "changed_at")
    search_fields = ("key", "title")
    prepopulated_fields = {"key": ("title",)}
    fields = ("title", "key", "source", "guard")
    change_form_outer_before_template = "studio/segment.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the number of members, counted as far as ten thousand."""
        members = Few(Membership.objects.filter(segment=OuterRef("pk")))
        return super().get_queryset(request).annotate(members=members)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How it stands, above its form."""
        segment = self.get_object(request, unquote(object_id))
        context: dict[str, Any] = {}
        if segment is not None and self.has_view_permission(request, segment):
            context = {
                "standing": read_standing(segment, timezone.now()),
                "may_build": self.has_change_permission(request, segment),
                "may_see": request.user.has_perm("customers.view_customer"),  # type: ignore[union-attr]
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A segment that guards stays: whoever wants it gone first says that its people may get marketing."""
        segment = self.get_object(request, unquote(object_id))
        if segment is not None and segment.guard and self.has_delete_permission(request, segment):
            messages.error(request, _guards_still(segment))
            return redirect(url_of("segments_segment", segment.pk))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Of several at once, those that guard stand in the way."""
        goes, counts, lacking, stands = super().get_deleted_objects(objs, request)
        return goes, counts, lacking, [*stands, *(_guards_still(one) for one in objs if one.guard)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is for good: journeys name it."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only while the key can still be chosen."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        """Through the verb, which looks at everybody anew where the rule is another."""
        obj.pk = define(obj.key, obj.title, obj.source, form.read, datetime.now(UTC)).id
        Segment.objects.filter(pk=obj.pk).update(guard=obj.guard)

    @display(description=_("rule in words"))
    def rule_shown(self, obj: Segment) -> str:
        return rules.say(obj.rule) if obj.rule else "–"

    @display(description=_("members"))
    def size(self, obj: Segment) -> str:
        members = getattr(obj, "members", 0)
        return words.people(members) if members <= MOST else at_most_said(members)


def _guards_still(segment: Segment) -> str:
    told = {"title": str(segment), "field": Segment._meta.get_field("guard").verbose_name}
    return (
        gettext("“%(title)s” keeps marketing from its people: take off “%(field)s” first, and save.") % told
    )


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
