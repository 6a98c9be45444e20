"""Codes of an app and recovery codes: each good once, within a step either way; kept so that nobody reads them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from orchestrator.accounts import factors
from orchestrator.accounts.digests import Unreadable, seal, unseal
from orchestrator.accounts.models import Factor, RecoveryCode
from tests.accounts.conftest import SECRET, code, give_factor

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "shown"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_rfc(second: int, shown: str) -> None:
    """RFC 6238, appendix B, in six digits."""
    step = factors.step_of(SECRET, shown, datetime.fromtimestamp(second, UTC), -1)
    assert step == second // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(steps: int, taken: bool) -> None:
    assert (factors.step_of(SECRET, code(NOW, steps), NOW, -1) is not None) is taken


@pytest.mark.parametrize(
    "written", ["", "12345", "1234567", "１２３４５６", "12345a", "-12345", "²²²²²²", "None"]
)
def test_what_is_no_code_is_refused(written: str) -> None:
    assert factors.step_of(SECRET, written, NOW, -1) is None


def test_a_code_is_good_once_and_no_earlier_one_after_it(ola: User) -> None:
    give_factor(ola)
    later = NOW + timedelta(seconds=30)
    assert factors.show(ola, code(NOW), NOW) is not None
    said = {
        "the same, at once": factors.show(ola, code(NOW), NOW),
        "the same, within its window": factors.show(ola, code(NOW), NOW + timedelta(seconds=29)),
        "the one before it": factors.show(ola, code(NOW, -1), NOW),
    }
    assert said == dict.fromkeys(said)
    assert Factor.objects.get().last_step == int(NOW.timestamp()) // 30
    assert factors.show(ola, code(later), later) is not None


def test_each_recovery_code_is_good_once_in_any_spelling(ola: User) -> None:
    codes = give_factor(ola)
    assert (len(codes), len(set(codes)), {len(one) for one in codes}) == (10, 10, {11})
    shown = factors.show(ola, f" {codes[0].upper().replace('-', ' ')} ", NOW)
    assert shown is not None
    assert shown.recovered
    assert factors.show(ola, codes[0], NOW) is None
    assert factors.codes_left(ola) == 9
    assert factors.show(ola, codes[1], NOW) is not None


def test_codes_are_of_one_user(ola: User) -> None:
    jan = User.objects.create_user("jan")
    codes = give_factor(ola)
    give_factor(jan)
    assert factors.show(jan, codes[0], NOW) is None
    assert factors.codes_left(ola) == 10


def test_new_codes_end_the_old_ones(ola: User) -> None:
    old = give_factor(ola)
    new = factors.new_codes(ola, NOW)
    assert factors.show(ola, old[0], NOW) is None
    assert factors.show(ola, new[0], NOW) is not None
    assert RecoveryCode.objects.count() == 10


def test_neither_the_secret_nor_a_code_can_be_read_in_the_database(ola: User) -> None:
    codes = give_factor(ola)
    rows = str([*Factor.objects.values(), *RecoveryCode.objects.values()])
    spelled = factors.spelled(SECRET).replace(" ", "")
    for secret in (SECRET.decode(), SECRET.hex(), spelled, *codes, *(one.replace("-", "") for one in codes)):
        assert secret not in rows
    assert unseal(Factor.objects.get().secret) == SECRET


def test_with_another_key_nothing_fits_and_nothing_breaks(ola: User, settings: Any) -> None:
    codes = give_factor(ola)
    sealed, old = seal(b"x"), settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(Unreadable):
        unseal(sealed)
    assert factors.show(ola, code(NOW), NOW) is None
    assert factors.show(ola, codes[0], NOW) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert factors.show(ola, code(NOW), NOW) is not None


def test_it_is_set_up_only_with_a_code_of_it(ola: User) -> None:
    assert factors.set_up(ola, SECRET, "000000", NOW) is None
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert len(factors.set_up(ola, SECRET, code(NOW), NOW) or ()) == 10
    # The code that set it up is used.
    assert factors.show(ola, code(NOW), NOW) is None


def test_the_picture_holds_what_apps_read() -> None:
    assert factors.uri(SECRET, "My shop: PL", "ola@shop.example") == (
        "otpauth://totp/My%20shop%20%20PL%3Aola%40shop.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=My%20shop%20%20PL"
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recovery", [False, True])
def test_of_many_at_once_with_one_code_one_gets_in(recovery: bool) -> None:
    user = User.objects.create_superuser("ola")
    codes = give_factor(user)
    written = codes[0] if recovery else code(NOW)
    start = threading.Barrier(8)

    def show(_: int) -> bool:
        start.wait()
        shown = factors.show(user, written, NOW)
        connection.close()
        return shown is not None

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(show, range(8))) == [False] * 7 + [True]
