"""What PostgreSQL is told of a page's cost, and who has the last word."""

from __future__ import annotations

import pytest
from django.db import connection

from orchestrator.store.planner import COMPILED, COST

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def cost() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW random_page_cost")
        return str(cursor.fetchone()[0])


def test_every_connection_is_told() -> None:
    assert cost() == "1.1"


def test_statements_are_not_compiled_unless_somebody_has_set_that() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
        cursor.execute("SET LOCAL jit = on")
        cursor.execute(COMPILED)
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("on",)


def test_whoever_has_set_a_cost_keeps_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 2")
        cursor.execute(COST)
    assert cost() == "2"
