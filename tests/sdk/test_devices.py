"""Devices: a browser's subscription in one spelling, or refused with words."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.sdk import WebDevice, is_web_device

POINT, SECRET = b"\x04" + bytes(range(64)), bytes(range(200, 216))
KEYS = {
    "p256dh": base64.urlsafe_b64encode(POINT).decode().rstrip("="),
    "auth": base64.urlsafe_b64encode(SECRET).decode().rstrip("="),
}
ENDPOINT = "https://push.example.com/wpush/v2/gAAAA_-=?x=1"
SPELLED = f'{{"endpoint":"{ENDPOINT}","keys":{{"auth":"{KEYS["auth"]}","p256dh":"{KEYS["p256dh"]}"}}}}'


@pytest.mark.parametrize(
    "given",
    [
        SPELLED,
        json.dumps({"endpoint": ENDPOINT, "expirationTime": None, "keys": KEYS}, indent=2),
        json.dumps({"keys": {k: v + "=" * (-len(v) % 4) for k, v in KEYS.items()}, "endpoint": ENDPOINT}),
        json.dumps(
            {
                "endpoint": ENDPOINT,
                "keys": {
                    "p256dh": base64.b64encode(POINT).decode(),
                    "auth": base64.b64encode(SECRET).decode(),
                },
            }
        ),
    ],
)
def test_a_subscription_has_one_spelling(given: str) -> None:
    device = WebDevice.read(given)
    assert device == WebDevice(ENDPOINT, POINT, SECRET)
    assert (device.address, is_web_device(device.address)) == (SPELLED, True)


def subscription(**changes: Any) -> str:
    return json.dumps({"endpoint": ENDPOINT, "keys": KEYS} | changes)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "has no endpoint"),
        (subscription(endpoint=""), "has no endpoint"),
        (subscription(endpoint=7), "has no endpoint"),
        (subscription(keys=[]), "has no keys"),
        (subscription(keys={"auth": KEYS["auth"]}), "has no p256dh"),
        (subscription(keys=KEYS | {"auth": "short"}), "auth is no base64url"),
        (subscription(keys=KEYS | {"auth": "c2hvcnQ"}), "auth has 5 bytes; 16 are right"),
        (subscription(keys=KEYS | {"auth": "ż" * 22}), "auth is no base64url"),
        (subscription(keys=KEYS | {"p256dh": KEYS["auth"]}), "p256dh has 16 bytes; 65 are right"),
        (subscription(keys=KEYS | {"p256dh": "A" * 87}), "no uncompressed point"),
    ],
)
def test_what_is_no_subscription_is_refused_with_words(given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        WebDevice.read(given)


@pytest.mark.parametrize("token", ["fq3:APA91bH", "a" * 64, ""])
def test_an_apps_token_is_no_browser(token: str) -> None:
    assert not is_web_device(token)


WORDS = st.sampled_from(["endpoint", "keys", "p256dh", "auth", "x"])
ANY = st.none() | st.integers() | st.text() | st.sampled_from([KEYS["p256dh"], KEYS["auth"], ENDPOINT])
JSON = st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=12)


@given(st.text() | JSON.map(json.dumps))
def test_any_text_is_a_device_in_its_one_spelling_or_a_value_error(text: str) -> None:
    try:
        device = WebDevice.read(text)
    except ValueError:
        return
    assert WebDevice.read(device.address) == device
