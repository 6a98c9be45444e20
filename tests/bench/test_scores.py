"""The measurement of scores runs, over few people: everybody is scored, and who has bought is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.environment import ROOT

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


def test_everybody_is_scored() -> None:
    command = [sys.executable, "-m", "tests.bench.scores", "500"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["people"], told["buyers"], told["fitted_on"]) == (500, 400, 400)
    assert told["seconds"] > 0
    assert told["rss_mb_most_after"] > 0
