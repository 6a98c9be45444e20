"""So many call a brand's marketing spam that it stops on that channel, until a person lets it go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.domain.alarms import Kind
from orchestrator.journeys.alarms.tell import tell
from orchestrator.journeys.alarms.watch import watch
from orchestrator.messaging import complaints
from orchestrator.messaging.models import ComplaintBreaker, Decision, FrequencyCap, Message, Receipt
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.values import Receipt as Report
from orchestrator.sdk.values import ReceiptKind
from orchestrator.workspace.models import Alarm, AlarmChannel, Brand, Workspace
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World


def past(world: World, brand: Brand, accepted: int, complained: int, **fields: Any) -> list[Message]:
    """So many accepted messages a day ago, of which so many were called spam since."""
    first, at = Message.objects.count(), world.now - timedelta(days=1)
    given = {
        "customer_id": 10**6, "brand": brand, "journey": "old", "version": 1, "step": "old", "template_version_id": 1,
        "channel": "email", "purpose": "marketing", "priority": 50, "journey_at": at, "state": "accepted",
        "reason": "accepted", "created_at": at, "due_at": at, "expires_at": at, "handed_off_at": at, "final_at": at,
    } | fields  # fmt: skip
    made = Message.objects.bulk_create(
        Message(key=f"{first + number:032x}", **given) for number in range(accepted)
    )
    for message in made[:complained]:
        complain(world, message)
    return made


def complain(world: World, message: Message) -> None:
    """The provider has told us; nobody has counted yet."""
    Receipt.objects.create(
        key=f"c{message.pk}-{Receipt.objects.count()}", provider="acme", kind="complained", message=message,
        occurred_at=world.now, received_at=world.now,
    )  # fmt: skip


@pytest.fixture
def brand(world: World) -> Brand:
    Workspace.get()
    return Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})[0]


@pytest.mark.parametrize(
    ("accepted", "complained", "stopped"),
    [(1000, 3, True), (1001, 3, False), (999, 3, False), (1000, 2, False)],
)
def test_exactly_three_in_a_thousand_stop_it(
    world: World, brand: Brand, accepted: int, complained: int, stopped: bool
):
    past(world, brand, accepted, complained)
    assert complaints.judge(world.now) == ([(brand.pk, "email")] if stopped else [])
    rows = ComplaintBreaker.objects.values_list("complained", "accepted", "since", "opened_at", "closed_at")
    found = [(complained, accepted, world.now - timedelta(days=7), world.now, None)]
    assert list(rows) == (found if stopped else [])
    assert complaints.judge(world.now) == []  # stopped already, or still not


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": "transactional"},
        {"test": True},
        {"state": "rejected"},
        {"handed_off_at": None},
        "eight days ago",
    ],
)
def test_what_is_no_marketing_of_these_days_is_not_counted(world: World, brand: Brand, fields: Any):
    if isinstance(fields, str):
        fields = {"handed_off_at": world.now - timedelta(days=8)}
    past(world, brand, 1000, 500, **fields)
    past(world, brand, 1000, 2)
    assert complaints.judge(world.now) == []
    assert ComplaintBreaker.objects.count() == 0


def test_a_message_called_spam_twice_counts_once(world: World, brand: Brand):
    made = past(world, brand, 1000, 2)
    complain(world, made[0])
    assert complaints.judge(world.now) == []
    complain(world, made[2])
    assert complaints.judge(world.now) == [(brand.pk, "email")]


def test_marketing_of_that_brand_by_that_channel_waits_and_nothing_else_does(world: World, brand: Brand):
    outlet = Brand.objects.create(key="outlet", name="Outlet")
    world.publish(one_send("news"), news="")
    world.publish(one_send("text", via="sms"), text='sms:\n  en: {text: "hi"}\n')
    world.publish(one_send("other", brand="outlet"), other="")
    world.publish(one_send("bill", purpose="transactional"), bill="")
    anna = world.person(consents=("email", "sms"))
    record_consents([Statement(anna, "email", "granted", "test", brand_id=outlet.pk)], world.now)
    world.workspace(minimum_gap_minutes=0)
    FrequencyCap.objects.update(enabled=False)
    past(world, brand, 1000, 4)
    past(world, brand, 2000, 5, channel="sms")
    past(world, outlet, 2000, 5)
    assert complaints.judge(world.now) == [(brand.pk, "email")]
    stopped_at = world.now
    for name in ("news", "text", "other", "bill"):
        world.event(anna, f"{name}.wanted")
    world.run(hours=5)
    told = Message.objects.exclude(step="old").order_by("step").values_list("step", "state", "reason")
    assert list(told) == [
        ("bill", "accepted", "accepted"),
        ("news", "planned", "complaints"),
        ("other", "accepted", "accepted"),
        ("text", "accepted", "accepted"),
    ]
    decision = Decision.objects.filter(message__step="news").order_by("id")[0]
    assert decision.evidence == {
        "complained": 4,
        "accepted": 1000,
        "counted_since": (stopped_at - timedelta(days=7)).isoformat(),
        "stopped_at": stopped_at.isoformat(),
        "check": 7,
    }


def test_while_it_waits_its_time_runs_out(world: World, brand: Brand):
    world.publish(one_send("news"), news="")
    past(world, brand, 1000, 3)
    complaints.judge(world.now)
    world.event(world.person(), "news.wanted")
    world.run(days=9)
    assert list(Message.objects.filter(step="news").values_list("state", "reason")) == [
        ("expired", "expired")
    ]
    assert world.mailbox() == []


def test_a_person_lets_it_go_on_and_counting_begins_anew(world: World, brand: Brand):
    world.publish(one_send("news"), news="")
    made = past(world, brand, 1000, 3)
    complaints.judge(world.now)
    world.event(world.person(), "news.wanted")
    world.run(hours=2)
    ola = User.objects.create(username="ola")
    (breaker,) = ComplaintBreaker.objects.all()
    assert complaints.let_go_on(breaker.pk, ola, world.now) is True
    assert complaints.let_go_on(breaker.pk, None, world.now) is False
    assert Workspace.get().stopped == {}
    breaker.refresh_from_db()
    assert (breaker.closed_at, breaker.closed_by) == (world.now, ola)
    complain(world, made[7])  # of what had left before
    assert complaints.judge(world.now) == []
    world.run(minutes=16)
    assert list(Message.objects.filter(step="news").values_list("state", "reason")) == [
        ("accepted", "accepted")
    ]
    world.run(hours=1)
    again = past(world, brand, 999, 3, handed_off_at=world.now)
    assert complaints.judge(world.now) == [(brand.pk, "email")]  # with the one above a thousand
    assert len(again) == 999
    counted = ComplaintBreaker.objects.order_by("id").values_list("complained", "accepted", "since")[1]
    assert counted == (3, 1000, breaker.closed_at)


def test_the_report_that_is_one_too_many_stops_it_at_once(world: World, brand: Brand):
    provider = world.provider()
    made = past(world, brand, 1000, 2, provider=provider.name)
    receive(provider, [Report("r", ReceiptKind.OPENED, world.now, made[5].key)], world.now)
    assert Workspace.get().stopped == {}
    receive(provider, [Report("s", ReceiptKind.COMPLAINED, world.now, made[5].key)], world.now)
    (breaker,) = ComplaintBreaker.objects.all()
    assert Workspace.get().stopped == {
        f"{brand.pk} email": {
            "brand": brand.name,
            "channel": "email",
            "complained": 3,
            "accepted": 1000,
            "counted_since": (world.now - timedelta(days=7)).isoformat(),
            "stopped_at": world.now.isoformat(),
            "breaker": breaker.pk,
        }
    }


def test_counting_asks_as_often_however_much_there_is(world: World, brand: Brand):
    counts = []
    for _ in range(2):
        past(world, brand, 2000, 5)
        with CaptureQueriesContext(connection) as asked:
            assert complaints.judge(world.now) == []
        counts.append(len(asked))
    assert counts == [4, 4]


def test_the_alarm_says_so_by_mail_and_is_over_when_a_person_says_so(
    world: World, brand: Brand, mailoutbox: list[Any]
):
    AlarmChannel.objects.create(name="Operations", to="ops@example.com", language="en")
    past(world, brand, 1000, 3)
    found = watch(world.now)
    assert found is not None
    (breaker,) = ComplaintBreaker.objects.all()
    key = (Kind.STOPPED, f"{brand.pk} email")
    assert key in [sign.key for sign in found.opens]
    tell(lambda: world.now)
    said = (
        f"{brand.name} sends no more marketing by email: 3 of 1,000 messages were called spam, 0.30%. "
        "It waits until somebody lets it go on."
    )
    assert any(said in mail.body for mail in mailoutbox)
    later = world.now + timedelta(minutes=1)
    again = watch(later)
    assert again is not None
    assert key not in again.closes
    complaints.let_go_on(breaker.pk, None, later)
    over = watch(later + timedelta(minutes=1))
    assert over is not None
    assert key in over.closes
    assert Alarm.objects.get(kind="marketing_stopped").closed_at == later + timedelta(minutes=1)


def test_in_the_studio_only_who_may_lets_it_go_on(world: World, brand: Brand):
    past(world, brand, 1000, 3)
    complaints.judge(world.now)
    (breaker,) = ComplaintBreaker.objects.all()
    ola = User.objects.create_user("ola", password="x", is_staff=True)
    client = Client()
    client.force_login(ola)
    ola.user_permissions.add(Permission.objects.get(codename="view_complaintbreaker"))
    page = reverse("admin:messaging_complaintbreaker_change", args=[breaker.pk])
    close = reverse("admin:messaging_complaintbreaker_close", args=[breaker.pk])
    shown = client.get(page, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "0.30%" in shown
    assert close not in shown
    assert client.post(close).status_code == 403
    assert set(Workspace.get().stopped) == {f"{brand.pk} email"}
    ola.user_permissions.add(Permission.objects.get(codename="close_complaintbreaker"))
    assert close in client.get(page).content.decode()
    assert client.get(close).status_code == 405
    assert client.post(close).status_code == 302
    assert client.post(close).status_code == 302  # pressed twice
    breaker.refresh_from_db()
    assert breaker.closed_by == ola
    assert Workspace.get().stopped == {}
    assert client.post(reverse("admin:messaging_complaintbreaker_close", args=[10**6])).status_code == 404
