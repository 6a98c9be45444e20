"""docs/steps.md: every example can be published as it stands, and every step kind has one."""

from __future__ import annotations

import re

import pytest

from orchestrator.journeys.models import Journey
from orchestrator.journeys.steps import STEP_KINDS
from tests.environment import ROOT
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import EMAIL, World

PAGE = (ROOT / "docs" / "steps.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
OTHER = 'sms:\n  en: {{text: "{key}"}}\npush:\n  en: {{title: "{key}", body: "{key}"}}\n'


def test_every_step_kind_has_an_example() -> None:
    shown = {
        name for example in EXAMPLES for name in re.findall(r"(?:^- |\{)([a-z_]+):", example, re.MULTILINE)
    }
    assert {kind.name for kind in STEP_KINDS} - shown == set()


@pytest.mark.django_db
def test_all_examples_together_are_a_journey() -> None:
    world = World()
    steps = "".join(EXAMPLES)
    texts = {key: EMAIL.format(key=key) + OTHER.format(key=key) for key in re.findall(r"send: (\w+)", steps)}
    world.publish(with_steps("second_order", "- {exit: done, id: x}"))
    published = world.publish(with_steps("page", steps), **texts)
    assert (published.journey, published.number) == ("page", 1)
    assert all(" has no pl: " in warning for warning in published.warnings)
    assert Journey.objects.get(key="page").status == "live"
