"""A database that is put back sends nothing by itself; `manage.py outbox` says what waits, and lets go what is chosen."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import servers
from tests.installation import Installation, installed

NAMES = ("anna", "bela", "cleo", "dora")
HALF = """
from datetime import UTC, datetime, timedelta
from django.db import connection
from orchestrator.journeys.shift import Shift
from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Message
from tests.workers.seed import report, seed
seed({names!r})
clock = lambda: datetime.now(UTC)
Shift("work", clock).look("work")
walk_by(clock, never)
print(deliver(clock(), 2).handed_off)
first = Message.objects.filter(state="planned").earliest("id")
Message.objects.filter(pk=first.pk).update(due_at=clock() - timedelta(hours=3))
print(report())
"""
REPORT = "from tests.workers.seed import report; print(report())"
HALTS = """
from orchestrator.workspace.models import Halt, Workspace
halt = Halt.objects.get()
print(halt.why, halt.ended_at is None, halt.evidence["number"] < halt.evidence["number_left"])
print(Workspace.get().incarnation.hex in halt.before)
"""
HALF_SENT = "2 accepted to anna@example.com, bela@example.com; 0 completed\n"
BOTH = "2 accepted to anna@example.com, bela@example.com; 2 completed\n"
THREE = "3 accepted to anna@example.com, bela@example.com, dora@example.com; 3 completed\n"
ALL = "4 accepted to anna@example.com, bela@example.com, cleo@example.com, dora@example.com; 4 completed\n"


def copy(one: Installation, back: bool) -> None:
    """Save the database, or put it back as it was saved."""
    url = one.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        saved = file.with_suffix(".saved")
        shutil.copy(*((saved, file) if back else (file, saved)))
        return
    name = urlsplit(url).path.removeprefix("/")
    source, target = (f"{name}_saved", name) if back else (name, f"{name}_saved")
    with psycopg.connect(servers.postgresql_url(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        if back:
            admin.execute(f'DROP DATABASE "{source}"')


def test_what_a_restored_database_calls_unsent_waits_for_a_decision(tmp_path: Path) -> None:
    with installed(tmp_path, os.environ["TEST_DATABASE"]) as one:
        assert one.python(HALF.format(names=NAMES)) == f"2\n{HALF_SENT}"
        copy(one, back=False)
        one.manage("work", "--once")
        assert one.python(REPORT) == ALL
        copy(one, back=True)
        assert one.python(REPORT) == HALF_SENT
        one.manage("work", "--once")
        assert one.python(REPORT + HALTS) == f"{BOTH}restored True True\nFalse\n"
        assert one.manage("outbox").splitlines()[-1] == "2 waiting"
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        assert one.manage("outbox", "release", "--since", since, "--yes").splitlines()[-1] == "1 released"
        one.manage("work", "--once")
        assert one.python(REPORT) == THREE
        one.manage("outbox", "release", "--yes")
        one.manage("work", "--once")
        assert one.python(REPORT + HALTS) == f"{ALL}restored False True\nFalse\n"
