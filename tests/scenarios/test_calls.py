"""`call`: a system of the company's own is told, once, whatever fails on the way; it is no message to the person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.messaging.claim import claim
from orchestrator.messaging.deliver import _render
from orchestrator.messaging.gate import gate
from orchestrator.messaging.handoff import boottime, hand_off
from orchestrator.messaging.look import look
from orchestrator.messaging.models import Decision, MailboxMessage, Message, Template
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason, Unknown, WebhookContent
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

URL = "https://hooks.example.com/loyalty"
CALL = f"""
- call: {URL}
  event: member.welcomed
  body:
    {{to: "{{{{ customer.external_id }}}}", gift: 5, first: "{{{{ customer.first_name|upper }}}}", sure: true,
     tags: [a, null, 1.5]}}
  id: tell
"""
BODY = '{"to":"anna","gift":5,"first":"ANNA","sure":true,"tags":["a",null,1.5]}'


def receiver(world: World, *answers: object) -> Scripted:
    """A provider of webhooks as the plugin's is: class I."""
    return world.provider(*answers, channel="webhook", promise="I")


def enter(world: World, steps: str = CALL, **header: str) -> int:
    """Anna, who may not be written to at all, enters a journey of these steps."""
    world.publish(with_steps("club", steps, **header))
    anna = world.person(consents=(), addresses={})
    world.event(anna, "club.wanted")
    return anna


def notes(step: str = "tell") -> list[tuple[str, str]]:
    return list(StepRun.objects.filter(step=step).order_by("id").values_list("outcome", "reason"))


def test_a_call_is_made_once_with_the_body_as_written(world: World):
    provider = receiver(world)
    enter(world)
    world.run(days=1)
    (call,) = provider.calls
    row = Message.objects.get()
    assert (call.recipient, call.channel, call.purpose) == (URL, "webhook", "system")
    assert call.content == WebhookContent(BODY, "member.welcomed")
    assert (call.key, row.state, row.address_digest) == (row.key, "accepted", "")
    assert (row.obeys_caps, row.counts_toward_caps) == (False, False)
    assert world.enrollments() == [("", "completed", "")]
    assert (notes(), world.decisions("tell")) == ([("done", "")], [("allow", "allowed")])


def test_without_a_body_the_standard_one_leaves_and_says_nothing_of_the_person_but_their_id(world: World):
    provider = receiver(world)
    enter(world, f"- {{call: {URL}, id: tell}}")
    world.run(hours=1)
    said = '{"type":"journey.call","data":{"customer":"anna","journey":"club","step":"tell"}}'
    assert [call.content for call in provider.calls] == [WebhookContent(said, "journey.call")]


def test_what_the_person_turned_off_for_their_messages_is_known_to_systems(world: World):
    provider = receiver(world)
    world.publish(with_steps("club", CALL))
    anna = world.person()
    Customer.objects.update(personalization="none")
    world.event(anna, "club.wanted")
    world.run(hours=1)
    assert [call.content for call in provider.calls] == [WebhookContent(BODY, "member.welcomed")]


def test_values_of_the_person_are_data_and_never_templates_nor_json(world: World):
    provider = receiver(world)
    world.publish(with_steps("club", f'- {{call: {URL}, id: tell, body: ["{{{{ customer.first_name }}}}"]}}'))
    world.event(world.person(attributes={"first_name": '"]}{{ 7*7 }}\\'}), "club.wanted")
    world.run(hours=1)
    assert [call.content for call in provider.calls] == [
        WebhookContent('["\\"]}{{ 7*7 }}\\\\"]', "journey.call")
    ]


@pytest.mark.parametrize("down", [Deferred(), ProviderUnavailable("down"), Unknown("timed out")])
def test_a_receiver_that_comes_back_gets_the_same_call_with_the_same_id(world: World, down: object):
    provider = receiver(world, down, down, down)
    anna = enter(world)
    world.run(minutes=1)
    world.event(anna, "name.changed")
    world.run(days=1)
    assert len(provider.calls) == 4
    assert {call == provider.calls[0] for call in provider.calls} == {True}
    assert world.messages() == [("tell", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]


REFUSED = Rejected(RejectReason.OTHER, "404")


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ([REFUSED], "rejected", "other"),
        ([Deferred()] * 6, "failed", "attempts_spent"),
        ([Unknown()] * 6, "unknown", "unknown_outcome"),
    ],
)
def test_what_nobody_confirmed_ends_the_passage_where_the_author_wants_it(
    world: World, answers: list[object], state: str, reason: str
):
    receiver(world, *answers)
    enter(world, CALL.rstrip() + "\n  on_failure: exit\n- {emit: club.joined, id: joined}")
    world.run(days=2)
    assert world.messages() == [("tell", state, reason)]
    assert world.enrollments() == [("", "exited", "call_failed")]
    assert (notes(), notes("joined")) == ([("left", "call_failed")], [])


def test_by_default_the_passage_goes_on_and_remembers_why(world: World):
    receiver(world, REFUSED)
    enter(world, CALL + "- {emit: club.joined, id: joined}")
    world.run(days=1)
    assert world.enrollments() == [("", "completed", "")]
    assert notes() == [("done", "not called: rejected (other)")]
    assert notes("joined") == [("done", "")]


def test_a_call_that_outlives_its_time_expires(world: World):
    provider = receiver(world)
    enter(world, CALL.rstrip() + "\n  on_failure: exit", expires="2 hours")
    world.workspace(paused_channels=["webhook"])
    world.run(hours=3)
    world.workspace(paused_channels=[])
    world.run(hours=1)
    assert (world.messages(), provider.calls) == ([("tell", "expired", "expired")], [])
    assert world.enrollments() == [("", "exited", "call_failed")]


def test_a_body_that_cannot_be_filled_in_is_not_sent(world: World):
    provider = receiver(world)
    enter(world, f'- {{call: {URL}, id: tell, body: {{tier: "{{{{ customer.tier }}}}"}}, on_failure: exit}}')
    world.run(hours=1)
    assert (world.messages(), provider.calls) == ([("tell", "render_failed", "render_error")], [])
    told = Decision.objects.get().evidence["error"]
    assert (
        told == "webhook.en.body/tier: customer.tier is missing; use |default(...) or {% if ... is defined %}"
    )
    assert world.enrollments() == [("", "exited", "call_failed")]


def test_while_the_journey_is_paused_nothing_is_called(world: World):
    provider = receiver(world)
    enter(world)
    world.run_walks()
    Journey.objects.update(status="paused")
    world.run(hours=2)
    assert (world.messages(), provider.calls) == ([("tell", "planned", "paused")], [])
    Journey.objects.update(status="live")
    world.run(hours=1)
    assert (world.messages(), len(provider.calls)) == ([("tell", "accepted", "accepted")], 1)


@pytest.mark.parametrize(
    ("header", "event", "reason"),
    [("exit_when", "account.closed", "exit_rule"), ("goal", "order.placed", "goal_met")],
)
def test_a_passage_that_ends_first_calls_nothing(world: World, header: str, event: str, reason: str):
    provider = receiver(world)
    written = {"exit_when": f"[{{event: {event}}}]", "goal": f"{{event: {event}, within: 9 days}}"}[header]
    anna = enter(world, **{header: written})
    world.run_walks()
    world.now += timedelta(minutes=1)
    world.event(anna, event)
    world.run(hours=1)
    assert (world.messages(), provider.calls) == ([("tell", "cancelled", reason)], [])
    assert world.enrollments() == [("", "exited", reason)]


def test_for_somebody_held_out_of_the_journey_there_is_a_ghost_and_no_call(world: World):
    provider = receiver(world)
    enter(world, CALL.rstrip() + "\n  on_failure: exit", holdout="50%")
    world.run_walks()
    Message.objects.update(held_out=True)
    Enrollment.objects.update(held_out=True)
    world.run(hours=1)
    assert (world.messages(), provider.calls) == ([("tell", "ghost", "holdout")], [])
    assert world.enrollments() == [("", "completed", "")]


def test_the_workspaces_holdout_is_of_marketing_and_calls_go_on(world: World):
    provider = receiver(world)
    world.workspace(holdout=9_999)
    enter(world)
    world.run(hours=1)
    assert (world.messages(), len(provider.calls)) == ([("tell", "accepted", "accepted")], 1)


def test_calls_ask_for_no_quiet_hours_caps_or_gap_and_take_nobodys_slot(world: World):
    provider, email = receiver(world), world.provider()
    world.now = world.now.replace(hour=22)
    world.workspace(minimum_gap_minutes=240)
    world.publish(one_send("note"), note="")
    world.publish(with_steps("club", f"- repeat: 3\n  id: thrice\n  steps:\n    - {{call: {URL}, id: tell}}"))
    anna = world.person()
    world.event(anna, "club.wanted")
    world.run(minutes=5)
    assert ([len(provider.calls), len(email.calls)], len({call.key for call in provider.calls})) == (
        [3, 0],
        3,
    )
    world.event(anna, "note.wanted")
    world.run(minutes=5)
    assert [len(provider.calls), len(email.calls)] == [3, 1]
    world.event(anna, "club.wanted")
    world.run(minutes=5)
    assert [len(provider.calls), len(email.calls)] == [6, 1]


def test_a_customer_who_is_gone_is_not_told_of(world: World):
    provider = receiver(world)
    anna = enter(world)
    world.run_walks()
    Customer.objects.filter(pk=anna).update(erased_at=world.now)
    world.run(hours=1)
    assert (world.messages(), provider.calls) == ([("tell", "cancelled", "customer_erased")], [])


def test_a_worker_killed_between_the_call_and_its_settlement_calls_again_with_the_same_key(world: World):
    provider = receiver(world, Accepted("first"), Accepted("second"))
    enter(world)
    world.run_walks()
    hopeful, loaded = look(claim(world.now, 10), world.now)
    ready = gate(_render(hopeful, loaded, world.now), world.now)
    assert hand_off("scripted_webhook", ready, boottime()).results == [Accepted("first")]
    assert world.messages() == [("tell", "handing_off", "allowed")]  # and here the worker dies
    world.now += timedelta(minutes=2)
    world.run(hours=1)
    first, second = provider.calls
    assert first == second
    row = Message.objects.get()
    assert (row.state, row.reference, row.crash_count) == ("accepted", "second", 1)
    assert world.enrollments() == [("", "completed", "")]


@pytest.mark.parametrize(
    ("allowed", "delivered"),
    [([], 0), (["example.com"], 0), (["hooks.example.com"], 1), ([URL], 1), (["*"], 1)],
)
def test_a_host_that_is_not_on_the_allow_list_is_not_called_and_the_mailbox_keeps_it(
    world: World, allowed: list[str], delivered: int
):
    provider = receiver(world)
    settings.DELIVERY_ALLOWLIST = allowed
    enter(world)
    world.run(hours=1)
    assert len(provider.calls) == delivered
    kept = list(MailboxMessage.objects.values_list("channel", "recipient", "subject", "content"))
    content = {"body": BODY, "event": "member.welcomed"}
    assert kept == [("webhook", URL, "member.welcomed", content)] * (1 - delivered)


def test_publishing_it_again_changes_nothing_and_another_body_makes_a_version(world: World):
    first = world.publish(with_steps("club", CALL))
    again = world.publish(with_steps("club", CALL))
    other = world.publish(with_steps("club", CALL.replace("gift: 5", "gift: 6")))
    assert [(one.number, one.unchanged) for one in (first, again, other)] == [
        (1, False),
        (1, True),
        (2, False),
    ]
    (template,) = Template.objects.values_list("key", "journey", "versions__digest").distinct()[:1]
    assert (template[:2], Template.objects.get().versions.count()) == (("call-tell", "club"), 2)


def refused(world: World, step: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        world.publish(with_steps("club", step))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "- call: http://hooks.example.com/\n  id: a",
            "4:11: only https can be called. Write https://, and give that server a certificate.",
        ),
        (
            "- call: https://127.0.0.1:8443/\n  id: a",
            "4:11: 127.0.0.1 is no public address. Write the server's public name.",
        ),
        (
            "- call: https://redis/\n  id: a",
            "4:11: redis is a name inside a network. Write the server's public name.",
        ),
        (
            "- call: https://user@hooks.example.com/\n  id: a",
            "4:11: this is no URL that can be called. Write it like https://hooks.example.com/loyalty.",
        ),
        (
            "- call: hooks.example.com\n  id: a",
            "4:11: this is no URL that can be called. Write it like https://hooks.example.com/loyalty.",
        ),
        (
            f"- call: {URL}\n  id: a\n  body:\n    deep: [1, '{{{{ customer.x }}']",
            "7:17: unexpected '}'.",
        ),
        (
            f"- call: {URL}\n  id: a\n  body:\n    who: '{{{{ custmer.x }}}}'",
            "7:12: there is no variable 'custmer'. Did you mean `customer`?",
        ),
        (
            f"- call: {URL}\n  id: a\n  body:\n    stop: '{{{{ unsubscribe_url }}}}'",
            "7:13: there is no variable 'unsubscribe_url'. "
            "Known: brand, currency, customer, entry, event, journey, shop.",
        ),
        (
            f"- call: {URL}\n  id: a\n  body:\n    '{{{{ customer.x }}}}': 1",
            "7:27: the name of a field cannot hold a template. Write it out.",
        ),
        (f"- call: {URL}\n  id: a\n  event: Hi", "6:12: `Hi` cannot be an event's name. "
         "Write a noun and what happened to it, such as `order.placed`."),
        (f"- call: {URL}\n  id: a\n  on_failure: cry", "6:17: `on_failure` must be 'continue' or 'exit', not `cry`."),
        (f"- call: {URL}\n  id: a\n  bdy: 1", "6:5: `bdy` is not a field of `call`. Did you mean `body`?"),
        (
            "- send: a\n  via: [webhook]\n  id: a",
            "5:11: there is no channel “webhook”. It reaches systems; write a `call` step.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call_is_told_at_its_line(world: World, step: str, said: str):
    assert f"journey.yaml:{said}" in refused(world, step)
    assert Journey.objects.count() == 0


def test_a_server_of_ones_own_may_be_inside_where_the_operator_named_it(world: World, settings):
    settings.OUTBOUND_ALLOWLIST = ["redis:8080"]
    assert world.publish(with_steps("club", "- {call: 'http://redis:8080/x', id: a}")).number == 1
    assert refused(world, "- {call: 'http://redis:8081/x', id: a}") == [
        "journey.yaml:4:12: only https can be called. Write https://, and give that server a certificate."
    ]


def test_calls_of_one_batch_keep_their_own_urls(world: World):
    provider = receiver(world)
    world.publish(with_steps("club", CALL))
    world.publish(with_steps("shop", CALL.replace("hooks.", "shop."), entry="{event: club.wanted}"))
    for name in ("anna", "bela"):
        world.event(world.person(name, addresses={}), "club.wanted")
    world.run(hours=1)
    other = URL.replace("hooks.", "shop.")
    assert sorted(provider.recipients) == [URL, URL, other, other]
    assert world.now - timedelta(hours=1) == Message.objects.earliest("id").created_at
