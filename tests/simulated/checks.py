"""The independent checker: what the providers' own log says, against what the database says in the end."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from tests.simulated import town
from tests.simulated.history import HandOff, Row
from tests.simulated.house import House
from tests.simulated.providers import Taken

SENT = {"accepted", "unknown"}
OPEN = {"planned", "leased", "handing_off", "retry_wait", "uncertain"}
Found = Iterator[tuple[str, str]]  # invariant, what


def check(house: House, cap: int, window: timedelta) -> list[tuple[str, str]]:
    """All that is wrong when everything has come to its end."""
    return [
        *house.history.violations,
        *(("I14", fault) for fault in house.stage.faults),
        *_endings(house),
        *_owned_up_to(house),
        *_once(house),
        *_caps(house, cap, window),
        *_walks(house),
        *_forgotten(house),
    ]


def _endings(house: House) -> Found:
    """I1: every key once, every one final, and nobody left inside a journey."""
    rows = house.history.rows.values()
    for key, times in Counter(row.key for row in rows).items():
        if times > 1:
            yield "I1", f"{key[:6]} stands {times} times"
    for row in rows:
        if row.state in OPEN:
            yield "I1", f"{row.key[:6]} is {row.state} ({row.reason}) in the end"
    for id_, step in house.rows("SELECT id, step FROM journeys_enrollment WHERE status = 'active'"):
        yield "I1", f"passage {id_} still stands at {step}"
    for (name,) in house.rows("SELECT name FROM events_event WHERE pending"):
        yield "I1", f"nobody has looked at an event {name}"


def _owned_up_to(house: House) -> Found:
    """I2, I3: accepted is in the log; what is in the log is accepted, or owned up to as unknown."""
    rows = {row.key: row for row in house.history.rows.values()}
    taken = {one.key for one in house.log}
    for key, row in rows.items():
        if row.state == "accepted" and key not in taken:
            yield "I2", f"{key[:6]} is accepted, and no provider has it"
        if key in taken and row.state not in SENT and not _overtaken(house, key):
            yield "I3", f"{key[:6]} was taken, and is {row.state} ({row.reason})"
    for key in taken - rows.keys():
        yield "I3", f"{key[:6]} was taken, and nobody knows it"


def _overtaken(house: House, key: str) -> bool:
    """Whether a provider that can be asked was asked while the message was on its way to it.

    A call that is longer than a lease, or a clock that makes a lease seem over, is what this takes; the deadline of
    calls forbids the one, and nothing can forbid the other.
    """
    if not any(house.providers[one.channel].queryable for one in house.log if one.key == key):
        return False
    sent = [one for one in house.history.hand_offs if one.row.key == key]
    return any(
        left.at <= lost <= one.at
        for one in house.log
        if one.key == key
        for left in [left for left in sent if left.by == one.by and left.at <= one.at][-1:]
        for name, lost in house.history.rescued
        if name == key
    )


def _once(house: House) -> Found:
    """I4, I5: how often a provider may get one key, by what it promises and what is wanted."""
    rows = {row.key: row for row in house.history.rows.values()}
    by_key: dict[str, list[Taken]] = defaultdict(list)
    for one in house.log:
        by_key[one.key].append(one)
    for key, takes in by_key.items():
        provider = house.providers[takes[0].channel]
        again = len(takes) - 1
        if provider.idempotent is not None and again:
            yield "I4", f"{key[:6]} was taken {len(takes)} times by a provider of class I"
        elif provider.queryable and again > rows[key].crash_count:
            yield "I4", f"{key[:6]} was taken {len(takes)} times by a provider that could be asked"
        elif (
            takes[0].purpose == "marketing"
            and provider.idempotent is None
            and not provider.queryable
            and again
        ):
            yield "I5", f"{key[:6]} was taken {len(takes)} times, at most once was wanted"
        elif again > rows[key].crash_count + sum(not one.answered for one in takes):
            yield "I5", f"{key[:6]} was taken {len(takes)} times, with {rows[key].crash_count} crashes"


def _caps(house: House, cap: int, window: timedelta) -> Found:
    """I6: of the keys that a provider has taken, for a customer and for an address, at most so many in a window.

    A window is as long as the workers' clocks agree that it is.
    """
    moments = _moments(house)
    spread = timedelta()
    if moments:
        skews = [one.skew for one in house.history.hand_offs]
        spread = max(skews) - min(skews)
    subjects: dict[object, list[HandOff]] = defaultdict(list)
    for one in moments:
        subjects[one.row.customer].append(one)
        subjects[one.row.address].append(one)
    for subject, hand_offs in subjects.items():
        for one in hand_offs:
            since = one.at - window + spread
            keys = {other.row.key for other in hand_offs if since < other.at <= one.at}
            if len(keys) > cap:
                what = ", ".join(sorted(key[:6] for key in keys))
                yield "I6", f"{len(keys)} messages ({what}) within the window for {str(subject)[:8]}"
                break


def _moments(house: House) -> list[HandOff]:
    """The hand-offs whose messages were taken, each take with the hand-off that it came of."""
    answer = []
    for taken in house.log:
        mine = [
            one
            for one in house.history.hand_offs
            if one.row.key == taken.key and one.by == taken.by and one.at <= taken.at
        ]
        if mine and taken.purpose == "marketing" and not _overtaken(house, taken.key):
            answer.append(mine[-1])
    return answer


def _walks(house: House) -> Found:
    """I16: what somebody passed is a beginning of their version's steps; all of them, if they completed it."""
    runs: dict[int, list[str]] = defaultdict(list)
    for enrollment, step in house.rows("SELECT enrollment_id, step FROM journeys_steprun ORDER BY id"):
        runs[enrollment].append(step)
    passages = house.rows(
        "SELECT e.id, j.key, e.status FROM journeys_enrollment e JOIN journeys_journey j ON j.id = e.journey_id"
    )
    for id_, name, status in passages:
        steps, walked = list(town.JOURNEYS[name][3]), runs[id_]
        if walked != steps[: len(walked)] or (status == "completed" and walked != steps):
            yield "I16", f"passage {id_} through {name} walked {walked}"
    planned: Counter[tuple[int, str, int]] = Counter(
        house.rows("SELECT enrollment_id, step, visit FROM messaging_message")
    )
    for (id_, step, _), times in planned.items():
        if times > 1:
            yield "I16", f"passage {id_} planned {times} messages at {step}"


def _forgotten(house: House) -> Found:
    """I8: nothing of an erased person stands anywhere in the database."""
    erased = house.rows("SELECT id FROM customers_customer WHERE erased_at IS NOT NULL")
    if not erased:
        return
    # The town saved its people in the order of their names.
    first = min(id_ for (id_,) in house.rows("SELECT id FROM customers_customer"))
    names = [town.PEOPLE[id_ - first] for (id_,) in erased]
    everything = "\n".join(json.dumps(row, default=str) for row in _everything(house))
    for name in names:
        number = town.PEOPLE.index(name)
        for mark in (f"{name}-the-first", f"{name}@example.com", f"4860010020{number}", f'"{name}"'):
            if mark in everything:
                yield "I8", f"{mark} still stands in the database"


def _everything(house: House) -> Iterator[tuple[object, ...]]:
    tables = house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables:
        yield from house.rows(f'SELECT * FROM "{table}"')


def open_rows(house: House) -> list[Row]:
    """Messages that are not final yet."""
    return [row for row in house.history.rows.values() if row.state in OPEN]
