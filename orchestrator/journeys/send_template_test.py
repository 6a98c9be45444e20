"""SEND A TEST of a template as it is drafted: one channel of it, to the people of the test list, each as themselves.

It goes the way of every test: through the outbox and the gate, marked, counted nowhere. Nobody gets it filled with
another person's data, for what is erased there must be found here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from orchestrator.domain.keys import test_key
from orchestrator.journeys.intents import entry_of
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.publish_template import version_of
from orchestrator.journeys.send_test import PURPOSE, testers
from orchestrator.messaging.models import Template
from orchestrator.messaging.plan import Intent, plan
from orchestrator.messaging.reach import reachable

_LIVES = timedelta(days=1)  # a test that could not leave by then is of no use


def send_template_test(
    template: Template, text: str, purpose: str, channel: str, wanted: int | None, now: datetime
) -> int:
    """Send a channel of this text to each tester it reaches; to `wanted` alone, if they are one. Answers to how many.

    Raises NoTestList, and DefinitionError for a text that could not be published.
    """
    people = testers()
    people = [one for one in people if one == wanted] or people
    reach = reachable(people, template.brand_id, PURPOSE)
    reached = [one for one in people if channel in reach[one]]
    parameters = told(template.journey, reached)
    with transaction.atomic():
        version = version_of(template, text, purpose, now, tried=True)
        intents = [_intent(template, version.pk, one, channel, parameters[one], now) for one in reached]
        return plan(intents, now)


def told(journey: str, customers: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the journey last told a template about each of them; nothing where it never did. Two queries."""
    answer: dict[int, dict[str, Any]] = {one: {} for one in customers}
    if not journey or not customers:
        return answer
    passages = Enrollment.objects.filter(journey__key=journey, customer__in=customers)
    last = passages.order_by().values("customer").annotate(last=Max("id")).values("last")
    for one in Enrollment.objects.filter(pk__in=last).select_related("journey"):
        title = {"title": one.journey.title}
        answer[one.customer_id] = {
            "event": one.entry_properties,
            "entry": entry_of(one.entry_key),
            "journey": title,
        }
    return answer


def _intent(
    template: Template, version: int, customer: int, channel: str, parameters: dict[str, Any], now: datetime
) -> Intent:
    return Intent(
        key=test_key(template.journey, version, template.key, customer, channel, now),
        customer_id=customer,
        brand_id=template.brand_id,
        enrollment_id=None,
        journey=template.journey,
        version=0,
        step=template.key,
        visit=1,
        template_version_id=version,
        channel=channel,
        purpose=PURPOSE,
        topic="",
        priority=50,
        journey_at=now,
        expires_at=now + _LIVES,
        parameters={"event": {}, "entry": {"key": ""}, "journey": {"title": ""}, **parameters},
        test=True,
    )
