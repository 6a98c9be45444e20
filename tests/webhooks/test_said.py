"""What happens is written for whoever wants it, with the fact or not at all, once, and names nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orchestrator import outside
from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.domain.outside import FIELDS, KINDS, Fact, Kind
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.values import Receipt, ReceiptKind, Rejected, RejectReason
from orchestrator.segments.lists import add, make_list, remove
from orchestrator.webhooks.body import bodies
from orchestrator.webhooks.listening import FRESH, Listening, listening
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.workspace.models import Brand
from tests.messaging.threads import Beside
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World


@pytest.fixture
def heard(world: World) -> WebhookEndpoint:
    Brand.objects.get_or_create(
        key="default", defaults={"name": "My shop"}
    )  # a test before may have emptied all
    row = WebhookEndpoint.objects.create(
        name="CRM",
        url="https://crm.example.com/",
        kinds=[str(kind) for kind in Kind],
        secret="s",
        created_at=world.now,
    )
    listening().forget()
    return row


def said() -> list[tuple[str, dict[str, Any]]]:
    """All that was written since last asked, in order."""
    rows = list(WebhookDelivery.objects.order_by("pk"))
    WebhookDelivery.objects.all().delete()
    for one in rows:
        assert set(one.data) == {"customer", *FIELDS[Kind(one.kind)]}
    return [(one.kind, one.data) for one in rows]


def kinds() -> list[str]:
    return [kind for kind, _ in said()]


def test_a_journey_from_its_door_to_its_end(world: World, heard: WebhookEndpoint):
    world.provider()
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    anna = world.person("anna")
    said()
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    message, enrollment = Message.objects.get(), Enrollment.objects.get()
    passage = {"customer": anna, "enrollment": enrollment.pk, "journey": message.journey, "version": 1}
    about = {
        "customer": anna, "message": message.pk, "key": message.key, "enrollment": enrollment.pk,
        "journey": message.journey, "step": message.step, "channel": "email", "topic": message.topic,
    }  # fmt: skip
    assert said() == [
        ("enrollment.entered", passage),
        ("message.accepted", about),
        ("enrollment.completed", {**passage, "reason": enrollment.reason}),
    ]
    world.run(hours=1)
    assert said() == []


def test_a_message_that_the_rules_refuse_and_one_that_its_provider_does(world: World, heard: WebhookEndpoint):
    world.provider(Rejected(RejectReason.INVALID_ADDRESS))
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    anna, bela = world.person("anna"), world.person("bela", consents=())
    said()
    for one in (anna, bela):
        world.event(one, "customer.signed_up")
    world.run(minutes=1)
    told = {kind: data for kind, data in said() if kind.startswith("message.")}
    assert {kind: (data["customer"], data["reason"]) for kind, data in told.items()} == {
        "message.failed": (anna, "invalid_address"),
        "message.skipped": (bela, "no_consent"),
    }
    assert told["message.failed"]["state"] == "rejected"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ReceiptKind.DELIVERED, ["message.delivered"]),
        (ReceiptKind.BOUNCED, ["suppression.added", "message.bounced"]),
        (ReceiptKind.COMPLAINED, ["suppression.added", "consent.withdrawn", "message.complained"]),
        (ReceiptKind.UNSUBSCRIBED, ["consent.withdrawn", "message.unsubscribed"]),
        (ReceiptKind.OPENED, ["message.opened"]),
        (ReceiptKind.CLICKED, ["message.clicked"]),
        (ReceiptKind.SOFT_BOUNCED, []),
        (ReceiptKind.REPLIED, []),
    ],
)
def test_what_a_provider_reports_is_told_once(
    world: World, heard: WebhookEndpoint, kind: ReceiptKind, expected: list[str]
):
    scripted = world.provider()
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    world.event(world.person("anna"), "customer.signed_up")
    world.run(minutes=1)
    said()
    key = Message.objects.get().key
    reports = [Receipt(f"r{number}", kind, world.now, key) for number in range(2)]
    receive(scripted, reports[:1], world.now)
    assert kinds() == expected
    receive(scripted, reports[:1], world.now)
    assert said() == []
    receive(scripted, reports[1:], world.now)
    once = (ReceiptKind.DELIVERED, ReceiptKind.BOUNCED, ReceiptKind.SOFT_BOUNCED, ReceiptKind.REPLIED)
    assert [one for one in kinds() if one.startswith("message.")] == ([] if kind in once else expected[-1:])


def test_a_goal_is_told_when_it_is_met(world: World, heard: WebhookEndpoint):
    world.publish(
        "journey: win\ntitle: Win\nentry: {event: customer.signed_up}\n"
        "goal: {event: order.placed, within: 14 days}\nsteps: [{wait: 2 days, id: rest}]\n"
    )
    anna = world.person("anna", consents=())
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    said()
    world.event(anna, "order.placed", "10", order_id="7")
    world.run(minutes=1)
    enrollment = Enrollment.objects.get()
    passage = {"customer": anna, "enrollment": enrollment.pk, "journey": "win", "version": 1}
    assert said() == [
        ("goal.met", passage),
        ("enrollment.exited", {**passage, "reason": enrollment.reason}),
    ]


def test_consents_are_told_as_they_turn_and_not_as_they_are_repeated(world: World, heard: WebhookEndpoint):
    anna = world.person("anna", consents=())
    brand = Brand.objects.get(key="default").pk
    record_consents([Statement(anna, "sms", "pending", "test")], world.now)
    world.grant(anna)
    world.grant(anna)
    world.withdraw(anna)
    told = said()
    assert [kind for kind, _ in told] == ["consent.granted", "consent.withdrawn"]
    assert [{**data, "record": 0} for _, data in told] == [
        {
            "customer": anna,
            "record": 0,
            "brand": brand,
            "channel": "email",
            "purpose": "marketing",
            "topic": "",
        }
    ] * 2


def test_an_address_that_two_have_is_told_of_both_and_one_that_nobody_has_of_none(
    world: World, heard: WebhookEndpoint
):
    shared = {"email": "home@example.com"}
    people = [world.person(name, consents=(), addresses=shared) for name in ("anna", "bela")]
    mark = digest("email", "home@example.com")
    entries = [
        Entry("email", one, SuppressionReason.BOUNCE) for one in (mark, digest("email", "x@example.com"))
    ]
    suppress(entries, world.now)
    assert [(kind, data["customer"], data["channel"], data["reason"]) for kind, data in said()] == [
        ("suppression.added", one, "email", "bounce") for one in people
    ]
    suppress(entries, world.now)
    assert said() == []


def test_who_comes_into_a_segment_and_goes(world: World, heard: WebhookEndpoint):
    anna = world.person("anna", consents=())
    guests = make_list("guests", "Guests", world.now)
    add(guests, [anna], world.now)
    add(guests, [anna], world.now)
    remove(guests, [anna], world.now)
    add(guests, [anna], world.now, silently=True)
    assert said() == [
        ("segment.entered", {"customer": anna, "segment": "guests"}),
        ("segment.left", {"customer": anna, "segment": "guests"}),
    ]


def test_who_is_merged_and_who_is_erased(world: World, heard: WebhookEndpoint):
    anna, bela = world.person("anna", consents=()), world.person("bela", consents=())
    merge([Pair(bela, anna)], world.now)
    merge([Pair(bela, anna)], world.now)
    (row,) = WebhookDelivery.objects.all()
    assert bodies([row])[0]["data"] == {
        "customer": {"id": bela, "external_id": "bela"},
        "merged": {"id": anna, "external_id": "anna"},
    }
    assert said() == [("customer.merged", {"customer": bela, "merged": anna})]
    erase([bela], world.now)
    erase([bela], world.now)
    told = said()
    assert told[-2:] == [("customer.erased", {"customer": anna}), ("customer.erased", {"customer": bela})]
    assert {(kind, data["customer"], data["reason"]) for kind, data in told[:-2]} == {
        ("suppression.added", bela, "erasure")
    }


def test_nothing_that_is_written_names_anybody(world: World, heard: WebhookEndpoint):
    world.provider()
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    canary = world.person("canary-7", attributes={"first_name": "Canaria"})
    world.event(canary, "customer.signed_up", shoes="canary-red")
    world.run(minutes=1)
    written = json.dumps(list(WebhookDelivery.objects.values("data", "kind", "key", "reason", "answer")))
    assert len(written) > 300
    assert "canar" not in written.lower()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_written(world: World, heard: WebhookEndpoint):
    anna = world.person("anna", consents=())
    said()
    with transaction.atomic():
        world.grant(anna)
        assert WebhookDelivery.objects.count() == 1
        transaction.set_rollback(True)
    assert said() == []


def test_where_nobody_listens_a_fact_costs_no_statement_and_is_not_even_made(world: World):
    anna = world.person("anna", consents=())
    listening().assume({})
    with CaptureQueriesContext(connection) as asked:
        outside.say(KINDS, lambda: pytest.fail("nobody wants it"))
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as without:
        world.grant(anna, "email")
    WebhookEndpoint.objects.create(
        name="CRM",
        url="https://crm.example.com/",
        kinds=["consent.granted"],
        secret="s",
        created_at=world.now,
    )
    listening().forget()
    outside.say(frozenset({Kind.GOAL_MET}), lambda: ())  # looks once
    with CaptureQueriesContext(connection) as one:
        world.grant(anna, "sms")
    assert len(one) - len(without) == 1  # the rows of all its facts
    with CaptureQueriesContext(connection) as many:
        record_consents(
            [Statement(anna, "push", "granted", "test", topic=f"t{n}") for n in range(50)], world.now
        )
    assert len(many) == len(one)
    assert WebhookDelivery.objects.count() == 51


def test_an_imagined_fact_is_said_to_nobody(world: World, heard: WebhookEndpoint):
    anna = world.person("anna", consents=())
    with outside.silence():
        world.grant(anna)
    assert said() == []


def test_each_endpoint_gets_what_it_wants_and_one_that_is_off_nothing(world: World):
    def make(name: str, *wanted: str, enabled: bool = True) -> None:
        WebhookEndpoint.objects.create(
            name=name, url="https://crm.example.com/", kinds=list(wanted), secret="s", created_at=world.now,
            enabled=enabled,
        )  # fmt: skip

    make("granted", "consent.granted")
    make("both", "consent.granted", "consent.withdrawn", "no.longer.there")
    make("off", "consent.granted", enabled=False)
    listening().forget()
    anna = world.person("anna", consents=())
    world.grant(anna)
    world.withdraw(anna)
    rows = WebhookDelivery.objects.order_by("pk").values_list("endpoint__name", "kind")
    assert list(rows) == [
        ("granted", "consent.granted"),
        ("both", "consent.granted"),
        ("both", "consent.withdrawn"),
    ]


def test_what_is_wanted_is_looked_at_again_after_a_while(monkeypatch: pytest.MonkeyPatch, world: World):
    at = [100.0]
    monkeypatch.setattr("orchestrator.webhooks.listening.time.monotonic", lambda: at[0])
    ours = Listening()
    assert ours.wanted() == frozenset()
    WebhookEndpoint.objects.create(
        name="CRM", url="https://crm.example.com/", kinds=["goal.met"], secret="s", created_at=world.now
    )
    assert ours.wanted() == frozenset()
    at[0] += FRESH
    assert ours.wanted() == {Kind.GOAL_MET}


def test_a_fact_that_says_too_much_or_too_little_is_refused(world: World):
    with pytest.raises(ValueError, match=r"segment\.left says"):
        Fact(Kind.SEGMENT_LEFT, world.now, 1, {"segment": "golden", "email": "anna@example.com"})
    with pytest.raises(ValueError, match=r"segment\.left says"):
        Fact(Kind.SEGMENT_LEFT, world.now, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_fact_of_a_transaction_that_is_not_committed_yet_is_told_by_nobody(
    world: World, heard: WebhookEndpoint
):
    from orchestrator.webhooks.claim import waiting

    anna = world.person("anna", consents=())
    said()
    found: list[int] = []
    later = datetime.now(UTC) + timedelta(minutes=1)
    with transaction.atomic():
        world.grant(anna)
        Beside(lambda: found.append(len(waiting("a" * 32, later)))).done()
    Beside(lambda: found.append(len(waiting("a" * 32, later)))).done()
    assert found == [0, 1]
