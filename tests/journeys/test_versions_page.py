"""docs/versions.md: its commands are understood, its examples can be published, its words are the program's."""

from __future__ import annotations

import re
import shlex

import pytest

from orchestrator.domain.durations import Duration, Unit
from orchestrator.domain.migration import Stays
from orchestrator.domain.utm import DEFAULT, WORDS
from orchestrator.journeys.told_moves import WHY
from orchestrator.journeys.versions import live
from tests.environment import ROOT
from tests.journeys.files import ONBOARDING, Files

PAGE = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python manage.py journeys (.*)$", PAGE, re.MULTILINE)


def test_every_verb_of_running_journeys_is_shown() -> None:
    assert [line.split()[0] for line in COMMANDS] == [
        "plan", "plan", "drain", "stop", "migrate", "pause", "resume",
    ]  # fmt: skip


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_understood_and_asks_only_for_its_journey(files: Files, line: str) -> None:
    files.journey()
    said = files.run(*shlex.split(line))
    if line.startswith("plan"):
        assert "onboarding: new, becomes version 1" in said.out
    else:
        assert said.failed == "there is no journey “reactivation”. No journey was ever stored."


def test_the_head_of_a_journey_can_be_published(files: Files) -> None:
    (head,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    files.journey(text=ONBOARDING.replace("entry:", f"{head}entry:"))
    assert files.run("publish").failed == ""
    assert live()[0].definition.catch_up == Duration(2, Unit.DAY)


def test_the_default_of_links_is_what_the_page_says() -> None:
    assert f"```text\n{DEFAULT}\n```" in PAGE
    assert {word for word in WORDS if f"{{{word}}}" in PAGE} == set(WORDS)


def test_every_reason_to_stay_has_words() -> None:
    named = re.findall(r"(\w+)(?:, (\w+))?: ", Stays.__doc__ or "")
    assert {one for pair in named for one in pair if one} == set(WHY)
