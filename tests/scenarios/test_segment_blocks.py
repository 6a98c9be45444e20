"""Words for the members of a segment: who is in it when the message is composed, the same at every attempt."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.change import NewFacts
from orchestrator.customers.change import change as change_customers
from orchestrator.customers.models import Customer
from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.messaging.models import MailboxMessage, MessageBody, TemplateVersion
from orchestrator.sdk.values import Deferred, EmailContent, WebhookContent
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

ASKS = '{% if segment("vip") %}gold{% else %}plain{% endif %}'
LETTER = f"email:\n  en:\n    subject: 'S {ASKS}'\n    html: '<p>H {ASKS}</p>'\n"
PLAIN = "email:\n  en:\n    subject: 'S'\n    html: '<p>H</p>'\n"


def segment(world: World, key: str, tier: str) -> None:
    define(key, key.title(), "", read_rule({"attribute": "tier", "is": tier}), world.now)
    world.run(minutes=1)


def gold(world: World, name: str = "anna", **more: object) -> int:
    return world.person(name, attributes={"tier": "gold"}, **more)  # type: ignore[arg-type]


def subjects() -> list[str]:
    return list(MailboxMessage.objects.order_by("recipient").values_list("subject", flat=True))


def test_members_and_others_get_their_own_words(world: World):
    anna, bela = gold(world), world.person("bela")
    segment(world, "vip", "gold")
    world.publish(one_send("note"), note=LETTER)
    for one in (anna, bela):
        world.event(one, "note.wanted")
    world.run(minutes=1)
    assert subjects() == ["S gold", "S plain"]
    first, second = MailboxMessage.objects.order_by("recipient").values_list("content", flat=True)
    for content, word in ((first, "gold"), (second, "plain")):
        assert re.search(rf"<p[^>]*>H {word}</p>", content["html"])
        assert content["text"].startswith(f"H {word}\n")


def test_it_stands_in_every_channel_beside_other_segments(world: World):
    person = gold(world, consents=("sms",))
    segment(world, "vip", "gold")
    segment(world, "new", "none")
    text = 'sms:\n  en: \'{{ "a" if segment("vip") and not segment("new") else "b" }}\'\n'
    world.publish(one_send("note", "sms"), note=text)
    world.event(person, "note.wanted")
    world.run(hours=1)
    assert MailboxMessage.objects.get().content["text"] == "a"
    assert MessageBody.objects.get().context["segments"] == ["vip"]


def test_only_what_the_template_asks_of_is_kept(world: World):
    person = gold(world)
    segment(world, "vip", "gold")
    segment(world, "same", "gold")
    world.publish(one_send("note"), note=LETTER)
    world.publish(one_send("bare"), bare=PLAIN)
    world.event(person, "note.wanted")
    world.event(person, "bare.wanted")
    world.run(days=2)
    bodies = MessageBody.objects.order_by("message__step").values_list("message__step", "context")
    assert [(step, context.get("segments")) for step, context in bodies] == [
        ("bare", None),
        ("note", ["vip"]),
    ]
    prepared = TemplateVersion.objects.order_by("template__key").values_list("prepared", flat=True)
    assert [one.get("segments") for one in prepared] == [None, ["vip"]]


def test_a_retry_says_the_same_whoever_has_left_meanwhile(world: World):
    anna = gold(world)
    segment(world, "vip", "gold")
    provider = world.provider(Deferred(timedelta(minutes=10)), promise="I")
    world.publish(one_send("note"), note=LETTER)
    world.event(anna, "note.wanted")
    world.run(minutes=1)
    change_customers([NewFacts(anna, {"tier": "none"})], world.now)
    world.run(hours=1)
    first, second = (call.content for call in provider.calls)
    assert isinstance(first, EmailContent)
    assert (first, first.subject) == (second, "S gold")
    world.event(anna, "note.wanted")
    assert not Segment.objects.get(key="vip").memberships.exists()


def test_who_turned_personalization_off_is_shown_what_others_are(world: World):
    people = {level: gold(world, level) for level in ("basic", "full", "none")}
    segment(world, "vip", "gold")
    world.publish(one_send("note"), note=LETTER)
    for level, one in people.items():
        Customer.objects.filter(id=one).update(personalization=level)
        world.event(one, "note.wanted")
    world.run(minutes=1)
    assert subjects() == ["S plain", "S gold", "S plain"]


def test_a_system_is_told_too(world: World):
    provider = world.provider(channel="webhook", promise="I")
    anna = gold(world)
    segment(world, "vip", "gold")
    steps = "- call: https://hooks.example.com/x\n  event: told\n  body: {is: '" + ASKS + "'}\n  id: tell\n"
    world.publish(with_steps("club", steps))
    world.event(anna, "club.wanted")
    world.run(minutes=1)
    (call,) = provider.calls
    assert isinstance(call.content, WebhookContent)
    assert call.content.body == '{"is":"gold"}'


def test_a_segment_that_is_gone_has_no_members(world: World):
    anna = gold(world)
    segment(world, "vip", "gold")
    world.publish(one_send("note"), note=LETTER)
    Segment.objects.all().delete()
    world.event(anna, "note.wanted")
    world.run(minutes=1)
    assert subjects() == ["S plain"]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ('segment("vop")', "note.yaml:5: there is no segment “vop”. Did you mean `vip`?"),
        ('segment("zzzzzz")', "note.yaml:5: there is no segment “zzzzzz”. Make the segment first."),
        ("segment(customer.tier)", "note.yaml:5: segment takes the key of one segment, in quotes."),
        ('segment("vip", "b")', "note.yaml:5: segment takes the key of one segment, in quotes."),
        ('segments("vip")', 'note.yaml:5: nothing can be called but range(...) and segment("...").'),
        ("segment", "note.yaml:5: there is no variable 'segment'."),
    ],
)
def test_what_cannot_be_asked_is_told_at_publish_with_its_line(world: World, asked: str, problem: str):
    segment(world, "vip", "gold")
    text = f"email:\n  en:\n    subject: 'S'\n    html: '{{% if {asked} %}}a{{% endif %}}'\n"
    with pytest.raises(DefinitionError) as refused:
        world.publish(one_send("note"), note=text)
    (found,) = refused.value.problems
    told = f"{found.file}:{found.line}: {found.what.rstrip('.')}. {found.mend}"
    assert told.startswith(problem)


def test_a_call_that_asks_of_a_segment_that_there_is_not_is_refused(world: World):
    steps = "- call: https://hooks.example.com/x\n  event: told\n  body: {is: '" + ASKS + "'}\n  id: tell\n"
    with pytest.raises(DefinitionError, match="there is no segment “vip”"):
        world.publish(with_steps("club", steps))


def test_all_of_a_batch_cost_one_query_and_none_where_nothing_is_asked(world: World):
    people = [gold(world, f"one{number}") for number in range(5)]
    segment(world, "vip", "gold")
    world.publish(one_send("note"), note=LETTER)
    world.publish(one_send("bare"), bare=PLAIN)

    def asked(name: str) -> list[str]:
        for one in people:
            world.event(one, f"{name}.wanted")
        world.run_walks()
        with CaptureQueriesContext(connection) as queries:
            world.run(minutes=1)
        reads = (one["sql"] for one in queries if one["sql"].startswith("SELECT"))
        return [sql for sql in reads if "segments_membership" in sql and "since" not in sql]

    sqls = asked("note")
    assert len(sqls) == 1, sqls
    world.run(days=3)
    assert asked("bare") == []
    assert len(MailboxMessage.objects.all()) == 10
