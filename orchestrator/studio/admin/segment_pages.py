"""Pages about segments that only look: all members by pages, who moved between some, and how far two are the same."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orchestrator.customers.models import Customer
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import movement
from orchestrator.studio.admin.builder import BuilderPages
from orchestrator.studio.links import url_of

A_PAGE = 100


class SegmentPages(BuilderPages):
    """The pages of an admin of segments that change nothing."""

    def get_urls(self) -> list[Any]:
        """With the members of one, and two pages about several."""
        pages = (
            ("<int:object_id>/members/", self.members_view, "members"),
            ("matrix/", self.matrix_view, "matrix"),
            ("overlap/", self.overlap_view, "overlap"),
        )
        view = self.admin_site.admin_view
        mine = [path(at, view(require_safe(one)), name=f"segments_segment_{name}") for at, one, name in pages]
        return [*mine, *super().get_urls()]

    def members_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """All who are in it, in the order of their numbers: a page costs the same however many there are."""
        if not request.user.has_perm("segments.view_membership"):  # type: ignore[union-attr]
            raise PermissionDenied
        segment = get_object_or_404(Segment, pk=object_id)
        after = request.GET.get("after", "")
        begin = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
        rows = list(
            Membership.objects.filter(segment=segment, customer_id__gt=begin)
            .order_by("customer_id")
            .values_list("customer_id", "since")[: A_PAGE + 1]
        )
        people = Customer.objects.in_bulk([id_ for id_, _since in rows])
        members = [
            (str(people.get(id_, f"#{id_}")), url_of("customers_customer", id_), since)
            for id_, since in rows[:A_PAGE]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Members of “%(segment)s”") % {"segment": segment},
            "segment": segment,
            "members": members,
            "after": rows[A_PAGE - 1][0] if len(rows) > A_PAGE else None,
            "begin": begin,
        }
        return TemplateResponse(request, "studio/segment_members.html", context)

    def matrix_view(self, request: HttpRequest) -> HttpResponse:
        """Who moved from which segment to which."""
        self._look(request)
        segments = movement.chosen(request.GET.getlist("segment"))
        days = next((days for days in movement.PERIODS if request.GET.get("days") == str(days)), 30)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who moved between segments"),
            "all": self._all(segments),
            "days": days,
            "periods": [(number, name, number == days) for number, name in movement.PERIODS.items()],
            "most": movement.MOST,
            "matrix": movement.read_matrix(segments, days, timezone.now()) if len(segments) > 1 else None,
        }
        return TemplateResponse(request, "studio/segment_matrix.html", context)

    def overlap_view(self, request: HttpRequest) -> HttpResponse:
        """How far two segments have the same people."""
        self._look(request)
        asked = [request.GET.get(name, "") for name in ("first", "second")]
        found = movement.chosen(asked)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Overlap of two segments"),
            "all": Segment.objects.order_by("title", "key").values_list("key", "title"),
            "asked": asked,
            "two": found if len(found) == 2 else None,
            "venn": movement.read_overlap(*found) if len(found) == 2 else None,
        }
        return TemplateResponse(request, "studio/segment_overlap.html", context)

    def _look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _all(self, chosen: list[Segment]) -> list[tuple[str, str, bool]]:
        keys = {one.key for one in chosen}
        rows = Segment.objects.order_by("title", "key").values_list("key", "title")
        return [(key, title or key, key in keys) for key, title in rows]
