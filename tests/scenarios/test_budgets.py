"""Money: what text messages cost, and budgets that nothing goes beyond."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.messaging.models import Budget, Decision, Message, Price, Spending
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason
from orchestrator.workspace.models import Brand
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

TEXT = 'sms:\n  en: {text: "hi"}\n'
LONG = 'sms:\n  en: {text: "' + "x" * 161 + '"}\n'


def priced(world: World, amount: str = "0.08", **more: Any) -> None:
    """A price for text messages; nothing else is in the way of one."""
    world.workspace(minimum_gap_minutes=0)
    Price.objects.create(channel="sms", amount=Decimal(amount), per="part", **more)


def budget(amount: str, **more: Any) -> Budget:
    given = {"name": "Text messages", "period": "month", "channels": ["sms"]} | more
    return Budget.objects.create(amount=Decimal(amount), **given)


def texts(world: World, count: int, key: str = "text", body: str = TEXT, **header: str) -> None:
    """One text for each of so many people."""
    want_texts(world, count, key, body, **header)
    world.run(minutes=1)


def want_texts(world: World, count: int, key: str = "text", body: str = TEXT, **header: str) -> None:
    """The same, not sent yet."""
    world.publish(one_send(key, "sms", **header), **{key: body})
    already = Message.objects.count()
    for number in range(count):
        phone = {"sms": f"+48 600 100 2{already + number:02}"}
        world.event(world.person(f"{key}{number}", ("sms",), addresses=phone), f"{key}.wanted")
    world.run_walks()


def spent() -> list[tuple[str, date, Decimal]]:
    rows = Spending.objects.order_by("begins_on", "id")
    return list(rows.values_list("budget__name", "begins_on", "spent"))


def bills() -> list[tuple[str, int | None, Decimal | None]]:
    return list(Message.objects.order_by("id").values_list("state", "parts", "cost"))


MARCH = ("Text messages", date(2026, 3, 1))


def test_a_message_costs_its_parts(world: World):
    priced(world)
    texts(world, 1)
    texts(world, 1, "long", LONG)
    assert bills() == [("accepted", 1, Decimal("0.0800")), ("accepted", 2, Decimal("0.1600"))]
    assert spent() == []
    assert set(Message.objects.values_list("charged", flat=True)) == {None}


def test_without_a_price_there_is_no_cost_and_a_budget_stops_nothing(world: World):
    budget("0")
    texts(world, 1)
    assert bills() == [("accepted", 1, None)]
    assert spent() == []


def test_what_is_left_goes_out_and_the_rest_waits_for_the_next_month(world: World):
    priced(world)
    row = budget("0.20")
    texts(world, 3, expires="60 days")
    assert world.messages() == [("text", "accepted", "accepted")] * 2 + [("text", "planned", "over_budget")]
    held = Message.objects.get(state="planned")
    assert held.due_at.isoformat() == "2026-03-31T22:00:00+00:00"
    assert (held.cost, held.charged, held.counted_at) == (None, None, None)
    assert Decision.objects.get(reason="over_budget").evidence == {
        "check": 16,
        "budget": "Text messages",
        "amount": "0.2000",
        "spent": "0.1600",
        "cost": "0.0800",
        "currency": "PLN",
        "period": "month",
    }
    assert spent() == [(*MARCH, Decimal("0.1600"))]
    assert {
        tuple(one) for one in Message.objects.filter(charged__isnull=False).values_list("charged", flat=True)
    } == {(Spending.objects.get().pk,)}
    world.run(days=31)
    assert world.messages() == [("text", "accepted", "accepted")] * 3
    assert spent() == [
        (*MARCH, Decimal("0.1600")),
        ("Text messages", date(2026, 4, 1), Decimal("0.0800")),
    ]
    assert row.spendings.count() == 2


def test_sixty_two_texts_are_five_zlotys_less_four_groszy(world: World):
    priced(world)
    budget("5.00")
    texts(world, 65, on_cap="skip")
    reasons = [reason for _, _, reason in world.messages()]
    assert (reasons.count("accepted"), reasons.count("over_budget")) == (62, 3)
    assert spent() == [(*MARCH, Decimal("4.9600"))]


def test_what_would_wait_beyond_its_time_expires(world: World):
    priced(world)
    budget("0.08", period="")
    texts(world, 2)
    assert (
        Message.objects.get(reason="over_budget").due_at
        == Message.objects.get(reason="over_budget").expires_at
    )
    world.run(days=4)
    assert world.messages() == [("text", "accepted", "accepted"), ("text", "expired", "expired")]
    assert spent() == [("Text messages", date(2000, 1, 1), Decimal("0.0800"))]


def test_on_cap_skip_skips_it(world: World):
    priced(world)
    budget("0.08")
    texts(world, 2, on_cap="skip")
    assert world.messages() == [("text", "accepted", "accepted"), ("text", "skipped", "over_budget")]
    assert world.enrollments() == [("", "completed", "")] * 2


def test_on_cap_fallback_goes_by_another_channel(world: World):
    priced(world)
    budget("0")
    world.publish(
        one_send("text", "sms, email", on_cap="fallback"),
        text=TEXT + 'email:\n  en: {subject: "hi", html: "<p>hi</p>"}\n',
    )
    world.event(world.person("anna", ("sms", "email")), "text.wanted")
    world.run(minutes=5)
    found = Message.objects.order_by("id").values_list("channel", "state", "reason")
    assert list(found) == [("sms", "skipped", "over_budget"), ("email", "accepted", "accepted")]


def test_a_transactional_message_neither_waits_for_money_nor_is_charged(world: World):
    priced(world)
    budget("0.08")
    texts(world, 2, purpose="transactional")
    assert bills() == [("accepted", 1, Decimal("0.0800"))] * 2
    assert spent() == []


def test_a_refused_message_gives_its_money_back_once(world: World):
    priced(world)
    budget("0.08")
    world.provider(Rejected(RejectReason.SPAM), channel="sms")
    texts(world, 1)
    assert world.messages() == [("text", "rejected", "spam")]
    assert spent() == [(*MARCH, Decimal("0.0000"))]
    texts(world, 2, "more")
    assert [state for _, state, _ in world.messages()] == ["rejected", "accepted", "planned"]
    assert spent() == [(*MARCH, Decimal("0.0800"))]


def test_a_retry_keeps_its_money_though_nothing_is_left(world: World):
    priced(world)
    budget("0.08")
    world.provider(Deferred(), channel="sms")
    texts(world, 1)
    assert world.messages() == [("text", "accepted", "accepted")]
    assert world.decisions("text") == [("allow", "allowed")] * 2
    assert spent() == [(*MARCH, Decimal("0.0800"))]


def test_a_retry_in_a_new_period_is_paid_from_that_one(world: World):
    priced(world)
    budget("0.08", period="day")
    world.provider(Deferred(retry_after=timedelta(hours=24)), channel="sms")
    texts(world, 1)
    assert spent() == [("Text messages", date(2026, 3, 2), Decimal("0.0800"))]
    world.run(days=1)
    assert world.messages() == [("text", "accepted", "accepted")]
    assert spent() == [
        ("Text messages", date(2026, 3, 2), Decimal("0.0000")),
        ("Text messages", date(2026, 3, 3), Decimal("0.0800")),
    ]


def test_a_budget_whose_period_is_changed_begins_anew(world: World):
    priced(world)
    row = budget("0.08", period="week")
    texts(world, 1)
    Budget.objects.filter(pk=row.pk).update(period="day")
    texts(world, 2, "more", on_cap="skip")
    assert [reason for _, _, reason in world.messages()] == ["accepted", "accepted", "over_budget"]
    rows = Spending.objects.order_by("id").values_list("period", "begins_on", "spent")
    assert list(rows) == [(period, date(2026, 3, 2), Decimal("0.0800")) for period in ("week", "day")]


def test_beside_messages_that_count_one_that_does_not_is_not_charged(world: World):
    priced(world)
    budget("0.16")
    want_texts(world, 3)
    first = Message.objects.order_by("id")[0]
    Message.objects.filter(pk=first.pk).update(counts_toward_caps=False)
    world.run(minutes=1)
    assert world.messages() == [("text", "accepted", "accepted")] * 3
    assert spent() == [(*MARCH, Decimal("0.1600"))]
    assert Message.objects.get(charged__isnull=True).pk == first.pk


def test_one_that_obeys_no_caps_goes_out_without_money_and_is_charged(world: World):
    priced(world)
    budget("0.08")
    want_texts(world, 2)
    Message.objects.update(obeys_caps=False)
    world.run(minutes=1)
    assert world.messages() == [("text", "accepted", "accepted")] * 2
    assert spent() == [(*MARCH, Decimal("0.1600"))]


def test_several_budgets_hold_together_and_each_counts_what_it_pays_for(world: World):
    priced(world)
    other = Brand.objects.create(key="outlet", name="Outlet")
    budget("1.00", name="All", channels=[], period="day")
    budget("0.08", name="Text", journey="text", period="week")
    budget("0", name="Outlet", brand=other)
    budget("0", name="Off", enabled=False)
    want_texts(world, 2, on_cap="skip")
    want_texts(world, 1, "more", on_cap="skip")
    world.run(minutes=1)
    assert world.messages() == [
        ("text", "accepted", "accepted"),
        ("text", "skipped", "over_budget"),
        ("more", "accepted", "accepted"),
    ]
    assert spent() == [
        ("All", date(2026, 3, 2), Decimal("0.1600")),
        ("Text", date(2026, 3, 2), Decimal("0.0800")),
    ]


def test_a_price_of_the_country_is_that_of_the_number_not_of_its_owner(world: World):
    priced(world)
    Price.objects.create(channel="sms", country="DE", amount=Decimal("0.35"), per="part")
    world.publish(one_send("text", "sms"), text=TEXT)
    phones = {"anna": "+48 600 100 200", "bela": "+49 151 23456789"}
    for name, phone in phones.items():
        person = world.person(name, ("sms",), addresses={"sms": phone}, country="PL")
        world.event(person, "text.wanted")
    world.run(minutes=1)
    assert bills() == [("accepted", 1, Decimal("0.0800")), ("accepted", 1, Decimal("0.3500"))]


PAGE = (Path(__file__).parents[2] / "docs" / "sms.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\+[\d ]+) \| (\d+) letters \| (\d) \| ([\d.]+) \| ([\d.]+) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)


def as_on_the_page(world: World) -> None:
    """Its prices, its budget and its messages, one after the other."""
    told = re.search(r"With `([\d.]+)` for each part, `([\d.]+)` to `DE`, and a budget of `([\d.]+)`", PAGE)
    assert told is not None
    assert len(ROWS) == 4
    priced(world, told[1])
    Price.objects.create(channel="sms", country="DE", amount=Decimal(told[2]), per="part")
    budget(told[3])
    for number, (phone, letters, *_) in enumerate(ROWS):
        key = f"text{number}"
        world.publish(
            one_send(key, "sms", expires="60 days"), **{key: LONG.replace("x" * 161, "x" * int(letters))}
        )
        person = world.person(key, ("sms",), addresses={"sms": phone}, country="PL")
        world.event(person, f"{key}.wanted")
        world.run(seconds=10)


def test_the_example_of_the_page_is_true(world: World):
    as_on_the_page(world)
    warsaw = ZoneInfo("Europe/Warsaw")
    running = Decimal(0)
    for message, (_, _, parts, cost, after, fate) in zip(Message.objects.order_by("id"), ROWS, strict=True):
        if message.state == "accepted":
            assert (message.parts, message.cost, fate) == (int(parts), Decimal(cost), "accepted")
            running += Decimal(cost)
        else:
            until = message.due_at.astimezone(warsaw).date()
            assert (message.state, message.reason) == ("planned", "over_budget")
            assert f"held until {until}" == fate
        assert running == Decimal(after)
    assert spent() == [(*MARCH, running)]


def test_what_the_page_says_of_a_refusal_is_true(world: World):
    world.provider(Accepted("ref"), Rejected(RejectReason.SPAM), channel="sms")
    as_on_the_page(world)
    assert [state for _, state, _ in world.messages()] == ["accepted", "rejected", "accepted", "accepted"]
    assert spent() == [(*MARCH, Decimal("0.5100"))]
    told = re.search(r"(\S+) come back: (\S+) are spent, and two parts more", PAGE)
    assert told is not None
    assert (Decimal(told[1]), Decimal(told[2])) == (Decimal("0.16"), Decimal("0.51") - Decimal("0.08"))
    texts(world, 2, "more")
    assert [(state, reason) for _, state, reason in world.messages()[4:]] == [
        ("accepted", "accepted"),
        ("planned", "over_budget"),
    ]
