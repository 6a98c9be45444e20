"""A journey's messages tried out on one's own people: marked, and counted nowhere."""

from __future__ import annotations

import pytest

from orchestrator.domain.definition import read_rule
from orchestrator.journeys.models import Enrollment, JourneyVersion
from orchestrator.journeys.reached import reached
from orchestrator.journeys.send_test import NoTestList, send_test
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.models import MailboxMessage, Message
from orchestrator.segments.define import define
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

BOTH = 'email:\n  en: {subject: "Sale", html: "<p>Sale</p>"}\nsms:\n  en: {text: "Sale"}\n'


def live(world: World) -> Live:
    world.publish(one_send("sale", "email, sms"), sale=BOTH)
    return version(JourneyVersion.objects.get().id)


def own_people(world: World) -> None:
    define("testers", "Testers", "", read_rule({"attribute": "team", "is": True}), world.now)
    world.workspace(test_segment="testers")
    world.run(minutes=1)


def test_the_test_list_gets_it_marked_whatever_they_allow(world: World):
    world.person("anna", consents=(), attributes={"team": True})
    world.person("bela", consents=(), attributes={"team": True}, addresses={"sms": "+48600100201"})
    world.person("customer")
    own_people(world)
    assert send_test(live(world), world.now) == 2
    world.run(minutes=1)
    said = MailboxMessage.objects.order_by("id").values_list("channel", "recipient", "subject", "content")
    assert [(channel, to, subject or content["text"]) for channel, to, subject, content in said] == [
        ("email", "anna@example.com", "[TEST] Sale"),
        ("sms", "+48600100201", "[TEST] Sale"),
    ]
    assert Enrollment.objects.count() == 0


def test_a_test_counts_nowhere(world: World):
    anna = world.person("anna", attributes={"team": True})
    own_people(world)
    made = live(world)
    before = world.now
    for _ in range(5):
        send_test(made, world.now)
        world.run(minutes=1)
    assert len(world.mailbox()) == 5
    assert set(Message.objects.values_list("test", "counts_toward_caps", "obeys_caps")) == {
        (True, False, False)
    }
    assert reached("sale", before).accepted == 0
    world.event(anna, "sale.wanted")
    world.run(minutes=1)
    assert world.messages()[-1] == ("sale", "accepted", "accepted")
    assert Message.objects.filter(test=False).count() == 1


def test_without_a_list_or_without_people_the_reason_is_said(world: World):
    made = live(world)
    with pytest.raises(NoTestList, match="no test list is set"):
        send_test(made, world.now)
    own_people(world)
    with pytest.raises(NoTestList, match="nobody is in the segment “testers”"):
        send_test(made, world.now)
    assert Message.objects.count() == 0
