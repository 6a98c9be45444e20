"""Many rows in one statement: what goes in comes out, however much or little the rows differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.journeys.models import StepRun
from orchestrator.store import bulk

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
COLUMNS = ("enrollment", "step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence")
NASTY: list[Any] = [{}, {"a": 'b"c\\d{,}'}, {"ł": None, "n": [1, 2.5]}, {"%s": "'"}]


def put(evidence: list[Any]) -> None:
    rows = [(number, "hello", 1, NOON, NOON, "done", "", one) for number, one in enumerate(evidence)]
    bulk.insert(StepRun, COLUMNS, rows)


def kept() -> list[Any]:
    return list(StepRun.objects.order_by("enrollment").values_list("evidence", flat=True))


@pytest.mark.parametrize(
    "evidence",
    [
        [NASTY[number % 4] for number in range(60)],
        [dict(NASTY[number % 4]) for number in range(60)],
        [{"n": number % 16} for number in range(60)],
        [{"n": number % 17} for number in range(60)],
        [{"n": number} for number in range(60)],
        [NASTY[1]] * 60,
        NASTY,
    ],
    ids=["few objects", "few values", "sixteen", "seventeen", "all differ", "one", "few rows"],
)
def test_json_comes_back_as_it_was_given(evidence: list[Any]) -> None:
    put(evidence)
    assert kept() == evidence


def test_json_is_updated_row_by_row() -> None:
    put([{}] * 60)
    ids = list(StepRun.objects.order_by("enrollment").values_list("id", flat=True))
    after = [NASTY[number % 3] for number in range(60)]
    written = bulk.update(StepRun, ("evidence",), list(zip(ids, after, strict=True)))
    assert sorted(written) == ids
    assert kept() == after


def test_what_is_always_so_is_given_once() -> None:
    always = {
        "visit": 3,
        "entered_at": NOON,
        "left_at": NOON,
        "outcome": "done",
        "reason": "",
        "evidence": {"a": 1},
    }
    made = bulk.insert(
        StepRun,
        ("enrollment", "step"),
        [(1, "a"), (2, "b")],
        always=always,
        returning=("enrollment", "visit"),
    )
    assert sorted(made) == [(1, 3), (2, 3)]
    assert kept() == [{"a": 1}, {"a": 1}]
