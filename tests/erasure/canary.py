"""The proof itself: live, erase, and look everywhere."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from orchestrator.customers.erase import erase
from orchestrator.customers.export import export
from orchestrator.customers.models import Customer
from orchestrator.journeys.work import work
from tests.erasure import town
from tests.erasure.look import dump, files_text, overheard, redis_text, traces
from tests.scenarios.world import World

LEAPS = 8
EXPORTED = 50


def _exported(world: World, customer: int) -> str:
    """All that somebody would be told of them."""
    out = io.BytesIO()
    export(customer, out, "en", world.now)
    with zipfile.ZipFile(out) as archive:
        return "\n".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())


@dataclass
class Found:
    """How often a canary stood in the dump before, and the lines that still hold one after, by where they are."""

    people: int
    before: int = 0
    erased: int = 0
    after: dict[str, list[str]] = field(default_factory=dict)

    @property
    def traces(self) -> int:
        """All of them."""
        return sum(len(lines) for lines in self.after.values())


def prove(world: World, people: int, folder: Path | None = None) -> Found:
    """Let so many people live for days, erase them in mid-life, let what is late come, and search."""
    found = Found(people)
    with overheard() as log:
        providers = town.furnish(world)
        _pass(world, 1 / 60)
        ids = town.people(world, people)
        bela = world.person("bela", addresses={"email": town.STAYS})
        town.live(world, ids)
        world.event(bela, "hello.wanted")
        _pass(world, 2)
        town.report(world, providers, ids, "early")
        town.gossip(world, ids)
        _pass(world, 20)
        found.before = len(traces(dump(folder)))
        found.erased = erase(ids, world.now).now
        _pass(world, 1)
        town.report(world, providers, ids, "late")
        town.bring(1)
        _pass(world, 7 * 24)
        exports = "\n".join(_exported(world, id_) for id_ in ids[:EXPORTED])
    assert str(Customer.objects.get(pk=bela)) == "Bela"
    found.after = {
        "database": traces(dump(folder)),
        "logs": traces("\n".join(log.lines)),
        "broker": traces(redis_text()),
        "files": traces(files_text()),
        "exports": traces(exports),
    }
    return found


def _pass(world: World, hours: float) -> None:
    """Time goes by in a few leaps, each followed by all that has become due: what providers refuse is retried by the minute."""
    for _ in range(LEAPS):
        world.now += timedelta(hours=hours / LEAPS)
        work(world.now)
