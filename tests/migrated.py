"""A database migrated once in this run, of which every installation begins as a copy.

All workers of a run share it. Whoever needs it first makes it under a name of its own and then renames it, so that
nobody ever copies one that is half migrated. The price: two who need it at the same moment both migrate, and the
work of one is thrown away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import servers

Migrate = Callable[[str], object]  # given the URL of an empty database


def copy_sqlite(target: Path, migrate: Migrate) -> str:
    """Make this file a migrated database; its URL."""
    made = Path(os.environ["VAR_DIR"]) / "migrated.sqlite3"
    if not made.exists():
        own = made.with_name(f"migrating_{os.getpid()}.sqlite3")
        migrate(f"sqlite:///{own}")
        own.rename(made)
    shutil.copyfile(made, target)
    return f"sqlite:///{target}"


def copy_postgresql(name: str, migrate: Migrate) -> str:
    """Create a migrated database of this name; its URL."""
    with psycopg.connect(servers.postgresql_url(), autocommit=True) as connection:
        if not _exists(connection, _template()):
            _make_template(connection, migrate)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_template()}")
    return _url(name)


def drop_postgresql(name: str) -> None:
    """Drop this database if it is there, whoever looks at it."""
    with psycopg.connect(servers.postgresql_url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def drop_template() -> None:
    """Drop what this run copied from. For the end of a run: whoever copies later would migrate anew."""
    drop_postgresql(_template())


def _make_template(connection: psycopg.Connection, migrate: Migrate) -> None:
    own = f"{_template()}_{os.getpid()}"
    connection.execute(f"CREATE DATABASE {own}")
    try:
        migrate(_url(own))
        with suppress(psycopg.errors.DuplicateDatabase):  # the other worker was faster
            connection.execute(f"ALTER DATABASE {own} RENAME TO {_template()}")
    finally:
        drop_postgresql(own)


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _template() -> str:
    return f"test_migrated_{os.environ['TEST_RUN']}"


def _url(name: str) -> str:
    return urlunsplit(urlsplit(servers.postgresql_url())._replace(path=f"/{name}"))
