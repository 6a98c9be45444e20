"""Scores in words: what they say, from what they were computed, and when; rules about them in a reader's sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orchestrator.domain.scores.names import KNOWN
from orchestrator.segments.models import Score, ScoreBasis
from orchestrator.studio import rules
from orchestrator.studio.scores import NAMES, describe, hour, read_scores
from tests.studio.sample import fill

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def test_what_is_known_of_a_customer() -> None:
    told = read_scores(fill(1, NOW).customer.pk)
    assert told is not None
    assert told.headline == "RFM 5-4-4, champion: last order 12 days ago, 9 orders, 2,310.00 PLN"
    assert list(told.lines) == [
        ("Stage", "active"),
        ("Buys", "every 30 days; the next order about March 20, 2026"),
        ("Still buys", "93 %"),
        ("Orders expected in three months", "2.4"),
        ("Value expected in a year", "1,200.50 PLN"),
        ("Best hour", "Tuesday, 10:00"),
    ]
    assert told.made == "Computed March 2, 2026 from orders until March 2, 2026, noon, beside 9 buyers."
    assert told.missing == ""


def test_who_never_ordered_and_what_could_not_be_predicted() -> None:
    basis = ScoreBasis.objects.create(until=NOW, missing="extra", buyers=1)
    row = Score(customer_id=1, basis=basis, computed_at=NOW + timedelta(days=1), stage="new", net=Decimal(0))
    told = describe(row)
    assert (told.headline, list(told.lines)) == ("No order yet.", [("Stage", "new")])
    assert told.missing == "Nothing is predicted: numpy and scipy are not installed."
    assert told.made.endswith("beside 1 buyer.")
    basis.missing = "fewer than 30 people have bought twice"
    assert (
        describe(row).missing
        == "Nothing is predicted: the orders say too little (fewer than 30 people have bought twice)."
    )
    row.basis = None
    assert describe(row).made == "Computed March 3, 2026, noon."


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            {"score": "rfm_group", "in": ["champions", "cant_lose"]},
            "RFM group is one of champion, not to be lost",
        ),
        ({"score": "p_alive", "below": 0.3}, "probability of still buying (0 to 1) is below 0.3"),
        ({"score": "clv", "top": "10%"}, "value expected in a year is among the highest 10%"),
        (
            {"score": "days_to_next_order", "at_least": 0, "at_most": 7},
            "days to the next order is at least 0 and is at most 7",
        ),
        ({"not": {"score": "season", "exists": True}}, "not (season they buy in is known)"),
    ],
)
def test_a_rule_in_a_readers_words(rule: dict[str, Any], said: str) -> None:
    assert rules.say(rule) == said


def test_every_score_has_a_name_for_people() -> None:
    assert set(NAMES) == set(KNOWN)
    assert hour(0) == "Monday, 0:00"
    assert hour(167) == "Sunday, 23:00"


def test_the_customers_page_shows_them(admin_client: Client) -> None:
    customer = fill(1, NOW).customer
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    headline = "RFM 5-4-4, champion: last order 12 days ago"
    assert headline in admin_client.get(url).content.decode()
    Score.objects.all().delete()
    assert headline not in admin_client.get(url).content.decode()
