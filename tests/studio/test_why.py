"""`manage.py why CUSTOMER JOURNEY`: what became of somebody, in the studio's words, with the evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from typing import Any, ClassVar

import pytest
from django.core.management import CommandError, call_command

from orchestrator import registry
from orchestrator.consents.record import Statement
from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message, QuietHoursRule
from orchestrator.messaging.withdraw import record
from orchestrator.sdk import Deferred, Provider, Rejected, RejectReason, hookimpl
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World

ENTRY = "journey: onboarding\ntitle: Welcome\nentry: {event: customer.signed_up}\n"
SEND = "steps:\n  - send: welcome\n    id: hello\n"
TWO = SEND + "  - send: tips\n    id: tips\n"
NIGHTS = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "20:00", "end": "08:00"}]


def ask(*words: str) -> str:
    """What the command answers."""
    out = StringIO()
    call_command("why", *words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> str:
    """The words it ends with where it has no answer."""
    with pytest.raises(CommandError) as caught:
        ask(*words)
    return str(caught.value)


def enter(world: World, journey: str = ENTRY + SEND, **person: Any) -> int:  # noqa: F811
    """Publish, and let Anna in."""
    world.publish(journey, welcome="", tips="")
    anna = world.person("anna", **person)
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    return anna


def test_a_message_that_was_sent(world: World) -> None:  # noqa: F811
    enter(world)
    reference = Message.objects.get().reference
    assert ask("anna", "onboarding") == (
        "Anna (anna) in “Welcome”: Completed on March 2, 2026, 1 p.m.\n"
        "\n"
        "Entered on March 2, 2026, 1 p.m. by customer.signed_up of March 2, 2026, 1 p.m. (v1).\n"
        "  Send “welcome” by email [hello]\n"
        "    March 2, 2026, 1 p.m.: went on\n"
        "    Email message accepted by the provider (March 2, 2026, 1 p.m.).\n"
        "      March 2, 2026, 1 p.m., gate: Allowed: every check said yes\n"
        f"      March 2, 2026, 1 p.m., attempt 1, mailbox_email: accepted ({reference})\n"
        "Completed on March 2, 2026, 1 p.m.\n"
    )


def test_a_message_that_is_held_by_quiet_hours(world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    enter(world)
    message = Message.objects.get()
    assert (message.state, message.reason) == ("planned", "quiet_hours")
    minute = message.due_at.minute
    until = f"March 3, 2026, 8:{minute:02} a.m." if minute else "March 3, 2026, 8 a.m."
    held = f"Email message held until {until}: quiet hours 20:00–08:00 in Europe/Warsaw (the workspace's).\n"
    assert ask("anna", "onboarding") == (
        f"Anna (anna) in “Welcome”: On the way since March 2, 2026, 10 p.m. {held}"
        "They cannot enter again while they are inside (again: after exit).\n"
        "\n"
        "Entered on March 2, 2026, 10 p.m. by customer.signed_up of March 2, 2026, 10 p.m. (v1).\n"
        "  Send “welcome” by email [hello]\n"
        "    March 2, 2026, 10 p.m.: waits until its message is final\n"
        f"    {held}"
        "      March 2, 2026, 10 p.m., gate: Held: quiet hours 20:00–08:00 in Europe/Warsaw (the workspace's);"
        f" until {until}\n"
        "On the way since March 2, 2026, 10 p.m.\n"
    )


def test_a_message_that_expired_while_it_was_held_says_what_held_it(world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    enter(world, "expires: 1 hour\n" + ENTRY + SEND)
    world.run(hours=2)
    assert [(one.state, one.reason) for one in Message.objects.all()] == [("expired", "expired")]
    assert ask("anna", "onboarding").splitlines()[0] == (
        "Anna (anna) in “Welcome”: Completed on March 2, 2026, 11 p.m. "
        "Email message expired before it could be sent (March 2, 2026, 11 p.m.), held until then: "
        "quiet hours 20:00–08:00 in Europe/Warsaw (the workspace's)."
    )


def test_a_message_that_was_skipped_since_consent_was_withdrawn(world: World) -> None:  # noqa: F811
    world.publish(ENTRY + SEND, welcome="")
    anna = world.person("anna")
    record([Statement(anna, "email", "withdrawn", "preference page")], world.now - timedelta(hours=2))
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    why = "consent for email withdrawn on March 2, 2026, 11 a.m. (source: preference page)"
    assert ask("anna", "onboarding") == (
        "Anna (anna) in “Welcome”: Completed on March 2, 2026, 1 p.m."
        f" Email message not sent (March 2, 2026, 1 p.m.): {why}.\n"
        "\n"
        "Entered on March 2, 2026, 1 p.m. by customer.signed_up of March 2, 2026, 1 p.m. (v1).\n"
        "  Send “welcome” by email [hello]\n"
        "    March 2, 2026, 1 p.m.: went on\n"
        f"    Email message not sent (March 2, 2026, 1 p.m.): {why}.\n"
        f"      March 2, 2026, 1 p.m., gate: Skipped: {why}\n"
        "Completed on March 2, 2026, 1 p.m.\n"
    )


def test_a_cap_is_told_with_its_figures(world: World) -> None:  # noqa: F811
    world.publish("on_cap: skip\n" + ENTRY + SEND, welcome="")
    anna = world.person("anna")
    for _ in range(4):
        world.event(anna, "customer.signed_up")
        world.run(days=1, hours=12)
    headline = ask("anna", "onboarding").splitlines()[0]
    assert headline.endswith(
        "Email message not sent (March 7, 2026, 1 a.m.): 3 of 3 messages in 7 days: March 2, 2026, 1 p.m.;"
        " March 4, 2026, 1 a.m.; March 5, 2026, 1 p.m. (cap “Three in seven days”)."
    )


FULL = (
    "journey: onboarding\ntitle: Welcome\nentry: {event: customer.signed_up, limit: {at_once: 1, over: %s}}\n"
)
STAY = "steps:\n  - wait: 2 days\n    id: rest\n"


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("refuse", "They did not enter on March 2, 2026, 1 p.m.: it was full (1 inside at once)."),
        (
            "wait 6 hours",
            "They wait at the door, until March 2, 2026, 7 p.m. at most: it was full (1 inside at once).",
        ),
    ],
)
def test_whom_a_limit_keeps_out_is_told_so(world: World, over: str, said: str) -> None:  # noqa: F811
    world.publish(FULL % over + STAY)
    for name in ("anna", "bela"):
        world.event(world.person(name), "customer.signed_up")
    world.run(minutes=1)
    assert said in ask("bela", "onboarding")
    assert "door" not in ask("anna", "onboarding")


def test_the_arm_of_a_send_is_told_by_the_cap(world: World) -> None:  # noqa: F811
    arm = "    on_cap: {go_to: [{emit: tip.missed, id: missed}]}\n"
    world.publish(ENTRY + SEND + arm, welcome="")
    anna = world.person("anna")
    for _ in range(2):
        world.event(anna, "customer.signed_up")
        world.run(hours=6)
    assert "    March 2, 2026, 7 p.m.: a cap was full\n" in ask("anna", "onboarding")


def test_a_waiting_message_that_a_withdrawal_cancelled_says_which(world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    anna = enter(world)
    record([Statement(anna, "email", "withdrawn", "phone")], world.now)
    assert (
        ask("anna", "onboarding")
        .splitlines()[0]
        .endswith(
            "Email message cancelled (March 2, 2026, 10:01 p.m.):"
            " consent for email withdrawn on March 2, 2026, 10:01 p.m. (source: phone)."
        )
    )


def test_the_ghost_of_a_holdout(world: World) -> None:  # noqa: F811
    world.publish("holdout: 50%\n" + ENTRY + SEND, welcome="")
    for number in range(12):
        world.event(world.person(f"p{number}"), "customer.signed_up")
    world.run(minutes=1)
    row = Enrollment.objects.filter(held_out=True).select_related("customer").first()
    assert row is not None
    assert world.mailbox().count(("email", f"{row.customer.external_id}@example.com", "welcome")) == 0
    lines = ask(str(row.customer.external_id), "onboarding").splitlines()
    assert lines[2].endswith("(v1, held out, to measure what messages earn).")
    assert lines[5:7] == [
        "    Email message not sent, to measure what it would have earned (March 2, 2026, 1 p.m.):"
        " held out by the journey: everything else would have allowed it.",
        "      March 2, 2026, 1 p.m., gate: Held out:"
        " held out by the journey: everything else would have allowed it",
    ]


class Acme(Provider):
    """A provider that answers what it is told to."""

    name = "acme"
    channel = "email"
    answers: ClassVar[list[Any]] = []

    async def send(self, messages: Sequence[Any], transport: Any) -> list[Any]:
        return [self.answers.pop(0) for _ in messages]


@pytest.fixture
def acme(world: World, settings: Any) -> list[Any]:  # noqa: F811
    """The answers it will give, in order; nobody is kept from it."""

    class Plugin:
        @hookimpl
        def register_providers(self) -> list[Provider]:
            return [Acme()]

    settings.DELIVERY_ALLOWLIST = ["*"]
    registry.reset(registry.load([], {"acme": Plugin()}))
    Acme.answers = []
    return Acme.answers


def test_each_attempt_is_told_with_the_provider_s_answer(world: World, acme: list[Any]) -> None:  # noqa: F811
    acme += [Deferred(detail="451 busy"), Rejected(RejectReason.BLOCKED, "550 not wanted")]
    world.publish(ENTRY + SEND, welcome="")
    world.event(world.person("anna"), "customer.signed_up")
    world.run(seconds=5)
    assert ask("anna", "onboarding").splitlines()[6:9] == [
        "    Email message will be tried again (March 2, 2026, 1 p.m.): the provider asked to try later (451 busy).",
        "      March 2, 2026, 1 p.m., gate: Allowed: every check said yes",
        "      March 2, 2026, 1 p.m., attempt 1, acme: waiting to be tried again (451 busy)",
    ]
    world.run(hours=1)
    told = ask("anna", "onboarding").splitlines()
    why = "the recipient or the operator refuses this sender (550 not wanted)"
    assert told[5] == f"    Email message refused by the provider (March 2, 2026, 1 p.m.): {why}."
    assert told[-2].endswith(", attempt 2, acme: rejected (550 not wanted)")
    assert acme == []


def test_polish(world: World) -> None:  # noqa: F811
    enter(world, consents=())
    why = "zgody (e-mail) nigdy nie udzielono"
    assert ask("anna", "onboarding", "--language", "pl") == (
        "Anna (anna) w „Welcome”: Ukończono 2 marca 2026 13:00."
        f" E-mail: wiadomości nie wysłano (2 marca 2026 13:00): {why}.\n"
        "\n"
        "Wejście 2 marca 2026 13:00 przez customer.signed_up z 2 marca 2026 13:00 (v1).\n"
        "  Wyślij „welcome”, kanał: e-mail [hello]\n"
        "    2 marca 2026 13:00: poszło dalej\n"
        f"    E-mail: wiadomości nie wysłano (2 marca 2026 13:00): {why}.\n"
        f"      2 marca 2026 13:00, bramka: Pominięta: {why}\n"
        "Ukończono 2 marca 2026 13:00.\n"
    )


def test_json_holds_the_codes_beside_the_words(world: World) -> None:  # noqa: F811
    anna = enter(world, consents=())
    said = json.loads(ask("anna", "onboarding", "--json"))
    why = "consent for email was never given"
    sent = f"Email message not sent (March 2, 2026, 1 p.m.): {why}."
    noon = "2026-03-02T12:00:00+00:00"
    enrollment, message = Enrollment.objects.get(), Message.objects.get()
    assert said == {
        "customer": {"id": anna, "external_id": "anna", "name": "Anna"},
        "journey": {"key": "onboarding", "title": "Welcome", "status": "live"},
        "text": f"Anna (anna) in “Welcome”: Completed on March 2, 2026, 1 p.m. {sent}",
        "because": [],
        "passages": [
            {
                "id": enrollment.pk,
                "version": 1,
                "entry_key": "",
                "status": "completed",
                "reason": "",
                "held_out": False,
                "step": "hello",
                "entered_at": enrollment.entered_at.isoformat(),
                "finished_at": noon,
                "goal_met_at": None,
                "entered": "Entered on March 2, 2026, 1 p.m. by customer.signed_up of March 2, 2026, 1 p.m. (v1).",
                "text": "Completed on March 2, 2026, 1 p.m.",
                "steps": [
                    {
                        "step": "hello",
                        "visit": 1,
                        "does": "Send “welcome” by email",
                        "outcome": "done",
                        "entered_at": noon,
                        "left_at": noon,
                        "evidence": {"messages": ["email: skipped"]},
                        "text": "went on",
                        "messages": [
                            {
                                "id": message.pk,
                                "step": "hello",
                                "visit": 1,
                                "channel": "email",
                                "state": "skipped",
                                "reason": "no_consent",
                                "planned_at": noon,
                                "held_until": None,
                                "parts": None,
                                "cost": None,
                                "final_at": noon,
                                "text": sent,
                                "attempts": [],
                                "decisions": [
                                    {
                                        "at": noon,
                                        "outcome": "skip",
                                        "reason": "no_consent",
                                        "check": 8,
                                        "until": None,
                                        "evidence": {"channel": "email", "purpose": "marketing"},
                                        "text": f"Skipped: {why}",
                                    }
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
    }


def test_json_is_one_line(world: World) -> None:  # noqa: F811
    enter(world)
    assert ask("anna", "onboarding", "--json").count("\n") == 1


def test_an_arm_is_told_by_its_name(world: World) -> None:  # noqa: F811
    split = "steps:\n  - split:\n      gift: {share: 100%, steps: []}\n    id: part\n"
    split = split.replace(
        "gift: {share: 100%, steps: []}", "a: {share: 50%, steps: []}\n      b: {share: 50%, steps: []}"
    )
    enter(world, ENTRY + split)
    lines = ask("anna", "onboarding").splitlines()
    assert lines[3] == "  Split by chance [part]"
    assert lines[4] in {f"    March 2, 2026, 1 p.m.: took the arm “{arm}”" for arm in "ab"}


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        ("gold", "this was true: tier is gold"),
        ("silver", "this was true: tier is silver"),
        ("", "none of them was true"),
    ],
)
def test_a_choice_is_told_by_the_rule_that_was_true(world: World, tier: str, said: str) -> None:  # noqa: F811
    case = "      - when: {{attribute: tier, is: {0}}}\n        then: [{{wait: 1 day, id: {0}}}]\n"
    choose = "steps:\n  - choose:\n" + case.format("gold") + case.format("silver")
    choose += "    id: which\n    otherwise: [{wait: 2 days, id: others}]\n"
    enter(world, ENTRY + choose, attributes={"tier": tier} if tier else {})
    assert f"    March 2, 2026, 1 p.m.: {said}" in ask("anna", "onboarding").splitlines()


def test_a_passage_that_ended_in_the_middle_of_a_step_says_when(world: World) -> None:  # noqa: F811
    goal = "goal: {event: order.placed, within: 14 days}\n"
    anna = enter(world, ENTRY + goal + "steps:\n  - wait: 5 days\n    id: pause\n")
    world.run(days=2)
    world.event(anna, "order.placed", "10.00")
    world.run(minutes=1)
    assert ask("anna", "onboarding").splitlines()[3:] == [
        "  Wait 5 days [pause]",
        "    March 4, 2026, 1:01 p.m.: the passage ended here",
        "Left on March 4, 2026, 1:01 p.m.: the goal was already met.",
    ]


def test_somebody_who_entered_twice_sees_the_newest_first(world: World) -> None:  # noqa: F811
    anna = enter(world)
    world.run(days=2)
    world.event(anna, "customer.signed_up")
    world.run(minutes=1)
    entered = [line for line in ask("anna", "onboarding").splitlines() if line.startswith("Entered")]
    assert [line.split(" by ")[0] for line in entered] == [
        "Entered on March 4, 2026, 1:01 p.m.",
        "Entered on March 2, 2026, 1 p.m.",
    ]


def test_again_never_is_said(world: World) -> None:  # noqa: F811
    anna = enter(
        world,
        ENTRY.replace("{event: customer.signed_up}", "{event: customer.signed_up, again: never}") + SEND,
    )
    world.event(anna, "customer.signed_up")
    world.run(days=1)
    assert Enrollment.objects.count() == 1
    assert ask("anna", "onboarding").splitlines()[1] == "They do not enter a second time (again: never)."


@pytest.mark.parametrize(
    "asked", ["anna", " anna ", "anna@example.com", "ANNA@Example.com", "+48 600-100-200", "600100200"]
)
def test_a_customer_is_found_by_id_and_by_address_in_any_spelling(world: World, asked: str) -> None:  # noqa: F811
    enter(world)
    assert ask(asked, "onboarding").startswith("Anna (anna) in “Welcome”: Completed")


def test_a_customer_without_an_id_is_found_by_number(world: World) -> None:  # noqa: F811
    anna = enter(world)
    Customer.objects.filter(pk=anna).update(external_id=None)
    assert ask(f"#{anna}", "onboarding").startswith(f"Anna (#{anna}) in “Welcome”")


def test_whom_nobody_knows(world: World) -> None:  # noqa: F811
    enter(world)
    assert refused("ola@example.com", "onboarding") == (
        "Nobody is known as “ola@example.com”: it is no external id, and no address (searched: email, push)."
    )
    assert refused("ola", "onboarding", "--language", "pl") == (
        "Nie znamy nikogo jako „ola”: nie ma takiego zewnętrznego identyfikatora ani adresu (szukano: push)."
    )


def test_an_address_of_several_customers_asks_which(world: World) -> None:  # noqa: F811
    enter(world)
    world.person("ola")
    assert refused("+48600100200", "onboarding") == (
        "Several customers have the address +48600100200: anna, ola. Ask for one of them."
    )


def test_a_journey_nobody_knows(world: World) -> None:  # noqa: F811
    enter(world)
    assert refused("anna", "onbording") == "There is no journey “onbording”. There are: onboarding."


def never(world: World, journey: str = ENTRY + SEND) -> list[str]:  # noqa: F811
    """What is said of somebody who never entered."""
    if not Journey.objects.exists():
        world.publish(journey, welcome="")
    world.run(minutes=1)
    assert Enrollment.objects.count() == 0
    told = ask("anna", "onboarding").splitlines()
    start = "Anna (anna) has never entered “Welcome”. "
    assert told[0].startswith(start)
    return [told[0].removeprefix(start), *told[1:]]


def test_never_entered_as_the_event_never_happened(world: World) -> None:  # noqa: F811
    world.person("anna")
    assert never(world) == ["customer.signed_up never happened to them."]


def test_never_entered_as_the_event_was_unlike_the_one_that_is_asked_for(world: World) -> None:  # noqa: F811
    entry = ENTRY.replace(
        "{event: customer.signed_up}", "{event: {name: customer.signed_up, where: {plan: pro}}}"
    )
    world.publish(entry + SEND, welcome="")
    world.event(world.person("anna"), "customer.signed_up", plan="free")
    assert never(world) == [
        "customer.signed_up happened last on March 2, 2026, 1 p.m., but never as the entry asks."
    ]


def test_never_entered_as_it_happened_before_the_journey_was_published(world: World) -> None:  # noqa: F811
    world.event(world.person("anna"), "customer.signed_up")
    world.run(hours=1)
    world.publish(ENTRY + SEND, welcome="")
    assert never(world) == [
        "customer.signed_up happened last on March 2, 2026, 1 p.m.; the journey was first published on"
        " March 2, 2026, 2 p.m."
    ]


def test_never_entered_as_the_filter_said_no(world: World) -> None:  # noqa: F811
    entry = ENTRY.replace("customer.signed_up}", "customer.signed_up, only_if: {consent: email}}")
    world.publish(entry + SEND, welcome="")
    world.event(world.person("anna", consents=()), "customer.signed_up")
    assert never(world) == [
        "customer.signed_up happened on March 2, 2026, 1 p.m. and did not let them in: the filter at the door"
        " said no, or the journey was not live.",
        "The filter at the door says no now: consent to email is given.",
    ]


def test_never_entered_as_the_journey_is_paused(world: World) -> None:  # noqa: F811
    world.publish(ENTRY + SEND, welcome="")
    Journey.objects.update(status=Journey.Status.PAUSED)
    world.event(world.person("anna"), "customer.signed_up")
    assert never(world)[0] == "The journey is paused: nobody enters until it is resumed."


def test_never_entered_as_the_journey_was_never_published(world: World) -> None:  # noqa: F811
    world.publish(ENTRY + SEND, welcome="")
    Journey.objects.update(current=None, status=Journey.Status.DRAFT)
    world.person("anna")
    assert never(world) == ["The journey has never been published."]


def test_never_entered_as_a_mark_is_ahead(world: World) -> None:  # noqa: F811
    entry = ENTRY.replace(
        "{event: customer.signed_up}", "{milestone: {event: order.placed, count: [3, 5]}, again: per key}"
    )
    world.publish(entry + SEND, welcome="")
    world.event(world.person("anna"), "order.placed", "10.00")
    assert never(world) == ["order.placed happened 1 times so far; marks ahead: 3, 5."]


def test_never_entered_as_the_silence_is_not_long_enough(world: World) -> None:  # noqa: F811
    entry = ENTRY.replace("{event: customer.signed_up}", "{inactive: {event: order.placed, for: 90 days}}")
    world.publish(entry + SEND, welcome="")
    world.event(world.person("anna"), "order.placed", "10.00")
    assert never(world) == ["Their time comes on May 31, 2026, 1 p.m."]


def test_never_entered_as_the_birthday_is_not_known(world: World) -> None:  # noqa: F811
    entry = ENTRY.replace(
        "{event: customer.signed_up}", '{date: {attribute: birthday, at: "09:00"}, again: per key}'
    )
    world.publish(entry + SEND, welcome="")
    world.person("anna")
    assert never(world) == ["Their birthday is not known."]
