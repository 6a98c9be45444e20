"""Money in the studio: prices and budgets as they are filled in, and what was spent wherever it is asked about."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orchestrator.domain.definition import read_rule
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Budget, Message, Price, Spending
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.studio import amounts
from orchestrator.studio.evidence import explain
from orchestrator.workspace.models import Workspace
from tests.scenarios import conftest as scenarios
from tests.scenarios.test_budgets import LONG, budget, priced, texts
from tests.scenarios.world import World

world = scenarios.world  # the fixture
ONCE = "admin:journeys_journey_send_once"
PRICE = {"channel": "sms", "amount": "0.08", "per": "part", "provider": "", "country": ""}
BUDGET = {
    "name": "Texts", "amount": "5", "period": "month", "channels": "sms", "brand": "", "journey": "", "enabled": "on",
}  # fmt: skip


def shown(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(f"admin:{name}", args=args)).content.decode()


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.0800", "0.08 PLN"),
        ("0.0850", "0.085 PLN"),
        ("1249.9", "1,249.90 PLN"),
        ("0", "0.00 PLN"),
        ("5E+2", "500.00 PLN"),
    ],
)
def test_an_amount_has_two_places_or_as_many_as_it_needs(amount: str, said: str) -> None:
    with translation.override("en"):
        assert amounts.shown(Decimal(amount), "PLN") == said


@pytest.mark.django_db
def test_prices_are_kept_and_listed(marketer: Client) -> None:
    marketer.post(reverse("admin:messaging_price_add"), PRICE)
    marketer.post(reverse("admin:messaging_price_add"), {**PRICE, "country": "de", "amount": "0.355"})
    email = {**PRICE, "channel": "email", "per": "message", "amount": "0.002"}
    marketer.post(reverse("admin:messaging_price_add"), email)
    kept = Price.objects.order_by("id").values_list("channel", "amount", "per", "country")
    assert list(kept) == [
        ("sms", Decimal("0.0800"), "part", ""),
        ("sms", Decimal("0.3550"), "part", "DE"),
        ("email", Decimal("0.0020"), "message", ""),
    ]
    page = shown(marketer, "messaging_price_changelist")
    assert ("0.08 PLN a part" in page, "0.355 PLN a part" in page, "0.002 PLN a message" in page) == (
        True,
    ) * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "filled", "said"),
    [
        ("price", {"channel": "pigeon"}, "“pigeon” is not a channel"),
        ("price", {"channel": "email"}, "Only text messages have parts"),
        ("price", {"provider": "acme"}, "“acme” is not a provider of this channel. There are: mailbox_sms."),
        ("price", {"country": "XX"}, "“XX” is not a country"),
        ("price", {"amount": "-0.01"}, "greater than or equal to 0"),
        ("price", {"amount": "0.00001"}, "no more than 4 decimal places"),
        ("budget", {"amount": "-1"}, "greater than or equal to 0"),
        ("budget", {"channels": "sms, pigeon"}, "“pigeon” is not a channel"),
        ("budget", {"journey": "nowhere"}, "There is no journey or campaign “nowhere”."),
    ],
)
def test_what_nothing_could_be_paid_by_is_refused(
    marketer: Client, page: str, filled: dict[str, str], said: str
) -> None:
    whole = PRICE if page == "price" else BUDGET
    answer = marketer.post(reverse(f"admin:messaging_{page}_add"), {**whole, **filled})
    assert said in answer.content.decode()
    assert (Price.objects.count(), Budget.objects.count()) == (0, 0)


def test_a_budget_shows_what_is_spent_now_and_what_is_left(world: World, marketer: Client) -> None:
    world.now = timezone.now()
    priced(world)
    row = budget("5")
    Spending.objects.create(
        budget=row, period="week", begins_on=timezone.localdate().replace(day=1), spent="3"
    )
    texts(world, 2, purpose="marketing", expires="1 hour")
    world.run(days=2)
    spent = Message.objects.filter(state="accepted").count() * Decimal("0.08")
    page = shown(marketer, "messaging_budget_changelist")
    assert ("5.00 PLN in each month" in page, ">SMS<" in page) == (True, True)
    assert f">{amounts.shown(spent, 'PLN')}<" in page
    assert f">{amounts.shown(5 - spent, 'PLN')}<" in page
    assert "3.00 PLN" not in page
    assert "3.00 PLN" in shown(marketer, "messaging_spending_changelist")


def test_who_waits_for_money_is_looked_at_when_there_is_more(world: World, marketer: Client) -> None:
    priced(world)
    row = budget("0.08")
    texts(world, 2)
    held = Message.objects.get(reason="over_budget")
    url = reverse("admin:messaging_budget_change", args=[row.pk])
    before = timezone.now()
    assert marketer.post(url, {**BUDGET, "amount": "1"}).status_code == 302
    assert before <= Message.objects.get(pk=held.pk).due_at <= timezone.now()
    Message.objects.filter(pk=held.pk).update(due_at=world.now)
    world.run(minutes=1)
    assert world.messages() == [("text", "accepted", "accepted")] * 2
    assert Spending.objects.get().spent == Decimal("0.1600")


def test_a_budget_that_has_paid_is_switched_off_and_not_deleted(world: World, marketer: Client) -> None:
    priced(world)
    row, unused = budget("0.08"), budget("1", name="Unused", journey="none")
    texts(world, 2)
    for one in (row, unused):
        marketer.post(reverse("admin:messaging_budget_delete", args=[one.pk]), {"post": "yes"})
    assert (Budget.objects.get(), Spending.objects.get().budget) == (row, row)
    url = reverse("admin:messaging_budget_change", args=[row.pk])
    assert marketer.post(url, {**BUDGET, "amount": "0.08", "enabled": ""}).status_code == 302
    assert Message.objects.get(reason="over_budget").due_at <= timezone.now()
    Message.objects.filter(reason="over_budget").update(due_at=world.now)
    world.run(minutes=1)
    assert world.messages() == [("text", "accepted", "accepted")] * 2
    assert Spending.objects.get().spent == Decimal("0.0800")


def test_a_message_and_its_journey_say_what_they_cost(world: World, marketer: Client) -> None:
    priced(world)
    texts(world, 2, body=LONG)
    page = shown(marketer, "messaging_message_change", Message.objects.order_by("id")[0].pk)
    assert ("0.16 PLN" in page, "Cost" in page, "Parts" in page) == (True, True, True)
    page = shown(marketer, "journeys_journey_change", Journey.objects.get().pk)
    assert ("What they cost" in page, "0.32 PLN" in page) == (True, True)


def test_a_journey_that_cost_nothing_says_nothing_of_money(world: World, marketer: Client) -> None:
    texts(world, 1)
    assert "What they cost" not in shown(marketer, "journeys_journey_change", Journey.objects.get().pk)


def test_why_says_that_the_budget_is_spent(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    priced(world)
    budget("0.08")
    texts(world, 2, on_cap="skip")
    call_command("why", "text1", "text", "--language", "en")
    said = "0.08 PLN of 0.08 PLN are spent in one month, and this one costs 0.08 PLN (budget “Text messages”)"
    assert said in capsys.readouterr().out
    assert explain("over_budget", {"amount": "x", "spent": "1", "cost": "1"}, "sms").startswith(
        "the budget is spent"
    )


@pytest.fixture
def club(world: World) -> World:
    """Three in the club who allow texts."""
    world.now = timezone.now()
    for number, name in enumerate(("anna", "bela", "cyryl")):
        phone = {"sms": f"+48 600 100 20{number}"}
        world.person(name, ("sms",), addresses=phone, attributes={"club": True})
    define("club", "Club", "", read_rule({"attribute": "club", "is": True}), world.now)
    world.run(minutes=1)
    Workspace.objects.update(languages=["en"])
    priced(world)
    return world


def filled(text: str) -> dict[str, Any]:
    tomorrow = timezone.localtime() + timedelta(days=1)
    return {
        "title": "Sale", "segment": Segment.objects.get().pk, "at_0": f"{tomorrow:%Y-%m-%d}", "at_1": "12:00:00",
        "via": "sms", "every": "1 hour", "sms_en": text, "act": "look",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "how", "total", "note"),
    [
        ("x" * 161, "3 people × 2 parts × 0.08 PLN", "0.48 PLN", False),
        ("Hi {{ customer.first_name }}" + "x" * 161, "3 people × 1 part × 0.08 PLN", "0.24 PLN", True),
    ],
)
def test_send_once_says_what_it_would_cost(
    club: World, marketer: Client, text: str, how: str, total: str, note: bool
) -> None:
    Budget.objects.create(name="Sales", amount=Decimal("0.30"), period="month", channels=["sms"])
    page = marketer.post(reverse(ONCE), filled(text)).content.decode()
    assert (how in page, f">{total}<" in page) == (True, True)
    assert ("Counted as one part each" in page) == note
    assert ("left in the budget “Sales”" in page, ">0.30 PLN<" in page) == (True, True)
    assert ("not enough for everybody" in page) == (total == "0.48 PLN")
    assert (Spending.objects.count(), Message.objects.count()) == (0, 0)


def test_send_once_without_a_price_says_nothing_of_money(club: World, marketer: Client) -> None:
    Price.objects.all().delete()
    assert "What it would cost" not in marketer.post(reverse(ONCE), filled("Sale")).content.decode()
