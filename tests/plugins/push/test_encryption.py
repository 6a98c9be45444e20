"""Only the browser reads it: RFC 8291's own example, and a decryptor that is not ours."""

from __future__ import annotations

import base64
from dataclasses import replace

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from orchestrator.sdk import WebDevice
from orchestrator_push.encryption import LARGEST, RECORD, encrypt, seal
from tests.plugins.push.fakes import Browser

SECRET = bytes(range(32))


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(plain(text)), ec.SECP256R1())


def test_the_example_of_rfc_8291_appendix_a() -> None:
    device = WebDevice(
        "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        plain("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        plain("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    body = seal(
        b"When I grow up, I want to be a watermelon",
        device,
        salt=plain("DGv6ra1nlYgDCS1FRnbzlw"),
        own=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert body == plain(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("size", [1, 2, 100, LARGEST])
def test_another_implementation_decrypts_every_size(size: int) -> None:
    browser = Browser(1)
    body = encrypt(b"\xc5" * size, browser.device, SECRET, "a" * 32)
    assert len(body) == size + RECORD - LARGEST
    opened = http_ece.decrypt(body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm")
    assert opened == b"\xc5" * size


def test_another_browser_cannot_read_it() -> None:
    body = encrypt(b"for one alone", Browser(1).device, SECRET, "a" * 32)
    with pytest.raises(http_ece.ECEException, match="InvalidTag"):
        http_ece.decrypt(body, private_key=Browser(2).key, auth_secret=Browser(1).auth, version="aes128gcm")


def test_the_same_message_is_the_same_bytes_and_no_other_shares_its_salt_or_key() -> None:
    one, two = Browser(1).device, Browser(2).device
    first = encrypt(b"hi", one, SECRET, "a" * 32)
    assert encrypt(b"hi", one, SECRET, "a" * 32) == first
    others = [
        encrypt(b"ho", one, SECRET, "a" * 32),
        encrypt(b"hi", one, SECRET, "b" * 32),
        encrypt(b"hi", two, SECRET, "a" * 32),
        encrypt(b"hi", replace(one, endpoint="https://push.example.com/2"), SECRET, "a" * 32),
        encrypt(b"hi", one, bytes(32), "a" * 32),
    ]
    heads = {body[:16] for body in (first, *others)}, {body[21:86] for body in (first, *others)}
    assert [len(head) for head in heads] == [6, 6]


def test_a_key_that_is_no_point_is_refused() -> None:
    device = WebDevice("https://push.example.com/1", b"\x04" + bytes(64), bytes(16))
    with pytest.raises(ValueError):
        encrypt(b"hi", device, SECRET, "a" * 32)
