"""RETAIN, class by class: at the boundary, what is open, what is only emptied, and that a dry run writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import F

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys import retain as retaining
from orchestrator.journeys.keeping.classes import CLASSES
from orchestrator.journeys.keeping.dry import look
from orchestrator.journeys.models import Enrollment, Journey, Launch, Simulation
from orchestrator.journeys.retain import AGAIN_AFTER, retain
from orchestrator.loyalty.award import NewEntry, award
from orchestrator.messaging.models import Message, MessageBody
from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice, AuditEntry, Retention
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night in which Warsaw's clocks go back
DAYS = 400
NOW = AT + DAYS * DAY


def dump() -> dict[str, list[Any]]:
    """Every row of every table."""
    models = [one for one in apps.get_models() if one._meta.managed and not one._meta.proxy]
    return {
        one._meta.label: list(one._default_manager.order_by("pk").values_list()) for one in models
    }  # fmt: skip


ONE, OTHER = AT - MOMENT, AT  # a moment older than it is kept, and exactly as old


def _journey(world: World) -> Journey:
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    return Journey.objects.get(key="trip")


def _simulations(world: World) -> list[Any]:
    journey = _journey(world)
    return [
        Simulation.objects.create(journey=journey, asked_at=at, days=7, state="done") for at in (ONE, OTHER)
    ]


def _launches(world: World) -> list[Any]:
    journey = _journey(world)
    told: dict[str, Any] = {"journey": journey, "state": "done", "on": AT.date()}
    return [
        Launch.objects.create(trigger=number, opens_at=at, finished_at=at, **told)
        for number, at in enumerate((ONE, OTHER))
    ]


def _alarms(world: World) -> list[Any]:
    return [
        Alarm.objects.create(kind="workers", severity="grave", opened_at=at - DAY, closed_at=at)
        for at in (ONE, OTHER)
    ]


def _notices(world: World) -> list[Any]:
    alarm = Alarm.objects.create(kind="workers", severity="grave", opened_at=ONE - DAY, closed_at=OTHER)
    channels = [AlarmChannel.objects.create(name=name, to="a@b.example") for name in "ab"]
    return [
        AlarmNotice.objects.create(alarm=alarm, channel=channel, what="opened", made_at=at, told_at=at)
        for channel, at in zip(channels, (ONE, OTHER), strict=True)
    ]


def _journal(world: World) -> list[Any]:
    told: dict[str, Any] = {"user": User.objects.create_user("ola"), "action_flag": CHANGE}
    return [LogEntry.objects.create(object_repr="x", action_time=at, **told) for at in (ONE, OTHER)]


def _sessions(world: World) -> list[Any]:
    keys = zip("ab", (ONE, OTHER), strict=True)
    return [
        Session.objects.create(session_key=key * 32, session_data="x", expire_date=at) for key, at in keys
    ]


MADE: dict[str, Callable[[World], list[Any]]] = {
    "simulation": _simulations,
    "launch": _launches,
    "alarm": _alarms,
    "notice": _notices,
    "journal": _journal,
    "session": _sessions,
}


def two(table: str, world: World) -> list[Any]:
    """Two rows of a class, ONE and OTHER; their keys."""
    return [row.pk for row in MADE[table](world)]


@pytest.mark.parametrize("table", sorted(MADE))
def test_exactly_so_many_days_stays_and_a_moment_more_goes(world: World, table: str) -> None:
    goes, stays = two(table, world)
    policy = Retention.objects.create(table=table, days=DAYS, due_at=NOW)
    before = dump()
    looked = look(policy, NOW)
    assert (looked.count, looked.oldest, looked.newest) == (1, AT - MOMENT, AT - MOMENT)
    assert dump() == before
    retain(NOW)
    model = CLASSES[table].model
    assert list(model._default_manager.values_list("pk", flat=True)) == [stays]
    kept = Retention.objects.get()
    assert (kept.passed, kept.went, kept.after, kept.due_at) == (1, 0, 0, NOW + AGAIN_AFTER)
    after = dump()
    touched = {label for label, rows in after.items() if rows != before[label]}
    assert touched == {model._meta.label, "workspace.Retention", "workspace.AuditEntry"}
    entry = AuditEntry.objects.get()
    assert (entry.who, entry.action, entry.subject) == ("system", "taken_away", "workspace.retention")
    assert entry.details == {"table": table, "days": DAYS, "count": 1}
    assert goes not in model._default_manager.values_list("pk", flat=True)


OPENED: dict[str, Callable[[Any], None]] = {
    "simulation": lambda pk: Simulation.objects.filter(pk=pk).update(state="running"),
    "launch": lambda pk: Launch.objects.filter(pk=pk).update(state="running", due_at=NOW, finished_at=None),
    "alarm": lambda pk: Alarm.objects.filter(pk=pk).update(closed_at=None),
    "notice": lambda pk: AlarmNotice.objects.filter(pk=pk).update(due_at=NOW),
}


@pytest.mark.parametrize("table", sorted(OPENED))
def test_what_goes_on_stays_however_old_it_is(world: World, table: str) -> None:
    goes, _stays = two(table, world)
    OPENED[table](goes)
    policy = Retention.objects.create(table=table, days=DAYS, due_at=NOW)
    before = dump()
    assert look(policy, NOW).count == 0
    retain(NOW)
    after = dump()
    assert {label for label, rows in after.items() if rows != before[label]} == {"workspace.Retention"}


def sent(world: World) -> tuple[Message, Message]:
    """Anna's message is final, Bela's waits; both with a body; and when Anna's became final."""
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    for name in ("anna", "bela"):
        customer = world.person(name, addresses={"email": f"{name}@example.com"})
        world.event(customer, "trip.wanted", colour="red")
    world.run()
    done, waits = Message.objects.order_by("id")
    Message.objects.filter(pk=waits.pk).update(
        state="planned", final_at=None, due_at=world.now + 900 * DAY, wake_pending=False
    )
    return done, waits


def test_a_body_loses_what_it_was_made_from_and_keeps_its_links(world: World) -> None:
    done, waits = sent(world)
    MessageBody.objects.update(links=["https://shop.example/"])
    policy = Retention.objects.create(table="context", days=30, due_at=world.now)
    now = world.now + 31 * DAY
    assert look(policy, now).count == 1
    retain(now)
    bodies = {body.pk: (body.context != {}, body.links) for body in MessageBody.objects.all()}
    links = ["https://shop.example/"]
    assert bodies == {done.pk: (False, links), waits.pk: (True, links)}
    assert look(Retention.objects.get(), now).count == 0


def test_a_message_keeps_its_place_in_every_cap(world: World) -> None:
    done, waits = sent(world)
    policy = Retention.objects.create(table="message", days=90, due_at=world.now)
    now = world.now + 91 * DAY
    changed = {"parameters", "address", "zone", "zone_rung"}
    before = {row["id"]: row for row in Message.objects.values()}
    assert before[done.pk]["parameters"]
    assert before[done.pk]["address"] == "anna@example.com"
    assert look(policy, now).count == 1
    retain(now)
    after = {row["id"]: row for row in Message.objects.values()}
    assert {name for name, value in after[done.pk].items() if value != before[done.pk][name]} == changed
    assert after[waits.pk] == before[waits.pk]
    assert after[done.pk]["counted_at"] is not None
    assert after[done.pk]["address_digest"]
    floor = Retention.objects.get().floor
    assert floor == waits.pk - 1


def test_bodies_go_whole_where_that_is_the_policy(world: World) -> None:
    _done, waits = sent(world)
    Retention.objects.create(table="body", days=365, due_at=world.now)
    retain(world.now + 366 * DAY)
    assert list(MessageBody.objects.values_list("pk", flat=True)) == [waits.pk]
    assert Message.objects.count() == 2


def test_what_a_passage_began_with_goes_once_nothing_measures_it(world: World) -> None:
    sent(world)
    walks, measured, done = world.person("ida"), world.person("jan"), Enrollment.objects.earliest("id")
    for customer in (walks, measured):
        world.event(customer, "trip.wanted", colour="red")
    world.run()
    Enrollment.objects.update(status="completed", finished_at=world.now, entry_properties={"colour": "red"})
    Enrollment.objects.filter(customer=walks).update(status="active", finished_at=None)
    now = world.now + 91 * DAY
    Enrollment.objects.filter(customer=measured).update(held_out=True, goal_until=now + DAY, goal_met_at=None)
    Retention.objects.create(table="entry", days=90, due_at=world.now)
    retain(now)
    left = set(Enrollment.objects.exclude(entry_properties={}).values_list("customer", flat=True))
    assert left == {walks, measured}
    assert done.customer_id not in left


def test_the_last_event_of_each_name_stays_and_what_was_not_looked_at_too(world: World) -> None:
    anna = world.person("anna")
    for name in ("order.placed", "order.placed", "visited", "order.placed"):
        world.event(anna, name)
        world.now += timedelta(minutes=1)
    world.run()
    Event.objects.filter(key="event-2").update(pending=True)
    policy = Retention.objects.create(table="event", days=365, due_at=world.now)
    now = world.now + 366 * DAY
    assert look(policy, now).count == 1
    retain(now)
    assert sorted(Event.objects.values_list("key", flat=True)) == ["event-2", "event-3", "event-4"]


def test_history_that_was_imported_yesterday_does_not_go_tonight(world: World) -> None:
    anna = world.person("anna")
    for days in (3000, 2999):
        world.late_event(anna, "order.placed", world.now - days * DAY)
    world.run()
    assert look(Retention(table="event", days=365), world.now + DAY).count == 0


def test_the_consent_that_holds_keeps_its_proof_and_the_replaced_one_for_as_long_as_claims(
    world: World,
) -> None:
    anna = world.person("anna")
    world.now += 2000 * DAY
    world.withdraw(anna)
    world.now += DAY
    world.grant(anna)
    ConsentRecord.objects.update(text="I agree", proof={"ip": "192.0.2.1"})
    Retention.objects.create(table="consent_proof", days=1096, due_at=world.now)
    first = ConsentRecord.objects.earliest("number")
    replaced = world.now - DAY
    retain(replaced + 1096 * DAY)
    assert ConsentRecord.objects.exclude(text="").count() == 3
    Retention.objects.update(due_at=world.now)
    retain(replaced + 1096 * DAY + MOMENT)
    rows = {row.pk: (row.text, row.proof) for row in ConsentRecord.objects.all()}
    full = ("I agree", {"ip": "192.0.2.1"})
    assert rows.pop(first.pk) == ("", {})
    assert list(rows.values()) == [full, full]


def people(world: World) -> dict[str, int]:
    """One by one what keeps somebody, and Anna whom nothing keeps."""
    world.publish(with_steps("trip", "- wait: 300 days\n  id: rest"))
    names = ("anna", "bela", "celia", "dora", "ewa", "fela", "gosia")
    there = {name: world.person(name, addresses={"email": f"{name}@example.com"}) for name in names}
    world.event(there["anna"], "order.placed")
    world.event(there["bela"], "trip.wanted")  # walks
    award([NewEntry(there["celia"], 100, "points-1", "test", "gift")], world.now)
    world.run()
    Customer.objects.filter(pk=there["dora"]).update(restricted_at=world.now)
    now = world.now
    world.now += 200 * DAY
    world.event(there["ewa"], "order.placed")
    world.late_event(there["fela"], "segment.entered", world.now)  # ours, not hers
    world.withdraw(there["gosia"])
    world.run()
    world.now = now + 370 * DAY
    Enrollment.objects.filter(customer=there["bela"]).update(status="active")
    return there


def test_who_is_inactive_is_erased_by_the_verb_and_whom_something_keeps_is_not(world: World) -> None:
    there = people(world)
    policy = Retention.objects.create(table="inactive", days=365, due_at=world.now)
    looked = look(policy, world.now)
    assert (looked.count, looked.some) == (2, (there["anna"], there["fela"]))
    before = dump()
    assert look(policy, world.now).count == 2
    assert dump() == before
    retain(world.now)
    gone = dict(Customer.objects.filter(erased_at__isnull=False).values_list("pk", "erased_at"))
    assert gone == {there["anna"]: world.now, there["fela"]: world.now}
    assert Customer.objects.get(pk=there["anna"]).attributes == {}
    assert Retention.objects.get().passed == 2
    Retention.objects.update(due_at=world.now)
    retain(world.now)
    assert Retention.objects.get().passed == 0


def test_or_restricted_by_the_verb(world: World) -> None:
    there = people(world)
    Retention.objects.create(table="quiet", days=365, due_at=world.now)
    retain(world.now)
    locked = dict(Customer.objects.filter(restricted_at=world.now).values_list("pk", "restricted_at"))
    assert set(locked) == {there["anna"], there["fela"]}
    assert not Customer.objects.filter(erased_at__isnull=False).exists()


def test_a_killed_turn_is_as_if_it_had_not_been_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.create_user("ola")
    for _number in range(5):
        LogEntry.objects.create(user=user, object_repr="x", action_flag=CHANGE, action_time=AT - DAY)
    Retention.objects.create(table="journal", days=DAYS, due_at=NOW)
    assert retain(NOW, 2) == 2
    assert LogEntry.objects.count() == 3

    def killed(*args: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(retaining, "floor_after", killed)
        dying.setattr(retaining, "turn", killed)
        with pytest.raises(KeyboardInterrupt):
            retain(NOW, 2)
    assert (LogEntry.objects.count(), Retention.objects.get().went) == (3, 2)
    assert [retain(NOW, 2), retain(NOW, 2), retain(NOW, 2)] == [2, 1, 0]
    assert (LogEntry.objects.count(), Retention.objects.get().passed) == (0, 5)


def test_emptied_rows_are_not_looked_at_again(world: World) -> None:
    done, waits = sent(world)
    Retention.objects.create(table="message", days=90, due_at=world.now)
    now = world.now + 91 * DAY
    Message.objects.filter(pk=waits.pk).update(state="accepted", final_at=F("created_at"))
    assert retain(now) == 2
    assert Retention.objects.get().floor == waits.pk
    Retention.objects.update(due_at=now)
    assert retain(now) == 0
    assert done.pk < waits.pk
