"""Beside and behind long lists: what stands to choose, how many a segment has, and what a deletion takes along."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.customers.models import Address, Customer
from orchestrator.messaging.models import Message
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import deleting, filters, numbers, searching
from orchestrator.studio.admin import customers, segments
from orchestrator.workspace.models import Topic
from tests.studio.sample import Sample


def make_addresses(*channels: str) -> None:
    customer = Customer.objects.first()
    for number, channel in enumerate(channels):
        Address.objects.create(
            customer=customer,
            channel=channel,
            value=f"{number}",
            digest=f"new{number}",
            created_at=timezone.now(),
        )


def choices(client: Client, query: str = "") -> tuple[str, list[str]]:
    answer = client.get(reverse("admin:customers_address_changelist") + query)
    (spec,) = answer.context["cl"].filter_specs
    return spec.title, [str(one["display"]) for one in spec.choices(answer.context["cl"])]


def test_a_long_list_offers_what_its_newest_rows_say(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choices(marketer) == ("channel", ["All", "email", "SMS"])
    monkeypatch.setattr(filters, "MOST", 2)
    make_addresses("push", "push")
    assert choices(marketer) == ("channel, in the newest 2 rows", ["All", "push"])
    assert choices(marketer, "?channel=sms") == ("channel, in the newest 2 rows", ["All", "push", "SMS"])


def test_a_long_list_never_counts_its_choices(marketer: Client, sample: Sample) -> None:
    answer = marketer.get(reverse("admin:customers_address_changelist") + "?_facets=True", follow=True)
    assert "Show counts" not in answer.text
    assert "(4)" not in answer.text


def test_members_are_counted_as_far_as_ten_thousand(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("admin:segments_segment_changelist")
    assert "5 people" in marketer.get(url).text
    for module in (numbers, segments):
        monkeypatch.setattr(module, "MOST", 3)
    text = marketer.get(url).text
    assert "over 3" in text
    assert "5 people" not in text


def summary(client: Client, row: Any) -> dict[str, Any]:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_delete", args=[row.pk])
    context = client.get(url).context
    return {name: context[name] for name in ("deleted_objects", "perms_lacking", "protected")}


def test_what_goes_along_is_listed_while_it_is_short(marketer: Client, sample: Sample) -> None:
    told = summary(marketer, Segment.objects.get(key="golden"))
    assert len(told["deleted_objects"][1]) == 5 + 5 + 3  # with those who came, and three days' sizes
    assert told["perms_lacking"] == {"membership"}


def test_what_goes_along_is_counted_where_it_is_long(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "LISTED", 4)
    told = summary(marketer, Segment.objects.get(key="golden"))
    assert told == {
        "deleted_objects": [
            "Golden",
            ["Memberships: 5", "Sizes of segments: 3", "Comings and goings: 5"],
        ],
        "perms_lacking": {"membership"},
        "protected": [],
    }
    assert Membership.objects.filter(segment__key="golden").count() == 5


def test_what_stands_in_the_way_is_counted_too(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "LISTED", 0)
    assert summary(marketer, Topic.objects.get(key="club"))["protected"] == ["Frequency caps: 1"]


def test_a_long_deletion_asks_as_often_as_a_longer_one(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "LISTED", 1)
    segment = Segment.objects.get(key="golden")
    url = reverse("admin:segments_segment_delete", args=[segment.pk])
    marketer.get(url)
    with CaptureQueriesContext(connection) as few:
        marketer.get(url)
    now = timezone.now()
    for number in range(20):
        customer = Customer.objects.create(external_id=f"m-{number}", created_at=now, updated_at=now)
        Membership.objects.create(segment=segment, customer=customer, since=now)
    with CaptureQueriesContext(connection) as many:
        marketer.get(url)
    assert len(few) == len(many)


def test_a_user_is_still_deleted_by_hand(marketer: Client, sample: Sample) -> None:
    gone = User.objects.create_user("gone")
    marketer.post(reverse("admin:auth_user_delete", args=[gone.pk]), {"post": "yes"})
    assert not User.objects.filter(username="gone").exists()


def found(client: Client, name: str, term: str) -> list[int]:
    answer = client.get(reverse(f"admin:{name}_changelist"), {"q": term})
    return sorted(row.pk for row in answer.context["cl"].result_list)


def test_a_long_list_is_searched_by_the_whole_of_an_id(marketer: Client, sample: Sample) -> None:
    mine = list(sample.customer.consents.order_by("pk").values_list("pk", flat=True))
    assert len(mine) == 2
    for term in ("c-0000", "C-0000", "  c-0000 "):
        assert found(marketer, "consents_consent", term) == mine
    assert found(marketer, "consents_consent", "c-000") == []
    assert found(marketer, "consents_consent", "nobody") == []


def test_either_of_its_fields_is_enough(marketer: Client, sample: Sample) -> None:
    all_of_them = sorted(Message.objects.values_list("pk", flat=True))
    assert found(marketer, "messaging_message", "onboarding") == all_of_them
    assert found(marketer, "messaging_message", f"{1:032x}") == all_of_them[1:2]
    assert found(marketer, "messaging_message", "c-0002") == all_of_them[2:3]
    Message.objects.filter(pk=all_of_them[4]).update(journey="c-0002")
    assert found(marketer, "messaging_message", "c-0002") == [all_of_them[2], all_of_them[4]]


def test_a_word_with_spaces_is_one(marketer: Client, sample: Sample) -> None:
    assert len(found(marketer, "loyalty_pointsentry", "club: thanks")) == 4
    assert found(marketer, "loyalty_pointsentry", "club:") == []


def test_customers_are_found_by_name_id_and_address(marketer: Client, sample: Sample) -> None:
    anna = [sample.customer.pk]
    for term in ("ann", "KOWAL", "c-0000", "Anna0@shop", "+48600000000", "anna kowalska"):
        assert found(marketer, "customers_customer", term) == anna, term
    assert found(marketer, "customers_customer", "anna nowak") == []


def test_of_many_who_match_some_are_shown_and_said_to_be_some(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("admin:customers_customer_changelist")
    assert "people match" not in marketer.get(url, {"q": "c-"}).text
    for module in (searching, customers):
        monkeypatch.setattr(module, "FOUND", 3)
    assert "More than 3 people match. Write more of the name." in marketer.get(url, {"q": "c-"}).text
    assert len(found(marketer, "customers_customer", "c-")) == 3
    assert "people match" not in marketer.get(url, {"q": "anna"}).text
