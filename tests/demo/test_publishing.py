"""The demo publishes a folder of journeys as `journeys publish` does: they may name one another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.demo.live import publish_all
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def write(root: Path, key: str, other: str) -> None:
    folder = root / key
    folder.mkdir()
    steps = f"steps: [{{start: {other}, id: s}}]\n"
    (folder / "journey.yaml").write_text(f"journey: {key}\nentry: {{event: {key}.wanted}}\n{steps}")


@pytest.mark.django_db
def test_two_that_start_each_other(tmp_path: Path, settings: Any) -> None:
    settings.JOURNEYS_DIR = tmp_path
    write(tmp_path, "ping", "pong")
    write(tmp_path, "pong", "ping")
    assert sorted(publish_all(NOW)) == ["ping", "pong"]
    assert sorted(Journey.objects.values_list("key", "status")) == [("ping", "live"), ("pong", "live")]


@pytest.mark.django_db
def test_one_that_starts_nobody_stops_them_all(tmp_path: Path, settings: Any) -> None:
    settings.JOURNEYS_DIR = tmp_path
    write(tmp_path, "ping", "pong")
    write(tmp_path, "pong", "pang")
    with pytest.raises(DefinitionError, match="pang"):
        publish_all(NOW)
    assert not Journey.objects.exists()
