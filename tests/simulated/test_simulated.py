"""The simulation in its short form: some seeds twice, and one guard taken out. `make simulated` runs thousands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import migrated
from tests.environment import ROOT, read_variables
from tests.installation import Installation

FIRST, SEEDS, CONTROL = 100, 16, "facts under the locks"  # in these stories each kind of thing happens


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command prints."""
    folder = tmp_path_factory.mktemp("simulated")
    ground = folder / "ground.sqlite3"
    migrated.copy_sqlite(
        ground, lambda url: Installation(folder, url, {}).manage("migrate", "--verbosity", "0")
    )
    kept = {name: value for name, value in os.environ.items() if name not in read_variables()}
    command = [
        sys.executable,
        "-m",
        "tests.simulated",
        "--seeds",
        str(SEEDS),
        "--from",
        str(FIRST),
        "--twice",
        "--control",
        CONTROL,
    ]
    done = subprocess.run(
        [*command, "--migrated", str(ground)],
        cwd=ROOT,
        env=kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{Path(ROOT) / 'plugins'}"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_nothing_happens_that_must_never_be(told: dict[str, Any]) -> None:
    assert (told["seeds"], told["runs"], told["violations"]) == (SEEDS, 2 * SEEDS, {})


def test_a_seed_is_one_story(told: dict[str, Any]) -> None:
    assert told["seeds whose traces differ"] == []
    assert len(told["digest"]) == 64


def test_the_stories_hold_what_they_are_told_for(told: dict[str, Any]) -> None:
    wanted = {
        "crashes", "doorbells dropped", "doorbells doubled", "merge", "erasure", "withdrawal", "grant", "receipt", "stop",
        "timeout after accept", "leased -> planned", "handing_off -> uncertain", "uncertain -> leased",
    }  # fmt: skip
    assert wanted - told["exercised"].keys() == set()


def test_a_guard_that_is_gone_is_missed(told: dict[str, Any]) -> None:
    print(f"without {CONTROL}: {told['controls'][CONTROL]}")
    assert told["controls"][CONTROL].startswith("seed ")
