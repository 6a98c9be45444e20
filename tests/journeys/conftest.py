"""Journeys in files, and an installation without plugins to publish them to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator import registry
from tests.journeys.files import Files


@pytest.fixture
def files(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Files]:
    """An empty folder of journeys, which the settings name."""
    from orchestrator.journeys.versions import version

    root = tmp_path / "journeys"
    root.mkdir()
    settings.JOURNEYS_DIR = root
    monkeypatch.chdir(tmp_path)
    registry.reset(registry.load([]))
    version.cache_clear()
    yield Files(root)
    registry.reset()
