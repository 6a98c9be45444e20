"""Orders read from files: every format, exact money, and keys by which equal lines are different orders."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.customers.imports.files import FileError, inspect
from orchestrator.customers.imports.table import RowError
from orchestrator.domain.keys import order_key
from orchestrator.events.orders import Order, is_cdnow, iter_orders, read_orders

WARSAW = ZoneInfo("Europe/Warsaw")
CDNOW = " 00001 19970101  1   11.77\n 00002 19970712  1   12.00\n 00002 19970712  1   12.00\n 00002 19970712  0    0.00\n"


def read(tmp_path: Path, text: str) -> list[Order | RowError]:
    path = tmp_path / "orders.txt"
    path.write_text(text, encoding="utf-8")
    return list(read_orders(inspect(path), WARSAW))


@pytest.mark.parametrize(
    "header", ["", " customer_id  date number_of_cds  dollar_value\n"], ids=["bare", "header"]
)
def test_cdnow_lines_are_orders_at_noon_plus_their_occurrence(tmp_path: Path, header: str) -> None:
    first = 1 + bool(header)
    day = datetime(1997, 7, 12, tzinfo=UTC).date()
    noon = datetime(1997, 7, 12, 10, 0, 0, tzinfo=UTC)
    one, two, three, zero = read(tmp_path, header + CDNOW)
    assert one == Order(
        first, "00001", datetime(1997, 1, 1, 11, tzinfo=UTC), 1, Decimal("11.77"),
        order_key("00001", datetime(1997, 1, 1, tzinfo=UTC).date(), 1, Decimal("11.77"), 0), "", "USD",
    )  # fmt: skip
    keys = [order_key("00002", day, 1, Decimal("12.00"), occurrence) for occurrence in (0, 1)]
    assert two == Order(first + 1, "00002", noon, 1, Decimal("12.00"), keys[0], "", "USD")
    assert three == Order(first + 2, "00002", noon.replace(second=1), 1, Decimal("12.00"), keys[1], "", "USD")
    key = order_key("00002", day, 0, Decimal("0.00"), 0)
    assert zero == Order(first + 3, "00002", noon, 0, Decimal("0.00"), key, "", "USD")


def test_csv_with_ids_times_and_polish_money(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Order-ID;customer_id;occurred_at;total;quantity;currency\n"
        "A1;007;2026-03-01 14:30;1 234,50;3;pln\n"
        "A2;007;2026-03-01T14:30:00Z;10;;EUR\n"
        "A3;008;01.07.2026;0,00;;\n",
    )
    assert found == [
        Order(
            2, "007", datetime(2026, 3, 1, 13, 30, tzinfo=UTC), 3, Decimal("1234.50"), "order:A1", "A1", "PLN"
        ),
        Order(
            3, "007", datetime(2026, 3, 1, 14, 30, tzinfo=UTC), 1, Decimal("10.00"), "order:A2", "A2", "EUR"
        ),
        Order(4, "008", datetime(2026, 7, 1, 10, tzinfo=UTC), 1, Decimal("0.00"), "order:A3", "A3", ""),
    ]


def test_an_id_too_long_for_a_key_is_hashed(tmp_path: Path) -> None:
    (order,) = read(tmp_path, f"order_id,customer_id,date,value\n{'x' * 200},1,2026-01-01,1\n")
    assert isinstance(order, Order)
    assert (order.order_id, len(order.key)) == ("x" * 200, 70)


def test_wrong_lines_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    rows = [
        "1,2026-01-31,10.00", "1,31/01/2026,10.00", "1,2026-02-31,10.00", "1,,10.00", ",2026-01-31,10.00",
        "1,2026-01-31,ten", "1,2026-01-31,-5", "1,2026-01-31,1.005", "1,2026-01-31,NaN", "1,2026-01-31",
        "1\x00,2026-01-31,1", "2,2026-01-31,10.50",
    ]  # fmt: skip
    found = read(tmp_path, "customer_id,date,value\n" + "\n".join(rows))
    assert [order.line for order in found if isinstance(order, Order)] == [2, 13]
    assert [row.message.split(";")[0] for row in found if isinstance(row, RowError)] == [
        "the date '31/01/2026' could mean two dates",
        "the date '2026-02-31' does not exist",
        "the date is empty",
        "external_id must have 1 to 100 characters, not ''",
        "the value 'ten' is no amount of money",
        "the value '-5' is below zero: a return is no order",
        "the value '1.005' has more than two decimal places",
        "the value 'NaN' is no amount of money",
        "the row has 2 cells, but the header has 3",
        "external_id holds a NUL character (\\x00), which no database text can",
    ]


def test_a_broken_line_of_cdnows_format_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, CDNOW + "00003 19970230 1 5.00\n00003 1997\n00003 19970228 1 5.00\n")
    assert [(row.line, row.message) for row in found if isinstance(row, RowError)] == [
        (5, "the date '19970230' does not exist; write it like 2026-01-31"),
        (6, "'00003 1997' is no order; write customer, date as 19970131, count and value"),
    ]
    assert len(found) == 7


def test_a_file_without_the_needed_columns(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the header needs the columns"):
        read(tmp_path, "customer_id,amount\n1,2\n")


def test_tabs_with_a_header_are_a_table_even_if_they_look_like_cdnow(tmp_path: Path) -> None:
    path = tmp_path / "orders.tsv"
    path.write_text("customer_id\tdate\tvalue\tcount\n7\t19970101\t25\t1\n", encoding="utf-8")
    assert not is_cdnow(inspect(path))
    (order,) = iter_orders(path, WARSAW)
    assert (order.external_id, order.value, order.count) == ("7", Decimal("25.00"), 1)


def test_iter_orders_stops_at_the_first_wrong_line(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,value\n1,2026-01-31,1\n1,never,1\n", encoding="utf-8")
    orders = iter_orders(path, WARSAW)
    assert next(orders).line == 2
    with pytest.raises(ValueError, match="line 3: the date 'never' does not exist"):
        next(orders)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["00001", "1", "00002"]),
        st.sampled_from(["19970101", "19970102"]),
        st.integers(0, 2),
        st.sampled_from(["0.00", "11.77", "11.7"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=LINES, shuffle=st.randoms(use_true_random=False))
def test_the_keys_of_equal_lines_are_all_different_and_do_not_depend_on_what_stands_between(
    tmp_path: Path, lines: list[tuple[str, str, int, str]], shuffle
) -> None:
    def orders(rows: list[tuple[str, str, int, str]]) -> list[Order]:
        return list(read(tmp_path, "".join(f"{a} {b} {c} {d}\n" for a, b, c, d in rows)))  # type: ignore[misc]

    first = orders(lines)
    assert len({order.key for order in first}) == len(lines)
    shuffled = list(lines)
    shuffle.shuffle(shuffled)
    again = orders(shuffled)
    assert {order.key: order.occurred_at for order in again} == {
        order.key: order.occurred_at for order in first
    }
    for said, count in Counter(
        (o.external_id, o.occurred_at.date(), o.count, o.value) for o in first
    ).items():
        seconds = sorted(
            o.occurred_at.second
            for o in first
            if (o.external_id, o.occurred_at.date(), o.count, o.value) == said
        )
        assert seconds == list(range(count))
