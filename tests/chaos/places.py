"""A database and a Redis of the campaign's own; both gone at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import servers
from tests.environment import read_variables

SECRET = "a key of the campaign, which signs nothing that leaves this machine"


def settle(folder: Path, database_url: str, redis_port: int) -> None:
    """Point the settings of this process and its children here. Before they are read."""
    for name in read_variables():
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="orchestrator.config.settings",
        VAR_DIR=str(folder),
        SECRET_KEY=SECRET,
        DATABASE_URL=database_url,
        DELIVERY_ALLOWLIST="*",
        ORCHESTRATOR_PLUGINS="",
        REDIS_URL=f"redis://127.0.0.1:{redis_port}/0" if redis_port else "",
    )


@contextmanager
def database(server: str, name: str, template: str = "") -> Iterator[str]:
    """An empty database, or a copy of one; its URL."""
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    try:
        yield url(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)


def url(server: str, name: str) -> str:
    """The same server, this database."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def server_url(own: bool = False) -> str:
    """A PostgreSQL on which databases may be made. `own`: one of this campaign's own, which nobody else uses."""
    return servers.embedded_postgresql_url() if own else servers.postgresql_url()


def is_own(server: str) -> bool:
    """Whether it is nobody else's, so that it may be restarted."""
    return servers.is_embedded(server)


@contextmanager
def redis(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes] | None]]:
    """A Redis that is nobody else's: its port and process; (0, None) where there is no redis-server."""
    program = shutil.which("redis-server")
    if program is None:
        yield 0, None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*command, "--dir", str(folder)], stdout=quiet, stderr=quiet)
    try:
        yield port, process
    finally:
        process.kill()
        process.wait()
