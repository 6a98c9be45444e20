"""Segments: named groups of customers, by a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from orchestrator.studio.admin.ready import ReadyPages
from orchestrator.studio.admin.segment_lists import SegmentLists
from orchestrator.studio.builder.standing import read_standing
from orchestrator.studio.builder.used import uses
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import MOST, Few, at_most_said
from orchestrator.studio.trend import read_trend

NAMED = 5  # places where a segment is used that a refusal names


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule is checked as it is read; every error names its line."""

    read: Rule

    class Meta:
        model = Segment
        fields = ("key", "title", "aim", "owner", "source", "guard")
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
class SegmentAdmin(ReadyPages, SegmentLists):
    """Who is meant, in words and in numbers."""

    form = SegmentForm
    list_display = ("__str__", "rule_shown", "aim", "owner", "size", "settled", "changed_at")
    list_select_related = ("owner",)
    list_before_template = "studio/segments_above.html"
    search_fields = ("key", "title")
    prepopulated_fields = {"key": ("title",)}
    fields = ("title", "key", "aim", "owner", "source", "guard")
    change_form_outer_before_template = "studio/segment.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the number of members, counted as far as ten thousand."""
        members = Few(Membership.objects.filter(segment=OuterRef("pk")))
        return super().get_queryset(request).annotate(members=members)

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """How it stands, above its form."""
        if obj is None:
            return {}
        sees = request.user.has_perm("customers.view_customer")  # type: ignore[union-attr]
        return {
            "standing": read_standing(obj, timezone.now(), sees),
            "trend": read_trend(obj, timezone.localtime().date()),
            "may_build": self.has_change_permission(request, obj),
            "may_see": sees,
        }

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One that guards or is used stays: whoever wants it gone first takes it out of where it stands."""
        segment = self.get_object(request, unquote(object_id))
        stands = list(_stands(segment)) if segment is not None else []
        if segment is not None and stands and self.has_delete_permission(request, segment):
            messages.error(request, " ".join(stands))
            return redirect(url_of("segments_segment", segment.pk))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Of several at once, those that guard or are used stand in the way."""
        goes, counts, lacking, stands = super().get_deleted_objects(objs, request)
        return goes, counts, lacking, [*stands, *(words_ for one in objs for words_ in _stands(one))]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the ways to lists and to the pages about several."""
        may_list = self.has_add_permission(request) and request.user.has_perm("customers.view_customer")  # type: ignore[union-attr]
        return super().changelist_view(request, {"may_list": may_list} | (extra_context or {}))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A list has no rule."""
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and "owner" in form.base_fields:
            form.base_fields["owner"].initial = request.user.pk
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A list has no rule to show."""
        fields = super().get_fields(request, obj)
        return [name for name in fields if obj is None or not obj.static or name != "source"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is for good: journeys name it."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only while the key can still be chosen."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        """Through the verb, which looks at everybody anew where the rule is another; a list has none."""
        if not obj.static:
            obj.pk = define(obj.key, obj.title, obj.source, form.read, datetime.now(UTC)).id
        said = {"title": obj.title, "guard": obj.guard, "aim": obj.aim, "owner": obj.owner}
        Segment.objects.filter(pk=obj.pk).update(**said)

    @display(description=_("rule in words"))
    def rule_shown(self, obj: Segment) -> str:
        if obj.static:
            return gettext("a list: who is on it was put there")
        return rules.say(obj.rule) if obj.rule else "–"

    @display(description=_("members"))
    def size(self, obj: Segment) -> str:
        members = getattr(obj, "members", 0)
        return words.people(members) if members <= MOST else at_most_said(members)


def _stands(segment: Segment) -> Iterator[str]:
    """Why it cannot be deleted."""
    if segment.guard:
        yield _guards_still(segment)
    if places := [use for use in uses(segment.key) if use.url != url_of("segments_segment", segment.pk)]:
        named = "; ".join(f"{use.title} ({use.what})" for use in places[:NAMED])
        more = len(places) - NAMED
        told = {"title": str(segment), "places": named + (f" (+{more})" if more > 0 else "")}
        yield gettext("“%(title)s” is used and cannot be deleted: %(places)s.") % told


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
