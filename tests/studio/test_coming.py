"""What comes next for somebody, the gate as its ticks, and the timeline by kind and page, on the customer's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orchestrator.customers.models import Customer
from orchestrator.domain.policy import CHECKS
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message, QuietHoursRule
from orchestrator.studio.coming import read_next
from orchestrator.studio.gate import ticks
from orchestrator.studio.timeline import KINDS, BadPlace, Place, read_timeline
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import WARSAW, World
from tests.studio.sample import Sample, fill
from tests.studio.test_queries import count
from tests.studio.test_why import ENTRY, NIGHTS, enter

LATER = (
    ENTRY
    + "steps:\n  - wait: 1 day\n    id: rest\n  - wait: 2 hours\n    id: more\n  - send: tips\n    id: tips\n"
)


def next_of(world: World, customer: int):  # noqa: F811
    with timezone.override(WARSAW):
        return read_next(Customer.objects.get(pk=customer), world.now)


def test_what_is_held_by_quiet_hours_now_is_said_to_be(world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    anna = enter(world, LATER)
    (stands,) = next_of(world, anna).passages
    assert (stands.does, stands.text) == ("Wait 1 day", "waits until March 3, 2026, 10 p.m.")
    (case,) = stands.cases
    assert case.message is not None
    assert (case.when, case.then) == ("On March 3, 2026, 10 p.m.", "Wait 2 hours → Send “tips” by email")
    assert (case.message.outcome, case.message.reason, case.message.check) == ("hold", "quiet_hours", 10)
    assert case.message.text.startswith("As of now it would be held by email until March 3, 2026, 8")
    assert case.message.text.endswith(": quiet hours 20:00–08:00 in Europe/Warsaw (the workspace's).")
    assert Message.objects.count() == 0


def test_a_message_that_waits_is_told_where_they_stand(world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    anna = enter(world)
    (stands,) = next_of(world, anna).passages
    (letter,) = stands.waiting
    assert letter.text.startswith("Email message held until March 3, 2026, 8")
    assert [(case.when, case.then) for case in stands.cases] == [
        ("Once the message is final", "the journey ends")
    ]


def test_somebody_held_out_is_said_to_get_nothing(world: World) -> None:  # noqa: F811
    anna = enter(world, LATER)
    Enrollment.objects.update(held_out=True)
    (stands,) = next_of(world, anna).passages
    assert stands.cases[0].message is not None
    assert (
        stands.cases[0].message.text
        == "As of now it would not be sent by email: held out, all else says yes."
    )


def test_timers_and_launches_to_come_are_named(world: World) -> None:  # noqa: F811
    world.publish(
        "journey: quiet\ntitle: Quiet\nentry: {inactive: {event: order.placed, for: 30 days}}\n"
        "steps: [{wait: 1 day, id: rest}]\n"
    )
    for key, tier in (("golden", "gold"), ("others", "grey")):
        world.publish(
            f"journey: {key}\ntitle: {key.title()}\n"
            f"entry: {{audience: {{who: {{attribute: tier, is: {tier}}}, at: 2026-03-09 10:00}}}}\n"
            "steps: [{wait: 1 day, id: rest}]\n"
        )
    anna = world.person("anna", attributes={"tier": "gold"})
    world.event(anna, "order.placed")
    world.run(minutes=1)
    coming = next_of(world, anna)
    assert coming.text == "Inside no journey; time will open one."
    assert [(one.code, one.text) for one in coming.openings] == [
        ("timer", "On April 1, 2026, 1 p.m. “Quiet” looks whether to let them in: When there was no order.placed for 30 days."),
        ("launch", "“Golden” is launched on March 9, 2026, 10 a.m., and means them as they are now."),
    ]  # fmt: skip


def test_nobody_has_nothing_to_come(world: World) -> None:  # noqa: F811
    anna = world.person("anna")
    assert next_of(world, anna).text == "Nothing is on its way to them."
    Customer.objects.filter(pk=anna).update(erased_at=world.now)
    assert next_of(world, anna).passages == ()


def test_the_ticks_of_a_hold_a_ghost_and_what_came_after_the_gate() -> None:
    held = ticks("hold", "quiet_hours", {"check": 10, "zone": "Europe/Warsaw"}, "email")
    assert [one.said for one in held] == ["yes"] * 9 + ["no"] + ["not_asked"] * 6
    assert [one.code for one in held] == [name for name, _check in CHECKS]
    assert held[9].facts == [("customer's time zone", "Europe/Warsaw")]
    ghost = ticks("ghost", "holdout", {"check": 16, "of": "journey"}, "email")
    assert [one.number for one in ghost if one.said != "yes"] == [9]
    vetoed = ticks("skip", "vetoed", {"check": 15}, "email")
    assert [(one.number, one.said) for one in vetoed[15:]] == [(16, "yes"), (17, "no")]
    assert {one.said for one in ticks("allow", "allowed", {"check": 16}, "email")} == {"yes"}
    assert [one.number for one in ticks("hold", "over_budget", {"check": 16}, "sms") if one.said == "no"] == [
        16
    ]


def test_a_messages_page_shows_the_ticks(marketer: Client, world: World) -> None:  # noqa: F811
    enter(world, consents=())
    page = marketer.get(reverse("admin:messaging_message_change", args=[Message.objects.get().pk])).text
    assert page.count('class="st-tick-yes"') == 7
    assert page.count('class="st-tick-no"') == 1
    assert page.count('class="st-tick-not_asked"') == 8


def test_pages_of_a_timeline_meet_without_gap_or_double_even_in_one_moment(sample: Sample) -> None:
    at = timezone.now()
    Event.objects.bulk_create(
        Event(customer=sample.customer, name="seen", occurred_at=at, received_at=at, key=f"seen-{number}")
        for number in range(23)
    )
    whole = read_timeline(sample.customer, most=200)
    assert whole.next == ""
    paged, place = [], None
    while True:
        page = read_timeline(sample.customer, (), place, 5)
        paged += page.items
        if not page.next:
            break
        place = Place.parse(page.next)
    assert paged == whole.items
    assert len(paged) == 29


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_alone_is_what_it_is_among_all(marketer: Client, sample: Sample, kind: str) -> None:
    items = read_timeline(sample.customer, (kind,), most=200).items
    among = [one for one in read_timeline(sample.customer, most=200).items if one.kind == kind]
    assert [one for one in items if one.codes.get("outcome") != "allow"] == among
    url = reverse("admin:customers_customer_change", args=[sample.customer.pk])
    shown = marketer.get(url, {"kind": kind}).text
    assert f'href="?kind={kind}#timeline" aria-current="true"' in shown


@pytest.mark.parametrize(
    "asked", ["kind=rubbish", "before=rubbish", "before=%00~1~1", "before=9~9~9", "kind=%00"]
)
def test_rubbish_in_the_address_shows_the_newest_of_all(marketer: Client, sample: Sample, asked: str) -> None:
    url = reverse("admin:customers_customer_change", args=[sample.customer.pk])
    shown = marketer.get(f"{url}?{asked}")
    assert shown.status_code == 200
    assert 'href="?#timeline" aria-current="true"' in shown.text


@pytest.mark.parametrize(
    "text", ["", "1", "a~b~c", "2026-03-02T12:00:00+00:00~1", f"2026-03-02T12:00:00Z~1~{2**63}"]
)
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadPlace):
        Place.parse(text)


def test_ten_passages_ask_as_often_as_one(marketer: Client) -> None:
    sample = fill(5)
    url = reverse("admin:customers_customer_change", args=[sample.customer.pk])
    count(marketer, url)
    one = count(marketer, url)
    row = sample.enrollment
    Enrollment.objects.bulk_create(
        Enrollment(
            journey=row.journey, version=row.version, customer=row.customer, entry_key=f"more-{number}",
            entered_at=row.entered_at, expires_at=row.expires_at, step=row.step, arrived_at=row.arrived_at,
            due_at=row.due_at, awaits=row.awaits,
        )
        for number in range(9)
    )  # fmt: skip
    with translation.override("en"):
        assert len(read_next(row.customer, timezone.now()).passages) == 10
    assert count(marketer, url) == one
