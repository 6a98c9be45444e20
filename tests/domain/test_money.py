"""What a message costs and whether its budgets can pay: exact to the ten-thousandth."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.money import Budget, Period, Price, PriceList, Purse, tightest

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)  # the last second of March in Warsaw
PRICES = PriceList(
    (
        Price("sms", Decimal("0.08"), "part"),
        Price("sms", Decimal("0.35"), "part", country="DE"),
        Price("sms", Decimal("0.07"), "part", provider="smsapi"),
        Price("sms", Decimal("0.30"), "part", provider="smsapi", country="DE"),
        Price("email", Decimal("0.002")),
    ),
    "PLN",
)


@pytest.mark.parametrize(
    ("asked", "amount"),
    [
        (("sms", "twilio", "PL"), "0.08"),
        (("sms", "", ""), "0.08"),
        (("sms", "twilio", "DE"), "0.35"),
        (("sms", "smsapi", "PL"), "0.07"),
        (("sms", "smsapi", "DE"), "0.30"),
        (("email", "smtp", "DE"), "0.002"),
        (("push", "webpush", "PL"), None),
    ],
)
def test_the_price_that_says_most_holds(asked: tuple[str, str, str], amount: str | None) -> None:
    found = PRICES.find(*asked)
    assert (found and found.amount) == (amount and Decimal(amount))


def test_a_provider_goes_before_a_country_whatever_their_order() -> None:
    two = (Price("sms", Decimal("2"), country="DE"), Price("sms", Decimal("1"), provider="smsapi"))
    for prices in (two, two[::-1]):
        found = PriceList(prices).find("sms", "smsapi", "DE")
        assert found is not None
        assert found.amount == Decimal("1")


def test_parts_are_multiplied_and_messages_are_not() -> None:
    assert Price("sms", Decimal("0.0815"), "part").of(3) == Decimal("0.2445")
    assert Price("email", Decimal("0.002")).of(3) == Decimal("0.002")


def test_only_a_channel_with_prices_by_country_asks_where_messages_go() -> None:
    assert [PRICES.asks_country(channel) for channel in ("sms", "email", "push")] == [True, False, False]


@pytest.mark.parametrize(
    ("period", "begins", "renews"),
    [
        ("day", date(2026, 3, 31), datetime(2026, 3, 31, 22, tzinfo=UTC)),
        ("week", date(2026, 3, 30), datetime(2026, 4, 5, 22, tzinfo=UTC)),
        ("month", date(2026, 3, 1), datetime(2026, 3, 31, 22, tzinfo=UTC)),
        ("", date(2000, 1, 1), None),
    ],
)
def test_a_period_is_the_workspaces_calendars(period: Period, begins: date, renews: datetime | None) -> None:
    budget = Budget(1, "Texts", Decimal(5), period)
    assert (budget.begins_on(NOW, WARSAW), budget.renews_at(NOW, WARSAW)) == (begins, renews)


def test_a_budget_pays_for_its_channels_brand_and_journey_alone() -> None:
    everything = Budget(1, "All", Decimal(5))
    narrow = Budget(2, "Narrow", Decimal(5), "month", frozenset({"sms"}), 7, "sale")
    places = [("sms", 7, "sale"), ("email", 7, "sale"), ("sms", 8, "sale"), ("sms", 7, "other")]
    assert [everything.applies(*place) for place in places] == [True] * 4
    assert [narrow.applies(*place) for place in places] == [True, False, False, False]


def purse(spent: str, own: str = "0", renews: datetime | None = None, id_: int = 1) -> Purse:
    return Purse(Budget(id_, f"b{id_}", Decimal("5.00")), Decimal(spent), Decimal(own), renews)


def test_the_last_grosz_may_be_spent_and_not_one_more() -> None:
    assert purse("4.92").can_pay(Decimal("0.08"))
    assert not purse("4.9201").can_pay(Decimal("0.08"))
    assert purse("5.00", own="0.08").can_pay(Decimal("0.08"))
    assert not purse("5.00", own="0.08").can_pay(Decimal("0.0801"))
    assert not purse("4.92").with_more(Decimal("0.0001")).can_pay(Decimal("0.08"))


def test_of_several_empty_ones_the_one_that_renews_last_says_when() -> None:
    soon, late = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    purses = [purse("5", renews=soon, id_=1), purse("5", renews=late, id_=2), purse("0", id_=3)]
    cost = Decimal("0.08")
    found = [tightest(some, cost) for some in (purses, purses[2:], [*purses, purse("5", id_=4)], [])]
    assert [one and one.budget.id for one in found] == [2, None, 4, None]
