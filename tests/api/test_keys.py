"""Keys of the API: shown once, kept as a hash, good for their scopes, until they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orchestrator.accounts import keys
from orchestrator.accounts.models import ApiKey, Attempts
from orchestrator.accounts.scopes import RIGHTS, TITLES
from orchestrator.workspace.models import AuditEntry

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DOOR = "/api/v1/customers/c-1/next/"
READS = ("customers:read", "enrollments:read", "messages:read")

pytestmark = pytest.mark.django_db


def new(
    *scopes: str, most: int = 600, ends: datetime | None = None, now: datetime = NOW
) -> tuple[ApiKey, str]:
    return keys.make("shop", scopes or READS, most, ends, None, now)


def call(secret: str, path: str = DOOR, way: str = "Bearer") -> Any:
    return Client().get(path, headers={"authorization": f"{way} {secret}"})


def test_a_key_opens_what_its_scopes_name_and_nothing_else() -> None:
    with time_machine.travel(NOW, tick=False):
        assert call(new()[1]).status_code == 404  # there is no such customer, and it may know
        answer = call(new("customers:read", "events:write")[1])
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json() == {
        "type": "/api/docs/#problem-permission_denied", "title": "Forbidden", "status": 403, "code": "permission_denied",
        "detail": "This key lacks a scope; it needs: enrollments:read, messages:read.",
    }  # fmt: skip


def test_of_the_secret_nothing_stands_in_the_database() -> None:
    key, secret = new()
    assert (secret[:11], len(secret)) == (key.prefix, 55)
    row = str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret[11:] not in row
    assert secret[:11] in row


@pytest.mark.parametrize("wrong", ["", "jk_", "nonsense", "jk_00000000_" + "a" * 43, "é" * 55, "jk_ a b"])
def test_a_wrong_key_is_refused(wrong: str) -> None:
    answer = Client().get(DOOR, headers={"authorization": f"Bearer {wrong}".encode().decode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
    assert answer["WWW-Authenticate"] == 'Basic realm="journeys"'


def test_a_key_with_a_letter_changed_is_unknown() -> None:
    secret = new()[1]
    changed = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    assert call(changed).json()["code"] == "key_unknown"


def test_after_its_end_and_after_it_was_revoked_a_key_opens_nothing() -> None:
    _key, secret = new(ends=NOW + timedelta(hours=1))
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        assert call(secret).status_code == 404
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert call(secret).json()["code"] == "key_expired"
    other, shown = new()
    assert (keys.revoke(other, None, NOW), keys.revoke(other, None, NOW)) == (True, False)
    assert call(shown).json()["code"] == "key_revoked"


def test_rotating_gives_a_new_key_and_lets_the_old_one_go_on_for_a_while() -> None:
    old, secret = new(ends=NOW + timedelta(days=30))
    day = timedelta(days=10)
    fresh, shown = keys.rotate(old, timedelta(days=1), None, NOW + day)
    assert (fresh.scopes, fresh.per_minute, fresh.expires_at) == (
        old.scopes,
        600,
        NOW + day + timedelta(days=30),
    )
    with time_machine.travel(NOW + day + timedelta(hours=23), tick=False):
        assert [call(one).status_code for one in (secret, shown)] == [404, 404]
    with time_machine.travel(NOW + day + timedelta(days=1), tick=False):
        assert [call(one).status_code for one in (secret, shown)] == [401, 404]
    with pytest.raises(keys.KeyRefused, match="expired"):
        keys.rotate(old, timedelta(0), None, NOW + day + timedelta(days=2))
    assert list(AuditEntry.objects.order_by("number").values_list("action", "subject_id")) == [
        ("key_made", str(old.pk)), ("key_rotated", str(old.pk)),
    ]  # fmt: skip


def test_that_it_was_used_is_written_once_a_minute() -> None:
    key, secret = new()
    for seconds, seen in ((0, 0), (59, 0), (60, 60)):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            call(secret)
        assert ApiKey.objects.get(pk=key.pk).last_used_at == NOW + timedelta(seconds=seen)
    with (
        time_machine.travel(NOW + timedelta(seconds=61), tick=False),
        CaptureQueriesContext(connection) as asked,
    ):
        call(secret)
    assert [one for one in asked.captured_queries if 'UPDATE "accounts_apikey"' in one["sql"]] == []


def test_each_key_has_its_own_limit_beside_accounts_of_the_same_number() -> None:
    (_key, secret), (_other, shown) = new(most=2), new(most=1)
    with time_machine.travel(NOW, tick=False):
        assert [call(secret).status_code for _ in range(3)] == [404, 404, 429]
        assert [call(shown).status_code for _ in range(2)] == [404, 429]
        assert call(secret).json()["code"] == "throttled"
        assert call(secret)["Retry-After"] == "60"
    assert sorted(Attempts.objects.filter(kind="program").values_list("count", flat=True)) == [1, 2]


def test_every_scope_has_words_and_rights_that_exist() -> None:
    assert set(RIGHTS) == set(TITLES)
    known = {
        f"{one.content_type.app_label}.{one.codename}"
        for one in Permission.objects.select_related("content_type")
    }
    assert {right for rights in RIGHTS.values() for right in rights} - known == set()
    with pytest.raises(ValueError, match="there is no scope 'everything'"):
        new("everything")


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ola", "ola@shop.example", "x"))
    return client


FORM = {
    "name": "Shop",
    "scopes": ["events:write"],
    "per_minute": "60",
    "expires_at_0": "",
    "expires_at_1": "",
}


def test_the_page_shows_the_secret_once_and_notes_who_made_it(boss: Client) -> None:
    answer = boss.post("/admin/accounts/apikey/add/", FORM)
    key = ApiKey.objects.get()
    secret = answer.context["secret"]
    assert (answer.status_code, secret in answer.text) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    assert (key.name, key.scopes, key.per_minute, key.made_by.username) == (
        "Shop",
        ["events:write"],
        60,
        "ola",
    )
    assert keys.find(secret, datetime.now(UTC)).pk == key.pk
    assert secret[11:] not in boss.get(f"/admin/accounts/apikey/{key.pk}/change/").text
    row = AuditEntry.objects.exclude(action="signed_in").get()
    assert (row.action, row.who_name, row.title, row.details) == (
        "key_made", "ola", f"Shop ({key.prefix}…)", {"scopes": ["events:write"]},
    )  # fmt: skip


def test_the_buttons_rotate_and_revoke(boss: Client) -> None:
    key, _secret = new(now=datetime.now(UTC))
    page = f"/admin/accounts/apikey/{key.pk}"
    assert boss.post(f"{page}/rotate/", {"overlap": "5"}).status_code == 302
    assert ApiKey.objects.count() == 1
    shown = boss.post(f"{page}/rotate/", {"overlap": "0"}).context["secret"]
    fresh = ApiKey.objects.get(prefix=shown[:11])
    assert boss.post(f"{page}/rotate/", {"overlap": "0"}).status_code == 302  # it has ended
    boss.post(f"/admin/accounts/apikey/{fresh.pk}/revoke/")
    boss.post(f"/admin/accounts/apikey/{fresh.pk}/revoke/")
    noted = AuditEntry.objects.exclude(action="signed_in").order_by("number")
    assert list(noted.values_list("action", flat=True)) == [
        "key_made", "key_rotated", "key_retired",
    ]  # fmt: skip
    assert [one.state(datetime.now(UTC)) for one in ApiKey.objects.order_by("id")] == ["expired", "revoked"]


def test_nobody_makes_a_key_that_may_more_than_they(db: None) -> None:
    user = User.objects.create_user("dev", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["add_apikey", "view_apikey", "add_event"])
    )
    client = Client()
    client.force_login(user)
    answer = client.post(
        "/admin/accounts/apikey/add/", {**FORM, "scopes": ["events:write", "customers:read"]}
    )
    assert "so no key of yours may: customers:read." in answer.text
    assert ApiKey.objects.count() == 0
    assert client.post("/admin/accounts/apikey/add/", FORM).status_code == 200
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""}, {"name": "a\nb"}, {"name": "a\0"}, {"name": "x" * 101}, {"scopes": []}, {"scopes": ["all"]},
        {"per_minute": "0"}, {"per_minute": "100001"}, {"per_minute": "9" * 400}, {"expires_at_0": "yesterday"},
        {"expires_at_0": "2020-01-01", "expires_at_1": "12:00"},
    ],
)  # fmt: skip
def test_what_makes_no_key_is_said_in_the_form(boss: Client, said: dict[str, Any]) -> None:
    answer = boss.post("/admin/accounts/apikey/add/", {**FORM, **said})
    assert (answer.status_code, ApiKey.objects.count()) == (200, 0)
    assert answer.context["adminform"].form.errors
