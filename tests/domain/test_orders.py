"""What is left of orders, in whatever order we hear of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.orders import Change, Order, change_of, left, loose, order_id_of, turns

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(day: int) -> datetime:
    return MONDAY + timedelta(days=day)


def order(number: int, amount: str, order_id: str = "A", day: int = 0) -> Order:
    return Order(number, at(day), Decimal(amount), order_id)


def back(amount: str | None, order_id: str = "A", day: int = 1) -> Change:
    return Change(at(day), order_id, Decimal(amount) if amount else None)


def test_a_part_that_is_given_back_leaves_the_rest() -> None:
    assert left([order(1, "100"), order(2, "7", "B")], [back("30"), back("30")]) == {
        1: Decimal(40),
        2: Decimal(7),
    }


def test_what_is_given_back_whole_or_cancelled_is_no_order() -> None:
    assert left([order(1, "100")], [back("60"), back("40")]) == {}
    assert left([order(1, "100"), order(2, "0", "B")], [back(None), back(None)]) == {2: Decimal(0)}


def test_more_than_there_was_is_never_given_back() -> None:
    assert left([order(1, "100"), order(2, "5", "B")], [back("1000")]) == {2: Decimal(5)}


def test_an_order_that_cost_nothing_stands_until_it_is_cancelled() -> None:
    assert left([order(1, "0")], [back("10")]) == {1: Decimal(0)}
    assert left([order(1, "0")], [back(None)]) == {}


def test_orders_of_one_id_are_given_back_in_turn() -> None:
    both = [order(1, "60"), order(2, "60", day=1)]
    assert left(both, [back("70")]) == {2: Decimal(50)}


def test_a_change_that_names_no_order_touches_none() -> None:
    assert left([order(1, "10", "")], [back("10", ""), back(None, "")]) == {1: Decimal(10)}
    assert loose([order(1, "10")], [back("3", "Z"), back(None, "Y"), back("4")]) == [back("3", "Z")]


def test_it_counts_from_when_it_happened() -> None:
    turned = turns([order(1, "100")], [back("30", day=3), back(None, day=9)])
    assert [(one.at, one.amount, one.count) for one in turned] == [
        (at(0), Decimal(100), 1),
        (at(3), Decimal(-30), 0),
        (at(9), Decimal(-70), -1),
    ]


def test_a_return_before_its_order_lowers_it_at_once() -> None:
    assert [(one.at, one.amount) for one in turns([order(1, "100", day=5)], [back("30", day=1)])] == [
        (at(5), Decimal(70))
    ]


@given(
    st.lists(
        st.tuples(st.integers(-3, 30), st.sampled_from("AB"), st.integers(0, 4)), min_size=1, max_size=4
    ),
    st.lists(
        st.tuples(st.none() | st.integers(0, 20), st.sampled_from("ABC"), st.integers(0, 4)), max_size=4
    ),
)
def test_whatever_order_they_come_in_the_sum_of_turns_is_what_is_left(
    placed: list[tuple[int, str, int]], changed: list[tuple[int | None, str, int]]
) -> None:
    orders = [order(id_, str(amount), name, day) for id_, (amount, name, day) in enumerate(placed)]
    changes = [back(None if amount is None else f"{amount}.00", name, day) for amount, name, day in changed]
    wanted = left(orders, changes)
    for mixed in list(permutations(changes))[:6]:
        assert left(orders[::-1], mixed) == wanted
        found = turns(orders[::-1], mixed)
        assert sum(one.count for one in found) == len(wanted)
        assert sum((one.amount for one in found), Decimal(0)) == sum(wanted.values(), Decimal(0))


def test_seven_and_its_text_are_one_order() -> None:
    assert order_id_of({"order_id": 7}) == order_id_of({"order_id": "7"}) == "7"
    assert {order_id_of({"order_id": one}) for one in (None, True, 7.5, [7], "")} == {""}
    assert order_id_of({"order_id": "x" * 300}) == "x" * 200


def test_the_sign_of_what_was_given_back_does_not_matter() -> None:
    assert change_of("order.returned", MONDAY, "A", Decimal("-3")).amount == Decimal(3)
    assert change_of("order.cancelled", MONDAY, "A", Decimal("3")).amount is None
