"""What the numbers of a launch said before each of its waves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.journeys.models import Launch
from orchestrator.studio.cells import parted
from orchestrator.studio.numbers import grouped

_OVER = {"complaints": gettext_lazy("too many complaints"), "bounces": gettext_lazy("too many bounces")}


def say_numbers(launch: Launch) -> Iterator[str]:
    """A sentence for each look, in the order of the waves; the engine looks before every wave but the first."""
    for wave, seen in sorted(launch.numbers.items(), key=lambda one: int(one[0])):
        yield _say(int(wave), seen)


def _say(wave: int, seen: dict[str, Any]) -> str:
    accepted = int(seen["accepted"])
    told = {
        "wave": wave + 1,
        "accepted": grouped(accepted),
        "complaints": _of(int(seen["complaints"]), accepted),
        "bounces": _of(int(seen["bounces"]), accepted),
    }
    said = _(
        "Before wave %(wave)s: %(accepted)s messages, of them complaints %(complaints)s, bounces %(bounces)s"
    )
    over = ", ".join(str(_OVER.get(name, name)) for name in seen.get("over", {}))
    return f"{said % told} – {over}." if over else f"{said % told}."


def _of(part: int, whole: int) -> str:
    told = parted(part, whole)
    return f"{told.say('part')} ({told.share('part', 'whole')})" if whole else grouped(part)
