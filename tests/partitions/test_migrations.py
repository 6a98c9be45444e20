"""Django's migrations on a table kept by months: columns and indexes reach every month, those to come as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations import AddField, AddIndex, AlterField, RemoveField, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.utils import NotSupportedError

from orchestrator.journeys.models import StepRun
from orchestrator.journeys.partitions.catalogue import parts
from orchestrator.journeys.partitions.convert import run
from orchestrator.journeys.partitions.months import ahead
from orchestrator.journeys.partitions.tables import MONTHLY
from tests.partitions.months import asked, by_months
from tests.scenarios.world import MONDAY_NOON

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
TABLE = StepRun._meta.db_table


def migrate(*operations: Operation, state: ProjectState | None = None, app: str = "journeys") -> ProjectState:
    """Carry these out as a migration of the app would; the state after it."""
    state = state or ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        for operation in operations:
            then = state.clone()
            operation.state_forwards(app, then)
            operation.database_forwards(app, editor, state, then)
            state = then
    return state


def everywhere(sql: str) -> set[object]:
    """What a question about a table answers for each partition and the whole."""
    tables = [TABLE, *(part.name for part in parts(TABLE))]
    assert len(tables) > 5
    return {asked(sql, table)[0][0] for table in tables}


def has_column(name: str) -> str:
    return (
        "SELECT count(*) FROM pg_attribute WHERE attrelid = %s::regclass AND NOT attisdropped"
        f" AND attname = '{name}'"
    )


def test_a_column_reaches_all_months_and_those_to_come() -> None:
    by_months(MONDAY_NOON)
    state = migrate(
        AddField("steprun", "note", models.CharField(max_length=20, db_default="none")),
        AlterField("steprun", "note", models.CharField(max_length=40, db_default="none")),
    )
    for step in ahead(MONTHLY["step_run"], MONDAY_NOON + timedelta(days=200)):
        run(step)
    assert "journeys_steprun_2026_09" in [part.name for part in parts(TABLE)]
    assert everywhere(has_column("note")) == {1}
    migrate(RemoveField("steprun", "note"), state=state)
    assert everywhere(has_column("note")) == {0}


def test_an_index_reaches_all_months_and_those_to_come() -> None:
    by_months(MONDAY_NOON)
    wanted = models.Index(fields=["outcome", "left_at"], name="step_run_outcome")
    state = migrate(AddIndex("steprun", wanted))
    for step in ahead(MONTHLY["step_run"], MONDAY_NOON + timedelta(days=200)):
        run(step)
    count = "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%(outcome, left_at)'"
    assert everywhere(count) == {1}
    migrate(RemoveIndex("steprun", "step_run_outcome"), state=state)
    assert everywhere(count) == {0}


def test_an_index_from_before_the_conversion_is_removed_by_its_name() -> None:
    count = "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%(message_id)'"
    table = MONTHLY["decision"].table
    by_months(MONDAY_NOON)
    assert {asked(count, one)[0][0] for one in (table, *(part.name for part in parts(table)))} == {1}
    bare = models.ForeignKey("messaging.Message", models.DO_NOTHING, db_constraint=False, db_index=False)
    migrate(AlterField("decision", "message", bare), app="messaging")
    assert {asked(count, one)[0][0] for one in (table, *(part.name for part in parts(table)))} == {0}


def test_a_key_of_all_months_is_refused_by_the_database() -> None:
    by_months(MONDAY_NOON)
    key = models.UniqueConstraint(fields=["enrollment", "outcome"], name="step_run_other_key")
    with (
        pytest.raises(NotSupportedError, match="must include all partitioning columns"),
        connection.schema_editor() as editor,
    ):
        editor.add_constraint(StepRun, key)
