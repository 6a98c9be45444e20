"""The pages and the API: who may, what is shown once, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.signing import secrets_of
from orchestrator.workspace.models import AuditEntry, Workspace
from tests.api.calling import Program
from tests.webhooks.conftest import Make, happen, now, tell
from tests.webhooks.receiver import Receiver, Reply

pytestmark = pytest.mark.django_db(transaction=True)
SENT: dict[str, Any] = {
    "name": "CRM",
    "url": "https://crm.example.com/hooks",
    "kinds": ["goal.met", "consent.withdrawn"],
}


@pytest.fixture
def boss(db: None) -> Client:
    Workspace.get()
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@shop.example", "x"))
    return client


@pytest.fixture
def program(db: None) -> Program:
    Workspace.get()
    return Program("webhooks:read", "webhooks:write")


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:webhooks_{name}", args=args)


def secret() -> str:
    return secrets_of(WebhookEndpoint.objects.get()).current


def test_a_new_one_shows_its_secret_once(boss: Client):
    answer = boss.post(page("webhookendpoint_add"), {**SENT, "enabled": "on"})
    row = WebhookEndpoint.objects.get()
    assert (answer.status_code, "no-store" in answer["Cache-Control"], secret() in answer.text) == (
        200,
        True,
        True,
    )
    assert row.kinds == ["goal.met", "consent.withdrawn"]
    assert secret() not in row.secret
    assert secret() not in boss.get(page("webhookendpoint_change", row.pk)).text
    assert AuditEntry.objects.filter(action="key_made", title="CRM").count() == 1
    assert secret() not in str(list(AuditEntry.objects.values()))
    before = secret()
    answer = boss.post(page("webhookendpoint_rotate", row.pk))
    assert (secret() != before, secret() in answer.text, before in answer.text) == (True, True, False)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example.com/", "only https"),
        ("https://127.0.0.1/", "is no public address"),
        ("https://169.254.169.254/latest", "is no public address"),
        ("https://localhost:8443/", "inside a network"),
        ("https://[::1]/", "is no public address"),
        ("https://crm.example.com:22/", "port 22"),
        ("ftp://crm.example.com/", "no URL that can be called"),
    ],
)
def test_an_address_inside_is_refused_as_it_is_entered(boss: Client, program: Program, url: str, why: str):
    answer = boss.post(page("webhookendpoint_add"), {**SENT, "url": url})
    assert why in answer.text
    code, told = program.post("webhooks/", {**SENT, "url": url})
    assert (code, told["errors"][0]["pointer"], told["errors"][0]["code"]) == (400, "/url", "forbidden")
    assert why in told["detail"]
    assert not WebhookEndpoint.objects.exists()


def test_the_address_is_not_written_into_the_audit_log(boss: Client):
    boss.post(page("webhookendpoint_add"), {**SENT, "enabled": "on"})
    row = WebhookEndpoint.objects.get()
    boss.post(
        page("webhookendpoint_change", row.pk), {**SENT, "url": "https://crm.example.com/?token=s3cret"}
    )
    row.refresh_from_db()
    assert (row.url, row.enabled) == ("https://crm.example.com/?token=s3cret", False)
    assert "s3cret" not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.get(action="changed").details == {"url": None, "enabled": [True, False]}


def test_the_buttons_test_and_tell_again(boss: Client, endpoint: Make, receiver: Receiver):
    row = endpoint()
    receiver.replies = [Reply(200), Reply(500)]
    answer = boss.post(page("webhookendpoint_test", row.pk), follow=True)
    assert "“CRM” answered 200 to the test" in answer.text
    answer = boss.post(page("webhookendpoint_test", row.pk), follow=True)
    assert "the receiver answered 500" in answer.text
    (key,) = happen(1)
    WebhookDelivery.objects.filter(key=key).update(state="given_up", final_at=now(), due_at=None)
    answer = boss.post(page("webhookendpoint_resend", row.pk), {"since": "2020-01-01T00:00"}, follow=True)
    assert "1 call is made again" in answer.text
    tell()
    one = WebhookDelivery.objects.get(key=key)
    answer = boss.post(page("webhookdelivery_resend", one.pk), follow=True)
    assert "1 call is made again" in answer.text
    answer = boss.post(page("webhookendpoint_resend", row.pk), {"since": "yesterday"}, follow=True)
    assert "Write since when" in answer.text
    tell()
    assert receiver.ids[2:] == [key, key]


def test_what_a_receiver_wrote_is_shown_as_text(boss: Client, endpoint: Make, receiver: Receiver):
    endpoint()
    happen(1)
    receiver.replies = [Reply(400, body=b"<script>alert(1)</script>")]
    tell()
    answer = boss.get(page("webhookdelivery_change", WebhookDelivery.objects.get().pk))
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text


def test_a_program_makes_changes_tries_and_takes_away(program: Program, receiver: Receiver):
    code, made = program.post("webhooks/", {**SENT, "url": receiver.url})
    number = made["id"]
    row = WebhookEndpoint.objects.get()
    assert (code, made["secret"], row.pk) == (201, secret(), number)
    assert program.post("webhooks/", {**SENT, "url": receiver.url})[1]["errors"][0]["code"] == "taken"
    assert "secret" not in program.get(f"webhooks/{number}/")[1]
    assert [one["id"] for one in program.get("webhooks/")[1]["items"]] == [number]
    changed = program.ask(
        "patch", f"webhooks/{number}/", {"kinds": ["segment.entered", "goal.met", "goal.met"]}
    )
    assert (changed.status_code, changed.json()["kinds"]) == (200, ["goal.met", "segment.entered"])
    assert program.post(f"webhooks/{number}/test/")[1]["code"] == 204
    (key,) = happen(1)
    receiver.reply = Reply(410)
    tell()
    assert program.get(f"webhooks/{number}/")[1]["off_why"] == "gone"
    calls = program.get(f"webhooks/{number}/deliveries/?state=given_up")[1]["items"]
    assert [(one["id"], one["code"], one["data"]["segment"]) for one in calls] == [(key, 410, "s0")]
    program.ask("patch", f"webhooks/{number}/", {"enabled": True})
    said = {"since": "2020-01-01T00:00:00Z"}
    assert program.post(f"webhooks/{number}/resend/", said) == (200, {"resent": 1})
    assert program.post(f"webhooks/{number}/rotate/")[1]["secret"] == secret()
    assert program.ask("delete", f"webhooks/{number}/").json() == {"deleted": True}
    assert program.get(f"webhooks/{number}/")[1]["code"] == "no_webhook"
    acts = list(AuditEntry.objects.filter(title="CRM").order_by("number").values_list("action", "who"))
    assert acts == [
        ("key_made", "key"), ("changed", "key"), ("sent_test", "key"), ("changed", "system"), ("changed", "key"),
        ("resent", "key"), ("key_rotated", "key"), ("deleted", "key"),
    ]  # fmt: skip


def test_a_key_that_may_only_see_changes_nothing(db: None):
    Workspace.get()
    reader = Program("webhooks:read")
    assert reader.get("webhooks/") == (200, {"items": [], "next": None})
    code, told = reader.post("webhooks/", SENT)
    assert (code, told["code"], "webhooks:write" in told["detail"]) == (403, "permission_denied", True)
    assert not WebhookEndpoint.objects.exists()
