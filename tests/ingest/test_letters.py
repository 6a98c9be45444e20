"""Dead letters and live calls: what is kept, for how long, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.customers.erase import erase
from orchestrator.customers.export import rows
from orchestrator.customers.exporting import registered
from orchestrator.customers.models import Customer
from orchestrator.domain.wire.names import name_of
from orchestrator.events.models import Event
from orchestrator.ingest import keys, live
from orchestrator.ingest.models import DeadLetter, LiveCall, WriteKey
from orchestrator.ingest.replay import replay
from orchestrator.workspace.models import AuditEntry
from tests.ingest.conftest import Shop

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRONG = {"userId": "anna", "event": "consent.given", "properties": {"x": 1}}


@pytest.fixture(autouse=True)
def _names() -> Iterator[None]:
    """Names are remembered; here one is refused first and taken later."""
    name_of.cache_clear()
    yield
    name_of.cache_clear()


def letters() -> list[DeadLetter]:
    return list(DeadLetter.objects.select_related("key").order_by("id"))


def test_a_letter_holds_the_call_as_it_came_and_no_key(shop: Shop):
    shop.ok(
        "batch",
        {"batch": [{"type": "track", **WRONG}], "context": {"ip": "x"}, "sentAt": "s", "writeKey": "w"},
    )
    (letter,) = letters()
    assert json.loads(letter.payload) == {
        "type": "track", **WRONG, "_batch": {"context": {"ip": "x"}, "sentAt": "s"},
    }  # fmt: skip
    assert (letter.reason, letter.key, letter.replayed_at) == ("reserved_name", shop.row, None)
    assert "this installation alone" in letter.words


def test_what_was_mended_is_taken_by_the_same_door(shop: Shop, monkeypatch):
    with time_machine.travel(NOW, tick=False):
        shop.ok("track", WRONG)
        shop.ok("track", {"event": "a"})
    later = NOW + timedelta(days=2)
    assert replay(letters(), later) == 0
    assert [(one.reason, one.replayed_at) for one in letters()] == [("reserved_name", None), ("no_id", None)]
    monkeypatch.setattr("orchestrator.domain.wire.names.OURS", ("message.",))
    name_of.cache_clear()
    assert replay(letters(), later) == 1
    assert [(one.reason, one.replayed_at) for one in letters()] == [("reserved_name", later), ("no_id", None)]
    event = Event.objects.get()
    assert (event.name, event.occurred_at, event.backfilled) == ("consent.given", NOW, True)
    assert (replay(letters(), later), Event.objects.count(), DeadLetter.objects.count()) == (0, 1, 2)


def test_the_erased_are_named_by_no_letter_and_leave_none(shop: Shop):
    shop.ok("identify", {"userId": "anna", "anonymousId": "b1"})
    shop.ok("track", WRONG)
    shop.ok("track", {"anonymousId": "b1", "event": "consent.given"})
    shop.ok("track", {"userId": "bela", "event": "consent.given"})
    (anna,) = Customer.objects.filter(external_id="anna").values_list("id", flat=True)
    told = list(rows(registered()["calls_not_taken"], [anna]))
    assert [json.loads(row["payload"])["event"] for row in told] == ["consent.given", "consent.given"]
    erase([anna], NOW)
    assert [json.loads(one.payload)["userId"] for one in letters()] == ["bela"]
    shop.ok("track", {"userId": "anna", "event": "order.placed", "messageId": "anna@shop.example"})
    assert [(one.reason, one.payload, one.user_mark) for one in letters()[1:]] == [("erased", "", "")]
    assert Event.objects.count() == 0
    assert replay(letters()[1:], NOW) == 0


def test_letters_that_write_an_address_of_the_erased_go_with_them(shop: Shop):
    shop.ok("identify", {"userId": "anna", "traits": {"email": "Ania@Shop.example", "phone": "+48600100200"}})
    shop.ok("track", {"event": "a", "properties": {"mail": "ANIA@shop.example"}})
    shop.ok("track", {"event": "b", "properties": {"tel": "600-100-200"}})
    shop.ok("track", {"event": "c", "properties": {"tel": "0048 (600) 100 200"}})
    shop.ok("track", {"event": "d", "properties": {"mail": "hania@shop.example.pl", "tel": "600100201"}})
    (anna,) = Customer.objects.filter(external_id="anna").values_list("id", flat=True)
    assert list(rows(registered()["calls_not_taken"], [anna])) == []  # who wrote it may be somebody else
    erase([anna], NOW)
    assert [json.loads(one.payload)["event"] for one in letters()] == ["d"]


def test_calls_are_kept_while_somebody_looks_and_no_others(shop: Shop):
    shop.ok("track", {"userId": "anna", "event": "a"})
    assert LiveCall.objects.count() == 0
    with time_machine.travel(NOW, tick=False):
        live.watch(shop.row, NOW)
        shop.ok("track", {"userId": "anna", "event": "b"})
        shop.ok("batch", {"batch": [{"type": "identify", "userId": "bela"}, 7]})
    seen = list(LiveCall.objects.order_by("id").values_list("kind", "became", "reason"))
    assert seen == [("track", "event", ""), ("identify", "change", ""), ("", "dead", "not_an_object")]
    with time_machine.travel(NOW + live.FOR, tick=False):
        shop.ok("track", {"userId": "anna", "event": "c"})
    assert LiveCall.objects.count() == 3
    erase(Customer.objects.filter(external_id="anna").values_list("id", flat=True), NOW)
    assert LiveCall.objects.count() == 2
    live.stop(shop.row)
    assert LiveCall.objects.count() == 0


def test_the_last_hundred_are_kept(shop: Shop):
    with time_machine.travel(NOW, tick=False):
        live.watch(shop.row, NOW)
        for part in range(3):
            calls = [{"type": "track", "userId": "a", "event": f"e{part}_{n}"} for n in range(60)]
            shop.ok("batch", {"batch": calls})
    kept = [
        json.loads(one)["event"] for one in LiveCall.objects.order_by("id").values_list("payload", flat=True)
    ]
    assert (len(kept), kept[0], kept[-1]) == (100, "e1_20", "e2_59")


def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ola", "", "x"))
    return client


def test_a_key_is_made_shown_once_rotated_and_revoked_in_the_studio(db: None):
    client = staff()
    given = {
        "name": "Shop",
        "kind": "web",
        "origins": "https://shop.example",
        "refused": "vip",
        "per_minute": 60,
    }
    made = client.post(reverse("admin:ingest_writekey_add"), given)
    row = WriteKey.objects.get()
    secret = made.context["secret"]
    assert (secret in made.text, "no-store" in made["Cache-Control"]) == (True, True)
    assert keys.lookup([secret], NOW)[secret].id == row.pk
    change = reverse("admin:ingest_writekey_change", args=[row.pk])
    assert secret not in client.get(change).text
    rotated = client.post(reverse("admin:ingest_writekey_rotate", args=[row.pk])).context["secret"]
    assert set(keys.lookup([secret, rotated], NOW)) == {secret, rotated}
    client.post(reverse("admin:ingest_writekey_revoke", args=[row.pk]))
    assert keys.lookup([secret, rotated], NOW) == {}
    noted = AuditEntry.objects.filter(subject="ingest.writekey").order_by("number")
    assert list(noted.values_list("action", flat=True)) == ["key_made", "key_rotated", "key_retired"]
    refused = client.post(reverse("admin:ingest_writekey_rotate", args=[row.pk]), follow=True)
    assert "gets no new secret" in refused.text


def test_a_site_with_a_path_is_refused(db: None):
    given = {
        "name": "Shop",
        "kind": "web",
        "origins": "https://shop.example/a",
        "refused": "",
        "per_minute": 60,
    }
    answer = staff().post(reverse("admin:ingest_writekey_add"), given)
    assert "is no site" in answer.text
    assert WriteKey.objects.count() == 0


def test_looking_live_in_the_studio(shop: Shop):
    client = staff()
    client.post(reverse("admin:ingest_writekey_watch", args=[shop.row.pk]), {"act": "watch"})
    shop.ok("track", {"userId": "anna", "event": "<script>"})
    listed = client.get(reverse("admin:ingest_writekey_calls", args=[shop.row.pk]))
    assert "&lt;script&gt;" in listed.text
    assert "<script>" not in listed.text
    page = client.get(reverse("admin:ingest_writekey_live", args=[shop.row.pk]))
    assert "studio/live.js" in page.text
    client.post(reverse("admin:ingest_writekey_watch", args=[shop.row.pk]), {"act": "stop"})
    assert LiveCall.objects.count() == 0


def test_letters_are_replayed_from_their_page_and_from_the_list(shop: Shop, monkeypatch):
    client = staff()
    shop.ok("track", WRONG)
    shop.ok("track", {**WRONG, "userId": "bela"})
    first, second = letters()
    monkeypatch.setattr("orchestrator.domain.wire.names.OURS", ("message.",))
    name_of.cache_clear()
    answer = client.post(reverse("admin:ingest_deadletter_replay", args=[first.pk]), follow=True)
    assert "1 call was taken." in answer.text
    page = reverse("admin:ingest_deadletter_changelist")
    answer = client.post(page, {"action": "replay_selected", "_selected_action": [second.pk]}, follow=True)
    assert "1 call was taken." in answer.text
    assert sorted(who for who, _, _ in shop.events()) == ["anna", "bela"]
