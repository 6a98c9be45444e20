"""The page on which a journey is simulated, and what it says."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Simulation
from orchestrator.journeys.simulation import asking
from orchestrator.journeys.simulation.forecast import AGAIN
from orchestrator.messaging.models import FrequencyCap, RateLimit
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
        '<th scope="row">05/02/2026</th><td class="st-number">1,034</td><td><svg class="st-bar-line"',
        '<rect width="100%" height="100%">',
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


def simulate(client: Client, sample: Sample, **asked: str) -> Any:
    return client.post(
        f"/admin/journeys/journey/{sample.journey.pk}/simulate/", {"days": "7", **asked}, follow=True
    )


def test_a_forecast_and_what_if_are_asked_for(marketer: Client, sample: Sample) -> None:
    Simulation.objects.all().delete()
    cap = FrequencyCap.objects.filter(enabled=True).order_by("name").first()
    assert cap is not None
    simulate(
        marketer, sample, question="forecast", **{f"cap:{cap.name}": str(cap.limit + 1), "priority": "70"}
    )
    one = Simulation.objects.get()
    assert (one.question, one.changed) == ("forecast", {"caps": {cap.name: cap.limit + 1}, "priority": 70})
    earlier = simulate(marketer, sample).content.decode()
    assert f"the next 7 days, the cap “{cap.name}” is {cap.limit + 1}, the priority is 70" in earlier


def test_what_is_as_it_was_is_no_what_if(marketer: Client, sample: Sample) -> None:
    Simulation.objects.all().delete()
    cap = FrequencyCap.objects.filter(enabled=True).order_by("name").first()
    assert cap is not None
    simulate(marketer, sample, **{f"cap:{cap.name}": f" {cap.limit} ", "priority": ""})
    assert Simulation.objects.get().changed == {}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("priority", "many", "“many” is no number for the journey's priority: write one from 0 to 100."),
        ("priority", "101", "“101” is no number"),
        ("priority", "٣", "is no number"),
        ("question", "why", "Choose what to ask: the last days, or the days to come."),
        ("days", "²", "Choose how many days"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    marketer: Client, sample: Sample, field: str, value: str, said: str
) -> None:
    Simulation.objects.all().delete()
    assert said in html.unescape(simulate(marketer, sample, **{field: value}).content.decode())
    assert not Simulation.objects.exists()


def test_a_wait_of_the_draft_can_be_another(marketer: Client, sample: Sample) -> None:
    Simulation.objects.all().delete()
    sample.journey.draft = "journey: onboarding\nsteps:\n  - wait: 2 days\n    id: rest\n"
    sample.journey.save()
    asked = html.unescape(simulate(marketer, sample, **{"wait:rest": "some time"}).content.decode())
    assert "“some time” is no time for how long step “rest” waits: write it like 2 days." in asked
    simulate(marketer, sample, **{"wait:rest": "5 days", "wait:gone": "1 day"})
    assert Simulation.objects.get().changed == {"waits": {"rest": "5 days"}}


def test_two_stand_side_by_side(marketer: Client, sample: Sample) -> None:
    one = Simulation.objects.get()
    one.state, one.told = "done", TOLD
    one.save()
    fewer = TOLD | {
        "sent": 1200, "losses": [{"outcome": "skipped", "reason": "suppressed", "messages": 4, "people": 1}], "cost": "90.00",
    }  # fmt: skip
    other = Simulation.objects.create(
        journey=one.journey, days=30, asked_at=one.asked_at, state="done", told=fewer, changed={"priority": 9}
    )
    assert "difference" not in page(marketer, one).content.decode()
    shown = marketer.get(f"/admin/journeys/simulation/{one.pk}/change/?beside={other.pk}").content.decode()
    text = re.sub(r"<[^>]+>", " ", shown)
    lines = " ".join(text.split())
    for said in (
        "messages 1,234 1,200 +34",
        "people who would have entered 1 1 =",
        "1 0 +1",
        "0 4 −4",
        "cost 98.50 PLN 90.00 PLN +8.50 PLN",
        "the last 30 days, the priority is 9",
    ):
        assert said in lines, said


@pytest.mark.parametrize("beside", ["0", "x", "-1", "9" * 40, "٣", "²"])
def test_another_that_is_none_is_left_out(marketer: Client, sample: Sample, beside: str) -> None:
    one = Simulation.objects.get()
    one.state, one.told = "done", TOLD
    one.save()
    answer = marketer.get(f"/admin/journeys/simulation/{one.pk}/change/?beside={beside}")
    assert answer.status_code == 200
    assert "difference" not in answer.content.decode()


def test_a_forecast_says_what_it_takes_for_given_and_whom_it_invents(
    marketer: Client, sample: Sample
) -> None:
    known = Customer.objects.order_by("pk").first()
    assert known is not None
    RateLimit.objects.update_or_create(
        channel="email", provider="", defaults={"messages": 1, "per": "minute"}
    )
    provider = next(one.name for one in registry.current().providers.values() if one.channel == "email")
    one = Simulation.objects.get()
    one.state, one.question = "done", "forecast"
    one.told = TOLD | {
        "question": "forecast", "tick_minutes": 60, "parts": 51,
        "busiest": [{"provider": provider, "messages": 61, "at": "2026-05-02T08:00:00+00:00"}],
        "assumed": [
            {"what": "message.clicked", "channel": "email", "share": 310, "of": 4000},
            {"what": "order.placed", "channel": "", "share": 0, "of": 12},
        ],
        "losses": [
            {"outcome": "skipped", "reason": "no_consent", "messages": 2, "people": 2, "whom": [known.pk, known.pk + AGAIN]}
        ],
    }  # fmt: skip
    one.save()
    text = html.unescape(" ".join(page(marketer, one).content.decode().split()))
    for said in (
        "A forecast from",
        "After a message by email, 3.1% do message.clicked, as after the last 4,000.",
        "Nobody does order.placed because of a message",
        "In SMS that would have been 51 parts.",
        "That is more than its limit of 60 an hour: the rest would have waited.",
        f"somebody new, like {known}",
    ):
        assert said in text, said
