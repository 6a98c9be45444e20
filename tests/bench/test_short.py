"""`make bench` at a tiny size: every row runs, does all of its work, and answers with numbers that can be.

No figure is judged here. That ours and the baseline did what they were asked is held inside the rows themselves
(`bench.same`), at every size: one that did less ends the run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest

from tests import servers
from tests.bench.figures import KEYS, TARGETS
from tests.environment import ROOT

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
NOT_YET: set[str] = set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    before = databases()
    command = [sys.executable, "-m", "tests.bench", "--scale", "0.001", "--n", "1", "--out", str(folder)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert databases() <= before
    answer = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def databases() -> set[str]:
    """The databases that runs of the benchmark have on the server."""
    with psycopg.connect(servers.postgresql_url()) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_%'")
        return {row[0] for row in rows}


def without() -> set[str]:
    """Figures that cannot be had: what is not built yet, and what needs a package that is not there."""
    return NOT_YET | (set(KEYS["end_to_end"]) if find_spec("post_office") is None else set())


def test_every_row_answers(told: dict[str, Any]):
    assert set(TARGETS) <= set(told)
    assert {key for key in TARGETS if told[key] is None} == without()
    assert all(told[key] > 0 for key in set(TARGETS) - without())


def test_what_could_not_be_had_says_why(told: dict[str, Any]):
    assert set(told["why_not"]) == without()
    assert {key for key, reached in told["reached"].items() if reached is None} == without()
    assert {key for key, n in told["n"].items() if n == 0} == without()


def test_reached_is_what_the_target_says(told: dict[str, Any]):
    measured = set(TARGETS) - without()
    assert {key: told["reached"][key] for key in measured} == {
        key: TARGETS[key].reached(told[key]) for key in measured
    }
    assert told["targets"]["growth_10x"] == [1.2, 1.0]


def test_it_says_on_what_it_was_measured(told: dict[str, Any]):
    assert told["scale"] == 0.001
    assert {"cores", "memory_gb", "python", "postgresql", "load_at_start"} <= set(told["machine"])


def test_the_files_hold_the_same(told: dict[str, Any], folder: Path):
    assert json.loads((folder / "bench.json").read_text(encoding="utf-8")) == told
    drawn = ElementTree.parse(folder / "bench.svg")
    texts = {"".join(text.itertext()) for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {target.words for target in TARGETS.values()} <= texts
