"""Databases of the benchmark's own, and a Redis that nobody else is in; all gone at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from tests import servers
from tests.environment import read_variables

SECRET = "a key of the benchmark, which signs nothing that leaves this machine"
SETTINGS = "orchestrator.config.settings"
TAKEN = "benchmark:taken"


@contextmanager
def settled(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Point the settings of this process and its children at empty places: the URLs of two databases and of Redis.

    The second database is for a base of a tenth. Must be entered before the settings are read.
    """
    server, broker = servers.postgresql_url(), free_redis(servers.redis_url())
    main, small = (f"bench_{os.getpid()}_{name}" for name in ("main", "small"))
    _settle(folder, _url(server, main), broker)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {main}")
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _close()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {small} TEMPLATE {main}")
        yield _url(server, main), _url(server, small), broker
    finally:
        _close()
        with psycopg.connect(server, autocommit=True) as connection:
            for name in (main, small):
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        redis.Redis.from_url(broker).flushdb()


def free_redis(url: str) -> str:
    """The first empty database of this Redis, so that neither an application's queue nor a test's is touched.

    It is taken by a key, so that two benchmarks that begin at once never share one, and empty each other's queues.
    """
    parts = urlsplit(url)
    for number in range(15, 0, -1):
        candidate = urlunsplit(parts._replace(path=f"/{number}"))
        client = redis.Redis.from_url(candidate)
        if client.set(TAKEN, os.getpid(), nx=True):
            if client.dbsize() == 1:
                return candidate
            client.delete(TAKEN)
    raise RuntimeError(
        f"the Redis at {parts.hostname}:{parts.port} has no empty database; set REDIS_URL to another"
    )


def empty(url: str) -> None:
    """Throw away what is left in the database; it stays taken."""
    client = redis.Redis.from_url(url)
    client.pipeline().flushdb().set(TAKEN, os.getpid()).execute()


def _settle(folder: Path, database_url: str, broker: str) -> None:
    for name in read_variables():
        os.environ.pop(name, None)
    os.environ.update(_environment(folder, database_url, broker))


def _environment(folder: Path, database_url: str, broker: str) -> Mapping[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "VAR_DIR": str(folder),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "REDIS_URL": broker,
        "DELIVERY_ALLOWLIST": "*",
        "ORCHESTRATOR_PLUGINS": "",
        # Celery warns of a worker that runs as root, as everything in a container may.
        "PYTHONWARNINGS": "ignore:You're running the worker",
    }


def _url(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _close() -> None:
    from django.db import connections

    connections.close_all()
