"""CDNOW's customers: what a simulation says of their months is what really happened, message for message."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.installation import installed
from tests.real_data.test_demo import choose


def test_a_replay_of_their_months_is_what_happened(cdnow: Path, tmp_path: Path) -> None:
    lines = [" ".join(fields) for fields in choose(cdnow)]
    orders = tmp_path / "orders.txt"
    orders.write_text("\n".join([cdnow.read_text().splitlines()[0], *lines]) + "\n")
    with installed(tmp_path, os.environ["TEST_DATABASE"]) as one:
        said = one.python(
            f"from tests.journeys.simulation.lived import of_orders; of_orders({str(orders)!r})"
        )
    both = json.loads(said.splitlines()[-1])
    assert len(both["really"]) > len(lines) / 2
    assert both["replayed"] == both["really"]
    assert both["after"] == both["before"]


pytestmark = pytest.mark.slow
