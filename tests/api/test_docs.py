"""What docs/api.md shows works as it is written there."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from orchestrator.accounts.scopes import RIGHTS
from tests.api.calling import BASE, Program
from tests.environment import ROOT
from tests.scenarios.world import World
from tests.test_readme import shell_lines

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SITE = "https://journeys.shop.example" + BASE
CALLS = [line for line in shell_lines(PAGE) if line.startswith("curl")]
[ORDERS] = [
    text for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) if "events" in text
]


@pytest.mark.django_db
@pytest.mark.parametrize("line", CALLS, ids=range(len(CALLS)))
def test_a_call_is_answered_as_it_stands_there(world: World, line: str) -> None:
    world.person("anna-7")
    words = shlex.split(line)
    path = next(word for word in words if word.startswith(SITE)).removeprefix(SITE)
    given = dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
    also = {name: value for name, value in given.items() if name not in ("Authorization", "Content-Type")}
    body: Any = json.loads(ORDERS) if "-d" in words else None
    answer = Program().ask("post" if body else "get", path, body, **also)
    assert answer.status_code == 200, answer.content
    if body:
        assert answer.json()["stored"] == 1


def test_every_scope_stands_there_and_no_other() -> None:
    assert set(re.findall(r"`([a-z]+:[a-z]+)`", PAGE)) == set(RIGHTS)
