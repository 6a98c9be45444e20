"""The conversion: no row is written anew, nothing is looked at under the lock, and wherever it stops the engine works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from orchestrator.journeys.models import StepRun
from orchestrator.journeys.partitions.catalogue import is_partitioned, parts, shape
from orchestrator.journeys.partitions.conversion import Step, cancel
from orchestrator.journeys.partitions.convert import Obstructed, convert, remaining, run
from orchestrator.journeys.partitions.tables import MONTHLY, Monthly
from orchestrator.messaging.models import Decision, DeliveryAttempt
from tests.partitions.months import asked, by_months, in_parts
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import MONDAY_NOON, World

pytestmark = pytest.mark.postgresql
NAMES = ["bound", "validate", "exchange"]
EVERY = pytest.mark.parametrize("one", list(MONTHLY.values()), ids=list(MONTHLY))


def greeted(world: World, *names: str) -> None:
    """These people go through a journey of one message, to its end."""
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    for name in names:
        world.event(world.person(name, addresses={"email": f"{name}@example.com"}), "trip.wanted")
    world.run()


def ids(one: Monthly) -> list[int]:
    return list(one.model._default_manager.order_by("id").values_list("id", flat=True))


@EVERY
def test_the_table_that_is_there_becomes_the_first_partition_as_it_is(world: World, one: Monthly) -> None:
    greeted(world, "anna", "bela")
    before, file = ids(one), asked(f"SELECT pg_relation_filenode('{one.table}')")
    indexes = asked(
        "SELECT pg_relation_filenode(indexrelid) FROM pg_index WHERE indrelid = %s::regclass", one.table
    )
    assert [step.name for step, _ in convert(one, world.now)] == NAMES
    first = f"{one.table}_before_2026_04"
    assert [part.name for part in parts(one.table)] == [first, f"{one.table}_other"]
    assert asked(f"SELECT pg_relation_filenode('{first}')") == file
    now = asked("SELECT pg_relation_filenode(indexrelid) FROM pg_index WHERE indrelid = %s::regclass", first)
    assert sorted(now) == sorted(indexes)
    assert len(before) == 2
    assert ids(one) == before
    assert in_parts(one.name) == {"_before_2026_04": 2, "_other": 0}
    assert list(convert(one, world.now)) == []


@EVERY
def test_ids_go_on_and_indexes_keep_their_names(world: World, one: Monthly) -> None:
    greeted(world, "anna")
    (last,) = asked(f"SELECT last_value FROM {one.table}_id_seq")
    plain = [index for index in shape(one.table).indexes if not index.unique]
    list(convert(one, world.now))
    assert asked(f"SELECT last_value, is_called FROM {one.table}_id_seq") == [(last[0], True)]
    assert asked("SELECT pg_get_serial_sequence(%s, 'id')", one.table) == [(f"public.{one.table}_id_seq",)]
    assert [index.name for index in shape(one.table).indexes] == [index.name for index in plain]
    greeted(world, "bela")
    assert ids(one)[-1] == last[0] + 1


def test_nothing_is_looked_at_under_the_lock(world: World) -> None:
    """PostgreSQL says so itself: the CHECK implies the bound, and it need not read the rows."""
    one, heard = MONTHLY["step_run"], []
    greeted(world, "anna")
    *first, exchange = remaining(one, world.now)
    for step in first:
        run(step)
    connection.connection.add_notice_handler(lambda said: heard.append(said.message_primary))
    asked("SELECT set_config('client_min_messages', 'debug1', true)")
    run(exchange)
    assert [said for said in heard if "implied" in said] == [
        'partition constraint for table "journeys_steprun_before_2026_04" is implied by existing constraints'
    ]


@EVERY
@pytest.mark.parametrize("done", range(len(NAMES) + 1))
def test_stopped_between_two_steps_the_engine_works_and_the_rest_is_done_later(
    world: World, one: Monthly, done: int
) -> None:
    greeted(world, "anna")
    for _ in range(done):
        run(remaining(one, world.now)[0])
    later = world.now + timedelta(days=27)  # another month would be the cut by now; the one begun with stays
    assert [step.name for step in remaining(one, later)] == NAMES[done:]
    assert is_partitioned(one.table) is (done == len(NAMES))
    greeted(world, "bela")
    assert len(ids(one)) == 2
    assert [step.name for step, _ in convert(one, later if done else world.now)] == NAMES[done:]
    assert in_parts(one.name) == {"_before_2026_04": 2, "_other": 0}


@EVERY
def test_broken_off_within_the_exchange_the_table_is_as_before(world: World, one: Monthly) -> None:
    greeted(world, "anna")
    for step in remaining(one, world.now)[:2]:
        run(step)
    before, (exchange,) = shape(one.table), remaining(one, world.now)
    for place in range(1, len(exchange.sql) + 1):
        broken = replace(exchange, sql=[*exchange.sql[:place], "SELECT 1/0"])
        with pytest.raises(DatabaseError):
            run(broken)
        assert shape(one.table) == before
    assert remaining(one, world.now) == [exchange]
    assert len(ids(one)) == 1


def test_a_row_beyond_the_cut_is_refused_until_the_exchange_and_welcome_after_it(world: World) -> None:
    greeted(world, "anna")
    one, beyond = MONTHLY["decision"], world.now + timedelta(days=40)
    row = {"message_id": 1, "decided_at": beyond, "outcome": "hold", "reason": "x"}
    for step in remaining(one, world.now)[:2]:
        run(step)
    with pytest.raises(DatabaseError, match="partition_bound_2026_04"), transaction.atomic():
        Decision.objects.create(**row)
    list(convert(one, world.now))
    Decision.objects.create(**row)
    assert in_parts("decision") == {"_before_2026_04": 1, "_other": 1}


@pytest.mark.parametrize(("done", "steps"), [(0, []), (1, ["cancel"]), (2, ["cancel"]), (3, [])])
def test_a_conversion_can_be_called_off_before_the_exchange(
    world: World, done: int, steps: list[str]
) -> None:
    one = MONTHLY["attempt"]
    before = shape(one.table)
    for _ in range(done):
        run(remaining(one, world.now)[0])
    off = cancel(shape(one.table))
    assert [step.name for step in off] == steps
    for step in off:
        run(step)
    assert (shape(one.table) == before) is (done < 3)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CREATE TABLE mine (run bigint REFERENCES journeys_steprun)", "the foreign key mine_run_fkey"),
        ("CREATE VIEW mine AS SELECT step FROM journeys_steprun", "the view mine"),
        ("CREATE PUBLICATION mine FOR TABLE journeys_steprun", "the publication mine"),
        ("ALTER TABLE journeys_steprun ENABLE ROW LEVEL SECURITY", "row security"),
        (
            "CREATE TRIGGER mine BEFORE UPDATE ON journeys_steprun"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "the trigger mine",
        ),
        ("ALTER TABLE journeys_steprun ALTER id DROP IDENTITY", "an id that is no identity column"),
    ],
)
@pytest.mark.django_db
def test_what_would_not_follow_the_table_stands_in_the_way(sql: str, named: str) -> None:
    run(Step("hang something on it", "", [sql]))
    before = shape("journeys_steprun")
    with pytest.raises(Obstructed) as refused:
        list(convert(MONTHLY["step_run"], MONDAY_NOON))
    assert str(refused.value) == f"journeys_steprun cannot be converted: on it hangs {named}"
    assert shape("journeys_steprun") == before


@pytest.mark.django_db
def test_who_might_read_may_read_on() -> None:
    grants = [
        "GRANT SELECT ON journeys_steprun TO pg_monitor",
        "GRANT INSERT, SELECT ON journeys_steprun TO PUBLIC",
    ]
    run(Step("let others read", "", grants))
    list(convert(MONTHLY["step_run"], MONDAY_NOON))
    assert sorted(shape("journeys_steprun").grants) == sorted(grants)


@pytest.mark.django_db
def test_who_owns_it_owns_it_on() -> None:
    if asked("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") != [(True,)]:
        pytest.skip("only a superuser may give a table to somebody else")
    run(Step("give it away", "", ["ALTER TABLE journeys_steprun OWNER TO pg_monitor"]))
    by_months(MONDAY_NOON)
    owners = "SELECT tablename, tableowner FROM pg_tables WHERE tablename LIKE 'journeys_steprun%' ORDER BY 1"
    names = ["", "_2026_04", "_2026_05", "_2026_06", "_before_2026_04", "_other"]
    assert asked(owners) == [(f"journeys_steprun{name}", "pg_monitor") for name in names]


def test_no_two_tables_are_meant_and_none_is_forgotten() -> None:
    assert {one.model for one in MONTHLY.values()} == {Decision, DeliveryAttempt, StepRun}
