"""docs/links.md: its figures and words are the program's, and what it tells to type does what it says."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.urls import resolve

from orchestrator.domain.engagement import APPLES_PROXY, AT_ONCE, BURST, Seen, by_machine
from orchestrator.messaging.content.counted import LONGEST
from orchestrator.messaging.content.utm import NO_TRACK
from orchestrator.workspace.models import Workspace
from tests.environment import ROOT
from tests.test_readme import shell_lines

PAGE = (ROOT / "docs" / "links.md").read_text(encoding="utf-8")


def test_its_addresses_are_there():
    named = set(re.findall(r"\(`/(\w)/`\)", PAGE))
    assert named == {"u", "p", "d", "c", "o"}
    assert {resolve(f"/{purpose}/x").url_name for purpose in named} == {
        "unsubscribe", "preferences", "confirm", "click", "open",
    }  # fmt: skip


def test_its_figures_are_the_programs():
    assert f"links longer than {LONGEST:,} characters" in PAGE
    assert f"within {AT_ONCE.seconds} seconds after an email left" in PAGE
    assert f"a second link of the same message within {BURST.seconds} seconds" in PAGE
    assert f"`{APPLES_PROXY}` and no more" in PAGE
    assert f'{NO_TRACK}=""' in PAGE


def test_the_agents_it_names_are_machines():
    (named,) = re.findall(r"an agent such as (.+?), none at all", PAGE, re.DOTALL)
    agents = re.findall(r"`([^`]+)`", named)
    assert agents == ["Barracuda", "curl", "BingPreview"]
    assert [by_machine(Seen("push", f"{agent}/1.0")) for agent in agents] == [True] * 3


@pytest.mark.parametrize("name", ["track_clicks", "track_opens"])
def test_its_switches_are_the_workspaces(name: str):
    assert f"*{Workspace._meta.get_field(name).verbose_name}*" in PAGE.replace("\n", " ")


def test_its_commands_print_what_to_set(db: None, capsys: pytest.CaptureFixture[str], settings):
    rotate, retire = (line.split()[2:] for line in shell_lines(PAGE))
    settings.LINK_KEYS = []
    call_command(*rotate)
    first = capsys.readouterr().out.strip().removeprefix("LINK_KEYS=")
    settings.LINK_KEYS = [first]
    call_command(*rotate)
    settings.LINK_KEYS = capsys.readouterr().out.strip().removeprefix("LINK_KEYS=").split()
    assert settings.LINK_KEYS[1:] == [first]
    call_command(*retire)
    assert capsys.readouterr().out == f"LINK_KEYS={settings.LINK_KEYS[0]}\n"
