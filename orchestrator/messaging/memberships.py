"""MEMBERSHIPS: who of a batch is in the segments that templates ask of. No query where none is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Set
from typing import Any

from django.db.models import QuerySet

from orchestrator import registry
from orchestrator.domain.definition.problems import Problem, nearest
from orchestrator.messaging.content.asked import segments_of
from orchestrator.messaging.content.source import TemplateSource
from orchestrator.segments.models import Membership, Segment
from orchestrator.store.prepared import Given, prepared

Members = Mapping[int, Set[str]]  # customer -> the keys of their segments, among those asked for


def read_members(customers: Collection[int], keys: Collection[str]) -> Members:
    """Which of these segments each of these customers is in now; who is in none is missing from the answer."""
    answer: dict[int, set[str]] = defaultdict(set)
    for customer, key in _members().rows(customers=customers, keys=keys) if customers and keys else ():
        answer[customer].add(key)
    return answer


@prepared
def _members() -> QuerySet[Any]:
    members = Membership.objects.filter(
        customer_id__among=Given("customers"), segment__key__among=Given("keys")
    )
    return members.values_list("customer_id", "segment__key")


def asked_of(source: TemplateSource) -> set[str]:
    """The keys of the segments a template asks of."""
    return {one.key for one in segments_of(source, registry.current().filters)}


def unknown_segments(source: TemplateSource) -> list[Problem]:
    """Where a template asks of a segment that there is not."""
    asked = list(segments_of(source, registry.current().filters))
    known = known_segments() if asked else set()
    return [
        Problem(one.path, one.line, 0, "unknown_segment", *no_segment(one.key, known), source.file)
        for one in asked
        if one.key not in known
    ]


def known_segments() -> set[str]:
    """The keys of all segments: one query."""
    return set(Segment.objects.values_list("key", flat=True))


def no_segment(key: str, known: Collection[str]) -> tuple[str, str]:
    """What is wrong with a segment that there is not, and how to mend it."""
    return f"there is no segment “{key[:63]}”.", nearest(key, known) or "Make the segment first."
