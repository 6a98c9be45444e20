"""The HTTP of the door: who is let in, what is too much, and what a client is told."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from orchestrator.customers.merge import MergeError
from orchestrator.ingest import body as bodies
from orchestrator.ingest import keys, limits
from orchestrator.ingest.models import WriteKey
from tests.ingest.conftest import Shop, make_shop

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALL = {"userId": "anna", "event": "a", "messageId": "m1"}


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1} 2', b"[" * 100_000, b'"\\ud800"', b"x" * 32_769],
    ids=["empty", "open", "no utf-8", "NaN", "two", "deep", "half a letter", "too large"],
)
def test_400_is_for_bad_json_and_size_alone(shop: Shop, sent: bytes):
    told = shop.post("track", sent)
    assert (told.status_code, told.json()["success"]) == (400, False)
    assert shop.nothing()


def test_a_call_of_just_the_size_is_taken(shop: Shop):
    body = json.dumps({**CALL, "properties": {"x": ""}})
    full = json.dumps({**CALL, "properties": {"x": "a" * (32_768 - len(body))}})
    assert len(full) == 32_768
    assert shop.post("track", full.encode()).status_code == 200
    assert len(shop.events()) == 1


def test_a_batch_has_limits_of_its_own(shop: Shop):
    call = {"type": "track", **CALL}
    assert shop.post("batch", {"batch": [call] * 2501}).status_code == 400
    assert shop.post("batch", {"batch": [{**call, "x": "a" * 520_000}]}).status_code == 400
    assert shop.nothing()
    shop.ok("batch", {"batch": [call] * 2500})
    assert len(shop.events()) == 1


def test_gzip_is_unpacked_and_a_bomb_is_cut_at_the_limit(shop: Shop):
    packed = gzip.compress(json.dumps(CALL).encode())
    assert shop.post("track", packed, content_encoding="gzip").status_code == 200
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 500 * 1024
    for route, body in (
        ("batch", bomb),
        ("track", packed[:-9]),
        ("track", b"no"),
        ("track", zlib.compress(b"{}")),
    ):
        assert shop.post(route, body, content_encoding="gzip").status_code == 400
    assert len(shop.events()) == 1


def test_a_bomb_is_never_unpacked_beyond_the_limit():
    assert len(bodies._unzipped(gzip.compress(b" " * 5_000_000), 1000)) == 1001


@pytest.mark.parametrize("secret", ["", "wk_wrong", "a" * 5000, "ą"])
def test_an_unknown_key_is_401(shop: Shop, secret: str):
    told = shop.post("track", CALL, secret=secret)
    assert (told.status_code, told["WWW-Authenticate"]) == (401, 'Basic realm="journeys"')
    assert shop.nothing()


def test_the_key_in_the_body_as_browsers_send_it(site: Shop):
    body = json.dumps({"writeKey": site.secret, **CALL})
    told = site.client.post("/v1/t", body, content_type="text/plain", HTTP_ORIGIN="https://shop.example")
    assert (told.status_code, told["Access-Control-Allow-Origin"]) == (200, "https://shop.example")
    assert [name for _, name, _ in site.events()] == ["a"]


def test_pages_of_other_sites_and_keys_of_servers_in_pages_are_refused(shop: Shop, site: Shop):
    for one, origin in ((site, "https://evil.example"), (shop, "https://shop.example")):
        told = one.post("track", CALL, origin=origin)
        assert (told.status_code, told["Access-Control-Allow-Origin"]) == (403, "*")
    assert shop.nothing()
    assert site.post("track", CALL).status_code == 200  # an app sends no origin


def test_a_browser_asks_before(shop: Shop):
    told = shop.client.options("/v1/track", HTTP_ORIGIN="https://shop.example")
    assert (told.status_code, told["Access-Control-Allow-Methods"]) == (204, "POST, OPTIONS")
    assert (shop.client.get("/v1/track").status_code, shop.post("dance", CALL).status_code) == (405, 404)


def test_a_rotated_secret_is_good_for_a_day_and_a_revoked_one_no_more(shop: Shop):
    with time_machine.travel(NOW, tick=False):
        new = keys.rotate(shop.row, NOW, None)
        assert [shop.post("track", CALL, secret=one).status_code for one in (shop.secret, new)] == [200, 200]
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert [shop.post("track", CALL, secret=one).status_code for one in (shop.secret, new)] == [401, 200]
        assert keys.revoke(shop.row, NOW, None)
        assert not keys.revoke(shop.row, NOW, None)
        assert shop.post("track", CALL, secret=new).status_code == 401
    assert not WriteKey.objects.filter(digest__contains=new).exists()


def test_more_than_a_minutes_calls_wait_for_the_next(db: None):
    limits.forget()
    shop = make_shop(per_minute=30)
    call = {"type": "track", **CALL}
    with time_machine.travel(NOW + timedelta(seconds=20), tick=False):
        told = [shop.post("batch", {"batch": [call] * 10}) for _ in range(4)]
        assert [one.status_code for one in told] == [200, 200, 200, 429]
        assert (told[3]["Retry-After"], told[3].json()["success"]) == ("40", False)
        limits.forget()  # another process finds nothing left either
        assert shop.post("track", CALL).status_code == 429
    with time_machine.travel(NOW + timedelta(seconds=60), tick=False):
        assert shop.post("batch", {"batch": [call] * 2000}).status_code == 200
        assert shop.post("track", CALL).status_code == 429


def test_processes_share_the_limit_and_one_reserves_a_part_at_a_time(db: None, django_assert_num_queries):
    limits.forget()
    shop = make_shop(per_minute=100)
    key = keys.of(shop.row, NOW)
    with django_assert_num_queries(1):
        assert [limits.spend(key, 1, NOW) for _ in range(5)] == [0] * 5
    limits.forget()
    assert [limits.spend(key, 1, NOW) for _ in range(96)].count(0) == 95
    shop.row.refresh_from_db()
    assert (shop.row.taken, shop.row.last_used_at) == (100, NOW)


def test_what_cannot_be_promised_now_is_503_and_done_by_the_next(shop: Shop, monkeypatch):
    def busy(*_args):
        raise MergeError("busy", "workers are moving them")

    with monkeypatch.context() as broken:
        broken.setattr("orchestrator.ingest.door.identify", busy)
        told = shop.post("track", CALL)
        assert (told.status_code, told["Retry-After"]) == (503, "1")
    shop.ok("track", CALL)
    assert len(shop.events()) == 1


def test_an_answer_that_never_came_is_asked_again_and_changes_nothing(shop: Shop, monkeypatch):
    """The commit is done, and the process dies before it answers: what the client sends again is there."""
    batch = {"batch": [{"type": "track", **CALL}, {"type": "identify", "userId": "bela"}, 7]}

    def dies(*_args):
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr("orchestrator.ingest.view._told", dies)
        for _ in range(3):
            with pytest.raises(ConnectionResetError):
                shop.post("batch", batch)
    shop.ok("batch", batch)
    assert (len(shop.events()), shop.letters()) == (1, [("", "not_an_object")])
