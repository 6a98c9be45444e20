"""The race of tests/chaos/imports.py, small: a worker that is killed while it brings a file in, and one that is not."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from django.db import connection

from tests.chaos.imports import race

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("kind", "rows"), [("customers", 6000), ("orders", 12000)])
def test_a_killed_import_comes_to_what_one_in_one_go_comes_to(
    kind: str, rows: int, record_property: Any
) -> None:
    told = race(argparse.Namespace(rows=rows, kills=1, kind=kind, seed=1, database=connection.vendor))
    record_property("race", told)
    assert (told["kills"], told["same"], told["as_expected"], told["twice"]) == (1, True, True, 0), told
