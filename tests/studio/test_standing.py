"""A segment's page says how it stands: how many, since when, who has come and gone, some members, and where it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.save import Person, save
from orchestrator.domain.definition import read_rule
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.segments.refresh import pass_over, refresh
from orchestrator.studio import numbers
from orchestrator.studio.admin import segments
from orchestrator.studio.builder import standing
from orchestrator.studio.builder.standing import read_standing
from orchestrator.workspace.models import Brand

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[int]:
    """Twelve found in silence; then one goes, and another comes back a day later, in a segment of gold ones."""
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    people = [Person(external_id=f"p{n:02}", attributes={"tier": "gold"}) for n in range(12)]
    ids = list(save(people, NOW - timedelta(days=40)).ids)
    define("gold", "Gold", "", read_rule({"attribute": "tier", "is": "gold"}), NOW - timedelta(days=40))
    while pass_over(NOW - timedelta(days=40)):
        pass
    for ago, tier in ((30, "basic"), (2, "gold"), (1, "basic")):
        change([NewFacts(ids[0], {"tier": tier})], NOW - timedelta(days=ago))
        refresh([ids[0]], NOW - timedelta(days=ago))
    return ids


def test_how_it_stands(people: list[int]) -> None:
    with translation.override("en"):
        told = read_standing(Segment.objects.get(), NOW)
    assert told.headline == "In this segment: 11"
    assert told.looked == (
        "Everybody was looked at: Jan. 21, 2026, noon; since then, whoever does something is looked at at once."
    )
    assert told.rule == "Tier is gold"
    assert told.moved == "In the last 7 days: 1 person came, 1 went."
    assert [(day.name, day.came, day.went) for day in told.days][:4] == [
        ("March 2, 2026", "0", "0"),
        ("March 1, 2026", "0", "1"),
        ("Feb. 28, 2026", "1", "0"),
        ("Feb. 27, 2026", "0", "0"),
    ]
    assert len(told.days) == 7
    assert [id_ for _name, id_, _url in told.members] == [f"p{n:02}" for n in range(11, 1, -1)]
    assert told.uses == []


def test_the_list_counts_no_further_than_it_says(
    marketer: Client, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("admin:segments_segment_changelist")
    assert "11 people" in marketer.get(url).text
    monkeypatch.setattr(numbers, "MOST", 5)
    monkeypatch.setattr(segments, "MOST", 5)
    assert "over 5" in marketer.get(url).text


def test_in_a_quiet_week_nobody_moves(people: list[int]) -> None:
    with translation.override("en"):
        told = read_standing(Segment.objects.get(), NOW + timedelta(days=60))
    assert (told.moved, told.days) == ("In the last 7 days: nobody came and nobody went.", [])


def test_it_looks_back_only_as_far_as_it_says(people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST_EVENTS", 1)
    with translation.override("en"):
        told = read_standing(Segment.objects.get(), NOW)
    assert told.moved == (
        "Since March 1, 2026, noon, as far as the newest 1 events go back: 0 people came, 1 went."
    )
    assert [day.name for day in told.days] == ["March 2, 2026", "March 1, 2026"]


def test_a_new_rule_is_still_looking(people: list[int]) -> None:
    define("gold", "Gold", "", read_rule({"attribute": "tier", "is": "basic"}), NOW)
    with translation.override("en"):
        told = read_standing(Segment.objects.get(), NOW)
    assert told.looked == (
        "Its members are being found for the first time with this rule; the number still grows."
    )


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_page_leads_to_the_builder(marketer: Client, people: list[int], language: str) -> None:
    segment = Segment.objects.get()
    url = reverse("admin:segments_segment_change", args=[segment.pk])
    page = marketer.get(url, headers={"Accept-Language": language})
    assert f'href="{reverse("admin:segments_segment_builder", args=[segment.pk])}"' in page.text
    assert "p11" in page.text


def test_names_are_for_those_who_may_see_customers(people: list[int]) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client = Client()
    client.force_login(reader)
    segment = Segment.objects.get()
    page = client.get(reverse("admin:segments_segment_change", args=[segment.pk])).text
    assert "In this segment: 11" in page
    assert "p11" not in page
    assert reverse("admin:segments_segment_builder", args=[segment.pk]) not in page


def test_it_asks_as_often_for_many_as_for_few(marketer: Client, people: list[int]) -> None:
    url = reverse("admin:segments_segment_change", args=[Segment.objects.get().pk])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert marketer.get(url).status_code == 200
        return len(queries)

    asked()
    few = asked()
    ids = list(save([Person(external_id=f"q{n}", attributes={"tier": "gold"}) for n in range(40)], NOW).ids)
    refresh(ids, NOW)
    assert asked() == few
