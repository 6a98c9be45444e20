"""What happened, as the carriers' log and the diary tell it; and what the tables say. Nothing of the engine is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg

from tests.chaos.campaign import Campaign


@dataclass(frozen=True)
class Taken:
    """A message that a carrier took."""

    number: int
    at: float
    there: datetime
    carrier: str
    key: str
    address: str
    purpose: str
    token: str
    how: str


@dataclass(frozen=True)
class Row:
    """A message as its table tells it in the end."""

    id: int
    key: str
    customer: int
    enrollment: int
    journey: str
    version: int
    channel: str
    purpose: str
    state: str
    reason: str
    number: int | None
    handed_off_at: datetime | None
    crashes: int
    counted: bool
    zone: str
    token: str
    claim: UUID | None


@dataclass(frozen=True)
class Move:
    """A change of a message, as the database wrote it down by itself."""

    message: int
    txid: int
    began: float
    before: str
    after: str
    fence_before: int
    fence_after: int
    maybe_before: bool
    maybe_after: bool
    number: int | None


@dataclass
class Diary:
    """What was done beside the workers, each after its commit."""

    withdrawn: dict[tuple[int, str], float] = field(default_factory=dict)
    erased: dict[int, float] = field(default_factory=dict)
    receipts: set[str] = field(default_factory=set)
    overslept: int = 0  # turns that outlived their lease, without anybody's doing
    stopped: dict[str, float] = field(default_factory=dict)
    worker_errors: Counter[str] = field(default_factory=Counter)
    user_errors: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)  # of withdrawing, and what the message was then
    beats: Counter[str] = field(default_factory=Counter)  # how often each rang


@dataclass(frozen=True)
class Truth:
    """Both stories."""

    taken: list[Taken]
    rows: list[Row]
    diary: Diary
    doubted: Counter[int]  # how often a carrier's answer left a message in doubt
    row_of: dict[str, Row]  # by key, and by token; an erased person's tokens are gone, their keys are not


_ROWS = """SELECT m.id, m.key, m.customer_id, m.enrollment_id, m.journey, m.version, m.channel, m.purpose, m.state,
    m.reason, m.number, m.handed_off_at, m.crash_count, m.counted_at IS NOT NULL, c.time_zone, e.entry_key, m.claim
    FROM messaging_message m JOIN customers_customer c ON c.id = m.customer_id
    JOIN journeys_enrollment e ON e.id = m.enrollment_id ORDER BY m.id"""
_DOUBTED = """SELECT message, count(*) FROM chaos_attempts WHERE outcome IN ('uncertain', 'unknown')
    GROUP BY message"""


def read(campaign: Campaign, own: psycopg.Connection) -> Truth:
    """All of it."""
    taken = [_taken(line) for line in campaign.log.read_text(encoding="utf-8").splitlines()]
    rows = [Row(*row) for row in own.execute(_ROWS)]
    doubted = Counter({int(row[0]): int(row[1]) for row in own.execute(_DOUBTED)})
    text = campaign.diary.read_text(encoding="utf-8") if campaign.diary.exists() else ""
    by_token = {row.token: row for row in rows if row.token}
    by_key = {row.key: row for row in rows}
    named = {one.token: by_key[one.key] for one in taken if one.key in by_key}
    return Truth(taken, rows, _diary(text.splitlines()), doubted, by_token | named | by_key)


def moves(own: psycopg.Connection) -> Iterable[Move]:
    """Every move, in the order in which they were made."""
    cursor = own.cursor("moves")
    cursor.execute(
        "SELECT message, txid, extract(epoch FROM began), before, after, fence_before, fence_after, maybe_before,"
        " maybe_after, number FROM chaos_moves ORDER BY id"
    )
    return (Move(*row) for row in cursor)


def _taken(line: str) -> Taken:
    number, at, there, *rest = json.loads(line)
    return Taken(number, at, datetime.fromisoformat(there), *rest)


def _diary(lines: Iterable[str]) -> Diary:
    diary = Diary()
    for line in lines:
        match line.split():
            case ["withdrawn", customer, channel, at]:
                diary.withdrawn.setdefault((int(customer), channel), float(at))
            case ["erased", customer, at]:
                diary.erased.setdefault(int(customer), float(at))
            case ["way", way, state]:
                diary.ways[f"{way}, {state}"] += 1
            case ["receipt", key]:
                diary.receipts.add(key)
            case ["stopped", journey, at]:
                diary.stopped[journey] = float(at)
            case ["overslept"]:
                diary.overslept += 1
            case ["error", state]:
                diary.worker_errors[state] += 1
            case ["beat", number, rung]:
                diary.beats[number] += int(rung)
            case ["user", _, state]:
                diary.user_errors[state] += 1
    return diary
