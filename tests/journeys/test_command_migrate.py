"""`manage.py journeys migrate`: a dry run first, then people move, by a map of steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.journeys.models import Enrollment, JourneyVersion, StepRun
from tests.journeys.files import ONBOARDING, Files
from tests.journeys.test_command_plan import stand

RENAMED = ONBOARDING.replace("id: pause", "id: breather").replace("2 days", "3 days")
WOULD = (
    "onboarding: 1 person would move to version 2, 2 would stay.\n"
    "  version 1, tips: 1\n"
    "On their own version stay:\n"
    "  version 1, pause: 2, since the current version has no step pause; map it with --map pause=…\n"
)


@pytest.fixture
def inside(files: Files) -> Files:
    """Three people on version 1, two of whom wait at a step that version 2 calls by another name, for longer."""
    files.journey()
    files.run("publish")
    stand(JourneyVersion.objects.get(), "pause", "tips", "pause")
    late = datetime.now(UTC) + timedelta(days=1)
    Enrollment.objects.update(
        due_at=late, arrived_at=late - timedelta(days=2), expires_at=late.replace(year=2036)
    )
    files.journey(text=RENAMED)
    files.run("publish")
    return files


def standing() -> list[tuple[int, str]]:
    return list(Enrollment.objects.order_by("id").values_list("version__number", "step"))


def test_a_dry_run_says_who_would_move_and_who_would_stay(inside: Files) -> None:
    assert inside.run("migrate", "onboarding", "--dry-run").out == WOULD
    assert standing() == [(1, "pause"), (1, "tips"), (1, "pause")]
    assert StepRun.objects.count() == 0


def test_it_moves_after_the_dry_run(inside: Files) -> None:
    said = inside.run("migrate", "onboarding")
    assert said.out == WOULD + WOULD.replace("would move", "moved").replace("would stay", "stayed")
    assert standing() == [(1, "pause"), (2, "tips"), (1, "pause")]


def test_a_changed_wait_by_another_name_is_left_alone(inside: Files) -> None:
    assert inside.run("migrate", "onboarding", "--map", "pause=breather", "--dry-run").out.splitlines() == [
        "onboarding: 1 person would move to version 2, 2 would stay.",
        "  version 1, tips: 1",
        "On their own version stay:",
        "  version 1, pause: 2, since their wait has changed; --recompute counts it anew",
    ]


def test_a_changed_wait_is_counted_anew_if_asked(inside: Files) -> None:
    before = Enrollment.objects.filter(step="pause").values_list("due_at", flat=True)[0]
    assert before is not None
    said = inside.run("migrate", "onboarding", "--from", 1, "--map", "pause=breather", "--recompute")
    assert said.out.splitlines()[-3:] == [
        "onboarding: 3 people moved to version 2, 0 stayed.",
        "  version 1, pause → breather: 2",
        "  version 1, tips: 1",
    ]
    assert standing() == [(2, "breather"), (2, "tips"), (2, "breather")]
    (due, other) = Enrollment.objects.filter(step="breather").values_list("due_at", flat=True)
    assert due is not None
    # A day longer by the calendar of Warsaw; 23 or 25 hours where the clocks change.
    assert due == other
    assert timedelta(hours=23) <= due - before <= timedelta(hours=25)


def test_run_again_it_has_nothing_to_do(inside: Files) -> None:
    inside.run("migrate", "onboarding", "--map", "pause=breather", "--recompute")
    assert inside.run("migrate", "onboarding").out == "onboarding: nobody is on an older version.\n"
    assert StepRun.objects.filter(outcome="migrated").count() == 3


@pytest.mark.parametrize(
    ("words", "failed"),
    [
        (
            ["--map", "pose=breather"],
            "no older version has the step pose. Its steps are: hello, breather, tips.",
        ),
        (
            ["--map", "pause=brether"],
            "the current version has no step brether. Its steps are: hello, breather, tips.",
        ),
        (["--from", "2"], "version 2 is the current one, to which people are moved."),
        (["--from", "9"], "onboarding has no version 9; it has versions 1, 2."),
        (
            ["--map", "pause"],
            "Error: argument --map: 'pause' is no map of steps; write it like old=new,other=another",
        ),
        (["--map", "a=b,a=c"], "Error: argument --map: 'a=b,a=c' names a step twice"),
    ],
)
def test_what_cannot_be_done_is_said_and_nobody_moves(inside: Files, words: list[str], failed: str) -> None:
    assert inside.run("migrate", "onboarding", *words).failed == failed
    assert standing() == [(1, "pause"), (1, "tips"), (1, "pause")]


def test_a_stopped_version_is_not_moved(inside: Files) -> None:
    JourneyVersion.objects.filter(number=1).update(stopped_at=datetime.now(UTC))
    assert inside.run("migrate", "onboarding").out == "onboarding: nobody is on an older version.\n"
    assert inside.run("migrate", "onboarding", "--from", 1).failed == (
        "version 1 is stopped: whoever is on it leaves."
    )
