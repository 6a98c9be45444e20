"""The tour on the home page: six pages for who is new, ticked as they are seen, gone once it is hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Message
from orchestrator.studio import tour
from orchestrator.studio.tour import Step, read_tour
from tests.studio.sample import Sample, fill

KEYS = ["customer", "why", "canvas", "simulate", "held", "result"]


@pytest.fixture
def shop(db: None) -> Sample:
    """One in which a message of each kind was written: taken, not sent, held."""
    return fill(15)


def steps(user: User, rf: Any, cookie: str = "") -> list[Step]:
    request = rf.get("/")
    request.user = user
    request.COOKIES[f"tour_{user.pk}"] = cookie
    found = read_tour(request)
    return found.steps if found else []


def test_six_pages_each_with_something_to_see(
    shop: Sample, admin_user: User, client: Client, rf: Any
) -> None:
    client.force_login(admin_user)
    found = steps(admin_user, rf)
    assert [step.key for step in found] == KEYS
    assert [step.done for step in found] == [False] * 6
    for step in found:
        assert client.get(step.url.partition("#")[0]).status_code == 200, step.key
    places = {step.key: step.url for step in found}
    sent, unsent, held = (
        Message.objects.filter(state=state).order_by("-pk")[0] for state in ("accepted", "skipped", "planned")
    )
    journey = shop.journey.pk
    assert places == {
        "customer": reverse("admin:customers_customer_change", args=[sent.customer_id]),
        "why": reverse("admin:customers_customer_change", args=[unsent.customer_id]) + "?why=onboarding#why",
        "canvas": reverse("admin:journeys_journey_canvas", args=[journey]),
        "simulate": reverse("admin:journeys_journey_simulate", args=[journey]),
        "held": reverse("admin:messaging_message_change", args=[held.pk]),
        "result": reverse("admin:journeys_journey_change", args=[journey]),
    }


def test_what_was_seen_is_ticked_and_said(shop: Sample, client: Client) -> None:
    user = User.objects.create_superuser("ola")
    client.force_login(user)
    client.cookies[f"tour_{user.pk}"] = "why.held.nonsense"
    text = client.get(reverse("admin:index")).text
    assert "2 of 6 seen" in text
    assert text.count("check_circle") == 2
    assert text.count("radio_button_unchecked") == 4


def test_it_outlives_a_login(shop: Sample, client: Client) -> None:
    user = User.objects.create_superuser("ola", password="x")
    client.force_login(user)
    client.cookies[f"tour_{user.pk}"] = "why"
    client.post(reverse("admin:logout"))
    client.login(username="ola", password="x")
    assert "1 of 6 seen" in client.get(reverse("admin:index")).text


def test_hidden_it_asks_nothing(shop: Sample, admin_user: User, rf: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert steps(admin_user, rf, "why.hidden") == []
    assert len(asked) == 0


def test_it_is_of_one_user(shop: Sample, client: Client) -> None:
    client.force_login(User.objects.create_superuser("ola"))
    client.cookies["tour_999999"] = "hidden"
    assert "0 of 6 seen" in client.get(reverse("admin:index")).text


def test_who_has_been_here_for_long_needs_none(shop: Sample, admin_user: User, rf: Any) -> None:
    admin_user.date_joined = timezone.now() - timedelta(days=31)
    assert steps(admin_user, rf) == []


def test_only_what_may_be_seen_and_is_there(shop: Sample, django_user_model: Any, rf: Any) -> None:
    guest = django_user_model.objects.create_user("guest", is_staff=True)
    assert steps(guest, rf) == []
    guest.user_permissions.add(Permission.objects.get(codename="view_message"))
    guest = django_user_model.objects.get(pk=guest.pk)
    assert [step.key for step in steps(guest, rf)] == ["held"]
    Message.objects.update(first_held_at=None)
    assert steps(guest, rf) == []


def test_of_the_held_one_that_still_waits_comes_first(shop: Sample, admin_user: User, rf: Any) -> None:
    def held() -> str:
        return next(step.url for step in steps(admin_user, rf) if step.key == "held")

    waits = Message.objects.filter(state="planned").order_by("-pk")[0]
    Message.objects.filter(pk__gt=waits.pk, state="failed").update(first_held_at=timezone.now())
    assert held() == reverse("admin:messaging_message_change", args=[waits.pk])
    Message.objects.filter(state="planned").update(first_held_at=None)
    waited = Message.objects.filter(state="failed").order_by("-pk")[0]
    assert held() == reverse("admin:messaging_message_change", args=[waited.pk])


def test_an_empty_installation_has_nothing_to_show(admin_user: User, rf: Any) -> None:
    Journey.objects.all().delete()
    assert steps(admin_user, rf) == []


def test_only_the_newest_messages_are_looked_at(
    shop: Sample, admin_user: User, rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tour, "LOOKED_AT", 1)
    Message.objects.filter(pk=Message.objects.order_by("-pk")[0].pk).update(state="failed")
    with CaptureQueriesContext(connection) as asked:
        assert [step.key for step in steps(admin_user, rf)] == ["canvas", "simulate", "result"]
    assert len(asked) == 2
