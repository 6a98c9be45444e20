"""A forecast: what the last days brought comes again so many days later, its newcomers as new people, and they react."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.definition import parse
from orchestrator.domain.reactions import Rate
from orchestrator.events.models import Event
from orchestrator.journeys.folders import Text
from orchestrator.journeys.simulation.asked import CannotSimulate, ask
from orchestrator.journeys.simulation.feed import Feed
from orchestrator.journeys.simulation.forecast import AGAIN, Forecast
from orchestrator.journeys.simulation.measured import measure
from orchestrator.journeys.simulation.reacting import Reactions
from orchestrator.journeys.simulation.start import begin
from orchestrator.journeys.simulation.twins import apart
from orchestrator.journeys.simulation.what_if import rewritten, what_if
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import FrequencyCap, Message, Receipt, Template, TemplateVersion
from orchestrator.workspace.models import Brand

pytestmark = pytest.mark.django_db(transaction=True)
NOW, HOUR, DAY = datetime(2026, 6, 1, 12, tzinfo=UTC), timedelta(hours=1), timedelta(days=1)
SPAN = 10 * DAY
JOURNEY = """
# Kept.
journey: thanks
purpose: marketing
priority: 40
entry: {event: order.placed}
steps:
  - wait: 2 days
    id: rest
  - wait_until: {event: order.placed}
    at_most: 3 days
    id: again
"""


def person(name: str, known_at: datetime) -> Customer:
    one = Customer.objects.create(external_id=name, created_at=known_at, updated_at=known_at)
    Address.objects.create(
        customer=one, channel="email", value=f"{name}@example.com", digest=name, created_at=known_at
    )
    return one


def order(customer: Customer, at: datetime, name: str = "order.placed") -> None:
    key = f"{customer.external_id}:{name}:{at:%d%H}"
    Event.objects.create(customer=customer, name=name, key=key, occurred_at=at, received_at=at, pending=False)


@pytest.fixture
def base() -> dict[str, Customer]:
    """Anna, known for long, bea, who came three days ago, and what both did."""
    people = {"anna": person("anna", NOW - 90 * DAY), "bea": person("bea", NOW - 3 * DAY)}
    for customer in people.values():
        order(customer, NOW - 2 * DAY)
    order(people["anna"], NOW - 30 * DAY)
    order(people["anna"], NOW - DAY, "message.clicked")
    brand, _ = Brand.objects.get_or_create(key="default")
    said = {
        "customer": people["bea"],
        "brand": brand,
        "channel": "email",
        "purpose": "marketing",
        "state": "granted",
    }
    record = ConsentRecord.objects.create(**said, recorded_at=NOW - 3 * DAY, number=1, source="form")
    Consent.objects.create(**said, changed_at=NOW - 3 * DAY, record=record)
    Suppression.objects.create(channel="email", digest="bea", reason="bounce", created_at=NOW - HOUR)
    return people


@pytest.fixture
def feed(base: dict[str, Customer]) -> Iterator[Feed]:
    """A forecast's feed, as it stands at its beginning."""
    asked = ask("forecast", Text("journey.yaml", JOURNEY), (), SPAN.days, NOW)
    with apart() as twins:
        begin(twins, NOW, [])
        forecast = Forecast(twins, NOW, SPAN)
        forecast.make()
        made = Feed(twins, asked, {"thanks"}, forecast.coming({"thanks"}))
        twins.shut()
        yield made


def test_it_is_of_the_days_to_come() -> None:
    asked = ask("forecast", Text("journey.yaml", JOURNEY), (), 10, NOW)
    assert (asked.begins, asked.ends) == (NOW, NOW + SPAN)


def test_what_happened_happens_again_and_a_newcomer_is_somebody_new(
    feed: Feed, base: dict[str, Customer]
) -> None:
    twin = base["bea"].pk + AGAIN
    assert Customer.objects.count() == 2
    assert feed.next() == NOW + 7 * DAY
    feed.store(NOW + 7 * DAY)
    assert list(
        Customer.objects.filter(pk=twin).values_list("external_id", "changed_pending", "created_at")
    ) == [(f"~{base['bea'].pk}", True, NOW + 7 * DAY)]
    assert Event.objects.filter(pending=True).count() == 0
    feed.store(NOW + SPAN)
    come = (
        Event.objects.filter(pending=True).order_by("customer").values_list("customer", "name", "occurred_at")
    )
    assert list(come) == [
        (base["anna"].pk, "order.placed", NOW + 8 * DAY),
        (twin, "order.placed", NOW + 8 * DAY),
    ]
    assert feed.next() is None


def test_a_newcomer_says_what_the_other_said_and_is_reached_as_they_are(
    feed: Feed, base: dict[str, Customer]
) -> None:
    feed.store(NOW + SPAN)
    twin = base["bea"].pk + AGAIN
    assert list(Consent.objects.filter(customer=twin).values_list("state", "changed_at")) == [
        ("granted", NOW - 3 * DAY)
    ]
    assert list(Address.objects.filter(customer=twin).values_list("value", "digest")) == [
        ("bea@example.com", "~ea")
    ]
    assert sorted(Suppression.objects.values_list("digest", flat=True)) == ["bea", "~ea"]
    assert Address.objects.count() == 3


def letter(number: int, customer: Customer, version: TemplateVersion, **more: Any) -> Message:
    columns: dict[str, Any] = {
        "key": f"{number:032x}", "customer": customer, "brand": version.template.brand, "journey": "thanks",
        "version": 1, "step": "offer", "enrollment_id": 5, "template_version": version, "channel": "email",
        "purpose": "marketing", "priority": 1, "state": "accepted", "handed_off_at": NOW - 20 * DAY,
    }  # fmt: skip
    columns |= dict.fromkeys(("journey_at", "created_at", "due_at", "expires_at"), NOW - 20 * DAY)
    return Message.objects.create(**(columns | more))


@pytest.fixture
def version() -> TemplateVersion:
    brand, _ = Brand.objects.get_or_create(key="default")
    template = Template.objects.create(key="offer", brand=brand, journey="thanks")
    return TemplateVersion.objects.create(
        template=template, digest="a", topic="", source={}, prepared={}, published_at=NOW
    )


def test_rates_are_measured_on_what_people_really_did(version: TemplateVersion) -> None:
    definition = parse(read(JOURNEY), {kind.name: kind for kind in STEP_KINDS}, {})
    people = [person(f"p{number}", NOW - 90 * DAY) for number in range(240)]
    for number, customer in enumerate(people):
        held_out = number >= 120
        more: dict[str, Any] = {"state": "ghost", "handed_off_at": None, "final_at": NOW - 20 * DAY}
        one = letter(number, customer, version, **(more if held_out else {}))
        if number < 30:
            Receipt.objects.create(
                key=f"r{number}", provider="x", kind="clicked", message=one, machine=number >= 12,
                occurred_at=NOW - 20 * DAY + 2 * HOUR, received_at=NOW,
            )  # fmt: skip
        if number % 4 == 0 and (
            not held_out or number % 8 == 0
        ):  # a quarter of those who got it, an eighth of the others
            order(customer, NOW - 19 * DAY)
    letter(999, people[0], version, handed_off_at=NOW - HOUR)  # too young to say anything
    assert measure(definition, NOW) == (
        Rate("message.clicked", "email", 1000, 120, (2 * HOUR,) * 12),
        Rate("order.placed", "", 1250, 120, (DAY,) * 20),
    )


def test_people_answer_what_is_handed_over_when_their_time_has_come(version: TemplateVersion) -> None:
    asked = ask("forecast", Text("journey.yaml", JOURNEY), (), 1, NOW)
    anna = person("anna", NOW - 90 * DAY)
    letter(1, anna, version, handed_off_at=NOW)
    rates = [
        Rate("message.clicked", "email", 10_000, 200, (90 * HOUR / 60,)),
        Rate("order.placed", "", 0, 200),
    ]
    reactions = Reactions(asked, [*rates, Rate("cart.left", "", 10_000, 200, (2 * DAY,))])
    reactions.hear([f"{1:032x}"])
    assert (
        reactions.next() == NOW + 2 * HOUR
    )  # an hour and a half, at the next tick; what comes after the end does not
    reactions.store(NOW + HOUR)
    assert not Event.objects.exists()
    reactions.store(NOW + 2 * HOUR)
    assert list(Event.objects.values_list("name", "customer", "occurred_at", "properties")) == [
        (
            "message.clicked",
            anna.pk,
            NOW + 90 * HOUR / 60,
            {
                "message": f"{1:032x}", "channel": "email", "journey": "thanks", "step": "offer", "enrollment": 5,
                "machine": False,
            },
        )
    ]  # fmt: skip
    assert reactions.next() is None


def test_what_if_a_cap_were_another() -> None:
    FrequencyCap.objects.create(name="a week", limit=4, rolling="7 days")
    what_if(ask("replay", Text("journey.yaml", JOURNEY), (), 7, NOW, caps={"a week": 2}))
    assert list(FrequencyCap.objects.filter(name="a week").values_list("limit", flat=True)) == [2]
    with pytest.raises(CannotSimulate, match="no frequency cap “a month”; there is"):
        what_if(ask("replay", Text("journey.yaml", JOURNEY), (), 7, NOW, caps={"a month": 2}))


def test_what_if_the_priority_or_a_wait_were_another() -> None:
    text = rewritten(Text("journey.yaml", JOURNEY), 70, {"rest": "5 days", "again": "1 day"})
    assert text.text == JOURNEY.replace("priority: 40", "priority: 70").replace(
        "wait: 2 days", "wait: 5 days"
    ).replace("at_most: 3 days", "at_most: 1 day")
    assert rewritten(Text("journey.yaml", JOURNEY), None, {}).text == JOURNEY
    with pytest.raises(CannotSimulate, match="no step “gone” that waits"):
        rewritten(Text("journey.yaml", JOURNEY), None, {"gone": "1 day"})
