"""By what somebody came in: the event where it is known, else the rule."""

from __future__ import annotations

import pytest

from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import version
from orchestrator.studio.entered import opening_event
from orchestrator.studio.why import why
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World

HEAD = "journey: onboarding\ntitle: Welcome\n"
SEND = "steps:\n  - send: welcome\n    id: hello\n"


@pytest.fixture(autouse=True)
def warsaw(settings):
    from django.utils import timezone, translation

    with timezone.override("Europe/Warsaw"), translation.override("en"):
        yield


def entered(world: World) -> list[str]:  # noqa: F811
    """How each entry is told, the newest first."""
    row = Enrollment.objects.select_related("customer", "journey").first()
    assert row is not None
    answer = why(row.customer, row.journey, world.now)
    return [passed.entered for passed in answer.passages]


def test_by_a_milestone(world: World) -> None:  # noqa: F811
    world.publish(
        HEAD + "entry: {milestone: {event: order.placed, count: [2]}, again: per key}\n" + SEND, welcome=""
    )
    anna = world.person("anna")
    world.event(anna, "order.placed", "10.00")
    world.run(hours=1)
    world.event(anna, "order.placed", "25.50")
    world.run(hours=1)
    world.event(anna, "order.placed", "25.50")
    world.run(minutes=1)
    (key,) = Enrollment.objects.values_list("entry_key", flat=True)
    assert entered(world) == [
        f"Entered on March 2, 2026, 2 p.m. by order.placed of March 2, 2026, 2 p.m. (v1, key: {key})."
    ]


def test_by_silence(world: World) -> None:  # noqa: F811
    world.publish(HEAD + "entry: {inactive: {event: order.placed, for: 30 days}}\n" + SEND, welcome="")
    world.event(world.person("anna"), "order.placed", "10.00")
    world.run(days=31)
    assert entered(world) == [
        "Entered on April 1, 2026, 1 p.m. by the rule: When there was no order.placed for 30 days (v1)."
    ]


def test_each_entry_by_its_own_event(world: World) -> None:  # noqa: F811
    world.publish(HEAD + "entry: {event: order.placed, again: always}\n" + SEND, welcome="")
    anna = world.person("anna")
    for amount in ("1.00", "2.00"):
        world.event(anna, "order.placed", amount)
        world.run(days=1)
    keys = list(Enrollment.objects.order_by("-id").values_list("entry_key", flat=True))
    assert entered(world) == [
        f"Entered on March 3, 2026, 1 p.m. by order.placed of March 3, 2026, 1 p.m. (v1, key: {keys[0]}).",
        f"Entered on March 2, 2026, 1 p.m. by order.placed of March 2, 2026, 1 p.m. (v1, key: {keys[1]}).",
    ]


def test_of_several_events_the_one_that_says_what_the_entry_says(world: World) -> None:  # noqa: F811
    world.publish(HEAD + "entry: {event: order.placed}\n" + SEND, welcome="")
    anna = world.person("anna")
    world.event(anna, "order.placed", "1.00", shop="north")
    world.event(anna, "order.placed", "1.00", shop="south")
    world.run(minutes=1)
    row, north = Enrollment.objects.get(), Event.objects.get(properties__shop="north")
    assert row.entry_properties == {"shop": "north", "amount": 1.0}
    assert opening_event(row, version(row.version_id).definition.entry.triggers) == north


def test_of_two_triggers_both_are_named_where_nothing_tells_them_apart(world: World) -> None:  # noqa: F811
    entry = "entry:\n  any_of: [{event: order.placed}, {inactive: {event: page.viewed, for: 30 days}}]\n"
    world.publish(HEAD + entry + SEND, welcome="")
    world.event(world.person("anna"), "page.viewed")
    world.run(days=31)
    assert entered(world) == [
        "Entered on April 1, 2026, 1 p.m. by the rule: When order.placed happens or"
        " When there was no page.viewed for 30 days (v1)."
    ]
