"""`manage.py journeys plan`: what publishing would do, said before anything is done."""

from __future__ import annotations

from datetime import UTC, datetime

from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.journeys.versions import live
from orchestrator.messaging.models import TemplateVersion
from tests.journeys.files import ONBOARDING, Files, Said
from tests.scenarios.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def stand(version: JourneyVersion, *steps: str) -> None:
    """Put a new person at each of these steps."""
    ids = save([Person(f"{version.number}-{place}") for place in range(len(steps))], NOON).ids
    for customer, step in zip(ids, steps, strict=True):
        Enrollment.objects.create(
            journey=version.journey,
            version=version,
            customer_id=customer,
            step=step,
            entered_at=NOON,
            expires_at=NOON,
        )


def test_a_new_journey(files: Files) -> None:
    files.journey()
    assert files.run("plan") == Said(
        "onboarding: new, becomes version 1 (3 steps, 2 templates)\n1 new, 0 changed, 0 unchanged.\n", "", ""
    )
    assert Journey.objects.count() == 0


def test_an_unchanged_journey_whatever_its_comments(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("first days", "first week"))
    assert files.run("plan").out == (
        "onboarding: unchanged (version 1)\n  Nobody is inside.\n0 new, 0 changed, 1 unchanged.\n"
    )


def test_steps_templates_and_settings_that_change_and_who_is_inside(files: Files) -> None:
    files.journey()
    files.run("publish")
    first = JourneyVersion.objects.get()
    stand(first, "pause", "tips", "pause")
    changed = ONBOARDING.replace("title: Welcome", "title: Welcome!\npriority: 60").replace(
        "2 days", "3 days"
    )
    files.journey(
        text=changed.replace("send: tips\n    id: tips", "send: offers\n    id: offers"), offers="New"
    )
    files.journey(
        text=changed.replace("send: tips\n    id: tips", "send: offers\n    id: offers"), welcome="Hi!"
    )
    (files.root / "onboarding" / "templates" / "tips.yaml").unlink()
    assert files.run("plan") == Said(
        "onboarding: changed, version 1 becomes 2\n"
        "  changed: title, priority\n"
        "  + offers: Send “offers” by email\n"
        "  - tips: Send “tips” by email (1 person stands there)\n"
        "  ~ pause: Wait 2 days → Wait 3 days\n"
        "  template offers: new\n"
        "  template welcome: changed\n"
        "  template tips: gone\n"
        "  Renamed or new? If offers is the step tips, keep the id tips, or say --renamed tips=offers; "
        "to the engine it is a new step.\n"
        "  3 people are inside:\n"
        "    version 1: 2 at pause, 1 at tips\n"
        "  They finish on the version they entered by; new people take the new one.\n"
        "  Once it is published, journeys migrate onboarding --dry-run says who could move to it.\n"
        "0 new, 1 changed, 0 unchanged.\n",
        "",
        "",
    )
    assert JourneyVersion.objects.count() == 1
    assert TemplateVersion.objects.count() == 2


def test_people_on_older_versions_are_counted_there(files: Files) -> None:
    files.journey()
    files.run("publish")
    stand(JourneyVersion.objects.get(number=1), "hello")
    files.journey(text=ONBOARDING.replace("2 days", "3 days"))
    files.run("publish")
    stand(JourneyVersion.objects.get(number=2), "pause", "pause")
    assert files.run("plan").out == (
        "onboarding: unchanged (version 2)\n"
        "  3 people are inside:\n"
        "    version 2: 2 at pause\n"
        "    version 1: 1 at hello\n"
        "0 new, 0 changed, 1 unchanged.\n"
    )


def test_a_step_by_another_name_is_asked_about(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("id: pause", "id: breather"))
    assert files.run("plan").out.splitlines()[1:4] == [
        "  + breather: Wait 2 days",
        "  - pause: Wait 2 days",
        "  Renamed or new? If breather is the step pause, keep the id pause, or say --renamed pause=breather; "
        "to the engine it is a new step.",
    ]


def test_a_rename_that_is_said_is_asked_about_no_more(files: Files) -> None:
    files.journey()
    files.run("publish")
    stand(JourneyVersion.objects.get(), "pause")
    files.journey(text=ONBOARDING.replace("id: pause", "id: breather"))
    assert files.run("plan", "--renamed", "pause=breather").out.splitlines() == [
        "onboarding: changed, version 1 becomes 2",
        "  = pause → breather: the same step by another name",
        "  1 person is inside:",
        "    version 1: 1 at pause",
        "  They finish on the version they entered by; new people take the new one.",
        "  Once it is published, journeys migrate onboarding --map pause=breather --dry-run says who could move to it.",
        "0 new, 1 changed, 0 unchanged.",
    ]


def test_a_rename_of_what_is_no_change_is_a_slip(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("id: pause", "id: breather"))
    said = files.run("plan", "--renamed", "pause=tips")
    assert "Renamed or new?" in said.out
    assert said.failed == "--renamed pause=tips: no journey loses the one step and gets the other."


def test_a_step_of_another_kind_is_no_rename(files: Files) -> None:
    files.journey()
    files.run("publish")
    text = ONBOARDING.replace("- wait: 2 days\n    id: pause", "- send: tips\n    id: hints")
    files.journey(text=text)
    assert "Renamed or new?" not in files.run("plan").out


def test_unsent_messages_and_times_of_entry_are_told(files: Files) -> None:
    world = World()
    silent = "entry: {inactive: {event: order.placed, for: 30 days}}"
    files.journey(text=ONBOARDING.replace("entry: {event: customer.signed_up}", silent))
    files.run("publish")
    row = Journey.objects.get()
    world.event(world.person(), "order.placed")
    world.run_walks()
    enroll([Candidate(live()[0], world.person("bela"))], world.now)
    world.run_walks()
    files.journey()
    said = files.run("plan").out
    assert (
        "  unsent messages of version 1: 1 of hello; they leave as that version wrote them\n"
        "  1 person has a time set at which they enter; publishing sets new times where the way in has changed.\n"
    ) in said
    assert row.versions.count() == 1


def test_a_step_that_moves_into_an_arm_has_not_changed_otherwise(files: Files) -> None:
    files.journey()
    files.run("publish")
    inside = (
        "  - choose:\n"
        "      - when: {attribute: tier, is: gold}\n"
        "        then:\n"
        "          - send: tips\n"
        "            id: tips\n"
        "    id: who\n"
    )
    files.journey(text=ONBOARDING.replace("  - send: tips\n    id: tips\n", inside))
    assert files.run("plan").out.splitlines()[1:4] == [
        "  + who: Choose by one condition",
        "  ~ tips: Send “tips” by email (moved)",
        "  Nobody is inside.",
    ]


def test_steps_in_another_order(files: Files) -> None:
    files.journey()
    files.run("publish")
    head, hello = ONBOARDING.split("  - send: welcome")[0], "  - send: welcome\n    id: hello\n"
    rest = "  - wait: 2 days\n    id: pause\n  - send: tips\n    id: tips\n"
    files.journey(text=head + rest + hello)
    assert files.run("plan").out.splitlines()[1:3] == [
        "  The steps stand in another order.",
        "  Nobody is inside.",
    ]


def test_the_same_said_in_other_words(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("- send: welcome\n", "- send: welcome\n    via: [email]\n"))
    assert files.run("plan").out.splitlines()[:2] == [
        "onboarding: changed, version 1 becomes 2",
        "  It is written otherwise, and means the same.",
    ]


def test_a_paused_journey_says_that_nobody_enters(files: Files) -> None:
    files.journey()
    files.run("publish")
    Journey.objects.update(status=Journey.Status.PAUSED)
    assert "  It is paused: nobody enters until it is resumed.\n" in files.run("plan").out


def test_a_journey_with_a_mistake_is_not_planned_and_the_others_are(files: Files) -> None:
    files.journey("a")
    files.journey("b", "journey: broken\n")
    said = files.run("plan")
    assert said.out == (
        "onboarding: new, becomes version 1 (3 steps, 2 templates)\n1 new, 0 changed, 0 unchanged.\n"
    )
    assert said.failed == "2 problems; nothing can be published of journeys/b/journey.yaml."
