"""MOVABLE: from which versions people can be moved to the current one, and by which map of steps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.versions import version


class NotMovable(Exception):
    """Why nobody can be moved like this, in words. `code`: the same in one."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


def older(row: Journey, one: JourneyVersion | None = None) -> list[JourneyVersion]:
    """The versions to move people from, the oldest first, or just this one; those stopped are emptied already."""
    if row.current is None:
        raise NotMovable("unpublished", f"{row.key} was never published: nobody is inside.")
    if one is None:
        return list(row.versions.exclude(pk=row.current.pk).filter(stopped_at=None).order_by("number"))
    if one.pk == row.current.pk:
        said = f"version {one.number} is the current one, to which people are moved."
        raise NotMovable("current", said)
    if one.stopped_at is not None:
        raise NotMovable("stopped", f"version {one.number} is stopped: whoever is on it leaves.")
    return [one]


def check_steps(row: Journey, versions: Sequence[JourneyVersion], steps: Mapping[str, str]) -> None:
    """Names that no version has are slips: they are said, before anybody is moved."""
    assert row.current_id is not None
    new = version(row.current_id).definition
    known = {step for one in versions for step in version(one.pk).definition.step_ids()}
    wrong = [f"no older version has the step {old}" for old in steps if old not in known]
    wrong += [f"the current version has no step {to}" for to in steps.values() if to not in new]
    if wrong:
        told = f"{'; '.join(wrong)}. Its steps are: {', '.join(new.step_ids())}."
        raise NotMovable("unknown_step", told)


def start_moving(row: Journey, number: int | None, steps: Mapping[str, str], recompute: bool) -> None:
    """A process that moves them, as the command does; nobody waits for it. Killed and started again, it goes on."""
    asked = ["--yes", *(["--recompute"] if recompute else [])]
    asked += ["--from", str(number)] if number is not None else []
    asked += ["--map", ",".join(f"{old}={new}" for old, new in steps.items())] if steps else []
    subprocess.Popen(
        [sys.executable, "-m", "django", "journeys", "migrate", row.key, *asked],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
