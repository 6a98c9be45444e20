"""What providers report later, as a customer's journey feels it."""

from __future__ import annotations

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.messaging.models import Message, Receipt
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.values import Receipt as Report
from orchestrator.sdk.values import ReceiptKind
from tests.scenarios.journeys import with_steps
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

TWO = "- send: hello\n  id: hello\n- wait: 3 days\n  id: rest\n- send: tips\n  id: tips\n"
TWO_SMS = TWO.replace("hello\n  id", "hello\n  via: [sms]\n  id").replace(
    "tips\n  id", "tips\n  via: [sms]\n  id"
)
SMS = 'sms:\n  en: {text: "hi"}\n'
CLICK = """
- send: hello
  id: hello
- wait_until: {event: message.clicked, of: hello}
  id: click
  at_most: 3 days
  then: [{exit: clicked, id: yes_}]
  otherwise: [{exit: silent, id: no_}]
"""


def hello(world: World, steps: str = TWO) -> tuple[int, Scripted]:
    """Anna's journey; its first email is accepted."""
    provider = world.provider()
    world.publish(with_steps("hello", steps), hello="", **({"tips": ""} if "tips" in steps else {}))
    anna = world.person()
    world.event(anna, "hello.wanted")
    world.run(hours=1)
    return anna, provider


def tell(world: World, provider: Scripted, kind: ReceiptKind, **more: object) -> None:
    """The provider reports about the first message."""
    key = Message.objects.order_by("id").values_list("key", flat=True)[0]
    receive(provider, [Report("r-1", kind, world.now, key, **more)], world.now)  # type: ignore[arg-type]


def test_a_bounce_stops_the_journeys_next_email(world: World):
    _, provider = hello(world)
    tell(world, provider, ReceiptKind.BOUNCED)
    world.run(days=7)
    assert world.messages() == [("hello", "accepted", "accepted"), ("tips", "skipped", "suppressed")]
    assert len(provider.calls) == 1
    assert world.enrollments() == [("", "completed", "")]


def test_a_bounce_for_now_stops_nothing(world: World):
    _, provider = hello(world)
    tell(world, provider, ReceiptKind.SOFT_BOUNCED)
    world.run(days=7)
    assert world.messages()[1] == ("tips", "accepted", "accepted")


def test_a_click_that_the_provider_reports_ends_the_wait(world: World):
    _, provider = hello(world, CLICK)
    tell(world, provider, ReceiptKind.CLICKED, detail="https://shop.example/tea")
    world.run(minutes=1)
    assert world.enrollments() == [("", "exited", "clicked")]


def test_a_machine_that_follows_every_link_ends_no_wait(world: World):
    _, provider = hello(world, CLICK)
    tell(world, provider, ReceiptKind.CLICKED, machine=True)
    world.run(days=2)
    assert world.enrollments() == [("", "active", "")]
    world.run(days=2)
    assert world.enrollments() == [("", "exited", "silent")]


def test_stop_by_sms_cancels_the_waiting_message(world: World):
    provider = world.provider(channel="sms")
    world.publish(with_steps("hello", TWO_SMS.replace("3 days", "1 hour")), hello=SMS, tips=SMS)
    anna = world.person(consents=("sms", "email"))
    world.event(anna, "hello.wanted")
    world.run(hours=2)
    assert world.messages() == [("hello", "accepted", "accepted"), ("tips", "planned", "minimum_gap")]
    stop = Report("r-1", ReceiptKind.REPLIED, world.now, recipient="+48600100200", detail="STOP")
    receive(provider, [stop], world.now)
    assert world.messages()[1] == ("tips", "cancelled", "consent_withdrawn")
    world.run(days=3)
    assert len(provider.calls) == 1
    record = ConsentRecord.objects.latest("number")
    assert (record.channel, record.state, record.source) == ("sms", "withdrawn", "stop_word")


def test_erasure_in_mid_journey_and_a_receipt_later_is_counted_without_it(world: World):
    anna, provider = hello(world)
    Customer.objects.filter(id=anna).update(erased_at=world.now, external_id=None, attributes={})
    Address.objects.filter(customer=anna).delete()
    before = Event.objects.count()
    tell(
        world, provider, ReceiptKind.BOUNCED, recipient="anna@example.com", detail="no anna@example.com here"
    )
    world.run(days=7)
    assert list(Receipt.objects.values_list("kind", "provider")) == [("bounced", "scripted_email")]
    assert Event.objects.count() == before
    assert world.messages()[0] == ("hello", "accepted", "accepted")
    assert len(provider.calls) == 1
