"""Workers as they really run: Celery with Redis, and one process without a broker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests import servers
from tests.installation import Installation, installed

SEED = """
from tests.workers.seed import seed
seed({names!r})
"""
# Asks until the answer is the one that is awaited, in one process: a start of Python costs more than many questions.
AWAIT = """
from tests.installation import until
from tests.workers.seed import report
until(lambda: report() == {awaited!r})
"""
# What was done, and what another look still finds to do: nothing.
AGAIN = """
from django.core.management import call_command
from tests.workers.seed import report
print(report())
call_command("work", once=True)
"""
CELERY = ("-m", "celery", "--app", "orchestrator.config.celery:app")
EVERYTHING = "2 accepted to anna@example.com, bela@example.com; 2 completed"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def sow(one: Installation, *names: str) -> None:
    one.python(SEED.format(names=names))


def wait_for(one: Installation, awaited: str) -> None:
    one.python(AWAIT.format(awaited=awaited))


def test_a_worker_is_rung_by_an_event_and_beat_finds_what_nobody_rang_for(place: Path) -> None:
    with installed(place, os.environ["TEST_DATABASE"]) as silent:
        loud = silent.having(REDIS_URL=servers.embedded_redis_url())
        worker = ("worker", "--pool", "solo", "--without-heartbeat", "--loglevel", "WARNING")
        schedule = ("beat", "--schedule", str(place / "beat"), "--pidfile=", "--loglevel", "WARNING")
        with loud.running(*CELERY, *worker):
            sow(loud, "anna")
            wait_for(loud, "1 accepted to anna@example.com; 1 completed")
            sow(silent, "bela")  # without a broker's address, nobody is told
            with loud.running(*CELERY, *schedule):
                wait_for(loud, EVERYTHING)


def test_one_process_does_it_all_and_stops_when_told(place: Path) -> None:
    with installed(place, os.environ["TEST_DATABASE"]) as one:
        sow(one, "anna", "bela")
        with one.running("manage.py", "work", "--every", "0.1") as process:
            wait_for(one, EVERYTHING)
            process.send_signal(signal.SIGTERM)
            told, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert told.splitlines()[0] == "Working; Ctrl-C ends it."
        assert told.splitlines()[-1] == "Stopped; nothing was left half done."


def test_once_does_what_is_due_though_the_broker_that_should_have_rung_was_away(place: Path) -> None:
    with installed(place, os.environ["TEST_DATABASE"]) as one:
        sow(one.having(REDIS_URL="redis://127.0.0.1:1/0"), "anna", "bela")
        assert one.manage("work", "--once") == "events=2 moved=2 messages=2\n"
        assert one.python(AGAIN) == f"{EVERYTHING}\n"


def test_a_pause_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(CommandError, match=r"--every takes 0\.05 to 60 seconds"):
        call_command("work", every=0.0)
