"""Wall time and instants, and the ladder by which a customer's zone is found."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain._countries import ZONE_OF_COUNTRY
from orchestrator.domain.zones import (
    Rung,
    ZoneChoice,
    choose_zone,
    find_zone,
    local,
    next_local_time,
    parse_time,
    parse_zone,
    resolve,
    zone_of_country,
)

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = sorted(name for name in available_timezones() if find_zone(name))


def wall(written: str) -> datetime:
    return datetime.fromisoformat(written)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local_time", "instant"),
    [
        ("Europe/Warsaw", "2026-03-29 01:59", "2026-03-29 00:59"),
        ("Europe/Warsaw", "2026-03-29 02:00", "2026-03-29 01:00"),  # gap: shifts to 03:00
        ("Europe/Warsaw", "2026-03-29 02:30", "2026-03-29 01:30"),  # gap: shifts to 03:30
        ("Europe/Warsaw", "2026-03-29 03:00", "2026-03-29 01:00"),
        ("Europe/Warsaw", "2026-10-25 01:59", "2026-10-24 23:59"),
        ("Europe/Warsaw", "2026-10-25 02:30", "2026-10-25 00:30"),  # fold: the first
        ("Europe/Warsaw", "2026-10-25 03:00", "2026-10-25 02:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03 15:40"),  # a gap of 30 minutes: 02:40
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00"),  # a date that never was: 31 December
        ("Asia/Kathmandu", "2026-01-01 05:45", "2026-01-01 00:00"),
    ],
)
def test_a_wall_time_has_one_instant(zone: str, local_time: str, instant: str) -> None:
    assert resolve(wall(local_time), ZoneInfo(zone)) == utc(instant)
    assert resolve(wall(local_time).replace(fold=1), ZoneInfo(zone)) == utc(instant)


def test_wall_times_and_instants_are_not_confused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        resolve(utc("2026-01-01"), WARSAW)
    with pytest.raises(ValueError, match="an instant needs a zone"):
        local(wall("2026-01-01"), WARSAW)


def test_the_second_pass_of_an_hour_reads_the_same_on_the_wall() -> None:
    first, second = local(utc("2026-10-25 00:30"), WARSAW), local(utc("2026-10-25 01:30"), WARSAW)
    assert first == second == wall("2026-10-25 02:30")
    assert (first.fold, second.fold) == (0, 1)


@pytest.mark.parametrize(
    ("start", "at", "found"),
    [
        ("2026-06-01 06:59", "09:00", "2026-06-01 07:00"),
        ("2026-06-01 07:00", "09:00", "2026-06-01 07:00"),  # exactly now is now
        ("2026-06-01 07:00:00.000001", "09:00", "2026-06-02 07:00"),
        ("2026-03-28 12:00", "02:30", "2026-03-29 01:30"),  # gap: at 03:30
        (
            "2026-03-29 01:00",
            "02:30",
            "2026-03-29 01:30",
        ),  # 03:00 by the clock, the shifted time is still ahead
        ("2026-10-24 12:00", "02:30", "2026-10-25 00:30"),  # fold: the first
        ("2026-10-25 00:45", "02:30", "2026-10-26 01:30"),  # between the two passes: not a second time
    ],
)
def test_the_next_nine_o_clock(start: str, at: str, found: str) -> None:
    assert next_local_time(utc(start), time.fromisoformat(at), WARSAW) == utc(found)


@given(st.sampled_from(ZONES), st.integers(1_500_000_000, 2_200_000_000), st.integers(0, 1439))
def test_the_next_local_time_is_near_and_right_in_every_zone(name: str, at: int, minute: int) -> None:
    zone, start, wanted = ZoneInfo(name), datetime.fromtimestamp(at, UTC), time(minute // 60, minute % 60)
    found = next_local_time(start, wanted, zone)
    assert start <= found <= start + timedelta(hours=49)
    assert found == resolve(datetime.combine(local(found, zone).date(), wanted), zone)


@given(st.sampled_from(ZONES), st.integers(1_500_000_000, 2_200_000_000))
def test_there_and_back_is_the_same_instant_but_in_a_second_pass(name: str, at: int) -> None:
    zone, instant = ZoneInfo(name), datetime.fromtimestamp(at, UTC)
    back = resolve(local(instant, zone), zone)
    assert back == instant if local(instant, zone).fold == 0 else back < instant


BAD_NAMES = [
    "Mars/X",
    "",
    "Europe",
    "../../etc/passwd",
    "Europe/Warsaw\0",
    "europe/warsaw",
    "right/Europe/Warsaw",
]
BAD_NAMES += [
    "posix/UTC",
    "Factory",
    "localtime",
    "+02:00",
    "Europe//Warsaw",
    "Europe/",
    "/UTC",
    "A" * 5000,
    "\ud800",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_no_zone_is_refused_in_words(name: str) -> None:
    assert find_zone(name) is None
    with pytest.raises(ValueError, match="is not a time zone; write an IANA name such as `Europe/Warsaw`"):
        parse_zone(name)


def test_a_good_name_is_a_zone() -> None:
    assert parse_zone(" Europe/Warsaw ") is WARSAW
    assert find_zone("America/Argentina/Buenos_Aires") == ZoneInfo("America/Argentina/Buenos_Aires")
    assert find_zone("Etc/GMT+5") == ZoneInfo("Etc/GMT+5")


def test_a_machine_without_zone_data_says_what_to_install() -> None:
    code = "from orchestrator.domain.zones import parse_zone; parse_zone('Europe/Warsaw')"
    hidden = "import sys; sys.modules['tzdata'] = None; "
    environment = {**os.environ, "PYTHONTZPATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", hidden + code]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "ValueError: this machine has no time zone data; install the `tzdata` package" in run.stderr


def choice(zone: str, rung: Rung, *rejected: str) -> ZoneChoice:
    return ZoneChoice(ZoneInfo(zone), rung, rejected)


@pytest.mark.parametrize(
    ("attribute", "last_seen", "country", "expected"),
    [
        ("Asia/Tokyo", "Europe/Paris", "DE", choice("Asia/Tokyo", Rung.ATTRIBUTE)),
        (None, "Europe/Paris", "DE", choice("Europe/Paris", Rung.LAST_SEEN)),
        (None, None, "de", choice("Europe/Berlin", Rung.COUNTRY)),
        (None, None, None, choice("Europe/Warsaw", Rung.WORKSPACE)),
        ("", "  ", "", choice("Europe/Warsaw", Rung.WORKSPACE)),
        (None, None, "US", choice("Europe/Warsaw", Rung.WORKSPACE)),  # several clocks: no guess, no mistake
        ("Mars/X", "Europe/Paris", None, choice("Europe/Paris", Rung.LAST_SEEN, "Mars/X")),
        ("Mars/X", "Moon", "DE", choice("Europe/Berlin", Rung.COUNTRY, "Mars/X", "Moon")),
        ("Mars/X", None, "Polska", choice("Europe/Warsaw", Rung.WORKSPACE, "Mars/X", "Polska")),
        (2, ["Asia/Tokyo"], True, choice("Europe/Warsaw", Rung.WORKSPACE, "2", "['Asia/Tokyo']", "True")),
    ],
)
def test_the_ladder(attribute: object, last_seen: object, country: object, expected: ZoneChoice) -> None:
    assert choose_zone(attribute, last_seen, country, "Europe/Warsaw") == expected


def test_a_wrong_workspace_zone_is_an_error_only_if_it_is_needed() -> None:
    assert choose_zone("Asia/Tokyo", None, None, "Mars/X") == choice("Asia/Tokyo", Rung.ATTRIBUTE)
    with pytest.raises(ValueError, match="'Mars/X' is not a time zone"):
        choose_zone(None, None, None, "Mars/X")


def test_every_country_in_the_table_has_a_zone_that_exists() -> None:
    assert [country for country in ZONE_OF_COUNTRY if zone_of_country(country) is None] == []
    assert all(len(country) == 2 and country.isupper() for country in ZONE_OF_COUNTRY)


@pytest.mark.parametrize(
    "country", ["US", "RU", "CA", "AU", "BR", "MX", "ES", "PT", "UA", "CN", "ID", "KZ", "XX", "", 7]
)
def test_countries_with_several_clocks_or_none_have_no_zone(country: object) -> None:
    assert zone_of_country(country) is None


@pytest.mark.parametrize(
    ("written", "at"), [("09:00", time(9)), (" 00:00 ", time(0)), ("23:59", time(23, 59))]
)
def test_a_time_of_day_is_read(written: str, at: time) -> None:
    assert parse_time(written) == at


@pytest.mark.parametrize(
    "written", ["24:00", "9:00", "09:60", "9", "9am", "09:00:00", "", "٠٩:٠٠", 540, None, time(9)]
)
def test_what_is_no_time_of_day_is_refused_with_words(written: object) -> None:
    with pytest.raises(ValueError, match="is not a time of day; write hours and minutes such as `09:00`"):
        parse_time(written)
