"""`python -m orchestrator_push.keys` makes a key pair for Web Push and prints it: the private key as a setting, and
the public one that the site gives to `pushManager.subscribe`."""

from __future__ import annotations

import sys

from cryptography.hazmat.primitives.asymmetric import ec

from orchestrator_push.vapid import Vapid, encode


def make() -> tuple[str, str]:
    """A new pair: private and public key, both base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    private_key = encode(number.to_bytes(32))
    return private_key, Vapid(private_key, "mailto:").public_key


if __name__ == "__main__":
    sys.stdout.write("PUSH_VAPID_PRIVATE_KEY={}\nPublic key, for the site: {}\n".format(*make()))
