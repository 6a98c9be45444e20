"""`manage.py partition`: what it says, what it refuses, and that a dry run is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orchestrator.domain.months import cut, following, month_of, written
from orchestrator.journeys.management.commands import partition
from orchestrator.journeys.partitions.catalogue import parts, shape
from orchestrator.journeys.partitions.convert import remaining, run
from orchestrator.journeys.partitions.tables import MONTHLY
from orchestrator.messaging.models import Decision
from orchestrator.store.again import Busy
from tests.partitions.months import by_months, in_parts

ON_POSTGRESQL = pytest.mark.postgresql
pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("partition", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="what SQLite is told")
@pytest.mark.parametrize("words", [[], ["apply", "decision"], ["ahead"]])
def test_sqlite_has_no_partitions(words: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        said(*words)
    assert str(refused.value) == "Partitions are PostgreSQL's; this database is SQLite. Nothing was done."


@ON_POSTGRESQL
def test_a_dry_run_prints_what_the_run_does(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: shape(one.table) for name, one in MONTHLY.items()}
    printed = said("apply", *MONTHLY, "--dry-run")
    assert {name: shape(one.table) for name, one in MONTHLY.items()} == before
    with connection.cursor() as cursor:
        cursor.execute(printed.replace("BEGIN;", "").replace("COMMIT;", ""))
    assert [remaining(one, NOW) for one in MONTHLY.values()] == [[], [], []]


@ON_POSTGRESQL
def test_it_says_what_it_did_and_what_there_is() -> None:
    assert said().splitlines()[:3] == ["decision: one table", "attempt: one table", "step_run: one table"]
    run(remaining(MONTHLY["attempt"], NOW)[0])
    month = written(cut(NOW))
    half = (
        f"attempt: one table, half converted (partition_bound_{month}): apply or cancel it before that month"
    )
    assert said().splitlines()[1] == half
    assert said("cancel", "attempt").startswith("cancel, ")
    told = said("apply", "decision").splitlines()
    assert [line.rpartition(",")[0] for line in told[:2]] == ["decision: bound", "decision: validate"]
    first = f"messaging_decision_before_{month}"
    by_months, size = said().splitlines()[:2]
    assert by_months == "decision: by months of decided_at"
    assert size.startswith(f"  {first}: about 0 rows, ")  # and what earlier tests have left of the file
    assert said("apply", "decision") == ""
    assert "event: never, since its key keeps an event from being taken twice" in said()


@ON_POSTGRESQL
def test_months_ahead_are_made_once() -> None:
    by_months(NOW)
    assert len(said("ahead", "--months", "5", "--dry-run").split("BEGIN;")) == 1 + 3 * 2
    assert len(said("ahead", "--months", "5").splitlines()) == 3 * 2
    assert said("ahead", "--months", "5") == ""
    months = [written(month) for month in following(month_of(NOW), 6)]
    made = [part.name for part in parts("messaging_decision")]
    assert made[-2] == f"messaging_decision_{months[-1]}"


@ON_POSTGRESQL
@pytest.mark.parametrize("drop", [False, True])
def test_old_months_are_set_apart(drop: bool) -> None:
    then = NOW - timedelta(days=150)
    by_months(then)
    Decision.objects.create(message_id=1, decided_at=then, outcome="hold", reason="x")
    before = f"{next(part.to for part in parts('messaging_decision') if part.to):%Y-%m}"
    words = ["detach", "decision", "--before", before, *["--drop"] * drop]
    assert "DETACH PARTITION" in said(*words, "--dry-run")
    assert Decision.objects.count() == 1
    name = f"messaging_decision_before_{before.replace('-', '_')}"
    assert said(*words).startswith(f"take away {name}, ")
    assert Decision.objects.count() == 0
    assert (name in connection.introspection.table_names()) is not drop
    assert "_before" not in "".join(in_parts("decision"))


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (
            ["apply", "event"],
            "event is never kept by months, since its key keeps an event from being taken twice",
        ),
        (["apply", "tea"], "no table is called tea; choose of decision, attempt, step_run"),
        (
            ["detach", "decision", "--before", "2026-01"],
            "decision is one table; `manage.py partition apply decision`",
        ),
        (["detach", "decision", "--before", "Mai"], "“Mai” is no month; write it like 2026-03"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], answer: str) -> None:
    with pytest.raises(CommandError) as refused:
        said(*words)
    assert answer in str(refused.value)


@ON_POSTGRESQL
def test_what_is_young_is_not_set_apart() -> None:
    by_months(NOW - timedelta(days=40))
    with pytest.raises(CommandError) as refused:
        said("detach", "decision", "--before", f"{NOW:%Y-%m}")
    assert str(refused.value) == "decision is kept 30 days at least."


@ON_POSTGRESQL
def test_a_table_that_others_hold_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*given: Any) -> None:
        raise Busy

    monkeypatch.setattr(partition, "convert", busy)
    with pytest.raises(CommandError) as refused:
        said("apply", "decision")
    assert str(refused.value) == "Others did not let go of the table. Nothing is half done; run it again."
