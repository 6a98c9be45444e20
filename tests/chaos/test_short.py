"""`make chaos` at a small size: workers die, Redis is taken away, and no invariant is violated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.chaos.controls import CONTROLS
from tests.environment import ROOT
from tests.installation import installed

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
INVARIANTS = {
    "I1", "I1_moves", "I2", "I3", "I4", "I4_queryable", "I5_at_least_once", "I5_at_most_once", "I5_unknown", "I6", "I7", "I8",
    "I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "P", "R",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run(tmp_path_factory, "--messages", "300", "--workers", "4", "--kills", "6", "--poison", "0")


def run(tmp_path_factory: pytest.TempPathFactory, *sizes: str) -> dict[str, Any]:
    """A campaign's verdict."""
    with installed(tmp_path_factory.mktemp("chaos"), "postgresql") as one:
        template = urlsplit(one.environment["DATABASE_URL"]).path.strip("/")
        path = os.pathsep.join([str(ROOT), str(Path(ROOT) / "plugins")])
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos", *sizes, "--template", template],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, text=True, capture_output=True, check=False,
        )  # fmt: skip
    assert done.stdout, done.stderr[-3000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def test_no_invariant_is_violated(told: dict[str, Any]) -> None:
    assert told["violations"] == dict.fromkeys(INVARIANTS, 0)
    assert told["red"] == []


def test_workers_died_and_what_they_did_was_tried(told: dict[str, Any]) -> None:
    assert told["exercised"]["kills"] >= 6
    assert told["exercised"]["finished"] is True
    for name in (
        "I1",
        "I2",
        "I3",
        "I4",
        "I5_at_least_once",
        "I5_at_most_once",
        "I5_unknown",
        "I7",
        "I9",
        "R",
    ):
        assert told["cases"][name] > 0, name


def test_whoever_withdraws_while_workers_hold_their_messages_gets_nothing_after_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    told = run(tmp_path_factory, "--withdrawals", "80", "--workers", "4")
    assert told["red"] == []
    assert told["cases"]["I7"] >= 40
    assert told["exercised"]["withdrawal_came_first"] > 0


def test_every_control_names_an_invariant_that_there_is() -> None:
    assert {control.invariant for control in CONTROLS.values()} <= INVARIANTS
    assert len(CONTROLS) >= 12
