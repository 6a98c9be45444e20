"""What the system before us has sent counts as what we send does, and is no message of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.consents.record import default_brand_id
from orchestrator.customers.addresses import digest
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.messaging.contacts import sent as sent_of
from orchestrator.messaging.models import Decision, FrequencyCap, Message, PastMessage
from orchestrator.messaging.past import NewPast, record
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.studio.evidence import explain
from orchestrator.studio.timeline import read_timeline
from tests.scenarios.journeys import one_send
from tests.scenarios.world import WARSAW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def past(world: World, customer: int, name: str, ago: timedelta, **more: str) -> NewPast:
    at = world.now - ago
    more = {"address_digest": digest("email", "anna@example.com"), **more}
    return NewPast(customer, "klaviyo", name, "email", at, **more)


def wanted(world: World, customer: int, count: int) -> None:
    world.workspace(minimum_gap_minutes=0)
    for number in range(count):
        world.publish(one_send(f"letter_{number}"), **{f"letter_{number}": ""})
        world.event(customer, f"letter_{number}.wanted")


@pytest.fixture
def three_a_week(db: None) -> None:
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="three", limit=3, rolling="7 days")


@pytest.mark.usefixtures("three_a_week")
def test_of_three_a_week_two_came_from_the_old_system_so_one_more_goes_out(world: World) -> None:
    anna = world.person()
    record(
        [past(world, anna, "a", 6 * DAY), past(world, anna, "b", 2 * DAY), past(world, anna, "c", 8 * DAY)],
        world.now,
    )
    wanted(world, anna, 3)
    world.run(minutes=20)
    assert sorted(state for _, state, _ in world.messages()) == ["accepted", "planned", "planned"]
    evidence = Decision.objects.filter(reason="capped").latest("id").evidence
    assert evidence["sent_by"] == {"klaviyo": 2}
    said = explain("capped", evidence, "email")
    assert said.startswith("3 of 3 messages in 7 days, 2 of them from Klaviyo: ")
    world.run(hours=25)  # the older of the two is out of the window
    assert sorted(state for _, state, _ in world.messages()) == ["accepted", "accepted", "planned"]


@pytest.mark.usefixtures("three_a_week")
def test_what_was_transactional_there_takes_nobody_s_place(world: World) -> None:
    anna = world.person()
    record([past(world, anna, str(n), n * DAY, purpose="transactional") for n in (1, 2, 3)], world.now)
    wanted(world, anna, 3)
    world.run(minutes=1)
    assert [state for _, state, _ in world.messages()] == ["accepted"] * 3


@pytest.mark.usefixtures("three_a_week")
def test_who_shares_a_mailbox_shares_what_it_was_sent(world: World) -> None:
    anna = world.person()
    bela = world.person("bela", addresses={"email": "anna@example.com"})
    record([past(world, anna, str(n), n * DAY) for n in (1, 2, 3)], world.now)
    wanted(world, bela, 1)
    world.run(minutes=1)
    assert [(state, reason) for _, state, reason in world.messages()] == [("planned", "capped")]


def test_the_minimum_gap_is_kept_from_the_old_system_s_last_message(world: World) -> None:
    FrequencyCap.objects.all().delete()
    anna = world.person()
    record([past(world, anna, "a", HOUR), past(world, anna, "b", 20 * DAY)], world.now)
    wanted(world, anna, 1)
    world.workspace(minimum_gap_minutes=240)
    world.run(minutes=1)
    assert world.sent() == []
    evidence = Decision.objects.get(reason="minimum_gap").evidence
    said = explain("minimum_gap", evidence, "email")
    assert said.startswith("Klaviyo sent the last message on ")
    world.run(hours=4)
    assert world.sent() == [("Mon 16:00", "letter_0")]


def test_stored_again_it_is_there_once_and_what_comes_of_tomorrow_not_at_all(world: World) -> None:
    anna = world.person()
    two = [past(world, anna, "a", DAY), past(world, anna, "a", DAY)]
    assert record([*two, past(world, anna, "t", -DAY)], world.now) == 1
    assert record(two, world.now) == 0
    [row] = PastMessage.objects.all()
    assert "anna" not in row.key
    assert (row.system, row.sent_at, row.stored_at) == ("klaviyo", world.now - DAY, world.now)


def test_it_is_never_sent_and_starts_nothing(world: World) -> None:
    anna = world.person()
    world.publish(one_send("welcome"), welcome="")
    record([past(world, anna, "a", HOUR)], world.now)
    world.run(days=3)
    assert (world.messages(), world.enrollments(), Message.objects.count()) == ([], [], 0)


def test_merged_it_is_the_survivor_s_and_erased_its_title_goes(world: World) -> None:
    anna, bela = world.person(), world.person("bela")
    record([past(world, bela, "a", HOUR, title="Bela, come back")], world.now)
    merge([Pair(anna, bela)], world.now)
    assert list(PastMessage.objects.values_list("customer", "title")) == [(anna, "Bela, come back")]
    record([past(world, bela, "b", HOUR, title="again")], world.now)
    assert list(PastMessage.objects.values_list("customer", flat=True)) == [anna, anna]
    erase([anna], world.now)
    assert list(PastMessage.objects.values_list("customer", "title")) == [(anna, "")] * 2


def test_scores_count_it_as_a_message_that_came(world: World) -> None:
    anna, bela = world.person(), world.person("bela")
    record([past(world, anna, "a", HOUR), past(world, anna, "b", HOUR)], world.now)
    assert sent_of([anna, bela], world.now) == {anna: {"email": 2}}
    assert sent_of([anna, bela], world.now - DAY) == {}


def test_a_rule_that_asks_for_any_message_knows_it_and_one_that_names_a_journey_does_not(
    world: World,
) -> None:
    anna, bela = world.person(), world.person("bela")
    record([past(world, anna, "a", 2 * DAY)], world.now)

    def matched(**received: str) -> set[int]:
        scope = Scope(CUSTOMERS, world.now, WARSAW, default_brand_id())
        return matching(Customer, [anna, bela], read_rule({"received": received}), scope)

    assert matched(within="3 days") == {anna}
    assert matched(within="1 day") == set()
    assert matched(journey="welcome", within="3 days") == set()


def test_the_timeline_says_who_sent_it(world: World) -> None:
    anna = world.person()
    record([past(world, anna, "a", HOUR, title="Spring")], world.now)
    found = [one for one in read_timeline(Customer.objects.get(pk=anna)).items if one.kind == "messages"]
    assert [(one.at, one.title, one.detail) for one in found] == [
        (world.now - HOUR, "email, sent by Klaviyo", "Spring")
    ]
