"""The world of the scenarios, and imports of the exports of other systems into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.customers.imports.kinds import Outcome, Setting, registered
from orchestrator.customers.imports.run import run
from tests.scenarios.conftest import world
from tests.scenarios.world import WARSAW, World

__all__ = ["world"]
Load = Callable[..., Outcome]


@pytest.fixture
def load(world: World, tmp_path: Path) -> Load:
    def load(kind: str, text: str) -> Outcome:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        return run(registered()[kind], path, Setting(world.now, WARSAW, "PLN"), lambda done: None)

    return load
