"""`/hooks/<provider>/`: a report is verified by its plugin, counted by the engine, and answered at once."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from orchestrator import registry
from orchestrator.consents.models import Suppression
from orchestrator.events.models import Event
from orchestrator.messaging.models import FrequencyCap, Message, Receipt
from orchestrator.sdk import Receipt as Report
from orchestrator.sdk import ReceiptKind, Request, SignatureInvalid
from orchestrator.workspace.models import Brand
from orchestrator_email.esp.provider import AnymailProvider
from orchestrator_email.esp.settings import Esp
from tests.plugins.email.api import Api, Reply
from tests.scenarios.journeys import one_send
from tests.scenarios.scripted import Plugin, Scripted
from tests.scenarios.world import World

SECRET = b"between us"
URL = "/hooks/acme/"


class Acme(Scripted):
    """A provider with signed reports. `seen`: the requests it was given."""

    name = "acme"

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(answers)
        self.seen: list[Request] = []
        self.raises: BaseException | None = None
        self.instead: Any = None

    def parse_receipts(self, request: Request) -> Sequence[Report]:
        self.seen.append(request)
        if not hmac.compare_digest(sign(request.body), request.headers.get("x-signature", "")):
            raise SignatureInvalid("x-signature is missing or wrong: anna@example.com")
        if self.raises is not None:
            raise self.raises
        return self.instead or [
            Report(one["id"], ReceiptKind(one["kind"]), NOW, one["key"])
            for one in json.loads(request.body or b"[]")
        ]


NOW = World().now


def sign(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def report(key: str, kind: str = "opened", id_: str = "r-1") -> bytes:
    return json.dumps([{"id": id_, "kind": kind, "key": key}]).encode()


def post(body: bytes, url: str = URL, signature: str | None = None, **more: Any) -> Any:
    headers = {"X-Signature": sign(body) if signature is None else signature}
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(url, body, content_type="application/json", headers=headers, **more)


@pytest.fixture
def acme(world: World, settings) -> Acme:
    """Anna got one message through Acme. Beside it stands a provider that has no reports."""
    settings.DELIVERY_ALLOWLIST = ["*"]
    made = Acme([])
    registry.reset(registry.load([], {"acme_plugin": Plugin([made, Scripted([])])}))
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    world.run(hours=1)
    assert Message.objects.get().provider == "acme"
    return made


def key() -> str:
    return Message.objects.get().key


def test_a_signed_report_is_counted(acme: Acme):
    answer = post(report(key()))
    assert (answer.status_code, answer.text) == (200, "")
    assert Receipt.objects.get().message == Message.objects.get()
    assert Event.objects.filter(name="message.opened").count() == 1


def test_the_plugin_sees_the_public_address_and_small_header_names(acme: Acme, settings):
    settings.PUBLIC_URL = "https://mail.shop.example"
    body = report(key())
    post(body, URL + "?a=1&b=%20x")
    (request,) = acme.seen
    assert (request.method, request.url) == ("POST", "https://mail.shop.example/hooks/acme/?a=1&b=%20x")
    assert (request.body, request.headers["x-signature"]) == (body, sign(body))
    assert all(name == name.lower() for name in request.headers)


def test_a_report_by_get_is_a_report(acme: Acme):
    answer = Client().get(URL + "?status=ok", headers={"X-Signature": sign(b"")})
    assert answer.status_code == 200
    assert (acme.seen[0].method, acme.seen[0].body) == ("GET", b"")


@pytest.mark.parametrize("signature", ["", "0" * 64])
def test_a_forged_report_is_refused_and_nothing_of_it_is_kept_or_logged(acme: Acme, caplog, signature: str):
    answer = post(report(key()), signature=signature)
    assert answer.status_code == 403
    assert Receipt.objects.count() == 0
    assert "anna" not in caplog.text + answer.text


@pytest.mark.parametrize("name", ["nobody", "scripted", "mailbox_email", "%00", "..", "acme%2F"])
def test_who_has_no_reports_has_no_address(acme: Acme, name: str):
    assert post(report(key()), f"/hooks/{name}/").status_code == 404
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_no_other_method_is_a_report(acme: Acme, method: str):
    assert getattr(Client(), method)(URL).status_code == 405
    assert acme.seen == []


@pytest.mark.parametrize(("url", "status"), [(URL, 200), ("/hooks/nobody/", 404)])
def test_head_says_whether_the_address_is_there_and_counts_nothing(acme: Acme, url: str, status: int):
    assert Client().head(url).status_code == status
    assert acme.seen == []


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 500), (1_000_001, 413)])
def test_a_report_of_more_than_a_megabyte_is_not_read(acme: Acme, size: int, status: int):
    assert post(b"[" * size).status_code == status
    assert len(acme.seen) == (1 if status == 500 else 0)


@pytest.mark.parametrize("length", ["many", "-1x"])
def test_a_length_that_is_no_number_is_said_to_be_wrong(acme: Acme, length: str):
    answer = post(report(key()), CONTENT_LENGTH=length)
    assert (answer.status_code, answer.text) == (
        400,
        "The report's length is wrong, or it broke off; send it again.",
    )
    assert acme.seen == []


@pytest.mark.parametrize("error", [KeyError("anna@example.com"), ValueError("anna"), SystemExit(1)])
def test_a_plugin_that_fails_is_named_and_the_provider_is_to_try_again(
    acme: Acme, caplog, error: BaseException
):
    acme.raises = error
    assert post(report(key())).status_code == 500
    assert "plugin acme_plugin failed in parse_receipts of acme: " + type(error).__name__ in caplog.text
    assert "anna" not in caplog.text
    acme.raises = None
    assert post(report(key())).status_code == 200
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("nothing", [7, "receipts"])
def test_an_answer_that_is_no_list_of_receipts_is_the_plugins_fault(acme: Acme, nothing: object):
    acme.instead = nothing
    assert post(b"[]").status_code == 500
    assert Receipt.objects.count() == 0


def test_of_a_report_that_is_half_nonsense_the_other_half_is_counted_once(acme: Acme):
    acme.instead = [None, Report("r-1", ReceiptKind.OPENED, NOW, key())]
    assert [post(b"[]").status_code for _ in range(2)] == [500, 500]
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(name="message.opened").count() == 1


def test_a_report_that_comes_too_early_is_wanted_again(acme: Acme):
    Message.objects.update(state="handing_off", reference="")
    acme.instead = [Report("r-1", ReceiptKind.OPENED, timezone.now() - timedelta(seconds=1), reference="ref")]
    assert (post(b"[]").status_code, Receipt.objects.count()) == (503, 0)
    Message.objects.update(state="accepted", reference="ref")
    assert (post(b"[]").status_code, Receipt.objects.count()) == (200, 1)


def test_a_replay_counts_once(acme: Acme):
    assert {post(report(key())).status_code for _ in range(20)} == {200}
    assert Receipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["opened", "bounced", "complained", "delivered"])
def test_the_same_report_twenty_times_at_once_counts_once(acme: Acme, kind: str):
    FrequencyCap.objects.all().delete()
    body, codes = report(key(), kind), []

    def run() -> None:
        codes.append(post(body).status_code)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert codes == [200] * 20
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(name=f"message.{kind}").count() == 1


def test_a_bounce_from_the_letter_to_the_suppression_by_a_real_providers_api(world: World, settings):
    """Sent through django-anymail to an API on loopback, and reported by it as Postmark reports."""
    settings.DELIVERY_ALLOWLIST = ["*"]
    taken = {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": "anna@example.com"}
    api = Api(lambda call: Reply(200, json.dumps(taken).encode(), {"Content-Type": "application/json"}))
    options = {"server_token": "token", "api_url": api.url, "webhook_secret": "hook:secret"}
    provider = AnymailProvider(Esp("postmark", "Postmark", options))
    registry.reset(registry.load([], {"email": Plugin([provider])}))
    Brand.objects.update(sender_address="shop@example.com")
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    world.run(hours=1)
    api.close()
    row = Message.objects.get()
    assert (row.state, row.provider, row.reference) == ("accepted", "anymail", "pm-1")
    sent = api.calls[0].json()
    assert sent["Metadata"] == {"key": row.key}
    assert {header["Name"] for header in sent["Headers"]} == {"List-Unsubscribe", "List-Unsubscribe-Post"}
    said = {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "MessageID": "pm-1",
        "Email": "anna@example.com",
        "BouncedAt": world.now.isoformat(),
        "Metadata": sent["Metadata"],
    }
    headers = {"Authorization": "Basic " + b64encode(b"hook:secret").decode()}
    client = Client(enforce_csrf_checks=True)
    told = [
        client.post("/hooks/anymail/", said, "application/json", headers=given) for given in ({}, headers)
    ]
    assert [answer.status_code for answer in told] == [403, 200]
    assert Message.objects.get().bounced_at == world.now
    assert list(Suppression.objects.values_list("digest", "reason")) == [(row.address_digest, "bounce")]
