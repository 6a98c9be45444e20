"""A demo as a process lives it, in an installation of its own; once for all tests that look at it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.environment import ROOT
from tests.installation import Installation, installed

AUDIT = "import json\nfrom tests.audit import audit\nprint(json.dumps(audit()))"


class Lived:
    """What a demo said, and what an audit of its database says."""

    def __init__(self, one: Installation, output: str) -> None:
        self.installation, self.output = one, output
        self.summary: dict[str, Any] = json.loads(output.splitlines()[-1])
        self.audit: dict[str, int] = json.loads(one.python(AUDIT))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The sample shop, small."""
    folder: Path = tmp_path_factory.mktemp("shop")
    with installed(folder, os.environ["TEST_DATABASE"], JOURNEYS_DIR=str(ROOT / "journeys")) as one:
        told = one.manage("demo", "--no-serve", "--json", "--customers", "120", "--weeks", "3", "--seed", "2")
        yield Lived(one, told)
