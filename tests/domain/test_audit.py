"""The audit's chain: literal bytes and hashes, reckoned with sha256sum and by hand, not by the code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from orchestrator.domain.audit import NOTHING, Entry, canonical, digest, instant, plain

FIRST = Entry(
    number=1,
    at=datetime(2026, 11, 27, 18, 50, 0, 7, timezone(timedelta(hours=1))),
    who="user",
    who_id="12",
    who_name="żaneta",
    action="published",
    subject="journeys.journey",
    subject_id="3",
    title='Win "back"',
    details={"version": [1, 2], "Ą": None, "a": True},
    previous=NOTHING,
)
SPELLED = (
    '{"action":"published","at":"2026-11-27T17:50:00.000007Z","details":{"a":true,"version":[1,2],"Ą":null},"number":1,'
    '"previous":"0000000000000000000000000000000000000000000000000000000000000000","subject":"journeys.journey",'
    '"subject_id":"3","title":"Win \\"back\\"","who":"user","who_id":"12","who_name":"żaneta"}'
)


def test_an_entry_has_one_spelling() -> None:
    assert canonical(FIRST) == SPELLED.encode("utf-8")


def test_its_hash_is_what_sha256sum_says() -> None:
    assert digest(FIRST) == "6eff78661076e67834e3eef81906febe55db4629dc9465556234052ac05dc53a"


@pytest.mark.parametrize(
    ("at", "spelled"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000000Z"),
        (datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))), "2026-06-30T22:30:00.000000Z"),
        (datetime(9, 1, 1, tzinfo=UTC), "0009-01-01T00:00:00.000000Z"),
    ],
)
def test_instants_are_utc_to_the_microsecond(at: datetime, spelled: str) -> None:
    assert instant(at) == spelled


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (True, True),
        (7, 7),
        (1.0, "1.0"),
        (float("nan"), "nan"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 2, 28, tzinfo=UTC), "2026-02-28T00:00:00.000000Z"),
        ({"b", "a"}, ["a", "b"]),
        ((1, [None]), [1, [None]]),
        ({1: "x\0y"}, {"1": "x\ufffdy"}),
        ("\ud800!", "\ufffd!"),
        ("zażółć 🙂", "zażółć 🙂"),
    ],
)
def test_details_are_what_every_database_gives_back(value: object, made: object) -> None:
    assert plain(value) == made
