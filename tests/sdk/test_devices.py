"""Devices: a browser's subscription in one spelling, and which URLs may be called."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.sdk import WebDevice, check_public, is_web_device

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


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://push.example.com:8443/a?b=c#d", "https://xn--w-uga1v8h.pl/"]
)
def test_a_public_url_is_answered_as_it_is(url: str) -> None:
    assert check_public(url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "must begin with https"),
        ("ftp://example.com/", "must begin with https"),
        ("//example.com/", "must begin with https"),
        ("https:///x", "has no host"),
        ("https://example.com:0/", "has no host"),
        ("https://example.com:x/", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://anna:pw@example.com/", "user or password"),
        ("https://example.com@127.0.0.1/", "user or password"),
        ("https://127.0.0.1/", "IP address"),
        ("https://127.1/", "IP address"),
        ("https://2130706433/", "IP address"),
        ("https://0x7f000001/", "IP address"),
        ("https://0x7F.1/", "IP address"),
        ("https://0177.0.0.0x1/", "IP address"),
        ("https://127.0.0.1./", "IP address"),
        ("https://[::1]/", "IP address"),
        ("https://[::ffff:127.0.0.1]/", "IP address"),
        ("https://localhost/", "no public name"),
        ("https://LOCALHOST./", "no public name"),
        ("https://a.localhost/", "no public name"),
        ("https://redis/", "no public name"),
        ("https://printer.local/", "no public name"),
        ("https://metadata.google.internal/", "no public name"),
        ("https://example..com/", "no public name"),
        ("https://loc%61lhost.com/", "no public name"),
        ("https://exam ple.com/", "holds a letter"),
        ("https://example.com/\r\nx: y", "holds a letter"),
        ("https://example.com\\@127.0.0.1/", "holds a letter"),
        ("https://１２７.0.0.1/", "holds a letter"),
    ],
)
def test_what_leads_inside_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_public(url)


WORDS = st.sampled_from(["endpoint", "keys", "p256dh", "auth", "x"])
ANY = st.none() | st.integers() | st.text() | st.sampled_from([KEYS["p256dh"], KEYS["auth"], ENDPOINT])
JSON = st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=12)


def said(check: Callable[[str], object], text: str) -> object:
    """What the check answers, or its words."""
    try:
        return check(text)
    except ValueError as error:
        return str(error)


@given(st.text() | JSON.map(json.dumps))
def test_any_text_is_a_device_in_its_one_spelling_or_refused_with_words(text: str) -> None:
    found = said(WebDevice.read, text)
    if isinstance(found, WebDevice):
        assert WebDevice.read(found.address) == found
    else:
        assert str(found).startswith("the push subscription")


@given(st.text() | st.from_regex(r"https://[a-z0-9.:@%\[\]x-]{1,20}(/.*)?", fullmatch=True))
def test_any_text_is_a_public_url_or_refused_with_words(text: str) -> None:
    found = said(check_public, text)
    assert found == text or str(found).startswith("the URL")
