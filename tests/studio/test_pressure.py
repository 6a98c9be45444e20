"""The page "Pressure": people by messages, who is at a cap, what another number would do, and the hours of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.customers.models import Customer
from orchestrator.domain import pressure
from orchestrator.domain.outbox import State
from orchestrator.messaging.models import FrequencyCap, Message, QuietHoursRule
from orchestrator.studio import pressed
from tests.studio.sample import Sample

URL = "admin:messaging_frequencycap_pressure"


def copies(customer: int, count: int, **fields: Any) -> None:
    """So many more messages that caps count."""
    one = Message.objects.order_by("id").first()
    assert one is not None
    rows = []
    for number in range(count):
        row = Message(
            **{field.attname: getattr(one, field.attname) for field in Message._meta.concrete_fields}
        )
        row.pk, row.key, row.customer_id = None, f"{customer}-{fields.get('channel', '')}-{number}", customer
        row.counted_at, row.counts_toward_caps = timezone.now() - timedelta(hours=1), True
        for name, value in fields.items():
            setattr(row, name, value)
        rows.append(row)
    Message.objects.bulk_create(rows)


@pytest.fixture
def shop(sample: Sample) -> Sample:
    """Five people, who got 4, 4, 2 messages lately, and none."""
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="Weekly", limit=4, rolling="7 days")
    people = list(Customer.objects.order_by("id").values_list("pk", flat=True))
    for customer, count in zip(people, (4, 4, 2), strict=False):
        copies(customer, count)
    copies(people[2], 3, channel="sms", counted_at=timezone.now() - timedelta(days=20))
    copies(people[3], 3, channel="push", counts_toward_caps=False)  # such as orders' confirmations
    copies(people[3], 3, channel="sms", counted_at=timezone.now() - timedelta(days=33))
    return sample


def test_people_are_counted_by_what_caps_count(marketer: Client, shop: Sample) -> None:
    page = marketer.get(reverse(URL))
    assert page.context["sentence"] == "In the last 7 days 3 people (60.0%) got 10 marketing messages."
    bars = {
        name: [(bar.name, bar.shown, bar.parts) for bar in page.context[name]] for name in ("week", "month")
    }
    assert bars["week"] == [
        ("0 messages", "2", "40.0%"),
        ("1 message", "0", "0.0%"),
        ("2 messages", "1", "20.0%"),
        ("3 messages", "0", "0.0%"),
        ("4 messages", "2", "40.0%"),
    ]
    assert [bar[:2] for bar in bars["month"]][4:] == [("4 messages", "2"), ("5 messages", "1")]
    assert "Looked at: 5 people, all you know." in page.text


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("3", "With 3 instead of 4 in any 7 days, 2 more of 10 messages would have been held."),
        ("1", "With 1 instead of 4 in any 7 days, 7 more of 10 messages would have been held."),
        ("4", "That is what it is now."),
        ("6", "With 6 instead of 4 in any 7 days, 2 people could have got more."),
        ("0", ""),
        ("1001", ""),
        ("-1", ""),
        ("²", ""),
        ("9" * 400, ""),
    ],
)
def test_another_number_is_tried_on_what_was_counted(
    marketer: Client, shop: Sample, limit: str, said: str
) -> None:
    cap = FrequencyCap.objects.get()
    (seen,) = marketer.get(reverse(URL), {"cap": cap.pk, "limit": limit}).context["caps"]
    assert (seen.rule, seen.at_it) == (
        "at most 4 messages in any 7 days",
        "2 people of 5 are at it now: 40.0%.",
    )
    assert seen.answer == said
    assert FrequencyCap.objects.get().limit == 4


def test_a_number_is_tried_of_one_cap_alone(marketer: Client, shop: Sample) -> None:
    other = FrequencyCap.objects.create(name="Daily", limit=1, calendar="day", channels=["sms"])
    seen = marketer.get(reverse(URL), {"cap": other.pk, "limit": "2"}).context["caps"]
    assert [(one.name, one.rule, bool(one.answer)) for one in seen] == [
        ("Weekly", "at most 4 messages in any 7 days", False),
        ("Daily", "at most 1 message in each day", True),
    ]


def test_many_customers_are_sampled_and_the_page_says_so(
    marketer: Client, shop: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressed, "sample", lambda newest: pressure.sample(newest, 3))
    monkeypatch.setattr(pressed, "SAMPLE", 3)
    newest = Customer.objects.order_by("-id").values_list("pk", flat=True)[0]
    page = marketer.get(reverse(URL))
    shown = sum(int(bar.shown) for bar in page.context["week"])
    assert shown == Customer.objects.filter(pk__in=list(pressure.sample(newest, 3))).count()
    assert "spread evenly over all you know." in page.text


def test_the_hours_are_those_of_the_people(marketer: Client, shop: Sample) -> None:
    QuietHoursRule.objects.all().delete()
    ranges = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "21:00", "end": "08:00"}]
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=ranges)
    Message.objects.update(state=State.SKIPPED)
    at = timezone.now().replace(hour=12, minute=0) - timedelta(days=3)
    first, second, third = Message.objects.filter(channel="email").values_list("pk", flat=True)[:3]
    for pk, zone in ((first, "UTC"), (second, "Asia/Tokyo"), (third, "UTC")):
        Message.objects.filter(pk=pk).update(state=State.ACCEPTED, final_at=at, zone=zone)
    Message.objects.filter(pk=third).update(purpose="transactional")
    (quiet,) = marketer.get(reverse(URL)).context["quiets"]
    assert quiet.sentence == "Email: 1 of 2 messages of the last 30 days left in quiet hours."
    assert [(bar.name, bar.shown, bar.parts) for bar in quiet.bars if bar.share] == [
        ("12:00", "1", ""),
        ("21:00", "1", "quiet"),
    ]
    assert [bar.name for bar in quiet.bars if bar.band] == [
        f"{hour:02}:00" for hour in (0, 1, 2, 3, 4, 5, 6, 7, 21, 22, 23)
    ]


def test_caps_and_quiet_hours_lead_to_it(marketer: Client, shop: Sample) -> None:
    page = marketer.get(reverse(URL)).text
    for model in (FrequencyCap, QuietHoursRule):
        row = model._default_manager.order_by("id").first()
        assert row is not None
        form = marketer.get(reverse(f"admin:messaging_{model._meta.model_name}_change", args=[row.pk])).text
        anchor = f"{model._meta.model_name}-{row.pk}"
        assert f'href="{reverse(URL)}#{anchor}"' in form
        assert f'id="{anchor}"' in page


def test_only_those_who_may_see_caps_see_it(db: None, django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("guest", is_staff=True))
    assert client.get(reverse(URL)).status_code == 403


def test_an_empty_shop_has_a_page(marketer: Client) -> None:
    FrequencyCap.objects.all().delete()
    page = marketer.get(reverse(URL))
    assert page.context["sentence"] == "In the last 7 days 0 people (–) got 0 marketing messages."
    assert "No cap is set." in page.text


def test_many_rules_and_messages_ask_as_often_as_few(marketer: Client, shop: Sample) -> None:
    def asked() -> int:
        with time_machine.travel(timezone.now(), tick=False), CaptureQueriesContext(connection) as queries:
            assert marketer.get(reverse(URL)).status_code == 200
        return len(queries)

    few = asked()
    for number in range(10):
        FrequencyCap.objects.create(name=f"Cap {number}", limit=2, calendar="month")
        QuietHoursRule.objects.create(name=f"Quiet {number}", channel="sms", ranges=[])
    copies(shop.customer.pk, 50, channel="push")
    assert asked() == few <= 14


def test_few_people_with_high_numbers_are_all_looked_at(marketer: Client, shop: Sample) -> None:
    for number in (10**9, 10**9 + 7_000_000):
        Customer.objects.create(pk=number, created_at=timezone.now(), updated_at=timezone.now())
    page = marketer.get(reverse(URL))
    assert page.context["sampled"] is False
    assert page.context["people"] == "7 people"
