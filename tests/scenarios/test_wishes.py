"""What people ask of us beside their consents, and what the company forbids itself: pause, own limit, restriction, guards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import read_rule
from orchestrator.journeys.ahead import ahead
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Decision, FrequencyCap, Message
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from orchestrator.workspace.models import Workspace
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World


def wish(customer: int, **fields: object) -> None:
    """They asked for it."""
    assert Customer.objects.filter(pk=customer).update(**fields) == 1


def guard(world: World, on: bool = True) -> Segment:
    """A segment whose people get no marketing; nobody has looked who is in it."""
    define("staff", "Our own staff", "", read_rule({"attribute": "staff", "is": True}), world.now)
    Segment.objects.update(guard=on)
    Membership.objects.all().delete()
    return Segment.objects.get()


def wanted(world: World, purpose: str = "marketing") -> int:
    """Anna wants a note, and it is planned."""
    world.publish(one_send("note", purpose=purpose), note="")
    return world.person()


def test_a_pause_holds_what_still_makes_sense_after_it(world: World):
    anna = wanted(world)
    until = world.now + timedelta(hours=20)
    wish(anna, paused_until=until)
    world.event(anna, "note.wanted")
    world.run(hours=19)
    assert world.messages() == [("note", "planned", "own_pause")]
    assert Message.objects.get().due_at == until
    assert Decision.objects.get().evidence == {"paused_until": until.isoformat(), "check": 8}
    world.run(hours=2)
    assert world.messages() == [("note", "accepted", "accepted")]


def test_a_pause_that_outlasts_a_message_skips_it_at_once(world: World):
    anna = wanted(world)
    wish(anna, paused_until=world.now + timedelta(days=30))
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "own_pause")]
    assert world.enrollments() == [("", "completed", "")]
    assert world.mailbox() == []


def test_a_pause_is_about_marketing_alone(world: World):
    anna = wanted(world, purpose="transactional")
    wish(anna, paused_until=world.now + timedelta(days=30), own_limit="month")
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]


@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
def test_of_whom_data_may_only_be_kept_nothing_is_sent(world: World, purpose: str):
    anna = wanted(world, purpose=purpose)
    world.event(anna, "note.wanted")
    world.run_walks()
    assert world.messages() == [("note", "planned", "")]
    wish(anna, restricted_at=world.now)
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "customer_restricted")]
    assert world.mailbox() == []


@pytest.mark.parametrize(("wish_", "days"), [("week", 7), ("month", 30)])
def test_at_most_one_in_their_own_window_though_the_rules_allow_more(world: World, wish_: str, days: int):
    world.publish(one_send("first"), first="")
    world.publish(one_send("second"), second="")
    anna, bela = world.person(), world.person("bela")
    wish(anna, own_limit=wish_)
    for one in (anna, bela):
        world.event(one, "first.wanted")
    world.run(hours=1)
    sent_at = world.now - timedelta(days=days) + timedelta(hours=2)
    Message.objects.update(counted_at=sent_at)
    for one in (anna, bela):
        world.event(one, "second.wanted")
    world.run(hours=1)
    told = Message.objects.filter(step="second").order_by("customer").values_list("state", "reason")
    assert list(told) == [("planned", "capped"), ("accepted", "accepted")]
    decision = Decision.objects.get(message__customer=anna, message__step="second")
    assert decision.evidence == {
        "cap": "own_limit",
        "limit": 1,
        "window": f"{days} days",
        "sent_at": [sent_at.isoformat()],
        "check": 12,
    }
    assert decision.until == sent_at + timedelta(days=days)
    world.run(hours=2)
    assert world.messages()[2] == ("second", "accepted", "accepted")


def test_a_guard_is_asked_anew_at_hand_off_whoever_was_last_seen_in_it(world: World):
    guard(world)
    anna = wanted(world)
    bela = world.person("bela")
    wish(anna, attributes={"staff": True})
    for one in (anna, bela):
        world.event(one, "note.wanted")
    world.run(hours=1)
    told = Message.objects.order_by("customer").values_list("customer", "state", "reason")
    assert list(told) == [(anna, "skipped", "guarded"), (bela, "accepted", "accepted")]
    evidence = Decision.objects.get(message__customer=anna).evidence
    assert evidence == {"segments": ["Our own staff"], "check": 8}


def test_a_guard_says_nothing_about_a_receipt(world: World):
    guard(world)
    anna = wanted(world, purpose="transactional")
    wish(anna, attributes={"staff": True})
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]


def test_a_segment_that_guards_no_more_lets_through(world: World):
    guard(world, on=False)
    anna = wanted(world)
    wish(anna, attributes={"staff": True})
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]


def test_a_guard_whose_rule_cannot_be_read_guards_who_was_last_in_it(world: World):
    segment = guard(world)
    anna = wanted(world)
    bela = world.person("bela")
    Membership.objects.create(segment=segment, customer_id=anna, since=world.now)
    Segment.objects.update(rule={"kind": "acme.gone"})
    for one in (anna, bela):
        world.event(one, "note.wanted")
    world.run(hours=1)
    told = Message.objects.order_by("customer").values_list("customer", "state", "reason")
    assert list(told) == [(anna, "skipped", "guarded"), (bela, "accepted", "accepted")]


def test_a_receipt_never_uses_up_what_a_person_allows(world: World):
    world.workspace(minimum_gap_minutes=0)
    world.publish(one_send("bill", purpose="transactional"), bill="")
    world.publish(one_send("note"), note="")
    anna = world.person()
    wish(anna, own_limit="week")
    for _ in range(3):
        world.event(anna, "bill.wanted")
    world.run(hours=1)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("bill", "accepted", "accepted"), ("note", "accepted", "accepted")]
    world.publish(one_send("more"), more="")
    world.event(anna, "more.wanted")
    world.run(hours=1)
    assert world.messages()[2:] == [("more", "planned", "capped")]


def test_of_whom_data_may_only_be_kept_nobody_enters_a_journey(world: World):
    anna = wanted(world)
    bela = world.person("bela")
    wish(anna, restricted_at=world.now)
    for one in (anna, bela):
        world.event(one, "note.wanted")
    world.run(hours=1)
    assert list(Enrollment.objects.values_list("customer", flat=True)) == [bela]
    assert list(Message.objects.values_list("customer", flat=True)) == [bela]


def test_of_whom_data_may_only_be_kept_nothing_is_foreseen(world: World):
    world.publish(with_steps("slow", "- wait: 1 day\n  id: rest\n- send: note\n  id: note"), note="")
    anna, bela = world.person(), world.person("bela")
    for one in (anna, bela):
        world.event(one, "slow.wanted")
    world.run(hours=1)
    wish(anna, restricted_at=world.now)
    foreseen = {one: ahead(Customer.objects.get(pk=one), world.now) for one in (anna, bela)}
    assert [len(foreseen[one].passages) for one in (anna, bela)] == [0, 1]


@pytest.fixture
def marketer(db: None) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_superuser("ola"))
    return client


def test_a_guard_cannot_be_deleted_before_it_is_taken_off(world: World, marketer: Client):
    segment = guard(world)
    delete = reverse("admin:segments_segment_delete", args=[segment.pk])
    answer = marketer.post(delete, {"post": "yes"}, follow=True)
    said = "“Our own staff” keeps marketing from its people: take off “gets no marketing” first, and save."
    assert [str(one) for one in answer.context["messages"]] == [said]
    assert answer.redirect_chain == [(reverse("admin:segments_segment_change", args=[segment.pk]), 302)]
    many = admin.site.get_model_admin(Segment)
    stands = many.get_deleted_objects(Segment.objects.all(), answer.wsgi_request)[3]
    assert stands == [said]
    assert Segment.objects.get().guard is True
    Segment.objects.update(guard=False)
    assert marketer.post(delete, {"post": "yes"}).status_code == 302
    assert Segment.objects.count() == 0


@pytest.mark.parametrize("name", ["own_limit", " Own_Limit "])
def test_a_cap_is_not_called_as_a_persons_own_wish(world: World, marketer: Client, name: str):
    given = {"name": name, "limit": 3, "rolling": "7 days", "enabled": "on"}
    before = FrequencyCap.objects.count()
    answer = marketer.post(reverse("admin:messaging_frequencycap_add"), given)
    assert answer.status_code == 200
    assert "is how a customer&#x27;s own wish is called; choose another name." in answer.content.decode()
    assert FrequencyCap.objects.count() == before
    assert (
        marketer.post(reverse("admin:messaging_frequencycap_add"), given | {"name": "Own"}).status_code == 302
    )
    assert FrequencyCap.objects.count() == before + 1


def test_saving_the_settings_keeps_what_was_stopped_meanwhile(world: World):
    Workspace.get()
    read_before = Workspace.objects.get()
    Workspace.objects.update(stopped={"1 email": {}})
    request = RequestFactory().post("/")
    form = type("Form", (), {"changed_data": ["name"]})
    read_before.name = "Shop"
    admin.site.get_model_admin(Workspace).save_model(request, read_before, form, True)
    assert Workspace.objects.values_list("name", "stopped").get() == ("Shop", {"1 email": {}})
