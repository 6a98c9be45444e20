"""docs/scale.md: what it reckons follows from what it says was measured, and its words are the program's."""

from __future__ import annotations

import re

from orchestrator.journeys.partitions.tables import MONTHLY
from tests.bench.sizes import TABLES
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
CUSTOMERS = (10e6, 100e6, 1000e6)
UNITS = {"GB": 1e9, "TB": 1e12}


def measured() -> dict[str, int]:
    """Bytes a row, by name."""
    found = re.findall(
        r"^\| ([a-z ]+) \| [\d,]+ \| (\d+) \| (\d+) \| (\d+) \| \*\*([\d,]+)\*\* \|$", PAGE, re.M
    )
    for name, *parts, whole in found:
        assert sum(map(int, parts)) == int(whole.replace(",", "")), name
    return {name: int(whole.replace(",", "")) for name, *_, whole in found}


def reckoned(title: str) -> list[float]:
    """The three figures of a row of the storage table, in bytes."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {title} |")]
    cells = [cell.split() for cell in row.split("|")[2:5]]
    return [float(number) * UNITS[unit] for number, unit in cells]


def test_storage_follows_from_the_measured_rows() -> None:
    row = measured()
    assert list(row) == list(TABLES)
    base = row["customer"] + row["address"] + row["consent"] + row["consent record"]
    stay = 4 * (row["message"] + row["message body"] + row["enrollment"] / 2)
    go = 4 * (row["decision"] + row["delivery attempt"] + 3 * row["step run"])
    events = 10 * row["event"]
    for title, each in {
        "customers, addresses, consents": base,
        "messages, bodies, passages, a month": stay,
        "events, a month": events,
        "steps, decisions, attempts, a month": go,
        "**all of it, a month**": stay + go + events,
        "after a year, the three kept for 90 days": base + 12 * (stay + events) + 3 * go,
        "after a year, nothing taken away": base + 12 * (stay + events + go),
    }.items():
        for figure, customers in zip(reckoned(title), CUSTOMERS, strict=True):
            assert abs(figure / (each * customers) - 1) < 0.005, title


def test_the_tables_it_converts_are_those_that_can_be() -> None:
    (line,) = re.findall(r"^python manage.py partition apply (.+)(?<!--dry-run)$", PAGE, re.M)
    assert line.split() == list(MONTHLY)
