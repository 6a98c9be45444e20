"""HALTED: nothing is claimed but what was released; each verb takes exactly the chosen ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from orchestrator.domain.incarnation import Found, Mark, Why
from orchestrator.journeys import shift
from orchestrator.messaging import halted
from orchestrator.messaging.claim import claim
from orchestrator.messaging.halted import NEVER, Chosen, Waiting
from orchestrator.messaging.models import Message
from orchestrator.studio.today import read_today
from orchestrator.workspace import halt, heartbeats, mark, sequence
from orchestrator.workspace.models import Halt, Heartbeat, Workspace
from tests.messaging.conftest import Outbox

HOUR = timedelta(hours=1)


def stop(outbox: Outbox) -> None:
    incarnation = Workspace.get().incarnation.hex
    assert halt.halt(Why.STOPPED, Found(incarnation, frozenset(), 1, None, None), None, outbox.now)
    outbox.world.now += timedelta(seconds=1)


def test_only_the_released_are_claimed_and_all_when_the_halt_ends(outbox: Outbox) -> None:
    ids = outbox.plan("anna", "bela", "cleo")
    Message.objects.filter(id=ids[0]).update(due_at=outbox.now - HOUR)
    stop(outbox)
    assert claim(outbox.now, 10) == []
    chosen = Chosen(since=outbox.now - HOUR / 2)
    late = outbox.now - timedelta(seconds=1)
    assert halted.waiting(chosen, outbox.now) == [Waiting("hello", "email", "marketing", 2, late)]
    assert halted.release(chosen, outbox.now) == 2
    assert halted.release(chosen, outbox.now) == 0
    assert [one.id for one in claim(outbox.now, 10)] == ids[1:]
    assert claim(outbox.now, 10) == []
    assert halt.end(outbox.now)
    assert [one.id for one in claim(outbox.now, 10)] == ids[:1]


def test_expiring_ends_what_waits_and_keeps_what_may_have_left(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = outbox.plan("anna", "bela", "cleo")
    Message.objects.filter(id=ids[1]).update(state="uncertain", maybe_sent=True, counted_at=outbox.now)
    claimed = claim(outbox.now, 1)
    stop(outbox)
    monkeypatch.setattr(halted, "BATCH", 1)
    assert halted.expire(Chosen(journey="other"), outbox.now) == 0
    assert halted.expire(Chosen(journey="hello"), outbox.now) == 2
    assert [one.id for one in claimed] == ids[:1]
    assert outbox.states() == [("leased", ""), ("unknown", "expired_by_hand"), ("expired", "expired_by_hand")]
    rows = Message.objects.order_by("id").values_list("fence", "wake_pending", "counted_at")
    assert list(rows) == [(1, False, None), (1, True, outbox.now - timedelta(seconds=1)), (1, True, None)]


def test_quarantine_outlives_the_halt_until_it_is_released(outbox: Outbox) -> None:
    ids = outbox.plan("anna", "bela")
    Message.objects.filter(id=ids[0]).update(due_at=outbox.now - HOUR)
    stop(outbox)
    assert halted.quarantine(Chosen(since=outbox.now - HOUR / 2), outbox.now) == 1
    assert halt.end(outbox.now)
    assert [one.id for one in claim(outbox.now, 10)] == ids[:1]
    assert Message.objects.values_list("due_at", "reason").get(id=ids[1]) == (NEVER, "quarantined")
    assert halted.release(Chosen(quarantined=True), outbox.now) == 1
    assert [one.id for one in claim(outbox.now, 10)] == ids[1:]


def test_a_watch_halts_once_and_a_lost_mark_halts_nothing(outbox: Outbox) -> None:
    workspace = Workspace.get()
    number = sequence.take(1)[0]
    shift.watch(outbox.now)
    assert Halt.objects.count() == 0
    mark.leave(workspace.salt, Mark(workspace.incarnation.hex, number + 1))
    mark.leave(workspace.salt, Mark(workspace.incarnation.hex, number))
    try:
        assert mark.read(workspace.salt) == Mark(workspace.incarnation.hex, number + 1)
        shift.watch(outbox.now)
        shift.watch(outbox.now)
        row = Halt.objects.get()
        assert (row.why, row.before, row.ended_at) == ("restored", [workspace.incarnation.hex], None)
        assert halt.end(outbox.now)
        shift.watch(outbox.now)
        assert Halt.objects.count() == 1
    finally:
        mark._path(workspace.salt).unlink()


def test_a_long_stop_with_messages_overdue_halts(outbox: Outbox) -> None:
    outbox.plan("anna")
    heartbeats.beat("a", "work", outbox.now, "work", outbox.now)
    shift.watch(outbox.now + 6 * HOUR)
    assert Halt.objects.count() == 0
    shift.watch(outbox.now + 7 * HOUR)
    assert Halt.objects.values_list("why", flat=True).get() == "stopped"


def test_the_first_page_says_who_works_and_that_nobody_does(outbox: Outbox) -> None:
    assert (read_today(outbox.now).workers, read_today(outbox.now).alarms) == ("", [])
    outbox.plan("anna")
    for worker in ("a", "b"):
        heartbeats.beat(worker, "work", outbox.now, "work", outbox.now)
    said = read_today(outbox.now + timedelta(seconds=3))
    assert (said.workers, said.alarms) == ("2 workers at work; last heard 3 s ago.", [])
    said = read_today(outbox.now + timedelta(seconds=61))
    assert said.workers.startswith("Nobody works since ")
    assert [one.text for one in said.alarms] == ["Messages are due, and no worker runs: run `make work`."]


def test_old_workers_are_forgotten_but_the_last_one_heard(outbox: Outbox) -> None:
    for worker, days in (("a", 20), ("b", 10)):
        heartbeats.beat(worker, "work", outbox.now, "", outbox.now - timedelta(days=days))
    assert heartbeats.prune(outbox.now) == 1
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["b"]


def test_the_command_asks_before_it_acts(outbox: Outbox) -> None:
    with pytest.raises(CommandError, match="Nothing is halted"):
        call_command("outbox", "release", yes=True)
    outbox.plan("anna")
    stop(outbox)
    with pytest.raises(CommandError, match="This would expire 1 messages"):
        call_command("outbox", "expire")
    call_command("outbox", "expire", dry_run=True)
    assert outbox.states() == [("planned", "")]
    with pytest.raises(CommandError, match="quarantine needs --since TIME"):
        call_command("outbox", "quarantine", yes=True)
