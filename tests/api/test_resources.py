"""What each resource of the API tells and does, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Message
from orchestrator.workspace.models import AuditEntry
from tests.api.calling import Program
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {
    "external_id": "anna", "language": "pl", "country": "PL", "attributes": {"tier": "gold", "first_name": "Anna"},
    "addresses": {"email": "Anna@Example.com"},
}  # fmt: skip


@pytest.fixture
def shop(db: None) -> Program:
    return Program()


def test_a_customer_is_added_once_and_changed_afterwards(shop: Program) -> None:
    code, told = shop.post("customers/", BODY)
    customer = Customer.objects.get()
    assert code == 201
    assert {**told, "created_at": "", "updated_at": "", "addresses": [one["value"] for one in told["addresses"]]} == {
        "id": customer.pk, "external_id": "anna", "language": "pl", "country": "PL", "time_zone": "", "restricted": False,
        "attributes": {"tier": "gold", "first_name": "Anna"}, "personalization": "full", "created_at": "",
        "updated_at": "", "addresses": ["anna@example.com"],
    }  # fmt: skip
    assert shop.post("customers/", BODY)[0] == 200
    answer = shop.ask("patch", "customers/anna/", {"attributes": {"tier": None, "points": 3}})
    assert (answer.status_code, answer.json()["attributes"]) == (200, {"first_name": "Anna", "points": 3})
    assert shop.get("customers/anna/") == (200, answer.json())
    assert (Customer.objects.count(), Address.objects.count()) == (1, 1)


def test_an_address_is_added_in_its_channels_one_spelling(shop: Program) -> None:
    shop.post("customers/", BODY)
    code, told = shop.post("customers/anna/addresses/", {"channel": "sms", "value": "600 100 200"})
    assert (code, [one["value"] for one in told["addresses"]]) == (200, ["anna@example.com", "+48600100200"])
    assert shop.get("customers/anna/addresses/")[1] == {"items": told["addresses"], "next": None}
    code, wrong = shop.post("customers/anna/addresses/", {"channel": "email", "value": "nonsense"})
    assert (code, wrong["code"], "no email address" in wrong["detail"]) == (400, "invalid", True)


def test_a_batch_stores_what_is_sound_and_says_what_is_not(shop: Program) -> None:
    shop.post("customers/", BODY)
    items = [
        {"external_id": "anna", "attributes": {"tier": "silver"}},
        {"external_id": "bela", "addresses": {"email": "nonsense"}},
        {"external_id": "cyryl", "country": "XX"},
        {"external_id": "dora", "colour": "red"},
        7,
    ]
    code, told = shop.post("customers/batch/", {"customers": items})
    assert (code, told["stored"], told["refused"]) == (200, 2, 3)
    assert [(one["status"], one["external_id"]) for one in told["items"]] == [
        ("updated", "anna"), ("refused", None), ("created", "cyryl"), ("refused", None), ("refused", None),
    ]  # fmt: skip
    assert [[fault["pointer"] for fault in one["errors"]] for one in told["items"]] == [
        [], ["/customers/1"], ["/customers/2/country"], ["/customers/3/colour"], ["/customers/4"],
    ]  # fmt: skip
    assert list(Customer.objects.order_by("id").values_list("external_id", "attributes")) == [
        ("anna", {"tier": "silver", "first_name": "Anna"}), ("cyryl", {}),
    ]  # fmt: skip


def test_whoever_was_erased_is_nobody_and_is_not_brought_back(world: World, shop: Program) -> None:
    anna = world.person("anna")
    erase([anna], world.now)
    assert shop.get("customers/anna/")[0] == 404
    assert shop.get("customers/")[1]["items"] == []
    assert shop.post("customers/", BODY)[:1] == (404,)
    told = shop.post("customers/batch/", {"customers": [BODY]})[1]
    assert [one["status"] for one in told["items"]] == ["refused"]
    assert Address.objects.count() == 0


def test_the_id_of_somebody_merged_names_who_stands_for_them(world: World, shop: Program) -> None:
    anna, bela = world.person("anna"), world.person("bela")
    merge([Pair(bela, anna)], world.now)
    assert shop.get("customers/anna/")[1]["id"] == bela
    assert [one["id"] for one in shop.get("customers/")[1]["items"]] == [bela]


def test_events_are_stored_once_each_and_told_again(world: World, shop: Program) -> None:
    anna = world.person("anna")
    said = {
        "customer": "anna",
        "name": "order.placed",
        "key": "o-1",
        "amount": "12.5",
        "properties": {"n": 1},
    }
    items = [
        said, said, {**said, "key": "o-2", "customer": "nobody"}, {**said, "key": "o-3", "name": "message.clicked"},
        {**said, "key": "o-4", "name": "Order Placed"}, {**said, "key": "o-5", "occurred_at": "2026-03-02 12:00"},
    ]  # fmt: skip
    code, told = shop.post("events/batch/", {"events": items})
    assert (code, told["stored"], told["repeated"], told["refused"]) == (200, 1, 1, 4)
    assert [[fault["code"] for fault in one["errors"]] for one in told["items"]] == [
        [], [], ["no_customer"], ["reserved"], ["invalid"], ["bad_moment"],
    ]  # fmt: skip
    assert shop.post("events/batch/", {"events": [said]})[1]["items"][0]["status"] == "repeated"
    assert list(Event.objects.values_list("customer_id", "name", "key", "properties")) == [
        (anna, "order.placed", "o-1", {"n": 1})
    ]
    (event,) = shop.get("customers/anna/events/?name=order.placed")[1]["items"]
    assert (event["key"], event["amount"], event["properties"]) == ("o-1", "12.50", {"n": 1})
    assert shop.get("customers/anna/events/?name=other")[1] == {"items": [], "next": None}


def test_a_grant_has_words_and_a_withdrawal_cancels_what_waits(world: World, shop: Program) -> None:
    anna = world.person("anna", consents=())
    said: dict[str, Any] = {
        "channel": "email",
        "state": "granted",
        "source": "checkout",
        "proof": {"ip": "192.0.2.7"},
    }
    code, told = shop.post("customers/anna/consents/", said)
    assert (code, told["errors"][0]["code"]) == (400, "no_words")
    code, told = shop.post("customers/anna/consents/", {**said, "text": "I agree.", "language": "en"})
    assert (code, told["cancelled"], told["record"]["text"], told["record"]["proof"]) == (
        201, 0, "I agree.", {"ip": "192.0.2.7"},
    )  # fmt: skip
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    world.event(anna, "customer.signed_up")
    world.run_walks()
    assert list(Message.objects.values_list("state", flat=True)) == ["planned"]
    code, told = shop.post("customers/anna/consents/", {**said, "state": "withdrawn"})
    assert (code, told["cancelled"]) == (201, 1)
    assert list(Message.objects.values_list("state", "reason")) == [("cancelled", "consent_withdrawn")]
    assert [one["state"] for one in shop.get("customers/anna/consents/")[1]["items"]] == ["withdrawn"]
    ledger = shop.get("customers/anna/consents/ledger/")[1]["items"]
    assert [one["state"] for one in ledger] == ["withdrawn", "granted"]
    assert (Consent.objects.count(), ConsentRecord.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"channel": "pigeon"}, "/channel", "no_channel"),
        ({"brand": "other"}, "/brand", "no_brand"),
        ({"topic": "weather"}, "/topic", "no_topic"),
        ({"state": "maybe"}, "/state", "invalid_choice"),
        ({"text_version": "newsletter/99", "text": ""}, "/text", "no_words"),
        ({"source": ""}, "/source", "blank"),
    ],
)
def test_a_statement_that_names_what_is_not_there_is_refused(
    world: World, shop: Program, said: dict[str, Any], pointer: str, code: str
) -> None:
    world.person("anna", consents=())
    body = {"channel": "email", "state": "granted", "source": "checkout", "text": "I agree.", **said}
    status, told = shop.post("customers/anna/consents/", body)
    assert (status, told["code"]) == (400, "invalid")
    assert [(one["pointer"], one["code"]) for one in told["errors"]] == [(pointer, code)]
    assert ConsentRecord.objects.count() == 0


def test_a_journey_is_paused_and_goes_on_by_its_own_scope_and_is_noted(world: World) -> None:
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    reader, runner = Program("journeys:read"), Program("journeys:run")
    assert (
        reader.post("journeys/welcome/pause/")[1]["detail"]
        == "This key lacks a scope; it needs: journeys:run."
    )
    assert runner.get("journeys/welcome/")[0] == 403
    for act, status, changed in (
        ("pause", "paused", True),
        ("pause", "paused", False),
        ("resume", "live", True),
    ):
        assert runner.post(f"journeys/welcome/{act}/") == (
            200, {"key": "welcome", "status": status, "changed": changed},
        )  # fmt: skip
    noted = AuditEntry.objects.filter(action__in=["paused", "resumed"]).order_by("number")
    assert list(noted.values_list("action", "who", "who_id")) == [
        ("paused", "key", str(runner.key.pk)), ("resumed", "key", str(runner.key.pk)),
    ]  # fmt: skip
    Journey.objects.update(status="stopped")
    assert runner.post("journeys/welcome/pause/")[1]["code"] == "not_live"
    assert Journey.objects.get().status == "stopped"


def test_journeys_enrollments_and_messages_are_told(world: World, shop: Program) -> None:
    anna = world.person("anna")
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    (journey,) = shop.get("journeys/")[1]["items"]
    assert (journey["key"], journey["status"], journey["version"]) == ("welcome", "live", 1)
    (version,) = shop.get("journeys/welcome/versions/")[1]["items"]
    one = shop.get("journeys/welcome/versions/1/")[1]
    assert (version["number"], version["current"], one["source"].startswith("journey: welcome")) == (
        1,
        True,
        True,
    )
    (passage,) = shop.get("enrollments/?customer=anna&status=completed")[1]["items"]
    assert (passage["customer"], passage["journey"]) == ({"id": anna, "external_id": "anna"}, "welcome")
    assert shop.get(f"enrollments/{passage['id']}/")[1] == passage
    (message,) = shop.get(f"messages/?enrollment={passage['id']}&state=accepted")[1]["items"]
    whole = shop.get(f"messages/{message['id']}/")[1]
    assert {**message, "address": "anna@example.com", "decisions": whole["decisions"]} == whole
    assert [(one["outcome"], one["reason"]) for one in whole["decisions"]] == [("allow", "allowed")]
    assert shop.get("messages/?journey=welcome&state=dead")[1]["items"] == []
