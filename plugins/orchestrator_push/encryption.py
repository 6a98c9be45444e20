"""Web Push encryption (RFC 8291, aes128gcm of RFC 8188): only the browser can read what its push service carries.

The salt and the key of one use are not drawn, they follow from the message and a secret of ours, as in RFC 6979: the
same message is the same bytes at every attempt, and another message never meets the same salt and key.
"""

from __future__ import annotations

import hashlib

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orchestrator.sdk import WebDevice

RECORD = 4096  # bytes that every push service takes (RFC 8030, 7.2), header and tag included
LARGEST = RECORD - 86 - 17  # bytes of plain text: the header has 86, delimiter and tag 17
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group P-256


def encrypt(plain: bytes, device: WebDevice, secret: bytes, key: str) -> bytes:
    """Encrypt for the device; `key` is the message's. Raises ValueError where the device's key is none."""
    said = hashlib.sha256(b"\0".join((device.address.encode(), key.encode(), plain))).digest()
    drawn = HKDF(SHA256(), 64, salt=b"orchestrator_push aes128gcm", info=said).derive(secret)
    own = ec.derive_private_key(int.from_bytes(drawn[16:]) % (ORDER - 1) + 1, ec.SECP256R1())
    return seal(plain, device, salt=drawn[:16], own=own)


def seal(plain: bytes, device: WebDevice, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """Encrypt with this salt and this key of one use."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device.p256dh)
    sealed: bytes = http_ece.encrypt(
        plain, salt=salt, private_key=own, dh=theirs, auth_secret=device.auth, rs=RECORD, version="aes128gcm"
    )
    return sealed
