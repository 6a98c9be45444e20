"""Settings switch each way on; what is wrong with them is said, and no secret with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from google.auth import jwt

from orchestrator.sdk import PluginError
from orchestrator.sdk.testing import FakeTransport
from orchestrator_push import plugin
from orchestrator_push.google import GRANT, SCOPE, ServiceAccount, Tokens
from orchestrator_push.provider import PushProvider
from tests.plugins.push.fakes import NOW, PRIVATE_KEY, SUBJECT, TOKEN_URI, Google, google_key, service_account

NAMES = ("PUSH_VAPID_PRIVATE_KEY", "PUSH_VAPID_SUBJECT", "PUSH_FCM_CREDENTIALS")


def register(monkeypatch: pytest.MonkeyPatch, *values: str) -> list[PushProvider]:
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)
    return list(plugin.register_providers())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("private_key", "credentials", "ways"),
    [
        ("", "", []),
        (PRIVATE_KEY, "", [("WebPush", "_Off")]),
        ("", "fcm", [("_Off", "Fcm")]),
        (PRIVATE_KEY, "fcm", [("WebPush", "Fcm")]),
    ],
)
def test_each_way_is_on_while_it_has_settings(
    monkeypatch: pytest.MonkeyPatch, private_key: str, credentials: str, ways: list[tuple[str, str]]
) -> None:
    found = register(monkeypatch, private_key, SUBJECT, credentials and service_account())
    assert [(type(one.web).__name__, type(one.fcm).__name__) for one in found] == ways


def test_push_services_ask_for_a_way_to_reach_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PluginError, match="PUSH_VAPID_SUBJECT is empty"):
        register(monkeypatch, PRIVATE_KEY, "", "")


def test_what_is_said_at_the_start_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "orchestrator_push")
    register(monkeypatch, "", "", "")
    register(monkeypatch, PRIVATE_KEY, SUBJECT, service_account())
    off, on = caplog.messages
    assert off == "Neither Web Push nor FCM has settings: push notifications go to the built-in mailbox."
    assert on.startswith("Push notifications go to browsers that subscribed with B")
    assert on.endswith(" and apps by https://fcm.googleapis.com/v1/projects/the-shop/messages:send.")
    assert PRIVATE_KEY not in on


def test_the_credentials_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(service_account(), encoding="utf-8")
    account = ServiceAccount.read(str(tmp_path / "account.json"))
    assert (account.project, account.token_uri) == ("the-shop", TOKEN_URI)
    assert "signer" not in repr(account)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("/nowhere/account.json", r"the file cannot be read \(FileNotFoundError\)"),
        ("{", r"no service account's JSON \(JSONDecodeError\)"),
        ("{}", r"no service account's JSON \(MalformedError\)"),
        (service_account(private_key="canary"), "no service account's JSON"),
    ],
)
def test_wrong_credentials_are_named_and_never_repeated(setting: str, words: str) -> None:
    with pytest.raises(PluginError, match=f"PUSH_FCM_CREDENTIALS: .*{words}") as raised:
        ServiceAccount.read(setting)
    assert "canary" not in str(raised.value)


def test_google_is_asked_with_a_signed_assertion_and_again_before_the_end() -> None:
    now = [NOW]
    google, tokens = Google(FakeTransport()), Tokens(ServiceAccount.read(service_account()), lambda: now[0])

    async def ask() -> list[object]:
        found = []
        for after in (0, 54, 55):
            now[0] = NOW + timedelta(minutes=after)
            found.append(await tokens.get(google))
        return found

    assert asyncio.run(ask()) == ["token-1", "token-1", "token-2"]
    first = google.asked[0]
    assert first["grant_type"] == GRANT
    header, claims, signed, signature = jwt._unverified_decode(first["assertion"])
    at = int(NOW.timestamp())
    assert claims == {
        "iss": "push@the-shop.example.com", "scope": SCOPE, "aud": TOKEN_URI, "iat": at, "exp": at + 3600,
    }  # fmt: skip
    assert (header["alg"], header["kid"]) == ("RS256", "k1")
    google_key().public_key().verify(signature, signed, PKCS1v15(), SHA256())
