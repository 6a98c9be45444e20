"""ASKING: a simulation is asked for in the studio, and run by a process of its own, one after the other.

Whoever asks starts the process; it takes what is planned until nothing is. One that dies leaves its simulation to the
next, since it is no longer seen.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from orchestrator.journeys.models import Journey, Simulation
from orchestrator.journeys.simulation.asked import Question

KEPT = 20  # simulations of a journey; older ones go
UNSEEN = timedelta(seconds=30)  # after which its process is held to be dead
_PART = re.compile(r"simulated: ([0-9,]+) of")
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to know. `changed`: what if, as the model keeps it."""

    days: int
    beside: bool = False
    question: Question = "replay"
    changed: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As the model's columns."""
        return {
            "days": self.days,
            "beside": self.beside,
            "question": self.question,
            "changed": dict(self.changed),
        }


def ask(journey: Journey, wish: Wish, by: Any, now: datetime) -> Simulation:
    """Plan one, and start a process for it. What is asked while the same is still to come is answered with that."""
    waiting = Simulation.objects.filter(journey=journey, state__in=("planned", "running"), **wish.plain())
    if (same := waiting.filter(asked_at__gt=now - UNSEEN).first()) is not None:
        return same
    asked = Simulation.objects.create(journey=journey, asked_by=by, asked_at=now, **wish.plain())
    old = Simulation.objects.filter(journey=journey).order_by("-id").values_list("pk", flat=True)[KEPT:]
    Simulation.objects.filter(pk__in=list(old)).delete()
    transaction.on_commit(start)
    return asked


def start() -> None:
    """A process that runs what is planned; nobody waits for it."""
    subprocess.Popen(
        [sys.executable, "-m", "django", "simulate_asked"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def take(now: datetime) -> Simulation | None:
    """The next that is planned, or whose process has died; None while another runs, or where nothing is to be done."""
    with transaction.atomic():
        rows = Simulation.objects.select_for_update().filter(state__in=("planned", "running")).order_by("id")
        open_ = list(rows)
        if any(one.state == "running" and one.seen_at and one.seen_at > now - UNSEEN for one in open_):
            return None
        if not open_:
            return None
        taken = open_[0]
        taken.state, taken.seen_at, taken.done = Simulation.State.RUNNING, now, 0
        taken.save(update_fields=["state", "seen_at", "done"])
    return taken


def seen(one: Simulation, done: int, now: datetime) -> None:
    """It has come so far."""
    Simulation.objects.filter(pk=one.pk, state="running").update(done=done, seen_at=now)


def finish(one: Simulation, told: dict[str, Any], error: str, now: datetime) -> None:
    """It has an answer, or ended with an error. People stand in it by their ids."""
    for example in told.get("examples", ()):
        example["customer"] = ""
    state = Simulation.State.FAILED if error else Simulation.State.DONE
    found = Simulation.objects.filter(Q(pk=one.pk) & ~Q(state="done"))
    found.update(state=state, done=Simulation.PARTS, told=told, error=error[:4000], finished_at=now)


def run(one: Simulation, progress: Progress) -> tuple[str, str]:
    """Run it in a process of its own: the command's output, and its complaint where it failed."""
    asked = _options(one)
    # To a file, since the answer may be longer than a pipe holds while we listen to the other one.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", "journeys", "simulate", one.journey.key, *asked],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        said = _listen(process.stderr, progress)
        if process.wait() != 0:
            return "", said or "it ended without a word"
        answer.seek(0)
        return answer.read(), ""


def _options(one: Simulation) -> list[str]:
    """The words of the command for it."""
    words = ["--days", str(one.days), "--until", one.asked_at.isoformat(), "--json"]
    words += ["--beside"] if one.beside else []
    words += ["--forecast"] if one.question == Simulation.Question.FORECAST else []
    for name, limit in one.changed.get("caps", {}).items():
        words += ["--cap", f"{name}={limit}"]
    for step, duration in one.changed.get("waits", {}).items():
        words += ["--wait", f"{step}={duration}"]
    if "priority" in one.changed:
        words += ["--priority", str(one.changed["priority"])]
    return words


def _listen(stream: IO[str], progress: Progress) -> str:
    """Hear how far it is; answers the last lines that say something else."""
    said: list[str] = []
    for line in stream:
        if found := _PART.match(line):
            progress(int(found[1].replace(",", "")))
        else:
            said.append(line)
    return "".join(said[-20:])
