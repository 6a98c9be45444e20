"""`manage.py journeys publish`: the good are published, of a bad one nothing is, and it asks only at a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.messaging.models import Template, TemplateVersion
from tests.journeys.files import ONBOARDING, Files

LOYALTY = ONBOARDING.replace("journey: onboarding", "journey: loyalty")


def published() -> list[tuple[str, int, str]]:
    """(journey, version, status) of every version there is."""
    rows = JourneyVersion.objects.order_by("journey__key", "number")
    return list(rows.values_list("journey__key", "number", "journey__status"))


def test_new_journeys_go_live_with_their_templates(files: Files) -> None:
    files.journey()
    files.journey("loyalty", LOYALTY)
    said = files.run("publish")
    assert said.failed == ""
    assert said.out.splitlines()[-2:] == [
        "loyalty: version 1 is published.",
        "onboarding: version 1 is published.",
    ]
    assert published() == [("loyalty", 1, "live"), ("onboarding", 1, "live")]
    assert Template.objects.count() == 4


def test_the_same_again_makes_no_version_and_asks_nothing(files: Files, monkeypatch: Any) -> None:
    files.journey()
    files.run("publish")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("there is nothing to ask"))
    assert files.run("publish").out.splitlines()[-1] == "0 new, 0 changed, 1 unchanged."
    assert published() == [("onboarding", 1, "live")]


def test_of_a_bad_journey_nothing_is_published_and_of_the_others_all(files: Files) -> None:
    files.journey("a", ONBOARDING.replace("send: tips", "send: offers"))
    files.journey("b", LOYALTY)
    said = files.run("publish")
    assert published() == [("loyalty", 1, "live")]
    assert set(Template.objects.values_list("journey", flat=True)) == {"loyalty"}
    assert said.out.splitlines()[-1] == "loyalty: version 1 is published."
    assert said.err.startswith("journeys/a/journey.yaml:10:11: there is no template “offers”.")
    assert said.failed == "1 problem; nothing can be published of journeys/a/journey.yaml."


def test_a_live_journey_that_is_broken_in_its_file_stays_as_it_is(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("2 days", "2 dayz"), welcome="Other")
    assert files.run("publish").failed != ""
    assert published() == [("onboarding", 1, "live")]
    assert TemplateVersion.objects.count() == 2


@pytest.mark.parametrize(("answer", "versions"), [("y", 1), ("YES", 1), ("", 0), ("n", 0), ("of course", 0)])
def test_at_a_terminal_it_asks_first(files: Files, monkeypatch: Any, answer: str, versions: int) -> None:
    files.journey()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or answer)
    said = files.run("publish")
    assert asked == ["Publish? [y/N] "]
    assert JourneyVersion.objects.count() == versions
    assert said.failed == ("" if versions else "nothing was published.")


def test_yes_needs_no_answer(files: Files, monkeypatch: Any) -> None:
    files.journey()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("it was told not to ask"))
    assert files.run("publish", "--yes").failed == ""
    assert JourneyVersion.objects.count() == 1


def test_journeys_that_name_one_another_are_published_together(files: Files) -> None:
    text = "journey: {}\nentry: {{event: x, only_if: {{received: {{journey: {}}}}}}}\nsteps: [{{wait: 1 day, id: pause}}]\n"
    files.journey("a", text.format("first", "second"))
    files.journey("b", text.format("second", "first"))
    assert files.run("publish").failed == ""
    assert published() == [("first", 1, "live"), ("second", 1, "live")]


def test_a_paused_journey_gets_its_version_and_stays_paused(files: Files) -> None:
    files.journey()
    files.run("publish")
    Journey.objects.update(status=Journey.Status.PAUSED)
    files.journey(text=ONBOARDING.replace("2 days", "3 days"))
    files.run("publish")
    assert published() == [("onboarding", 1, "paused"), ("onboarding", 2, "paused")]
    assert Journey.objects.get().current.number == 2
