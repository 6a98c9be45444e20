"""Commands asked for what is not there: one sentence that says what there is, and nothing is done."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment
from tests.journeys.files import Files
from tests.scenarios.world import World

JOURNEY = "journey: hi\nentry: {event: customer.signed_up}\nsteps:\n  - send: welcome\n    id: hello\n"


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    return str(caught.value)


@pytest.mark.parametrize(
    ("customer", "journey", "said"),
    [
        ("nobody", "hi", "Nobody is known as “nobody”: it is no external id, and no address (searched: push)."),
        ("", "hi", "Nobody is known as “”: it is no external id, and no address (searched: –)."),
        ("#0", "hi", "Nobody is known as “#0”: it is no external id, and no address (searched: push)."),
        ("#99999999999999999999", "hi",
         "Nobody is known as “#99999999999999999999”: it is no external id, and no address (searched: push)."),
        ("other@example.com", "hi",
         "Nobody is known as “other@example.com”: it is no external id, and no address (searched: email, push)."),
        ("anna", "ho", "There is no journey “ho”. There are: hi."),
        ("anna", "", "There is no journey “”. There are: hi."),
    ],
)  # fmt: skip
def test_why_about_somebody_or_something_unknown(
    world: World, customer: str, journey: str, said: str
) -> None:
    world.publish(JOURNEY, welcome="")
    world.person("anna")
    assert refusal("why", customer, journey) == said


@pytest.mark.parametrize("every", ["0", "-1", "nan", "inf", "61"])
def test_work_at_a_pace_that_is_none(world: World, every: str) -> None:
    world.publish(JOURNEY, welcome="")
    world.event(world.person("anna"), "customer.signed_up")
    assert refusal("work", f"--every={every}") == "--every takes 0.05 to 60 seconds"
    assert (Event.objects.filter(pending=True).count(), Enrollment.objects.count()) == (1, 0)


def test_export_of_a_journey_that_is_not_there_writes_nothing(files: Files) -> None:
    assert files.run("export", "gone").failed == "there is no journey “gone”. No journey was ever stored."
    files.journey()
    files.run("publish")
    assert files.run("export", "../gone").failed == "there is no journey “../gone”. There is: onboarding."
    assert [path.name for path in files.root.iterdir()] == ["onboarding"]
