"""A campaign in three waves, stopped in the second: its numbers add up.

To 2,000 people, or to as many as CAMPAIGN_PEOPLE says: `CAMPAIGN_PEOPLE=20000 make test-sqlite PYTEST=<this file>`.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.journeys.models import Enrollment, Journey, Launch
from orchestrator.journeys.stop import Stopped, stop
from orchestrator.journeys.work import work
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.sdk.values import Message as Sent
from orchestrator.sdk.values import Result
from orchestrator.workspace.models import Brand
from tests.messaging.threads import Beside
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import WARSAW, World

PEOPLE = int(os.environ.get("CAMPAIGN_PEOPLE", "2000"))
SALT = "11111111-2222-3333-4444-555555555555"
AT = datetime(2026, 3, 3, 10, 0, tzinfo=WARSAW)
WAVES = (0.1, 0.3, 0.6)
CAMPAIGN = """\
campaign: sale
audience:
  who: {attribute: club, is: true}
  at: "2026-03-03 10:00"
  pace: {waves: [10%, 30%, 60%], every: 1 hour, stop_if: {complaints: 0.1%, bounces: 2%}}
send: sale
"""


def people(world: World, count: int) -> None:
    """So many who consented, in batches."""
    world.workspace(salt=SALT)
    for start in range(0, count, 2000):
        numbers = range(start, min(start + 2000, count))
        batch = [
            Person(f"p{n}", "en", attributes={"club": True}, addresses={"email": f"p{n}@example.com"})
            for n in numbers
        ]
        ids = save(batch, world.now).ids
        record_consents([Statement(one, "email", "granted", "test") for one in ids], world.now)
    world.now += timedelta(minutes=1)
    world.publish(CAMPAIGN, sale="")


@pytest.mark.slow
def test_stopped_in_the_second_wave_its_numbers_add_up(world: World):
    provider, done, after = world.provider(), list[Stopped](), PEOPLE // 20
    people(world, PEOPLE)
    world.run_to(AT + timedelta(minutes=50))
    first = len(provider.calls)
    assert {state for _, state, _ in world.messages()} == {"accepted"}

    def stop_at(messages: Sequence[Sent]) -> Sequence[Result]:
        if len(provider.calls) == first + after:
            done.append(stop(Journey.objects.get(), None, world.now))
        return Scripted.send_blocking(provider, messages)

    provider.send_blocking = stop_at  # type: ignore[method-assign]
    world.run(days=3)
    (stopped,) = done
    states = Counter(Message.objects.values_list("state", "reason"))
    entered = Enrollment.objects.count()
    launched = Launch.objects.get()
    # Whoever came in has one message, but for those who had only just come in at the stop, and have none; every
    # message was sent once, or is cancelled for the stop.
    planned = Message.objects.count()
    with_one = set(Message.objects.values_list("enrollment_id", flat=True))
    assert (len(with_one), launched.entered) == (planned, entered)
    early = Enrollment.objects.exclude(id__in=with_one).values_list("status", "reason").distinct()
    assert set(early) <= {("exited", "journey_stopped")}
    assert set(states) == {("accepted", "accepted"), ("cancelled", "journey_stopped")}
    assert states["accepted", "accepted"] == len(provider.calls) == len({one.key for one in provider.calls})
    # What had been sent when it was stopped; of those that had passed the gate with it, fifty at most still left.
    assert stopped.got == first + after < len(provider.calls) <= first + after + 50
    assert stopped.cancelled + stopped.under_way == planned - stopped.got
    assert (launched.state, launched.wave, launched.due_at) == ("stopped", 1, None)
    assert abs(first / PEOPLE - WAVES[0]) < 0.03
    # People come in while others are written to: of many, not all of the second wave were in at the stop.
    assert stopped.got < entered < PEOPLE * (WAVES[0] + WAVES[1] + 0.03)
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"completed", "exited"}
    # Of those who got it, whoever had been seen to be done before the stop; the others went out with it.
    done_ids = set(Enrollment.objects.filter(status="completed").values_list("id", flat=True))
    assert first <= len(done_ids) <= stopped.got
    assert done_ids <= set(Message.objects.filter(state="accepted").values_list("enrollment_id", flat=True))
    print(
        f"\n{PEOPLE:,} people, {first:,} in the first wave; {stopped.got:,} had got it at the stop,", end=" "
    )
    print(
        f"{len(provider.calls):,} in the end; {entered:,} had entered, {planned - len(provider.calls):,} cancelled,"
        f" {entered - planned:,} had no message yet"
    )


@pytest.fixture
def committed(transactional_db: None) -> World:
    """A world whose writes other connections see."""
    FrequencyCap.objects.all().delete()
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    return World()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="several workers at once: PostgreSQL")
def test_two_workers_let_nothing_out_two_seconds_after_the_stop(committed: World):
    world, left = committed, list[float]()
    provider = world.provider()

    def slowly(messages: Sequence[Sent]) -> Sequence[Result]:
        left.append(time.monotonic())
        time.sleep(0.005)
        return Scripted.send_blocking(provider, messages)

    provider.send_blocking = slowly  # type: ignore[method-assign]
    people(world, 2000)
    world.now = AT + timedelta(minutes=1)
    world.run_walks()
    world.now = AT + timedelta(hours=1, minutes=1)
    world.run_walks()
    workers = [Beside(lambda: drain(world.now)) for _ in range(2)]
    while len(left) < 100:
        time.sleep(0.01)
    pressed_at = time.monotonic()
    done = stop(Journey.objects.get(), None, world.now)
    for worker in workers:
        worker.done()
    work(world.now)
    assert done.got >= 50
    assert [at for at in left if at > pressed_at + 2.0] == []
    states = Counter(Message.objects.values_list("state", flat=True))
    assert set(states) == {"accepted", "cancelled"}
    assert states["accepted"] == len(provider.calls) == len({one.key for one in provider.calls})
    assert sum(states.values()) == Enrollment.objects.count() == Launch.objects.get().entered
    print(f"\nsent after the stop: {sum(at > pressed_at for at in left)}, the last", end=" ")
    print(f"{max([at - pressed_at for at in left if at > pressed_at], default=0.0):.3f} s after it")


def drain(now: datetime) -> None:
    """Deliver until nothing is due."""
    while deliver(now).claimed:
        pass
    connection.close()
