"""`manage.py journeys validate`: every problem with its line, and a count when all is well."""

from __future__ import annotations

import pytest

from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Template
from tests.journeys.files import ONBOARDING, Files, Said

AFTER = """\
journey: {key}
entry:
  event: customer.signed_up
  only_if: {{received: {{journey: {other}}}}}
steps:
  - wait: 1 day
    id: pause
"""


def test_all_is_well_and_nothing_is_stored(files: Files) -> None:
    files.journey()
    files.journey("loyalty", ONBOARDING.replace("onboarding", "loyalty"))
    assert files.run("validate") == Said("2 journeys, nothing is wrong.\n", "", "")
    assert (Journey.objects.count(), Template.objects.count()) == (0, 0)


def test_every_problem_of_every_file_is_named_with_its_line(files: Files) -> None:
    files.journey(text=ONBOARDING.replace("2 days", "2 dayz").replace("tips\n    id: tips", "offers"))
    files.journey("loyalty", ONBOARDING.replace("onboarding", "loyalty"), welcome="Hi {{ shop.name", tips="x")
    said = files.run("validate")
    assert said.out == ""
    lines = said.err.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "journeys/loyalty/templates/welcome.yaml:3:",
        "journeys/loyalty/templates/welcome.yaml:4:",
        "journeys/onboarding/journey.yaml:8:11:",
        "journeys/onboarding/journey.yaml:10:5:",
    ]
    assert said.failed == (
        "4 problems; nothing can be published of journeys/loyalty/journey.yaml, journeys/onboarding/journey.yaml."
    )


def test_a_problem_says_how_to_mend_it(files: Files) -> None:
    files.journey(text=ONBOARDING.replace("send: tips", "send: offers"))
    assert files.run("validate") == Said(
        "",
        "journeys/onboarding/journey.yaml:10:11: there is no template “offers”."
        " Write it as templates/offers.yaml beside the journey.\n",
        "1 problem; nothing can be published of journeys/onboarding/journey.yaml.",
    )


def test_what_is_only_doubtful_is_a_warning_and_no_failure(files: Files) -> None:
    folder = files.journey()
    (folder / "templates" / "tips.yaml").write_text(
        'template: tips\nemail:\n  en: {subject: "Tips", html: "<p>tips</p>"}\n'
    )
    assert files.run("validate") == Said(
        "1 journey, nothing is wrong.\n",
        "warning: journeys/onboarding/templates/tips.yaml:3: email has no pl:"
        " such customers get en or another language. Add `pl:` under email.\n",
        "",
    )


def test_templates_are_looked_at_though_the_journey_beside_them_is_wrong(files: Files) -> None:
    files.journey(text=ONBOARDING.replace("2 days", "2 dayz"), welcome="Hi {{ shop.name", tips="Tips")
    places = [line.split(" ")[0] for line in files.run("validate").err.splitlines()]
    assert places == [
        "journeys/onboarding/journey.yaml:8:11:",
        "journeys/onboarding/templates/welcome.yaml:3:",
        "journeys/onboarding/templates/welcome.yaml:4:",
    ]


def test_only_the_folders_that_are_named_are_looked_at(files: Files) -> None:
    good = files.journey()
    files.journey("bad", "journey: [")
    assert files.run("validate", good).out == "1 journey, nothing is wrong.\n"
    assert files.run("validate", good / "journey.yaml", good).out == "1 journey, nothing is wrong.\n"


def test_what_is_no_folder_of_journeys_is_said(files: Files) -> None:
    assert files.run("validate", "nowhere").failed == "there is no folder nowhere"
    assert files.run("validate").failed == f"there is no journey.yaml in {files.root}"


def test_journeys_may_name_one_another_before_either_is_published(files: Files) -> None:
    files.journey("a", AFTER.format(key="first", other="second"))
    files.journey("b", AFTER.format(key="second", other="first"))
    assert files.run("validate") == Said("2 journeys, nothing is wrong.\n", "", "")


def test_a_journey_that_names_a_broken_one_is_broken_too(files: Files) -> None:
    files.journey("a", AFTER.format(key="first", other="second"))
    files.journey("b", AFTER.format(key="second", other="third"))
    said = files.run("validate")
    assert [line.split(": ", 1)[1].split(".")[0] for line in said.err.splitlines()] == [
        "there is no journey “second”",
        "there is no journey “third”",
    ]


def test_two_journeys_of_one_key_are_a_problem_of_the_second(files: Files) -> None:
    files.journey("a")
    files.journey("b")
    assert files.run("validate").err == (
        "journeys/b/journey.yaml:1:1: the journey “onboarding” is already written in"
        " journeys/a/journey.yaml. Give one of them another key.\n"
    )


@pytest.mark.parametrize("verb", ["validate", "plan", "publish"])
def test_bytes_that_are_no_text_are_a_problem_not_a_crash(files: Files, verb: str) -> None:
    folder = files.journey()
    (folder / "journey.yaml").write_bytes(b"journey: onboarding\ntitle: \xff\n")
    said = files.run(verb)
    assert said.err.startswith("journeys/onboarding/journey.yaml:2:")
    assert said.failed.startswith("1 problem;")
