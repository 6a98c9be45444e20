"""What names the events of an order. These strings are stored: a change here would store every order again."""

from __future__ import annotations

from orchestrator.events import keys_of_orders as keys


def test_each_event_of_an_order_has_its_key() -> None:
    assert keys.placed_key("A-7") == "order:A-7"
    assert keys.paid_key("A-7") == "order.paid:A-7"
    assert keys.delivered_key("A-7") == "order.delivered:A-7"
    assert keys.cancelled_key("A-7") == "order.cancelled:A-7"
    assert keys.returned_key("A-7", "R1") == "order.returned:A-7:R1"


def test_a_long_id_is_named_by_its_hash() -> None:
    long = "x" * 95
    assert keys.placed_key("x" * 94) == "order:" + "x" * 94
    assert keys.placed_key(long) == "order:69b938805e4b98342b6d0564764fb96c234cda7ca01c3364033ae59062707698"
    assert len(keys.returned_key(long, "R1")) == len("order.returned:") + 64
    assert keys.returned_key(long, "R1") != keys.returned_key(long, "R2")
