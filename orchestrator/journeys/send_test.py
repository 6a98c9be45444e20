"""SEND A TEST: a journey's messages to the people of the test list, marked as such and counted nowhere.

They go through the same outbox and gate, to people of one's own: consent to marketing, caps and quiet hours of
marketing are not asked of them, suppressed addresses are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.domain.keys import test_key
from orchestrator.journeys.versions import Live
from orchestrator.messaging.plan import Intent, plan
from orchestrator.messaging.reach import reachable
from orchestrator.segments.models import Membership
from orchestrator.workspace.models import Workspace

PURPOSE = "transactional"
MOST = 200  # people of a test list


class NoTestList(Exception):
    """Why no test can be sent, in words."""


def send_test(live: Live, now: datetime) -> int:
    """Every send of the journey once to each person of the test list, by the first channel; answers how many."""
    people = testers()
    reach = reachable(people, live.brand_id, PURPOSE)
    intents = [
        _intent(live, step, send, customer, channel, now)
        for step, send in _sends(live)
        for customer in people
        if (channel := next((one for one in send.via if one in reach[customer]), ""))
    ]
    with transaction.atomic():
        return plan(intents, now)


def testers() -> Sequence[int]:
    """The people of the test list, by their ids; raises NoTestList."""
    key = Workspace.get().test_segment
    if not key:
        raise NoTestList("no test list is set: name a segment of your own people in the settings")
    members = Membership.objects.filter(segment__key=key).order_by("id")
    people = list(members.values_list("customer_id", flat=True)[:MOST])
    if not people:
        raise NoTestList(f"nobody is in the segment “{key}”, which is the test list")
    return people


def _sends(live: Live) -> Iterator[tuple[str, Any]]:
    for step_id in live.definition.step_ids():
        params = live.definition.step(step_id).params
        if getattr(params, "template", "") and getattr(params, "via", ()):
            yield step_id, params


def _intent(live: Live, step: str, send: Any, customer: int, channel: str, now: datetime) -> Intent:
    definition = live.definition
    return Intent(
        key=test_key(live.key, live.number, step, customer, channel, now),
        customer_id=customer,
        brand_id=live.brand_id,
        enrollment_id=None,
        journey=live.key,
        version=live.number,
        step=step,
        visit=1,
        template_version_id=live.templates[send.template],
        channel=channel,
        purpose=PURPOSE,
        topic=send.topic or definition.topic,
        priority=definition.priority,
        journey_at=live.journey_at,
        expires_at=now + definition.expires.approximate,
        parameters={"event": {}, "entry": {"key": ""}, "journey": {"title": definition.title_in("en")}},
        test=True,
    )
