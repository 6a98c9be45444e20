"""What stands in the database and in cookies in place of names, addresses and codes."""

from __future__ import annotations

import base64
import unicodedata

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "orchestrator.accounts"


class Unreadable(Exception):
    """What was sealed with another SECRET_KEY."""


def digest(kind: str, *parts: str) -> str:
    """A keyed hash: equal for equal parts, and of no use to whoever has the database and not SECRET_KEY."""
    return salted_hmac(f"{_SALT}.{kind}", "\0".join(parts), algorithm="sha256").hexdigest()


def name_digest(name: str) -> str:
    """Of a name as typed: spellings that look alike are one, so that none gives further attempts."""
    return digest("name", unicodedata.normalize("NFKC", name).strip().casefold())


def seal(secret: bytes) -> str:
    """Encrypted and signed (Fernet). Its price: with another SECRET_KEY it is lost; SECRET_KEY_FALLBACKS still open it."""
    return _fernet().encrypt(secret).decode("ascii")


def unseal(sealed: str) -> bytes:
    """What was sealed, or Unreadable."""
    try:
        return _fernet().decrypt(sealed.encode("ascii"))
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Unreadable from error


def seal_under(word: str, secret: bytes) -> str:
    """As `seal`, and readable only to whoever brings `word` again: SECRET_KEY and the database together do not open it."""
    return (
        Fernet(base64.urlsafe_b64encode(_derived(settings.SECRET_KEY, word))).encrypt(secret).decode("ascii")
    )


def unseal_under(word: str, sealed: str) -> bytes:
    """What was sealed under that word, or Unreadable."""
    try:
        return Fernet(base64.urlsafe_b64encode(_derived(settings.SECRET_KEY, word))).decrypt(
            sealed.encode("ascii")
        )
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Unreadable from error


def _fernet() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(str(key)))) for key in keys])


def _derived(key: str, word: str = "") -> bytes:
    # SECRET_KEY is long and random: a derivation for one purpose is enough, a slow one would protect nothing more.
    return HKDF(SHA256(), 32, word.encode() or None, f"{_SALT}.sealed".encode()).derive(key.encode())
