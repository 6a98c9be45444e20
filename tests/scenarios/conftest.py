"""The world every scenario starts from."""

from __future__ import annotations

import pytest

from orchestrator import registry
from tests.scenarios.world import World


@pytest.fixture
def world(db, monkeypatch, settings):
    from orchestrator.journeys.versions import version
    from orchestrator.messaging.compose import template
    from orchestrator.messaging.content.render import InProcessRenderer

    monkeypatch.setattr("orchestrator.messaging.compose.renderer", lambda: InProcessRenderer({}))
    settings.DELIVERY_ALLOWLIST = []  # whatever a test makes of it ends with the test
    registry.reset(registry.load([]))
    version.cache_clear()
    template.cache_clear()
    yield World()
    registry.reset()
