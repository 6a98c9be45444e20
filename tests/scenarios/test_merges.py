"""Two rows turn out to be one person: whose values hold, what goes on counting, and that nothing starts by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from orchestrator.consents.models import ConsentRecord, SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.definition import read_rule
from orchestrator.domain.splits import held_out
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.due import move_due, wake_senders
from orchestrator.journeys.enter import enter
from orchestrator.journeys.launching import launch
from orchestrator.journeys.models import Doorstep, Enrollment, EntryTimer
from orchestrator.loyalty.award import NewEntry, award, balances
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership
from orchestrator.workspace.models import Topic
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

REST = "- wait: 2 days\n  id: rest\n- send: {key}\n  via: [email]\n  id: {key}"
SPENT = {"event": "order.placed", "sum": {"at_least": 500}}


def one(world: World, survivor: int, *merged: int) -> None:
    """These are one person."""
    assert merge([Pair(survivor, other) for other in merged], world.now) == len(merged)


def resting(key: str, **header: str) -> str:
    """A journey that sends after two days."""
    return with_steps(key, REST.format(key=key), **header)


def segment(world: World, key: str, rule: object) -> None:
    define(key, key.title(), "", read_rule(rule), world.now)
    world.run(minutes=1)


def whose(model: type) -> list[int]:
    return list(model.objects.order_by("id").values_list("customer_id", flat=True))  # type: ignore[attr-defined]


# Values and addresses


def test_the_survivors_values_hold_and_what_they_lack_is_filled(world: World):
    world.publish(one_send("note"), note="")
    anna = world.person("anna", attributes={"city": "Gdynia", "tags": ["b"]}, country="PL")
    bela = world.person(
        "bela",
        attributes={"city": "Sopot", "tier": "gold", "tags": ["a"]},
        time_zone="Asia/Tokyo",
        country="DE",
    )
    one(world, anna, bela)
    assert Customer.objects.values_list("attributes", "country", "time_zone").get(id=anna) == (
        {"first_name": "Anna", "city": "Gdynia", "tier": "gold", "tags": ["a", "b"]},
        "PL",
        "Asia/Tokyo",
    )
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_the_merged_ones_address_serves_where_the_survivor_has_none(world: World):
    world.publish(one_send("note"), note="")
    anna = world.person("anna", addresses={"sms": "+48 600 100 200"})
    bela = world.person("bela")
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.mailbox() == [("email", "bela@example.com", "note Anna")]
    assert sorted(Address.objects.values_list("customer_id", "channel")) == [(anna, "email"), (anna, "sms")]


def test_who_asked_for_less_personalization_goes_on_getting_less(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    Customer.objects.filter(id=bela).update(personalization="none")
    one(world, anna, bela)
    assert Customer.objects.get(id=anna).personalization == "none"


# Consents and suppressions


@pytest.mark.parametrize(("survivors_last_word", "sent"), [("withdrawn", False), ("granted", True)])
def test_the_latest_word_holds(world: World, survivors_last_word: str, sent: bool):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    said = {"withdrawn": world.withdraw, "granted": world.grant}
    other = "granted" if survivors_last_word == "withdrawn" else "withdrawn"
    said[other](bela)
    world.run(minutes=1)
    said[survivors_last_word](anna)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    expected = ("accepted", "accepted") if sent else ("cancelled", "consent_withdrawn")
    assert world.messages() == [("note", *expected)]


def test_the_merged_ones_later_withdrawal_holds_for_the_survivor(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.withdraw(bela)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "cancelled", "consent_withdrawn")]


@pytest.mark.parametrize("who_withdrew", ["survivor", "merged"])
def test_of_two_words_of_one_moment_the_withdrawal_holds(world: World, who_withdrew: str):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.withdraw(anna if who_withdrew == "survivor" else bela)
    world.grant(bela if who_withdrew == "survivor" else anna)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "cancelled", "consent_withdrawn")]


def test_a_topic_withdrawn_by_the_merged_is_withdrawn_and_no_other(world: World):
    for topic in ("club", "advice"):
        Topic.objects.create(key=topic, title={"en": topic})
    world.workspace(minimum_gap_minutes=0)
    FrequencyCap.objects.all().delete()
    world.publish(one_send("note", topic="club"), note="")
    world.publish(one_send("news", topic="advice"), news="")
    anna, bela = world.person("anna"), world.person("bela")
    world.withdraw(bela, topic="club")
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.event(anna, "news.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "topic_unsubscribed"), ("news", "accepted", "accepted")]


def test_the_ledger_is_not_rewritten_and_what_stood_is_said_again(world: World):
    anna, bela = world.person("anna", consents=()), world.person("bela")
    columns = ("customer", "channel", "state", "recorded_at", "source", "number")
    before = list(ConsentRecord.objects.order_by("number").values_list(*columns))
    ((_, *said, number),) = before
    one(world, anna, bela)
    after = list(ConsentRecord.objects.order_by("number").values_list(*columns))
    assert (after[0], after[1][:-1]) == (before[0], (anna, *said))
    copy = ConsentRecord.objects.get(customer=anna)
    assert copy.proof == {"merged": {"customer": bela, "number": number}}
    assert copy.number > number
    assert len(after) == 2


def test_suppressions_are_united(world: World):
    world.publish(one_send("note"), note="")
    anna = world.person("anna", addresses={"sms": "+48 600 100 200"})
    bela = world.person("bela")
    suppress([Entry("email", digest("email", "bela@example.com"), SuppressionReason.COMPLAINT)], world.now)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "suppressed")]


# Caps


def test_caps_are_united(world: World):
    world.workspace(minimum_gap_minutes=0)
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="Two a day", limit=2, rolling="24 hours")
    world.publish(one_send("note", entry="{event: note.wanted, again: always}"), note="")
    anna = world.person("anna")
    bela = world.person("bela", addresses={"sms": "+48 600 100 200", "email": "bela@example.com"})
    for customer in (anna, bela):
        world.event(customer, "note.wanted")
    world.run(minutes=5)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(minutes=5)
    assert world.messages() == [("note", "accepted", "accepted")] * 2 + [("note", "planned", "capped")]
    assert whose(Message) == [anna] * 3


# Passages


@pytest.mark.parametrize("earlier", ["survivor", "merged"])
def test_of_two_passages_of_one_journey_the_earlier_stays(world: World, earlier: str):
    world.publish(resting("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    first, second = (anna, bela) if earlier == "survivor" else (bela, anna)
    world.event(first, "note.wanted")
    world.run(hours=1)
    world.event(second, "note.wanted")
    world.run(hours=1)
    one(world, anna, bela)
    assert world.enrollments() == [("", "active", ""), ("", "exited", "merged")]
    world.run(days=3)
    assert world.enrollments() == [("", "completed", ""), ("", "exited", "merged")]
    assert whose(Enrollment) == [anna, anna]
    assert world.sent() == [("Wed 13:00", "note")]
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_what_the_later_passage_has_not_sent_is_cancelled(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    for customer in (anna, bela):
        world.event(customer, "note.wanted")
        world.run_walks()
        world.now += timedelta(minutes=1)
    one(world, anna, bela)
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted"), ("note", "cancelled", "merged")]
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_passages_with_keys_of_their_own_both_go_on(world: World):
    world.publish(resting("note", entry="{event: note.wanted, again: per cart}"), note="")
    world.workspace(minimum_gap_minutes=0)
    anna, bela = world.person("anna"), world.person("bela")
    world.event(anna, "note.wanted", cart="c1")
    world.event(bela, "note.wanted", cart="c2")
    world.run(hours=1)
    one(world, anna, bela)
    assert world.enrollments() == [("c1", "active", ""), ("c2", "active", "")]
    assert whose(Enrollment) == [anna, anna]


def test_a_message_keeps_its_key(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "note.wanted")
    world.run_walks()
    before = Message.objects.get()
    one(world, anna, bela)
    world.run(hours=1)
    after = Message.objects.get()
    assert (after.key, after.enrollment_id, after.customer_id) == (before.key, before.enrollment_id, anna)
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_never_again_holds_for_both(world: World):
    world.publish(one_send("note", entry="{event: note.wanted, again: never}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "note.wanted")
    world.run(hours=1)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(days=1)
    assert world.enrollments() == [("", "completed", "")]
    assert len(world.sent()) == 1


def test_never_again_where_both_have_been_in_it(world: World):
    world.publish(one_send("note", entry="{event: note.wanted, again: never}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    for customer in (anna, bela):
        world.event(customer, "note.wanted")
    world.run(hours=1)
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run(days=1)
    assert world.enrollments() == [("", "completed", "")] * 2
    keys = Enrollment.objects.order_by("id").values_list("once_key", "journey_id")
    assert [key for key, _ in keys] == [f"{keys[0][1]}:{anna}", None]


def test_the_same_cart_once(world: World):
    world.publish(one_send("note", entry="{event: note.wanted, again: per cart}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "note.wanted", cart="c1")
    world.run(hours=1)
    one(world, anna, bela)
    world.event(anna, "note.wanted", cart="c1")
    world.event(anna, "note.wanted", cart="c2")
    world.run(days=2)
    assert world.enrollments() == [("c1", "completed", ""), ("c2", "completed", "")]


def test_after_an_interval_counts_from_the_last_entry_of_either(world: World):
    world.publish(one_send("note", entry="{event: note.wanted, again: after 30 days}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "note.wanted")
    world.run(hours=1)
    one(world, anna, bela)
    world.run(days=20)
    world.event(anna, "note.wanted")
    world.run(days=1)
    assert len(world.enrollments()) == 1
    world.run(days=10)
    world.event(anna, "note.wanted")
    world.run(days=1)
    assert len(world.enrollments()) == 2


def test_the_same_call_of_a_program_is_the_same_entry(world: World):
    world.publish(one_send("note", entry="{api: note}", purpose="transactional"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    first = enter("note", bela, "order-1", {}, world.now)
    one(world, anna, bela)
    again = enter("note", anna, "order-1", {}, world.now)
    assert (again.enrollment, again.made) == (first.enrollment, False)
    by_the_old_id = enter("note", bela, "order-2", {}, world.now)
    assert by_the_old_id.made
    assert whose(Enrollment) == [anna, anna]


def test_a_passage_stays_held_out_and_the_survivors_own_lot_decides_for_later_ones(world: World):
    world.workspace(salt=UUID(int=7))
    world.publish(one_send("note", holdout="50%"), note="")
    people = [world.person(f"p{n}") for n in range(30)]
    lots = {id_: held_out(f"{UUID(int=7)}:note", str(id_), 5000) for id_ in people}
    bela = next(id_ for id_, held in lots.items() if held)
    anna = next(id_ for id_, held in lots.items() if not held)
    world.event(bela, "note.wanted")
    world.run_walks()
    one(world, anna, bela)
    world.run(days=1)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "ghost", "holdout"), ("note", "accepted", "accepted")]
    assert list(Enrollment.objects.order_by("id").values_list("customer_id", "held_out")) == [
        (anna, True),
        (anna, False),
    ]


# Nothing starts by a merge


def test_what_the_merged_did_starts_nothing_again(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "note.wanted")
    world.run(minutes=1)
    world.publish(one_send("note"), note="")
    one(world, anna, bela)
    world.run(days=1)
    assert world.enrollments() == []
    assert whose(Event) == [anna]


def test_an_event_nobody_has_looked_at_lets_the_survivor_in_once(world: World):
    world.publish(one_send("note", entry="{event: note.wanted, again: always}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.run(minutes=1)
    world.event(bela, "note.wanted")
    one(world, anna, bela)
    world.run(hours=1)
    assert whose(Enrollment) == [anna]
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_an_event_recorded_for_the_merged_afterwards_is_the_survivors(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    one(world, anna, bela)
    record_events([NewEvent(bela, "note.wanted", world.now, "late")], world.now)
    world.run(hours=1)
    assert (whose(Event), whose(Enrollment)) == ([anna], [anna])
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_a_mark_that_only_both_together_have_passed_is_not_celebrated(world: World):
    entry = "{milestone: {event: order.placed, sum: [500, 900]}}"
    world.publish(one_send("mark", entry=entry, purpose="transactional"), mark="")
    anna, bela = world.person("anna"), world.person("bela")
    for customer in (anna, bela):
        world.event(customer, "order.placed", "300")
    world.run(minutes=1)
    one(world, anna, bela)
    world.run(days=1)
    assert world.enrollments() == []
    world.event(anna, "order.placed", "300")
    world.run(minutes=1)
    assert world.enrollments() == [("spent_900", "completed", "")]


def test_a_segment_that_both_together_belong_to_is_not_entered_aloud(world: World):
    segment(world, "rich", SPENT)
    world.publish(one_send("note", entry="{segment: {enters: rich}}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    for customer in (anna, bela):
        world.event(customer, "order.placed", "300")
    world.run(minutes=1)
    one(world, anna, bela)
    world.run(days=1)
    assert world.enrollments() == []
    assert whose(Membership) == [anna]


def test_what_the_merged_had_come_to_alone_is_still_told(world: World):
    segment(world, "rich", SPENT)
    world.publish(one_send("note", entry="{segment: {enters: rich}}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.run(minutes=1)
    world.event(bela, "order.placed", "600")
    one(world, anna, bela)
    world.run(hours=1)
    assert (whose(Membership), whose(Enrollment)) == ([anna], [anna])
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]


def test_where_the_merged_was_a_member_the_survivor_is_since_then(world: World):
    segment(world, "rich", SPENT)
    world.publish(one_send("note", entry="{segment: {enters: rich}}"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(bela, "order.placed", "600")
    world.run(hours=2)
    since = Membership.objects.get().since
    one(world, anna, bela)
    world.run(days=1)
    assert list(Membership.objects.values_list("customer_id", "since")) == [(anna, since)]
    assert world.enrollments() == [("", "completed", "")]
    assert Event.objects.filter(name="segment.left").count() == 0


# Timers, doors and launches


def test_silence_counts_from_the_later_of_the_two(world: World):
    world.publish(one_send("miss", entry="{inactive: {event: order.placed, for: 30 days}}"), miss="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(anna, "order.placed")
    world.run(days=10)
    world.event(bela, "order.placed")
    world.run(days=1)
    one(world, anna, bela)
    world.run(days=28)
    assert (world.sent(), EntryTimer.objects.count()) == ([], 1)
    world.run(days=2)
    assert (whose(Enrollment), len(world.sent())) == ([anna], 1)


def test_who_was_missed_already_is_not_missed_again(world: World):
    entry = "{inactive: {event: order.placed, for: 30 days}}"
    world.publish(one_send("miss", entry=entry), miss="")
    anna, bela = world.person("anna"), world.person("bela")
    world.event(anna, "order.placed")
    world.run(days=10)
    world.event(bela, "order.placed")
    world.run(days=35)
    assert len(world.enrollments()) == 2
    one(world, anna, bela)
    world.run(days=60)
    assert len(world.enrollments()) == 2
    assert list(EntryTimer.objects.values_list("customer_id", "due_at")) == [(anna, None)]


def test_one_birthday_a_year(world: World):
    world.publish(one_send("wish", entry="{date: {attribute: birthday}}"), wish="")
    bela = world.person("bela", attributes={"birthday": "1990-03-05"})
    anna = world.person("anna", attributes={"birthday": "1990-04-05"})
    world.run(days=5)
    one(world, anna, bela)
    world.run(days=600)
    assert [key for key, _, _ in world.enrollments()] == ["birthday:2026", "birthday:2027"]
    assert whose(Enrollment) == [anna, anna]
    assert list(EntryTimer.objects.values_list("customer_id", flat=True)) == [anna]


def test_a_birthday_that_only_the_merged_had_told(world: World):
    world.publish(one_send("wish", entry="{date: {attribute: birthday}}"), wish="")
    bela = world.person("bela", attributes={"birthday": "1990-03-05"})
    anna = world.person("anna", time_zone="Asia/Tokyo")
    world.run(days=1)
    one(world, anna, bela)
    world.run(days=4)
    assert world.sent() == [("Thu 01:00", "wish")]  # nine in Tokyo
    assert whose(Enrollment) == [anna]


def test_the_anniversary_of_the_earlier_first_order(world: World):
    entry = "{date: {anniversary_of: order.placed, as: anniversary}}"
    world.publish(one_send("wish", entry=entry), wish="")
    anna, bela = world.person("anna", time_zone="Asia/Tokyo"), world.person("bela")
    world.event(bela, "order.placed")
    world.run(days=100)
    world.event(anna, "order.placed")
    world.run(days=1)
    one(world, anna, bela)
    world.run(days=600)
    assert [key for key, _, _ in world.enrollments()] == ["anniversary:2027"]
    (entered_at,) = Enrollment.objects.values_list("entered_at", flat=True)
    assert entered_at == datetime(2027, 3, 2, tzinfo=UTC)  # nine in Tokyo


def test_at_the_door_the_survivor_is_asked_in_by_what_both_are(world: World):
    entry = "{event: trip.wanted, only_if: {attribute: tier, is: gold}, grace: 10 minutes}"
    world.publish(resting("trip", entry=entry), trip="")
    anna, bela = world.person("anna", attributes={"tier": "gold"}), world.person("bela")
    world.run(minutes=1)
    world.event(bela, "trip.wanted")
    world.run(minutes=2)
    assert whose(Doorstep) == [bela]
    one(world, anna, bela)
    world.run(minutes=1)
    assert (whose(Enrollment), Doorstep.objects.count()) == ([anna], 0)


def test_both_at_one_door_wait_once(world: World):
    entry = "{event: trip.wanted, only_if: {attribute: tier, is: gold}, grace: 10 minutes}"
    world.publish(resting("trip", entry=entry), trip="")
    anna, bela = world.person("anna"), world.person("bela")
    for customer in (anna, bela):
        world.event(customer, "trip.wanted")
    world.run(minutes=1)
    one(world, anna, bela)
    assert whose(Doorstep) == [anna]


def test_a_launch_that_let_the_merged_in_does_not_let_the_survivor_in_too(world: World):
    world.publish(
        one_send(
            "sale",
            entry='{audience: {who: {attribute: club, is: true}, at: "2026-03-03 10:00"}, again: after exit}',
        ),
        sale="",
    )
    people = [world.person(f"p{n}", attributes={"club": True}) for n in range(12)]
    world.run_to(world.now + timedelta(hours=20, minutes=59))
    world.now += timedelta(minutes=1)
    assert launch(world.now, 5) == 5
    move_due(world.now)
    deliver(world.now)
    wake_senders(world.now)
    move_due(world.now)
    assert world.enrollments() == [("", "completed", "")] * 5
    one(world, people[10], people[0])
    world.run(hours=1)
    assert sorted(whose(Enrollment)) == sorted([*people[1:], people[10]][:11])
    assert len(world.mailbox()) == 11


# Points, and merging again


def test_points_are_the_sum_of_both(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    award([NewEntry(anna, 30, "a", "test"), NewEntry(bela, 12, "b", "test")], world.now)
    one(world, anna, bela)
    assert balances([anna, bela]) == {anna: 42}


def test_the_same_merge_again_changes_nothing(world: World):
    world.publish(resting("note"), note="")
    anna, bela = world.person("anna"), world.person("bela", attributes={"tier": "gold"})
    world.event(bela, "note.wanted")
    world.run(hours=1)
    one(world, anna, bela)
    world.run(minutes=1)
    save([Person("anna", attributes={"tier": None})], world.now)
    world.grant(anna)
    ledger = ConsentRecord.objects.count()
    assert merge([Pair(anna, bela)], world.now) == 0
    world.run(minutes=1)
    assert "tier" not in Customer.objects.get(id=anna).attributes
    assert ConsentRecord.objects.count() == ledger
    assert world.enrollments() == [("", "active", "")]


def test_what_is_said_for_the_merged_afterwards_is_the_survivors(world: World):
    world.publish(one_send("note"), note="")
    anna, bela = world.person("anna"), world.person("bela")
    one(world, anna, bela)
    world.event(anna, "note.wanted")
    world.run_walks()
    world.withdraw(bela)
    assert world.messages() == [("note", "cancelled", "consent_withdrawn")]
    save([Person("bela", attributes={"tier": "gold"})], world.now)
    assert Customer.objects.get(id=anna).attributes["tier"] == "gold"
