"""A whole installation of a test's own: a database, a folder, processes. For what only real processes show."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from tests import migrated
from tests.environment import ROOT, read_variables


class Installation:
    """`manage.py` on a database of its own. `environment` is what its processes see."""

    def __init__(self, folder: Path, database_url: str, settings: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in read_variables()}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = kept | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings",
            **settings,
        }

    def having(self, **settings: str) -> Installation:
        """The same installation, as processes with other settings see it."""
        other = copy(self)
        other.environment = self.environment | settings
        return other

    def manage(self, *arguments: str) -> str:
        """Run a command to its end; its output."""
        return self._run([sys.executable, "manage.py", *arguments])

    def python(self, code: str) -> str:
        """Run a few lines with Django set up; what they print."""
        return self._run([sys.executable, "-c", f"import django; django.setup()\n{code}"])

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A process of this installation, killed at the end if it still runs."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, text=True, capture_output=True)
        assert done.returncode == 0, f"{command[1:]} ended with {done.returncode}:\n{done.stderr[-3000:]}"
        return done.stdout


@contextmanager
def installed(folder: Path, kind: str, **settings: str) -> Iterator[Installation]:
    """An installation on SQLite or PostgreSQL, as `manage.py migrate` leaves it; its database goes with it."""

    def migrate(url: str) -> None:
        Installation(folder, url, {}).manage("migrate", "--verbosity", "0")

    if kind == "sqlite":
        yield Installation(folder, migrated.copy_sqlite(folder / "own.sqlite3", migrate), settings)
        return
    name = f"test_own_{os.getpid()}_{time.monotonic_ns()}"
    try:
        yield Installation(folder, migrated.copy_postgresql(name, migrate), settings)
    finally:
        migrated.drop_postgresql(name)


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """Ask again and again; the first answer that is true. Fails after so long a time that something is broken."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"nothing came in {seconds} seconds")
