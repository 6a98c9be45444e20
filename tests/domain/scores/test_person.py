"""What a history says of one person, and where they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.scores import favourites, habits
from orchestrator.domain.scores.came import Came, came
from orchestrator.domain.scores.favourites import Answered, Hour
from orchestrator.domain.scores.intervals import Rhythm, pause, rhythm
from orchestrator.domain.scores.orders import Line, bought
from orchestrator.domain.scores.person import Base, Facts, History, Placed, facts_of, place
from orchestrator.domain.scores.rfm import Cuts, Rfm
from orchestrator.domain.scores.stage import STAGES, Seen, stage

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # ten in the morning in Warsaw


def placed(days: int, amount: str, order: str = "", **more: object) -> Line:
    return replace(
        Line("order.placed", MONDAY + timedelta(days=days), Decimal(amount), order),
        **more,  # type: ignore[arg-type]
    )


def undone(name: str, amount: str, order: str) -> Line:
    return Line(name, MONDAY + timedelta(days=50), Decimal(amount), order)


def test_cancelled_orders_are_none_and_returns_are_taken_off() -> None:
    lines = [
        placed(0, "100", "a"),
        placed(1, "50", "b"),
        placed(2, "30", "c"),
        placed(3, "0", "d"),
        undone("order.cancelled", "0", "a"),
        undone("order.returned", "20", "b"),
        undone("order.returned", "30", "c"),
        undone("order.returned", "5", "unknown"),
    ]
    mine = bought(lines)
    assert [(one.order_id, one.amount) for one in mine.orders] == [("b", Decimal(30)), ("d", Decimal(0))]
    assert (mine.loose, mine.net) == (Decimal(5), Decimal(25))
    assert bought([placed(0, "10"), undone("order.returned", "90", "")]).net == 0


def test_a_cancellation_that_names_no_order_only_lowers_the_sum() -> None:
    mine = bought([placed(0, "100"), undone("order.cancelled", "40", "")])
    assert (len(mine.orders), mine.net) == (1, Decimal(60))


def test_the_interval_is_the_median_of_two_at_least() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 31), date(2026, 1, 31)]
    assert rhythm(days) == Rhythm(15, 2, date(2026, 2, 15))
    assert rhythm(days[:2]) is None
    assert (pause(days), pause(days[:1])) == (20, None)


def test_the_favourite_category_is_the_most_often_then_the_dearest_then_the_first() -> None:
    tea, cup = placed(0, "10", categories=("tea",)), placed(1, "90", categories=("cups", "tea"))
    assert favourites.category([tea, cup]) == "tea"
    assert favourites.category([tea, replace(cup, categories=("cups",))]) == "cups"
    assert favourites.category([tea, replace(tea, categories=("assam",))]) == "assam"
    assert favourites.category([placed(0, "1")]) == ""


def test_the_preferred_channel_is_smoothed_and_ties_go_to_the_cheapest() -> None:
    base = {"email": Answered(100, 20), "sms": Answered(100, 20)}
    cheap = ("push", "email", "sms")
    # One answer to one SMS says less than twelve to twenty emails.
    assert favourites.channel({"email": Answered(20, 12), "sms": Answered(1, 1)}, base, cheap) == "email"
    assert favourites.channel({"email": Answered(4, 2), "sms": Answered(4, 2)}, base, cheap) == "email"
    assert favourites.channel({"email": Answered(4, 2), "sms": Answered(4, 2)}, base, ("sms",)) == "sms"
    assert favourites.channel({"email": Answered(40, 0)}, base, cheap) == ""


def test_the_best_hour_is_on_their_own_clock_and_needs_five_answers() -> None:
    answers = [MONDAY, MONDAY, MONDAY, MONDAY + timedelta(hours=1), MONDAY + timedelta(days=2)]
    assert favourites.hour(answers, WARSAW) == Hour(10, 5)
    assert favourites.hour(answers, ZoneInfo("UTC")) == Hour(9, 5)
    assert favourites.hour(answers[:4], WARSAW) is None


def test_discounts_need_three_orders_and_seasons_two_years() -> None:
    orders = [placed(0, "1", discounted=True), placed(1, "1"), placed(2, "1", discounted=True)]
    assert habits.discount_share(orders) == 0.6667
    assert habits.discount_share(orders[:2]) is None
    winter = [date(2024, 12, 20), date(2025, 1, 4), date(2026, 2, 1)]
    assert habits.season(winter) == "winter"
    assert habits.season(winter[:2]) == ""
    assert habits.season([date(2024, 12, 20), date(2025, 1, 4), date(2025, 2, 1)]) == ""
    assert habits.season([*winter, date(2025, 7, 1)]) == ""


def test_the_first_and_the_last_source_and_the_last_device() -> None:
    visits = [{"device": "Mobile"}, {"utm_source": "Newsletter\0"}, {"utm_source": 5}, {"utm_source": "ads"}]
    assert came(visits) == Came("newsletter", "ads", "mobile")
    assert came([]) == Came()


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(3, cart=2), "abandoned"),
        (Seen(100, cart=2, purchases=1, first=2, last=2), "new"),
        (Seen(100, cart=20, purchases=2, first=90, last=60, pause=30), "active"),
        (Seen(181), "dormant"),
        (Seen(180), "new"),
        (Seen(900, purchases=9, first=800, last=181, frequency=5, monetary=5), "dormant"),
        (Seen(900, purchases=9, first=800, last=180, frequency=4, monetary=5), "vip"),
        (Seen(900, purchases=1, first=30, last=30), "new"),
        (Seen(900, purchases=1, first=31, last=31), "active"),
        (Seen(900, purchases=2, first=120, last=20, pause=91), "returning"),
        (Seen(900, purchases=2, first=191, last=91, pause=91), "active"),
    ],
)
def test_the_stage_is_the_first_that_is_true(seen: Seen, expected: str) -> None:
    assert stage(seen) == expected
    assert expected in STAGES


def test_a_person_from_events_to_their_place() -> None:
    lines = [placed(0, "100", "a"), placed(0, "20", "b"), placed(10, "50", "c"), placed(30, "30", "d")]
    facts = facts_of(History(date(2026, 1, 1), WARSAW, lines, [("email", MONDAY)], {"sms": 4}))
    assert facts == Facts(
        date(2026, 1, 1),
        orders=4,
        purchases=3,
        net=Decimal(200),
        repeat_net=Decimal(80),
        first_order_on=date(2026, 3, 2),
        last_order_on=date(2026, 4, 1),
        pause=20,
        interval_days=15,
        intervals=2,
        next_order_on=date(2026, 4, 16),
        answers=1,
        discount_share=0.0,
        channels={"email": Answered(0, 1), "sms": Answered(4, 0)},
    )
    cuts = Cuts(
        [date(2026, n, 1) for n in (1, 2, 3, 5)], (1, 1, 2, 3), [Decimal(n) for n in (10, 20, 30, 199)]
    )
    assert place(facts, Base(cuts), date(2026, 4, 10)) == Placed(Rfm(4, 4, 5), "vip", "email")
    assert place(Facts(date(2026, 1, 1)), Base(cuts), date(2026, 1, 5)) == Placed(None, "new", "")
