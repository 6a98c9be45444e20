"""Numbers by step on the canvas: of a live journey, few rows looked at; of a simulation, what it told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from orchestrator.journeys.models import Enrollment, Simulation, StepRun
from orchestrator.messaging.models import Message
from orchestrator.studio import step_numbers
from tests.studio.sample import Sample

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run(passage: Enrollment, step: str, outcome: str, visit: int) -> None:
    StepRun.objects.create(
        enrollment=passage, step=step, visit=visit, entered_at=NOW, left_at=NOW, outcome=outcome
    )


@pytest.fixture
def bare(sample: Sample) -> Sample:
    """The sample's journey with nobody in it, and two people who came by."""
    StepRun.objects.all().delete()
    Message.objects.all().update(journey="another")
    passages = list(Enrollment.objects.filter(journey=sample.journey).order_by("pk")[:2])
    assert len(passages) == 2
    Enrollment.objects.exclude(pk__in=[one.pk for one in passages]).update(status="completed")
    Enrollment.objects.filter(pk=passages[0].pk).update(status="active", step="rest")
    Enrollment.objects.filter(pk=passages[1].pk).update(status="completed", step="")
    run(passages[0], "hello", "done", 1)
    run(passages[0], "which", "arm:1", 1)
    run(passages[1], "which", "arm:otherwise", 1)
    run(passages[1], "which", "arm:otherwise", 2)
    run(passages[1], "rest", "left", 1)
    return sample


def test_people_ways_and_who_left_are_counted_by_step(bare: Sample) -> None:
    assert step_numbers.of_steps(bare.journey) == {
        "hello": {"passed": 1},
        "which": {"passed": 3, "arms": {"1": 1, "otherwise": 2}},
        "rest": {"inside": 1, "passed": 1, "left": 1},
    }


def test_what_was_not_sent_is_counted_by_reason_and_what_waits_is_held(bare: Sample) -> None:
    letters = list(Message.objects.order_by("pk")[:4])
    given: list[dict[str, Any]] = [
        {"state": "skipped", "reason": "no_consent"},
        {"state": "expired", "reason": "expired"},
        {"state": "planned", "reason": "", "first_held_at": NOW},
        {"state": "accepted", "reason": ""},
    ]
    for letter, columns in zip(letters, given, strict=True):
        about = {"journey": bare.journey.key, "step": "hello", "test": False}
        Message.objects.filter(pk=letter.pk).update(**about, **columns)
    hello = step_numbers.of_steps(bare.journey)["hello"]
    assert {name: hello[name] for name in ("held", "passed")} == {"held": 1, "passed": 1}
    assert sorted(hello["unsent"].values()) == [1, 1]
    assert "there is no consent for this channel" in hello["unsent"]


def test_four_queries_however_many(bare: Sample, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # the ids of those looked at are one
        step_numbers.of_steps(bare.journey)


def test_a_simulation_is_seen_on_the_canvas(marketer: Client, sample: Sample) -> None:
    told = {
        "steps": [
            {"step": "hello", "outcome": "done", "visits": 12},
            {"step": "which", "outcome": "arm:a", "visits": 3},
            {"step": "which", "outcome": "arm:b", "visits": 9},
        ]
    }
    one = Simulation.objects.get()
    Simulation.objects.filter(pk=one.pk).update(state="done", told=told, question="forecast", days=14)
    base = f"/admin/journeys/journey/{sample.journey.pk}/canvas/"
    page = marketer.get(f"{base}?simulation={one.pk}")
    shown = page.context["data"]["simulated"]
    assert shown == {
        "url": f"/admin/journeys/simulation/{one.pk}/change/",
        "asked": "the next 14 days",
        "id": one.pk,
    }
    assert marketer.get(f"{base}numbers/?simulation={one.pk}").json() == {
        "steps": {"hello": {"passed": 12}, "which": {"passed": 12, "arms": {"a": 3, "b": 9}}}
    }


@pytest.mark.parametrize("number", ["0", "-1", "x", "٣", "9" * 40, ""])
def test_a_simulation_that_is_none_is_left_out(marketer: Client, sample: Sample, number: str) -> None:
    base = f"/admin/journeys/journey/{sample.journey.pk}/canvas/"
    assert marketer.get(f"{base}?simulation={number}").context["data"]["simulated"] is None
    assert (
        marketer.get(f"{base}numbers/?simulation={number}").json() == marketer.get(f"{base}numbers/").json()
    )
