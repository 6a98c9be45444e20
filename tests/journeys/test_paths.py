"""Every golden path of the shipped journeys, lived by the real engine: these messages, these passages, nothing else."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.messaging.content.source import TemplateSource
from tests.journeys.paths import GoldenPath, all_paths, moment, replay, written
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World


@pytest.fixture(autouse=True, scope="module")
def remember_templates() -> Iterator[None]:
    """Look over and prepare each template once, not once a path: both are pure, and most of the time goes there."""
    with pytest.MonkeyPatch.context() as patch:
        for place in ("orchestrator.journeys.check.lint", "orchestrator.journeys.publish.prepare"):
            patch.setattr(place, _remembering(pkgutil.resolve_name(place)))
        yield


@pytest.mark.parametrize("path", all_paths(), ids=str)
def test_path(path: GoldenPath, world: World) -> None:  # noqa: F811
    messages, passages = replay(path, world)
    says = [wanted.says is not None for wanted in path.messages]
    told = [
        message if place < len(says) and says[place] else replace(message, says=None)
        for place, message in enumerate(messages)
    ]
    assert told == list(path.messages)
    assert passages == list(path.passages)


def _remembering(verb: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    def remembered(source: TemplateSource, *rest: Any) -> Any:
        if source.file not in known:
            known[source.file] = verb(source, *rest)
        return known[source.file]

    return remembered


def test_moments_are_by_warsaws_clock() -> None:
    # The clocks go forward on Sunday, 29 March, which is day 27.
    assert moment("day 26 10:00").astimezone(UTC) == datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert moment("day 28 10:00").astimezone(UTC) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert written(datetime(2026, 3, 30, 8, tzinfo=UTC)) == "day 28 10:00"
    assert written(datetime(2026, 3, 30, 8, 0, 1, tzinfo=UTC)) == "day 28 10:00:01.000000"
