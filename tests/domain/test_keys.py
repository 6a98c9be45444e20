"""Keys are for ever: these literals may never change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.keys import address_hash, message_key, order_key

SECRET = b"0123456789abcdef0123456789abcdef"
DAY = date(1997, 1, 12)


def test_a_message_key_is_pinned() -> None:
    assert message_key(42, "hello", 1, "email") == "f0540cfd8413a157ae2bf7e137e8031b"
    assert message_key("42", "hello", 1, "email") == "f0540cfd8413a157ae2bf7e137e8031b"


def test_an_address_hash_is_pinned() -> None:
    pinned = "7a99632a4d913cf6a2a19949686db4cfbded706c18650d722cfd88cdbf56f785"
    assert address_hash(SECRET, "email", "anna@example.com") == pinned


def test_an_order_key_is_pinned() -> None:
    assert order_key("00001", DAY, 1, Decimal("11.77"), 0) == "70e038e44180a6098c182f89aa6f9806"


@pytest.mark.parametrize(
    "other", [(43, "hello", 1, "email"), (42, "hellp", 1, "email"), (42, "hello", 2, "email")]
)
def test_another_enrollment_step_or_visit_is_another_message(other: tuple[int, str, int, str]) -> None:
    assert message_key(*other) != message_key(42, "hello", 1, "email")
    assert message_key(42, "hello", 1, "sms") != message_key(42, "hello", 1, "email")


def test_parts_cannot_run_into_one_another() -> None:
    assert message_key("1", "2x", 1, "email") != message_key("12", "x", 1, "email")
    assert message_key(1, 'a","b', 1, "c") != message_key(1, "a", 1, 'b","c')


def test_equal_money_gives_an_equal_order_key_whatever_its_spelling() -> None:
    spelled = ("10.5", "10.50", "1.05E+1", "010.500")
    assert len({order_key("7", DAY, 2, Decimal(text), 0) for text in spelled}) == 1
    assert len({order_key("7", DAY, 2, Decimal(text), 0) for text in ("0", "0.00", "-0.0", "0E+3")}) == 1
    assert order_key("7", DAY, 2, Decimal("100"), 0) != order_key("7", DAY, 2, Decimal("1"), 0)
    assert order_key("7", DAY, 2, Decimal("10.5"), 0) != order_key("7", DAY, 2, Decimal("-10.5"), 0)


def test_more_digits_than_the_decimal_context_keeps_still_count() -> None:
    long = Decimal("1234567890123456789012345678901.23")
    assert order_key("7", DAY, 2, long, 0) != order_key(
        "7", DAY, 2, Decimal("1234567890123456789012345678901.24"), 0
    )


def test_equal_lines_differ_by_occurrence_and_leading_zeros_are_another_customer() -> None:
    first = order_key("00123", DAY, 1, Decimal(5), 0)
    assert first != order_key("00123", DAY, 1, Decimal(5), 1)
    assert first != order_key("123", DAY, 1, Decimal(5), 0)


def test_a_datetime_counts_as_its_date() -> None:
    noon = datetime(1997, 1, 12, 12, tzinfo=UTC)
    assert order_key("1", noon, 1, Decimal(5), 0) == order_key("1", DAY, 1, Decimal(5), 0)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_money_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be a finite number"):
        order_key("1", DAY, 1, Decimal(value), 0)


def test_an_address_hash_depends_on_secret_and_channel_and_needs_a_real_secret() -> None:
    usual = address_hash(SECRET, "email", "a@example.com")
    assert usual != address_hash(SECRET[::-1], "email", "a@example.com")
    assert usual != address_hash(SECRET, "sms", "a@example.com")
    with pytest.raises(ValueError, match="at least 16 bytes, got 0"):
        address_hash(b"", "email", "a@example.com")


@given(st.text(), st.text(), st.integers(1, 99))
def test_keys_are_32_hex_digits_whatever_the_text(step: str, channel: str, visit: int) -> None:
    key = message_key(1, step, visit, channel)
    assert len(key) == 32
    assert set(key) <= set("0123456789abcdef")
