"""Calls leave, signed, and what the receiver answers is what becomes of them: against a real server."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from orchestrator.domain.webhooks import WAITS
from orchestrator.webhooks import call, deliver, endpoints
from orchestrator.webhooks.claim import LEASE
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.workspace.models import Workspace
from tests.scenarios.world import World
from tests.webhooks.conftest import Make, happen, now, tell
from tests.webhooks.receiver import RESET, SILENT, Receiver, Reply, receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _workspace(db: None) -> None:
    Workspace.get()


def rows(*columns: str) -> list[Any]:
    found = list(WebhookDelivery.objects.order_by("pk").values_list(*columns))
    return [one[0] for one in found] if len(columns) == 1 else found


def test_a_fact_is_told_once_in_the_form_of_standard_webhooks(
    endpoint: Make, receiver: Receiver, world: World
):
    row = endpoint()
    anna = world.person("anna", consents=())
    (key,) = happen(customer=anna)
    assert tell() == 1
    (heard,) = receiver.heard
    assert Webhook(row.secret_shown).verify(heard.raw, heard.headers) == {  # type: ignore[attr-defined]
        "type": "segment.entered",
        "timestamp": rows("happened_at")[0].isoformat().replace("+00:00", "Z"),
        "data": {"customer": {"id": anna, "external_id": "anna"}, "segment": "s0"},
    }
    assert (heard.id, heard.headers["content-type"]) == (key, "application/json")
    assert key.startswith("msg_")
    assert rows("state", "attempts", "code", "reason", "answer", "due_at") == [("told", 1, 204, "", "", None)]
    assert rows("final_at")[0] is not None
    assert tell(hours=1) == 0
    assert len(receiver.heard) == 1
    assert WebhookEndpoint.objects.values_list("worker", "held_until").get() == ("", None)


@pytest.mark.parametrize(
    ("reply", "code", "reason", "answer"),
    [
        (Reply(500, body=b"Oh <b>no</b>\x00\r\n\xff"), 500, "status", "Oh <b>no</b> \ufffd"),
        (Reply(301, {"location": "http://127.0.0.1:1/else"}), 301, "status", ""),
        (Reply(400, body=b"=cmd()"), 400, "status", " =cmd()"),
        (Reply(404, body=b"x" * 100_000), 404, "status", "x" * 199),
        (Reply(429), 429, "status", ""),
        (Reply(SILENT), None, "no_answer", ""),
        (Reply(RESET), None, "no_answer", ""),
    ],
)
def test_anything_but_a_yes_is_tried_again_with_the_same_id_and_body(
    endpoint: Make, receiver: Receiver, reply: Reply, code: int | None, reason: str, answer: str
):
    endpoint()
    (key,) = happen()
    receiver.replies = [reply]
    assert tell() == 1
    assert rows("state", "attempts", "code", "reason", "answer") == [("due", 1, code, reason, answer)]
    (due,) = rows("due_at")
    assert WAITS[0] - timedelta(seconds=1) < due - now() < WAITS[0] * 1.2
    assert WebhookEndpoint.objects.exclude(failing_since=None).count() == 1
    assert tell() == 0
    assert tell(seconds=7) == 1
    assert receiver.ids == [key, key]
    assert receiver.heard[0].raw == receiver.heard[1].raw
    assert rows("state", "attempts", "code", "reason") == [("told", 2, 204, "")]
    assert WebhookEndpoint.objects.filter(failing_since=None).count() == 1


def test_a_receiver_that_takes_too_long_has_not_answered(
    endpoint: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(call, "TIMEOUT", 0.3)
    endpoint()
    happen()
    receiver.replies = [Reply(wait=1.0)]
    tell()
    assert rows("state", "code", "reason") == [("due", None, "no_answer")]


def test_one_that_nobody_listens_at_had_no_connection(endpoint: Make, settings: Any):
    settings.OUTBOUND_ALLOWLIST = ["127.0.0.1:9"]
    endpoint(url="http://127.0.0.1:9/hook")
    happen()
    tell()
    assert rows("state", "code", "reason") == [("due", None, "no_connection")]


def test_retry_after_is_kept_to(endpoint: Make, receiver: Receiver):
    endpoint()
    happen()
    receiver.replies = [Reply(429, {"retry-after": "600"})]
    tell()
    assert timedelta(seconds=595) < rows("due_at")[0] - now() <= timedelta(seconds=600)


def test_ten_attempts_and_it_is_given_up(endpoint: Make, receiver: Receiver):
    endpoint()
    (key,) = happen()
    receiver.reply = Reply(503)
    WebhookDelivery.objects.update(attempts=9)
    tell()
    assert rows("state", "attempts", "code", "due_at") == [("given_up", 10, 503, None)]
    assert rows("final_at")[0] is not None
    assert tell(days=30) == 0
    assert receiver.ids == [key]


def test_an_address_inside_is_refused_at_the_call_too(endpoint: Make, receiver: Receiver, settings: Any):
    endpoint()
    happen()
    settings.OUTBOUND_ALLOWLIST = []
    tell()
    assert receiver.heard == []
    ((state, code, reason),) = rows("state", "code", "reason")
    assert (state, code, reason.partition(" ")[0]) == ("due", None, "refused")
    assert "https" in reason


def test_for_a_day_after_a_rotation_both_secrets_sign(endpoint: Make, receiver: Receiver):
    row = endpoint()
    old = row.secret_shown  # type: ignore[attr-defined]
    new = endpoints.rotate(row, now(), None)
    assert new != old
    happen()
    tell()
    (heard,) = receiver.heard
    assert len(heard.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(heard.raw, heard.headers)["type"] == "segment.entered"
    WebhookEndpoint.objects.update(previous_until=now() - timedelta(seconds=1))
    happen()
    tell()
    assert Webhook(new).verify(receiver.heard[1].raw, receiver.heard[1].headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(receiver.heard[1].raw, receiver.heard[1].headers)


def test_a_secret_that_cannot_be_read_calls_nobody(endpoint: Make, receiver: Receiver):
    endpoint()
    WebhookEndpoint.objects.update(secret="sealed with another SECRET_KEY")
    happen()
    tell()
    assert (receiver.heard, rows("state", "reason")) == ([], [("due", "no_secret")])


def test_a_slow_receiver_holds_up_nobody_else(endpoint: Make, receiver: Receiver, settings: Any):
    with receiving() as slow:
        settings.OUTBOUND_ALLOWLIST = [receiver.place, slow.place]
        slow.reply = Reply(wait=1.5)
        endpoint("Slow", url=slow.url)
        endpoint("Quick")
        happen(30)
        began = now()
        tell()
        quick = [at for url, at in rows("endpoint__url", "final_at") if url == receiver.url]
        assert (len(receiver.heard), len(slow.heard), slow.most) == (30, 30, 10)
        assert len([at for at in quick if at - began < timedelta(seconds=1.5)]) == 30
        assert set(rows("state")) == {"told"}


def test_one_that_fails_has_two_calls_under_way_until_it_says_yes(endpoint: Make, receiver: Receiver):
    endpoint()
    WebhookEndpoint.objects.update(failing_since=now())
    happen(6)
    receiver.reply = Reply(500, wait=0.1)
    tell()
    assert (len(receiver.heard), receiver.most) == (6, 2)


def test_a_lease_that_ran_out_lets_the_call_come_again_and_the_late_answer_is_not_written(
    endpoint: Make, receiver: Receiver
):
    from orchestrator.domain.webhooks import Answer
    from orchestrator.webhooks.claim import claim
    from orchestrator.webhooks.note import note

    row = endpoint()
    (key,) = happen()
    (mine,) = claim(row.pk, 10, now())
    assert tell() == 0
    assert tell(seconds=LEASE.total_seconds() + 1) == 1
    assert receiver.ids == [key]
    note([(mine, call.Ended(Answer(500), "status"))], now())
    assert rows("state", "attempts", "code") == [("told", 2, 204)]


def test_an_answer_is_written_only_for_the_attempt_that_it_answers(endpoint: Make):
    from orchestrator.domain.webhooks import Answer
    from orchestrator.webhooks.claim import claim
    from orchestrator.webhooks.note import note

    row, later = endpoint(), now() + LEASE + timedelta(seconds=1)
    happen()
    (mine,) = claim(row.pk, 10, now())
    (other,) = claim(row.pk, 10, later)
    before = rows("state", "due_at", "attempts", "code", "final_at")
    note([(mine, call.Ended(Answer(204)))], now())
    assert rows("state", "due_at", "attempts", "code", "final_at") == before
    note([(other, call.Ended(Answer(204)))], now())
    assert rows("state", "attempts", "code") == [("told", 2, 204)]


def test_an_endpoint_is_called_by_one_worker_at_a_time(endpoint: Make, receiver: Receiver):
    row = endpoint()
    happen()
    WebhookEndpoint.objects.update(worker="a" * 32, held_until=now() + timedelta(seconds=20))
    assert tell() == 0
    assert tell(seconds=21) == 1
    assert WebhookEndpoint.objects.get(pk=row.pk).worker == ""


def test_of_somebody_erased_the_number_is_told_and_no_answer_is_kept(
    endpoint: Make, receiver: Receiver, world: World
):
    from orchestrator.customers.erase import erase

    endpoint(kinds=["segment.entered", "customer.erased"])
    anna = world.person("anna", consents=())
    happen(2, customer=anna)
    receiver.replies = [Reply(500, body=b"who is anna?"), Reply(200, body=b"hello anna")]
    tell()
    assert sorted(rows("answer")) == ["hello anna", "who is anna?"]
    erase([anna], world.now)
    assert set(rows("answer")) == {""}
    receiver.heard.clear()
    receiver.reply = Reply(200, body=b"goodbye anna")
    tell(minutes=1)
    nobody = {"id": anna, "external_id": None}
    assert sorted((one.body["type"], one.body["data"]["customer"]) for one in receiver.heard) == [
        ("customer.erased", nobody),
        ("segment.entered", nobody),
    ]
    assert set(rows("answer")) == {""}


def test_a_round_ends_in_time_and_leaves_the_rest(endpoint: Make, receiver: Receiver, monkeypatch: Any):
    monkeypatch.setattr(deliver, "LONGEST", 0.0)
    endpoint()
    happen(3)
    time.sleep(0.01)
    assert tell() == 0
    assert receiver.heard == []
