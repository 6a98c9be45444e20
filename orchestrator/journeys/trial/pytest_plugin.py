"""For pytest: the fixture `trial`, a journey's small world. Loaded by the entry point `pytest11`, so authors write no conftest.

It needs pytest-django and DJANGO_SETTINGS_MODULE, as any test of a Django project does; who does not ask for the fixture
needs neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from orchestrator.journeys.trial.shop import Trial


@pytest.fixture
def trial(db: None, settings: Any) -> Iterator[Trial]:
    """A world of its own for one test: nobody is in it yet, and whatever is sent comes to the mailbox."""
    from orchestrator import registry
    from orchestrator.journeys.trial.shop import Trial
    from orchestrator.journeys.versions import version
    from orchestrator.messaging.compose import template

    settings.DELIVERY_ALLOWLIST = []
    for kept in (version, template):  # by numbers that the next test's rows have too
        kept.cache_clear()
    yield Trial()
    registry.reset()
