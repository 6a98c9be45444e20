"""The servers that tests talk to can be had on a machine that has none."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests import servers


def test_the_embedded_postgresql_answers_and_lets_us_make_databases():
    with psycopg.connect(servers.embedded_postgresql_url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE made_here")
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
        version = connection.info.server_version
    assert "made_here" in names
    assert version >= 150000


def test_the_embedded_redis_answers_over_tcp():
    with redis.Redis.from_url(servers.embedded_redis_url()) as client:
        client.set("key", "value")
        assert client.get("key") == b"value"


def test_the_environment_names_the_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_POSTGRESQL_URL", "postgres://somebody@elsewhere/db")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://elsewhere/3")
    assert servers.postgresql_url.__wrapped__() == "postgres://somebody@elsewhere/db"
    assert servers.redis_url.__wrapped__() == "redis://elsewhere/3"


def test_a_database_url_of_sqlite_does_not_pass_for_postgresql(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TEST_POSTGRESQL_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///somewhere.sqlite3")
    monkeypatch.setattr(servers, "_local_postgresql", lambda: None)
    monkeypatch.setattr(servers, "embedded_postgresql_url", lambda: "embedded")
    assert servers.postgresql_url.__wrapped__() == "embedded"


def test_no_server_at_all_is_an_error_in_words_not_a_skip(monkeypatch: pytest.MonkeyPatch):
    def refuse(name: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(servers, "_folder", refuse)
    with pytest.raises(RuntimeError, match=r"No PostgreSQL for the tests: .*disk full.*DATABASE_URL="):
        servers.embedded_postgresql_url.__wrapped__()
    with pytest.raises(RuntimeError, match=r"No Redis for the tests: .*disk full.*REDIS_URL="):
        servers.embedded_redis_url.__wrapped__()
