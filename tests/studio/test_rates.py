"""Rate limits as people see them: the page that sets them, what waits, what `why` says, and docs/sending-speed.md."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.domain.rates import TOKEN
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Message, RateLimit
from orchestrator.studio.admin.rates import RateLimitAdmin
from orchestrator.studio.why import why
from tests.environment import ROOT
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
PAGE = (ROOT / "docs" / "sending-speed.md").read_text(encoding="utf-8")
HELLO = """
journey: hello
expires: 3 days
entry: {event: hello.wanted}
steps:
  - send: hello
    id: hello
    via: [sms]
"""
SMS = "sms:\n  en: hello\n"
ADD = "admin:messaging_ratelimit_add"


def crowd(world: World, count: int) -> None:
    """So many people who are to get a text message now."""
    world.publish(HELLO, hello=SMS)
    for number in range(count):
        addresses = {"sms": f"+48 600 100 {number:03}"}
        world.event(world.person(f"p{number}", consents=("sms",), addresses=addresses), "hello.wanted")
    world.run_walks()


def said(**fields: Any) -> dict[str, Any]:
    return {
        "channel": "sms",
        "provider": "",
        "messages": 10,
        "per": "second",
        "burst": 10,
        "enabled": "on",
        **fields,
    }


def test_the_example_of_the_page(world: World) -> None:
    rows = re.findall(r"^\| ([\d.]+) \| (\d+) \|$", PAGE, re.MULTILINE)
    expected = {float(seconds): int(count) for seconds, count in rows}
    assert len(expected) == 5
    assert "“it waits its turn: 10 a second for SMS”" in " ".join(PAGE.split())
    crowd(world, 25)
    RateLimit.objects.create(channel="sms", messages=10, per="second", burst=10)
    began = world.now
    world.run(seconds=30)
    left = Counter(
        (at - began) / timedelta(seconds=1)
        for at in Message.objects.filter(state="accepted").values_list("handed_off_at", flat=True)
        if at is not None
    )
    assert {until: sum(n for at, n in left.items() if at <= until) for until in expected} == expected


def test_why_says_whose_turn_it_is(world: World) -> None:
    crowd(world, 25)
    RateLimit.objects.create(channel="sms", messages=10, per="minute", burst=1)
    world.run(seconds=0)
    assert Message.objects.filter(state="accepted").count() == 1
    last = Customer.objects.get(external_id="p24")
    answer = why(last, Journey.objects.get(), world.now)
    (letter,) = answer.passages[0].steps[-1].messages
    expected = world.now + 24 * timedelta(seconds=6)
    assert (letter.state, letter.reason, letter.held_until) == ("planned", "rate_limited", expected)
    assert "it waits its turn: 10 a minute for SMS; number 24 in line" in letter.text
    (decided,) = letter.decisions
    assert (decided.outcome, decided.reason, decided.check, decided.until) == (
        "hold",
        "rate_limited",
        14,
        expected,
    )
    assert decided.evidence == {"messages": 10, "per": "minute", "channel": "sms", "place": 24}
    world.run_to(expected - timedelta(microseconds=1))
    assert Message.objects.get(customer_id=last.pk).state == "planned"
    world.run_to(expected)
    assert Message.objects.get(customer_id=last.pk).state == "accepted"


def test_the_list_says_how_many_wait_and_until_when(world: World, marketer: Client) -> None:
    page = RateLimitAdmin(RateLimit, None)
    limit = RateLimit.objects.create(channel="sms", messages=1, per="hour", burst=1)
    assert page.waiting_shown(limit) == "–"
    crowd(world, 3)
    assert re.fullmatch(
        r"3; the last goes about \w+ \d+, \d{4}, .*m\.|3; the last goes about .*", page.waiting_shown(limit)
    )
    limit.burst = 3
    assert page.waiting_shown(limit) == "3, and they go at once"
    shown = marketer.get(reverse("admin:messaging_ratelimit_changelist")).text
    assert "1 an hour" in shown
    assert "3; the last goes about" in shown


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"channel": "pigeon"}, "“pigeon” is not a channel"),
        (
            {"provider": "mailbox_email"},
            "“mailbox_email” is not a provider of this channel. There are: mailbox_sms",
        ),
        ({"messages": 0}, "Write a number from 1 to 1,000,000"),
        ({"burst": 1_000_001}, "Write a number from 1 to 1,000,000"),
    ],
)
def test_a_limit_that_could_not_hold_is_refused(
    world: World, marketer: Client, fields: dict[str, Any], refused: str
) -> None:
    assert refused in marketer.post(reverse(ADD), said(**fields)).text
    assert not RateLimit.objects.exists()
    assert marketer.post(reverse(ADD), said()).status_code == 302
    assert RateLimit.objects.values_list("channel", "messages", "burst").get() == ("sms", 10, 10)


def test_whoever_changes_a_limit_leaves_its_bucket_alone(
    world: World, marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers take tokens between the page's reading of the row and its writing."""
    limit = RateLimit.objects.create(channel="sms", messages=10, per="second", burst=10)
    clean = RateLimitAdmin.save_model

    def meanwhile(*args: Any) -> None:
        RateLimit.objects.update(level=3 * TOKEN, filled_at=world.now)
        clean(*args)

    monkeypatch.setattr(RateLimitAdmin, "save_model", meanwhile)
    url = reverse("admin:messaging_ratelimit_change", args=[limit.pk])
    assert marketer.post(url, said(messages=20)).status_code == 302
    limit.refresh_from_db()
    assert (limit.messages, limit.level, limit.filled_at) == (20, 3 * TOKEN, world.now)
