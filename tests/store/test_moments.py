"""Moments come back as they were written, whatever their fraction of a second."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

MOMENTS = [
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, 0, 500_000, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


@pytest.mark.django_db
@pytest.mark.postgresql
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_postgresql_moments(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (read,) = cursor.fetchone()
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.postgresql
@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00 BC"])
def test_what_no_moment_can_say_is_refused_by_the_driver(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises(DataError, match="timestamp"):
            cursor.fetchone()
