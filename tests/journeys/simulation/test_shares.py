"""Shares of a simulation's people: nobody in two, those who have an address in common in one, and when there is but one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.customers.models import Address, Customer
from orchestrator.domain.definition import parse
from orchestrator.journeys.simulation.shares import MINE, Share, can_share
from orchestrator.journeys.simulation.twins import apart
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import Message, Template, TemplateVersion
from orchestrator.workspace.models import Brand

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
JOURNEY = """
journey: one
purpose: marketing
entry: {entry}
steps:
  - wait: 1 day
    id: rest
"""


def shared(entry: str, budgets: bool = False) -> bool:
    tree = read(JOURNEY.replace("{entry}", entry))
    return can_share([parse(tree, {kind.name: kind for kind in STEP_KINDS}, {})], budgets)


@pytest.mark.parametrize(
    ("entry", "can"),
    [
        ("{event: order.placed, again: always}", True),
        ("{event: order.placed, again: always, limit: {at_once: 20}}", False),
        ("{audience: {segment: vip, at: '2026-06-03 10:00'}}", True),
        (
            "{audience: {segment: vip, at: '2026-06-03 10:00', pace: {waves: [10%, 90%], every: 1 hour}}}",
            False,
        ),
        ("{replenishment: {event: order.placed, by: category, before: 3 days, at: '09:00'}}", False),
    ],
)
def test_where_people_hang_on_one_another_there_is_one_share(entry: str, can: bool) -> None:
    assert shared(entry) is can


def test_a_budget_is_spent_by_all_together() -> None:
    assert shared("{event: order.placed}", budgets=True) is False


@pytest.mark.django_db(transaction=True)
def test_nobody_is_in_two_shares_and_who_has_an_address_in_common_is_in_the_first() -> None:
    people = [
        Customer.objects.create(external_id=f"p{one}", created_at=NOW, updated_at=NOW) for one in range(6)
    ]
    for one, digest in ((people[1], "home"), (people[3], "home"), (people[5], "alone")):
        Address.objects.create(customer=one, channel="email", value=digest, digest=digest, created_at=NOW)
    brand, _ = Brand.objects.get_or_create(key="default")
    # What went to an address that is another's by now counts with theirs.
    letter: dict[str, Any] = {"key": "k", "brand": brand, "channel": "email", "purpose": "marketing"}
    letter |= {"journey": "one", "version": 1, "step": "rest", "priority": 1}
    template = Template.objects.create(key="offer", brand=brand, journey="one")
    letter["template_version"] = TemplateVersion.objects.create(
        template=template, digest="a", topic="", source={}, prepared={}, published_at=NOW
    )
    letter |= dict.fromkeys(("journey_at", "created_at", "due_at", "expires_at"), NOW)
    Message.objects.create(customer=people[2], address_digest="alone", **letter)
    shares = [mine(Share(number, 2)) for number in range(2)]
    met = {people[one].pk for one in (1, 2, 3, 5)}
    assert met <= shares[0]
    assert shares[0].isdisjoint(shares[1])
    assert shares[0] | shares[1] == {one.pk for one in people}
    assert shares[1] == {one.pk for one in people if one.pk % 2 == 1} - met


def mine(share: Share) -> set[int]:
    with apart() as twins:
        share.make(twins)
        return {row[0] for row in twins.rows(f"SELECT id FROM {MINE}")}
