"""A call with an Idempotency-Key has its effect once, and is answered the same each time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from orchestrator.accounts.models import CallAnswer
from orchestrator.api import once as module
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from tests.api.calling import Program
from tests.studio.sample import fill

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BODY: dict[str, Any] = {"external_id": "anna", "attributes": {"n": 1}}
KEY = {"Idempotency_Key": "call-1"}


@pytest.mark.django_db
def test_the_same_call_is_answered_the_same_and_done_once() -> None:
    shop = Program()
    first = shop.ask("post", "customers/", BODY, **KEY)
    Customer.objects.update(attributes={"n": 2})
    again = shop.ask("post", "customers/", {"attributes": {"n": 1}, "external_id": "anna"}, **KEY)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert (first.has_header("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (False, "true")
    assert Customer.objects.get().attributes == {"n": 2}
    assert shop.post("customers/", BODY)[0] == 200  # without the key it is a call like any other


@pytest.mark.django_db
def test_another_body_or_address_under_the_same_key_is_refused() -> None:
    shop = Program()
    shop.post("customers/", BODY, **KEY)
    for path, body in (
        ("customers/", {**BODY, "language": "pl"}),
        ("customers/batch/", {"customers": [BODY]}),
    ):
        code, told = shop.post(path, body, **KEY)
        assert (code, told["code"]) == (422, "key_reused")
    assert Customer.objects.get().language == ""


@pytest.mark.django_db
def test_keys_of_two_programs_are_two() -> None:
    assert [Program().post("customers/", BODY, **KEY)[0] for _ in range(2)] == [201, 200]
    assert CallAnswer.objects.count() == 2


@pytest.mark.django_db
def test_what_was_refused_is_not_kept_so_that_a_mended_body_may_come() -> None:
    shop = Program()
    assert shop.post("customers/", {"external_id": ""}, **KEY)[0] == 400
    assert CallAnswer.objects.count() == 0
    assert shop.post("customers/", BODY, **KEY)[0] == 201


@pytest.mark.django_db
def test_nothing_that_was_said_stands_in_the_table_and_rows_go_after_a_day() -> None:
    with time_machine.travel(NOW, tick=False):
        shop = Program()
        shop.post("customers/", {**BODY, "attributes": {"name": "canary"}}, **KEY)
    row = CallAnswer.objects.get()
    said = str(list(CallAnswer.objects.values()))
    assert [word in said for word in ("canary", "anna", "call-1")] == [False] * 3
    assert (row.caller, row.operation, row.status) == (f"key:{shop.key.pk}", "customers", 201)
    with time_machine.travel(NOW + timedelta(hours=23, minutes=59), tick=False):
        assert (
            shop.ask("post", "customers/", {**BODY, "attributes": {"name": "canary"}}, **KEY).status_code
            == 201
        )
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert shop.post("customers/", BODY, **KEY)[0] == 200
        shop.post("customers/", BODY, Idempotency_Key="call-2")
    assert CallAnswer.objects.exclude(pk=row.pk).count() == CallAnswer.objects.count() == 2


@pytest.mark.django_db
def test_a_worker_killed_before_the_commit_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(1)
    shop, events = Program(), Event.objects.count()
    body = {"events": [{"customer": "c-0000", "name": "shop.visited", "key": "v-1"}]}

    def killed(*given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(module, "_keep", killed)
        with pytest.raises(SystemExit):
            shop.post("events/batch/", body, **KEY)
    kept = CallAnswer.objects.filter(operation="events_batch")
    assert (Event.objects.count(), kept.count()) == (events, 0)
    assert shop.post("events/batch/", body, **KEY)[1]["stored"] == 1
    assert shop.post("events/batch/", body, **KEY)[1]["stored"] == 1  # as it was answered
    assert Event.objects.count() == events + 1


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["", "x" * 256, "a b\tc", "é"])
def test_a_key_that_is_none_is_refused(word: str) -> None:
    code, told = Program().post("customers/", BODY, Idempotency_Key=word)
    assert (code, told["code"]) == (400, "bad_idempotency_key")
    assert Customer.objects.count() == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way_the_second_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Program()
    begun, go_on, said = threading.Event(), threading.Event(), []
    keep = module._keep

    def slowly(*given: Any) -> None:
        begun.set()
        go_on.wait(60)
        keep(*given)

    def first() -> None:
        said.append(shop.post("customers/", BODY, **KEY)[0])
        connection.close()

    monkeypatch.setattr(module, "_keep", slowly)
    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(60)
    second = shop.ask("post", "customers/", BODY, **KEY)
    go_on.set()
    thread.join(60)
    assert (second.status_code, second.json()["code"], second["Retry-After"]) == (409, "in_flight", "1")
    assert (said, shop.post("customers/", BODY, **KEY)[0], Customer.objects.count()) == ([201], 201, 1)
