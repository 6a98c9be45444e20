"""People full of canaries are erased, and no canary is left anywhere; with a handler left out, one is."""

from __future__ import annotations

import pytest

from orchestrator.customers import erasing
from tests.erasure.canary import prove
from tests.erasure.look import CANARY, SONG, spellings, traces
from tests.scenarios.world import World

PEOPLE = 20


def test_nothing_of_twenty_people_is_left_anywhere(world: World):
    found = prove(world, PEOPLE)
    assert found.before > PEOPLE * 20
    assert found.erased == PEOPLE
    assert {where: lines for where, lines in found.after.items() if lines} == {}


@pytest.mark.parametrize(
    "app", ["journeys", "messaging", "loyalty", "consents", "events", "customers", "studio"]
)
def test_with_one_handler_left_out_the_search_finds_it(
    world: World, monkeypatch: pytest.MonkeyPatch, app: str
):
    handlers = {name: one for name, one in erasing.registered().items() if name != app}
    monkeypatch.setattr(erasing, "registered", lambda: handlers)
    assert prove(world, 4).after["database"] != []


@pytest.mark.parametrize("stem", [CANARY, SONG])
def test_every_spelling_is_found(stem: str):
    assert [one for one in spellings(stem) if traces(f"before {one} after") == []] == []
    assert traces("Żółw, kanar and 48660905123") == []
