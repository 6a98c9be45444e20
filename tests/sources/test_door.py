"""The door: who may come in, what is refused and what is kept; by HTTP, as shops do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError

from orchestrator import registry
from orchestrator.customers.erase import erase
from orchestrator.customers.models import Customer
from orchestrator.sdk import Source, hookimpl
from orchestrator.sources import connections, deliveries, view
from orchestrator.sources.connections import OVERLAP, read_statuses
from orchestrator.sources.deliveries import replay
from orchestrator.sources.models import Connection, KeptDelivery
from tests.sources import bodies as b
from tests.sources.conftest import NOW, as_json, connect, events, kept, nothing


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.content.decode()


def test_a_wrong_signature_is_refused_and_nothing_of_it_is_kept():
    shop = connect("woocommerce")
    assert told(shop.send(b.WOO_ORDER, secret="guessed")) == (401, "The signature is missing or wrong.")
    assert nothing()
    row = Connection.objects.get()
    assert (row.refused, row.refused_at, row.refused_why) == (1, NOW, "the signature is missing or wrong")


def test_the_same_delivery_again_changes_nothing():
    shop = connect("woocommerce")
    shop.ok(b.WOO_ORDER)
    once = (events(), Customer.objects.values().get())
    shop.ok(b.WOO_ORDER)
    assert (events(), Customer.objects.values().get()) == once
    assert Connection.objects.values_list("received", "refused", "received_at").get() == (2, 0, NOW)


def test_an_address_that_is_not_there_or_is_off():
    shop = connect("woocommerce")
    assert shop.client.get(f"/in/{shop.row.key}/").status_code == 200
    assert told(shop.client.put(f"/in/{shop.row.key}/")) == (405, "Send it by POST.")
    Connection.objects.update(enabled=False)
    assert told(shop.send(b.WOO_ORDER)) == (404, "There is no such address.")
    assert shop.client.post("/in/nothing/").status_code == 404
    assert nothing()


def test_the_ping_of_woocommerce_is_answered_and_is_nothing():
    shop = connect("woocommerce")
    answer = shop.client.post(f"/in/{shop.row.key}/", "webhook_id=15", "application/x-www-form-urlencoded")
    assert told(answer) == (200, "taken")
    assert nothing()
    other = shop.client.post(f"/in/{shop.row.key}/", "webhook_id=15&x=1", "application/x-www-form-urlencoded")
    assert other.status_code == 401


def test_what_is_signed_and_no_json_is_kept_and_answered_with_200():
    shop = connect("woocommerce")
    assert told(shop.send(b'{"id": 7')) == (200, "kept: something of it could not be taken")
    assert shop.send(b'{"id": 7').status_code == 200  # the same again is no second row
    assert kept() == [("unreadable", "the body is no JSON: Expecting ',' delimiter at letter 8")]
    assert shop.send(b"\xff").status_code == 200
    assert kept()[1] == ("unreadable", "the body is no UTF-8")


def test_what_was_kept_is_taken_after_it_was_mended(monkeypatch: pytest.MonkeyPatch):
    shop = connect("woocommerce")
    monkeypatch.setattr("orchestrator_shops.woocommerce.STATUSES", None)
    shop.send(b.WOO_ORDER)
    ((reason, words),) = kept()
    assert (reason, words.partition(" in ")[0]) == ("plugin_failed", "woocommerce: AttributeError")
    letter = KeptDelivery.objects.get()
    assert (as_json(letter.payload), letter.topic) == (b.WOO_ORDER, "order.updated")
    assert replay([letter], NOW) == 0
    assert events() == []
    monkeypatch.undo()
    assert replay([KeptDelivery.objects.get()], NOW + timedelta(days=3)) == 1
    assert [name for name, *_ in events()] == ["order.placed", "order.paid"]
    assert KeptDelivery.objects.get().replayed_at == NOW + timedelta(days=3)
    assert replay([KeptDelivery.objects.get()], NOW) == 0


def test_the_body_has_a_limit(monkeypatch: pytest.MonkeyPatch):
    shop = connect("woocommerce")
    monkeypatch.setattr(view, "LARGEST", 100)
    assert told(shop.send(b.WOO_ORDER)) == (413, "A delivery has at most 100 bytes.")
    assert nothing()
    assert Connection.objects.get().refused == 1


def test_deliveries_of_a_minute_have_a_limit():
    shop = connect("woocommerce", per_minute=2)
    shop.ok(b.WOO_ORDER)
    shop.ok(b.WOO_ORDER)
    with time_machine.travel(NOW + timedelta(seconds=15), tick=False):
        answer = shop.send(b.WOO_ORDER)
    assert (answer.status_code, answer["Retry-After"]) == (429, "45")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        shop.ok(b.WOO_ORDER)


def test_the_secret_before_a_rotation_is_good_for_a_day():
    shop = connect("woocommerce")
    new = connections.rotate(shop.row, "", NOW, None)
    shop.ok(b.WOO_ORDER)
    with time_machine.travel(NOW + OVERLAP, tick=False):
        assert shop.send(b.WOO_ORDER).status_code == 401
        assert shop.send(b.WOO_ORDER, secret=new).status_code == 200


def test_while_its_plugin_is_off_it_is_asked_to_come_again():
    shop = connect("woocommerce")
    registry.reset(registry.load([]))
    assert shop.send(b.WOO_ORDER).status_code == 503
    assert nothing()
    assert Connection.objects.get().refused_why == "the plugin of woocommerce is switched off"


def test_a_secret_that_cannot_be_read_is_said(settings: Any):
    shop = connect("woocommerce")
    settings.SECRET_KEY = "another-" * 10
    assert shop.send(b.WOO_ORDER).status_code == 503
    assert Connection.objects.get().refused_why == view.MENDED


def test_with_the_database_away_it_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch):
    shop = connect("woocommerce")

    def away(*args: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(deliveries, "take", away)
    answer = shop.send(b.WOO_ORDER)
    assert (answer.status_code, answer["Retry-After"], nothing()) == (503, "1", True)


def test_a_source_that_breaks_at_the_signature_lets_nobody_in():
    class Broken(Source):
        name, title = "broken", "Broken"

        def verify(self, request: Any, connected: Any) -> None:
            raise RuntimeError("oops")

        def read(self, request: Any, connected: Any) -> Any:
            raise AssertionError("it is never read")

    class Plugin:
        @hookimpl
        def register_sources(self) -> list[Source]:
            return [Broken()]

    registry.reset(registry.load([], {"broken": Plugin()}))
    shop = connect("broken")
    assert shop.send(b.WOO_ORDER).status_code == 401
    assert nothing()


def test_what_is_kept_goes_with_whom_it_names():
    shop = connect("woocommerce")
    shop.ok(b.WOO_ORDER)
    shop.send(b.but(b.WOO_ORDER, total="gratis"))
    shop.send(b.but(b.WOO_ORDER, customer_id=27, total="gratis", billing={"email": "other@example.com"}))
    assert len(kept()) == 2
    erase(Customer.objects.values_list("id", flat=True), NOW)
    assert [as_json(one.payload)["customer_id"] for one in KeptDelivery.objects.all()] == [27]
    assert shop.send(b.WOO_ORDER).status_code == 200
    assert (len(kept()), len(events())) == (1, 2)  # of the erased nothing is kept, not even that they came


def test_states_are_read_line_by_line():
    assert read_statuses("Wysłane = delivered\n\nw Toku=\n") == {"wysłane": "delivered", "w toku": ""}
    with pytest.raises(ValueError, match="Wysłane"):
        read_statuses("Wysłane = sent")
