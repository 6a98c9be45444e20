"""The page on which a journey is simulated, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from orchestrator.journeys.models import Simulation
from orchestrator.journeys.simulation import asking
from tests.studio.sample import Sample

pytestmark = pytest.mark.django_db
TOLD: dict[str, Any] = {
    "begins": "2026-05-01T10:00:00+00:00", "ends": "2026-05-31T10:00:00+00:00", "people": 3000, "entered_people": 1,
    "sent": 1234, "sent_people": 900, "most_for_one": 3, "held_out": 12, "cost": "98.50", "currency": "PLN",
    "busiest": [{"provider": "smsapi", "messages": 40, "at": "2026-05-02T08:00:00+00:00"}],
    "by_day": [
        {"when": "2026-05-02", "channel": "email", "messages": 1000},
        {"when": "2026-05-02", "channel": "sms", "messages": 34},
        {"when": "2026-05-03", "channel": "email", "messages": 200},
    ],
    "by_hour": [{"when": "10", "channel": "email", "messages": 1234}],
    "holds": [{"outcome": "hold", "reason": "quiet_hours", "messages": 7, "people": 5}],
    "losses": [{"outcome": "skipped", "reason": "no_consent", "messages": 1, "people": 1}],
    "collisions": [{"yields": "onboarding", "to": "gone", "reason": "capped", "messages": 2}],
    "examples": [{"person": 0, "customer": "", "reason": "", "status": "completed", "happened": [
        {"at": "2026-05-02T08:00:00+00:00", "step": "hello", "what": "accepted", "reason": "accepted", "channel": "email"},
    ]}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a process was started."""
    calls: list[int] = []
    monkeypatch.setattr(asking, "start", lambda: calls.append(1))
    return calls


def page(client: Client, one: Simulation) -> Any:
    return client.get(f"/admin/journeys/simulation/{one.pk}/change/")


def test_asking_begins_one_and_shows_how_far_it_is(marketer: Client, sample: Sample) -> None:
    Simulation.objects.all().delete()
    url = f"/admin/journeys/journey/{sample.journey.pk}/simulate/"
    assert b"See it before it runs" in marketer.get(url).content
    answer = marketer.post(url, {"days": "14", "beside": "1"})
    one = Simulation.objects.get()
    assert (one.journey, one.days, one.beside, one.state) == (sample.journey, 14, True, "planned")
    assert answer["Location"] == f"/admin/journeys/simulation/{one.pk}/change/"
    shown = page(marketer, one)
    assert shown["Refresh"] == "2"
    assert "0 % done" in shown.content.decode()


@pytest.mark.parametrize("days", ["", "0", "31", "-7", "many", "9" * 40])
def test_days_that_are_none_are_refused(marketer: Client, sample: Sample, days: str) -> None:
    Simulation.objects.all().delete()
    url = f"/admin/journeys/journey/{sample.journey.pk}/simulate/"
    answer = marketer.post(url, {"days": days}, follow=True)
    assert "Choose how many days: 7, 14, 30, 60, 90." in answer.content.decode()
    assert not Simulation.objects.exists()


def test_who_may_only_look_cannot_ask(client: Client, sample: Sample, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    before = Simulation.objects.count()
    assert (
        client.post(f"/admin/journeys/journey/{sample.journey.pk}/simulate/", {"days": "7"}).status_code
        == 403
    )
    assert Simulation.objects.count() == before


def test_what_it_says_is_said_in_words(marketer: Client, sample: Sample) -> None:
    one = Simulation.objects.get()
    one.state, one.told = "done", TOLD
    one.save()
    shown = page(marketer, one)
    assert "Refresh" not in shown
    text = " ".join(shown.content.decode().split())
    for said in (
        "1 person would have entered of the 3,000 you know, and 1,234 messages would have gone out, to 900 of them.",
        "Nobody would have got more than 3 of its messages.",
        "Kept back to measure: 12.",
        "Its messages would have cost 98.50 PLN.",
        "smsapi would have been given 40 messages",
        '<th scope="row">05/02/2026</th><td class="st-number">1,034</td><td><span class="st-bar-line" style="--share: 100%">',
        "email 1,000, SMS 34",
        "2 of “Welcome new customers” gave way to “gone”: the frequency cap is reached",
    ):
        assert said in text, said


def test_an_error_is_shown_as_it_was(marketer: Client, sample: Sample) -> None:
    one = Simulation.objects.get()
    one.state, one.error = "failed", "journey.yaml:3:1: no such step <x>"
    one.save()
    assert "journey.yaml:3:1: no such step &lt;x&gt;" in page(marketer, one).content.decode()


@pytest.mark.parametrize("act", ["simulate", "pause", "resume", "stop", "test"])
@pytest.mark.parametrize("number", ["abc", "-1", "٣", "9" * 40, "0"])
def test_a_number_that_is_no_journeys_is_not_found(
    marketer: Client, sample: Sample, act: str, number: str
) -> None:
    assert marketer.post(f"/admin/journeys/journey/{number}/{act}/").status_code == 404
    sample.journey.refresh_from_db()
    assert sample.journey.status == "live"
