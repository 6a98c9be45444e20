"""The timing of pages at a tiny size: the base is made, pages answer, their statements are seen, and all is gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.bench.pages import Timing, _shortened, _tell
from tests.environment import ROOT


def test_the_slowest_page_stands_first(capsys: pytest.CaptureFixture[str]) -> None:
    quick = Timing("quick", 0.2, 0.01, 3, 0.001, "SELECT 1")
    slow = Timing("slow", 1.5, 1.25, 12, 0.9, 'SELECT "a"."b" FROM "a" WHERE "a"."c" = %s')
    _tell([quick, slow])
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["slow", "1,500", "1,250", "12", "900", "SELECT", "…", "FROM", "a", "WHERE", "a.c", "=", "%s"],
        ["quick", "200", "10", "3", "1", "SELECT", "1"],
    ]


def test_a_long_statement_is_cut() -> None:
    said = _shortened("SELECT a FROM b WHERE " + "c " * 200)
    assert said.startswith("SELECT … FROM b WHERE c c")
    assert len(said) == 160


@pytest.mark.postgresql
@pytest.mark.slow
def test_pages_are_timed_on_a_base_of_their_own() -> None:
    asked = ["--scale", "0.001", "--most", "60", "--pages", "customers_customer"]
    command = [sys.executable, "-m", "tests.bench.pages", *asked]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1,000 customers made in ")
    timed = {line[:60].strip() for line in lines[2:-1]}
    assert {
        "customers_customer_changelist",
        "customers_customer_changelist ?q",
        "customers_customer_change",
    } <= timed
    assert "customers_customer_merge" not in timed  # a button
    assert (
        f"{len(timed)} pages with 1,000 customers: 0 take more than 60 s the first time, 0 at best"
        in lines[-1]
    )
