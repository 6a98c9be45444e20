"""READY: bring a ready segment in; from then on it is the shop's own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orchestrator.domain.definition import read_rule
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.segments.ready_list import Ready


@transaction.atomic
def bring_in(one: Ready, source: str, now: datetime) -> Segment:
    """Make the segment, with its title and aim in the language that is active. `source`: its rule as people write it."""
    made = define(one.key, str(one.title), source, read_rule(one.rule), now)
    Segment.objects.filter(pk=made.id).update(aim=str(one.aim))
    return Segment.objects.get(pk=made.id)
