"""RUN one seed: chaos for a while, then calm until everything has come to its end, then the checker."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.journeys import tasks
from orchestrator.journeys.versions import version
from orchestrator.journeys.waiting import next_due, waiting
from orchestrator.journeys.work import never, walk_by, work
from orchestrator.messaging.compose import template
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from tests.simulated import town
from tests.simulated.acts import Visitors
from tests.simulated.checks import check, open_rows
from tests.simulated.house import Ground, House
from tests.simulated.stage import Actor

TURNS = 500
WORKERS = 4
SWEEP = 5.0  # seconds between the beats
DAY = timedelta(hours=24)
TASKS = {
    "orchestrator.walk": lambda: walk_by(tasks._now, never, waiting(tasks._now())),
    "orchestrator.deliver": tasks.deliver.run,
    "orchestrator.sweep": tasks.sweep.run,
}


@dataclass(frozen=True)
class Ending:
    """What one seed came to."""

    seed: int
    hash: str
    violations: list[tuple[str, str]]
    count: Counter[str]
    trace: list[str]


def run(ground: Ground, seed: int) -> Ending:
    """One story, from the first event to the checker."""
    version.cache_clear()
    template.cache_clear()
    house = House(ground, seed)
    with house.open():
        story = _Story(house)
        story.chaos()
        story.calm()
        violations = check(house, story.cap, DAY)
    stage = house.stage
    stage.count["messages"] += len(house.history.rows)
    stage.count["taken"] += len(house.log)
    stage.count["taken again"] += len(house.log) - len({one.key for one in house.log})
    for row in house.history.rows.values():
        stage.count[f"ended {row.state}"] += 1
    return Ending(seed, stage.hash(), violations, stage.count, stage.trace)


class _Story:
    def __init__(self, house: House) -> None:
        self.house, self.stage = house, house.stage
        chance = self.stage.chance
        self.cap = chance.choice((1, 1, 2))
        FrequencyCap.objects.create(name="A day", limit=self.cap, rolling="24 hours")
        start, end = town.QUIET
        silent = [{"weekdays": list(range(7)), "start": start, "end": end}]
        QuietHoursRule.objects.create(name="Night", channel="sms", purpose="marketing", ranges=silent)
        self.visitors = Visitors(house)
        self.wrong = chance.choice((0, 0, 60, 3600))  # seconds by which a worker's clock may be wrong
        house.history.clocks_agree = not self.wrong
        self.deadly = chance.choice((0.0, 0.01, 0.04))
        self.hasty = chance.choice((0.03, 0.1, 0.3))
        self.busy = chance.choice((0.05, 0.15))
        self.next_beat = 0.0
        self.hired = 0
        self.workers = [self._hire() for _ in range(WORKERS)]
        self.guests: list[Actor] = []

    def chaos(self) -> None:
        """Turn after turn, whoever's it is."""
        chance, stage = self.stage.chance, self.stage
        self.visitors.crowd(chance.randint(4, 16))
        for _ in range(TURNS):
            self._time_passes()
            if chance.random() < self.busy and len(self.guests) < 3:
                _, act = self.visitors.draw()
                self.guests.append(stage.actor(f"guest{stage.count['acts']}", act, self._skew()))
                stage.count["acts"] += 1
            ready = [one for one in self.workers if not one.idle or self.house.broker.ready()] + self.guests
            if not ready:
                continue
            actor = chance.choice(ready)
            if not actor.idle and chance.random() < self.deadly:
                self._dies(actor)
                continue
            stage.turn(actor)
            self.guests = [one for one in self.guests if not one.over]
        self.workers = [one for one in self.workers if not one.idle]
        stage.count["workers left standing"] += len(self.workers)

    def calm(self) -> None:
        """The providers behave and one worker, whose clock is right, does what is left."""
        stage = self.stage
        stage.tell("calm")
        for provider in self.house.providers.values():
            provider.behaves = 2.0
        # Whoever believed that it was an hour later has given out leases until then.
        stage.now += timedelta(hours=1, minutes=2)
        self.house.unwatched()
        shortest = timedelta(seconds=stage.chance.choice((1, 900, 3600, 3600)))
        for _ in range(400):
            work(stage.now)
            due = next_due()
            if due is None:
                break
            stage.now = max(due, stage.now + shortest)
        stage.tell(f"over, {len(open_rows(self.house))} open")

    def _time_passes(self) -> None:
        chance, stage = self.stage.chance, self.stage
        if chance.random() < self.hasty:
            longest = chance.choices((1, 5, 90, 1200, 18000), (50, 30, 12, 5, 3))[0]
            stage.now += timedelta(seconds=round(chance.uniform(0, longest), 1))
        if stage.seconds >= self.next_beat:
            self.next_beat = stage.seconds + SWEEP
            for _ in range(chance.choice((1, 1, 2))):  # two beats are harmless
                self.house.broker.put("orchestrator.sweep")

    def _dies(self, actor: Actor) -> None:
        """Killed: it is never heard of again, and what it held stays as it stood. A guest's act is half done."""
        self.stage.count["crashes"] += 1
        self.stage.tell(f"{actor.name} is killed at: {actor.where}")
        if actor in self.guests:
            self.guests.remove(actor)
        else:
            self.workers[self.workers.index(actor)] = self._hire()

    def _hire(self) -> Actor:
        self.hired += 1
        name = f"worker{self.hired}"
        made: list[Actor] = []
        made.append(self.stage.actor(name, lambda: self._works(made[0]), self._skew()))
        made[0].idle = True
        return made[0]

    def _works(self, me: Actor) -> None:
        while True:
            task = self.house.broker.take()
            if task is not None:
                me.idle = False
                self.stage.tell(f"begins: {task}")
                TASKS[task]()
                me.idle = True
            self.stage.edge("waits", always=True)

    def _skew(self) -> timedelta:
        return timedelta(seconds=self.stage.chance.randint(-self.wrong, self.wrong))
