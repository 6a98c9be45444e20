"""docs/entries.md: every example can be published as it stands, and every way in has one."""

from __future__ import annotations

import re

import pytest

from orchestrator.domain.definition import read_rule
from orchestrator.domain.definition.entry_parser import TRIGGERS
from orchestrator.journeys.models import Journey
from orchestrator.segments.define import define
from tests.environment import ROOT
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import EMAIL, World

PAGE = (ROOT / "docs" / "entries.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
STEPS = "steps:\n  - send: hello\n    id: hello\n"


world = scenarios.world  # the fixture


def test_every_way_in_has_an_example() -> None:
    said = "\n".join(EXAMPLES)
    assert [name for name in TRIGGERS if not re.search(rf"[{{\s]{name}:", said)] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_can_be_published(world: World, number: int) -> None:
    example = EXAMPLES[number]
    rule = {"event": "order.placed", "sum": {"at_least": 1000}}
    define("big_spenders", "Big spenders", "", read_rule(rule), world.now)
    both = EMAIL.format(key="hello") + "sms:\n  en: hello\n"
    if example.startswith("campaign:"):
        world.publish(example, spring_sale=both)
    else:
        world.publish(f"journey: page\n{example}{STEPS}", hello=both)
    assert Journey.objects.get().status == "live"
