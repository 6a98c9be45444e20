"""The conversion while others read and write, with real commits: nobody is refused, nothing is lost, a kill leaves a state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.installation import Installation, installed, until

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
TABLE = "journeys_steprun"
INSERT = (
    f"INSERT INTO {TABLE} (enrollment_id, step, visit, entered_at, left_at, outcome, reason, evidence)"
    " VALUES (%s, 'a', 1, now(), now(), 'x', '', '{}') ON CONFLICT DO NOTHING RETURNING id"
)
COUNT = f"SELECT count(*) FROM {TABLE} WHERE enrollment_id > %s"
STATE = (
    f"SELECT (SELECT relkind::text FROM pg_class WHERE oid = '{TABLE}'::regclass), array(SELECT conname::text"
    f" FROM pg_constraint WHERE conrelid = '{TABLE}'::regclass AND conname LIKE 'partition_%')"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, "postgresql") as own:
        yield own


def connect(house: Installation) -> psycopg.Connection:
    return psycopg.connect(house.environment["DATABASE_URL"], autocommit=True)


class Writer(threading.Thread):
    """Writes a row after another with one prepared statement, and reads with one, until told to stop."""

    def __init__(self, house: Installation) -> None:
        super().__init__(daemon=True)
        self.stop, self.ids, self.seen = threading.Event(), list[int](), list[int]()
        self._house = house
        self.start()

    def run(self) -> None:
        with connect(self._house) as connection:
            while not self.stop.is_set():
                (row,) = connection.execute(INSERT, [len(self.ids) + 1], prepare=True).fetchall()
                self.ids.append(row[0])
                (count,) = connection.execute(COUNT, [0], prepare=True).fetchall()
                self.seen.append(count[0])


def test_who_writes_meanwhile_is_not_refused_and_loses_nothing(house: Installation) -> None:
    writer = Writer(house)
    until(lambda: len(writer.ids) > 20)
    told = house.manage("partition", "apply", "step_run")
    after = len(writer.ids)
    until(lambda: len(writer.ids) > after + 20)
    writer.stop.set()
    writer.join(20)
    assert [line.split(",")[0] for line in told.splitlines()[:3]] == [
        "step_run: bound", "step_run: validate", "step_run: exchange",
    ]  # fmt: skip
    assert writer.seen == list(range(1, len(writer.ids) + 1))
    assert writer.ids == list(range(1, len(writer.ids) + 1))
    with connect(house) as connection:
        assert connection.execute(STATE).fetchall() == [("p", [])]
        assert connection.execute(COUNT, [0]).fetchall() == [(len(writer.ids),)]


def test_killed_while_it_waits_for_the_table_nothing_has_happened(house: Installation) -> None:
    """It is killed at each of its three steps, where it waits for somebody who has the table; then it is run to the end."""
    steps = house.manage("partition", "apply", "step_run", "--dry-run").split("BEGIN;")[1:]
    with connect(house) as holder, connect(house) as onlooker:
        states = []
        for step, held in zip(
            steps, ("ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE"), strict=True
        ):
            with holder.transaction():
                holder.execute(f"LOCK TABLE {TABLE} IN {held} MODE")
                kill_where_it_waits(house, onlooker)
                states += onlooker.execute(STATE).fetchall()
            if len(states) < len(steps):
                onlooker.execute(step.partition("COMMIT;")[0])
        bounds = {name for _, names in states for name in names}
        assert len(bounds) == 1
        assert states == [("r", []), ("r", list(bounds)), ("r", list(bounds))]
        assert "exchange" in house.manage("partition", "apply", "step_run")
        assert onlooker.execute(STATE).fetchall() == [("p", [])]


def kill_where_it_waits(house: Installation, onlooker: psycopg.Connection) -> None:
    """Begin the conversion, and kill it while it waits for the table."""
    with house.running("manage.py", "partition", "apply", "step_run"):
        until(lambda: waits(onlooker))
    until(lambda: not waits(onlooker))


def waits(onlooker: psycopg.Connection) -> bool:
    """Whether somebody waits for the table."""
    asked = f"SELECT EXISTS (SELECT FROM pg_locks WHERE relation = '{TABLE}'::regclass AND NOT granted)"
    (row,) = onlooker.execute(asked).fetchall()
    return bool(row[0])
