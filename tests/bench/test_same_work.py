"""The engine and the naive tasks decide alike: the same people, the same variant, and neither beyond the cap."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.journeys import CAP
from tests.bench.same_work import PEOPLE
from tests.installation import installed

pytestmark = pytest.mark.postgresql


def rounds(folder: Path, side: str) -> list[list[list[object]]]:
    # Nobody listens there: nothing is queued, the tasks are called by hand.
    broker = "redis://127.0.0.1:1/0"
    settings = {"DELIVERY_ALLOWLIST": "*", "ORCHESTRATOR_PLUGINS": ""}
    code = f"import os; os.environ['REDIS_URL'] = {broker!r}\nfrom tests.bench.same_work import main; main({side!r})"
    with installed(folder, "postgresql", **settings) as one:
        return json.loads(one.python(code))


def test_ours_and_the_baseline_write_to_the_same_people_from_the_same_steps(tmp_path: Path):
    ours, naive = rounds(tmp_path, "ours"), rounds(tmp_path, "naive")
    assert ours == naive
    assert [len(one) for one in ours] == [PEOPLE] * CAP + [0]
    steps = Counter(step for _, step in ours[0])
    assert set(steps) == {"offer_a", "offer_b", "offer_c"}
    assert (
        steps["offer_a"] + steps["offer_b"] == 16
    )  # of twenty who are gold, four have not ordered for ten days
