"""Arrays as PostgreSQL reads them: what goes in comes out, whatever characters it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from django.db import connection

from orchestrator.store.arrays import literal


class Word(StrEnum):
    ONE = "one"


NASTY = [
    "", "NULL", "null", "a,b", "{a}", "{", "}", '"', '""', "\\", '\\"', "\\\\", "'", "''", " a ", "\n", "\t", "ł„”", "🎉",
    "%s", "%%", "a\"b\\c,d}", '","',
]  # fmt: skip
HERE = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (NASTY, "text"),
        ([None, *NASTY, None], "text"),
        (["plain", "words", ""], "text"),
        (['","', "b"], "text"),
        ([None], "text"),
        ([], "text"),
        ([1, -(2**63), 2**63 - 1, None, 0], "bigint"),
        ([True, False, None], "boolean"),
        (
            [HERE, None, HERE, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)],
            "timestamptz",
        ),
        ([Decimal("1.50"), None], "numeric"),
        ([{"a": 1}], "jsonb"),
    ],
)
@pytest.mark.django_db
def test_what_goes_in_comes_out(values: list[Any], kind: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has arrays")
    if kind == "jsonb":
        with pytest.raises(Exception, match="cannot adapt type 'dict'"):
            _back(values, kind)
        return
    assert _back(values, kind) == values


def _back(values: list[Any], kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v FROM unnest(%s::{kind}[]) WITH ORDINALITY AS t (v, n) ORDER BY n", [literal(values)]
        )
        return [row[0] for row in cursor.fetchall()]


def test_words_of_an_enumeration_are_their_words() -> None:
    assert literal([Word.ONE, "two"]) == '{"one","two"}'


def test_whole_numbers_and_truths_are_not_mixed() -> None:
    assert literal([1, True]) == [1, True]
