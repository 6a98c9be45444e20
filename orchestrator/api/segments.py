"""Segments: which there are, how many are in them, and who."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import Door
from orchestrator.api.found import customer_of, names_of
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, read
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import Named, page_of
from orchestrator.api.telling import told
from orchestrator.domain.cells import LEAST
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio.numbers import MOST, Few
from orchestrator.workspace.roles import CHANGE, PUBLISH, SEE_PEOPLE

Plain = dict[str, Any]
EXAMPLE: Plain = {
    "id": 4, "key": "golden", "title": "Golden", "guard": False, "settled": True, "size": 120, "size_is": "exact",
    "changed_at": "2026-03-02T12:00:00Z", "passed_at": "2026-03-02T12:05:00Z",
}  # fmt: skip
MEMBER: Plain = {"customer": {"id": 7, "external_id": "anna-7"}, "since": "2026-03-02T12:00:00Z"}


class SegmentShape(serializers.Serializer):  # type: ignore[type-arg]
    """A named group. `size_is`: exact, at_least (counted as far as 10,000), or hidden: too few for who may see nobody."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()
    guard = serializers.BooleanField()
    settled = serializers.BooleanField()
    size = serializers.IntegerField(allow_null=True)
    size_is = serializers.ChoiceField(["exact", "at_least", "hidden"])
    changed_at = serializers.DateTimeField()
    passed_at = serializers.DateTimeField(allow_null=True)


class OneSegmentShape(SegmentShape):
    """The same with its rule, as the rule language has it."""

    rule = serializers.JSONField()
    source = serializers.CharField()


class MemberShape(serializers.Serializer):  # type: ignore[type-arg]
    """Somebody who is in it, since when."""

    customer = Named()
    since = serializers.DateTimeField()


class MembershipShape(serializers.Serializer):  # type: ignore[type-arg]
    """Whether one customer is in it."""

    member = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)


class SegmentsView(Door):
    """All of them."""

    rights = {"GET": ("segments.view_segment",)}

    @told(
        "list_segments", "List segments",
        tag="segments", params=PAGED, answers=page_of(SegmentShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """With their sizes, as far as this caller may know them."""
        asked = read(request, PAGED)
        return page(
            _sized(), asked, lambda found: [_tell(one, request.user) for one in found], name="segments"
        )


class SegmentView(Door):
    """One of them."""

    rights = {"GET": ("segments.view_segment",)}

    @told(
        "get_segment", "Get a segment",
        tag="segments", answers=OneSegmentShape, missing=True,
        example={**EXAMPLE, "rule": {"attribute": "tier", "is": "gold"}, "source": "{attribute: tier, is: gold}"},
    )  # fmt: skip
    def get(self, request: Request, segment: str) -> Response:
        """With its rule."""
        read(request, ())
        one = _found(_sized(), segment)
        return Response({**_tell(one, request.user), "rule": one.rule, "source": one.source})


class MembersView(Door):
    """Who is in it."""

    rights = {"GET": ("segments.view_membership", SEE_PEOPLE)}

    @told(
        "list_members", "List the members of a segment",
        tag="segments", params=PAGED, missing=True,
        answers=page_of(MemberShape), example={"items": [MEMBER], "next": None},
    )  # fmt: skip
    def get(self, request: Request, segment: str) -> Response:
        """By their numbers. Who comes or goes while pages are turned is on one page, or on none."""
        asked = read(request, PAGED)
        rows = Membership.objects.filter(segment=_found(Segment.objects.all(), segment).pk)
        return page(rows, asked, _tell_members, name="members", by="customer_id")


class MemberView(Door):
    """Whether somebody is in it."""

    rights = {"GET": ("segments.view_membership", SEE_PEOPLE)}

    @told(
        "get_membership", "Ask whether a customer is in a segment",
        tag="segments", answers=MembershipShape, missing=True,
        example={"member": True, "since": "2026-03-02T12:00:00Z"},
    )  # fmt: skip
    def get(self, request: Request, segment: str, external_id: str) -> Response:
        """As of the last look at them."""
        read(request, ())
        found = _found(Segment.objects.all(), segment)
        row = Membership.objects.filter(segment=found.pk, customer=customer_of(external_id).pk).first()
        return Response({"member": row is not None, "since": row.since if row is not None else None})


def _found(segments: QuerySet[Segment], key: str) -> Segment:
    one = segments.filter(key=key).first() if "\0" not in key else None
    if one is None:
        raise Refused("no_segment", f"There is no segment “{key[:63]}”.", 404)
    return one


def _sized() -> QuerySet[Any]:
    members = Few(Membership.objects.filter(segment=OuterRef("pk")))
    return Segment.objects.annotate(members=members)


def _tell(one: Any, user: Any) -> Plain:
    small = 0 < one.members < LEAST and not any(
        user.has_perm(right) for right in (SEE_PEOPLE, CHANGE, PUBLISH)
    )
    said = "hidden" if small else "at_least" if one.members > MOST else "exact"
    return {
        "id": one.pk, "key": one.key, "title": one.title, "guard": one.guard, "settled": one.settled,
        "size": None if small else min(one.members, MOST), "size_is": said, "changed_at": one.changed_at,
        "passed_at": one.passed_at,
    }  # fmt: skip


def _tell_members(rows: Sequence[Membership]) -> list[Plain]:
    names = names_of([one.customer_id for one in rows])
    return [{"customer": names[one.customer_id], "since": one.since} for one in rows]
