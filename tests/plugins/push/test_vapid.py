"""Our key pair, and the signature on every call to a push service."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from py_vapid.jwt import decode

from orchestrator.sdk import PluginError
from orchestrator_push.keys import make
from orchestrator_push.vapid import ORIGINS, Vapid
from tests.environment import ROOT
from tests.plugins.push.fakes import NOW, PRIVATE_KEY, SUBJECT

ENDPOINT = "https://push.example.com/wpush/v2/abc"


def token(authorization: str) -> str:
    return authorization.split(" ")[1].removeprefix("t=").rstrip(",")


def test_one_signature_serves_a_push_service_until_an_hour_before_its_end() -> None:
    vapid = Vapid(PRIVATE_KEY, SUBJECT)
    first = vapid.authorization(ENDPOINT, NOW)
    assert vapid.authorization("https://push.example.com/other", NOW + timedelta(hours=10.9)) == first
    later = vapid.authorization(ENDPOINT, NOW + timedelta(hours=11))
    ends = [decode(token(each), vapid.public_key)["exp"] for each in (first, later)]
    assert [end - int(NOW.timestamp()) for end in ends] == [12 * 3600, 23 * 3600]


def test_another_push_service_gets_a_signature_of_its_own() -> None:
    vapid = Vapid(PRIVATE_KEY, SUBJECT)
    found = [
        decode(
            token(
                vapid.authorization(f"https://{host}/x", NOW),
            ),
            vapid.public_key,
        )["aud"]
        for host in ("push.example.com:8443", "updates.example.net")
    ]
    assert found == ["https://push.example.com:8443", "https://updates.example.net"]


def test_the_number_of_kept_signatures_is_bounded() -> None:
    vapid = Vapid(PRIVATE_KEY, SUBJECT)
    for number in range(ORIGINS + 5):
        vapid.authorization(f"https://p{number}.example.com/x", NOW)
    assert len(vapid._tokens) == 5


def test_another_key_does_not_verify_it() -> None:
    signed = token(Vapid(PRIVATE_KEY, SUBJECT).authorization(ENDPOINT, NOW))
    with pytest.raises(InvalidSignature):
        decode(signed, Vapid(make()[0], SUBJECT).public_key)


@pytest.mark.parametrize(
    ("private_key", "subject", "words"),
    [
        ("short", SUBJECT, "PUSH_VAPID_PRIVATE_KEY is no private key"),
        ("ż", SUBJECT, "PUSH_VAPID_PRIVATE_KEY is no private key"),
        ("A" * 43, SUBJECT, "PUSH_VAPID_PRIVATE_KEY is no private key"),
        ("_" * 42 + "8", SUBJECT, "PUSH_VAPID_PRIVATE_KEY is no private key"),
        (PRIVATE_KEY, "shop@example.com", "begins with mailto: or https://"),
    ],
)
def test_wrong_settings_are_named_and_never_repeated(private_key: str, subject: str, words: str) -> None:
    with pytest.raises(PluginError, match=words) as raised:
        Vapid(private_key, subject)
    assert private_key not in str(raised.value)


def test_the_helper_prints_a_new_pair() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator_push.keys"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    private_key = first.removeprefix("PUSH_VAPID_PRIVATE_KEY=")
    assert second == f"Public key, for the site: {Vapid(private_key, SUBJECT).public_key}"
    assert len(private_key) == 43
