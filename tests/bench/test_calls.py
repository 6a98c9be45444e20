"""The web that ingest is measured with is the one that is shipped."""

from __future__ import annotations

import re

from tests.bench.calls import PROCESSES, THREADS
from tests.environment import ROOT


def test_processes_and_threads_are_those_of_the_image():
    command = (ROOT / "Dockerfile").read_text().splitlines()[-1]
    asked = dict(re.findall(r'"--(workers|threads)", "(\d+)"', command))
    assert {name: int(value) for name, value in asked.items()} == {"workers": PROCESSES, "threads": THREADS}
