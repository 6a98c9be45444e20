"""The public links that a message carries. A token names a message and a purpose, and is signed for that purpose.

Signed by a ring of keys (`LINK_KEYS`); `domain/link_tokens.py` says how. Nothing of it is in the database, so a restore
changes nothing and a dump forges nothing. The price: a key begins to sign when the processes are started with it.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from orchestrator.domain import link_tokens
from orchestrator.domain.link_tokens import Named, Ring


def token(purpose: str, key: str) -> str:
    """A short, URL-safe token for the message with this key (32 hex digits)."""
    return link_tokens.write(ring(), purpose, Named(key))


def read(purpose: str, written: str) -> str | None:
    """The message key in a token; None if it is cut, changed or of another purpose, or its key is retired."""
    named = link_tokens.read(ring(), purpose, written)
    return named.message if named is not None and named.place is None else None


def url(purpose: str, key: str) -> str:
    """`https://…/u/<token>` for purpose "u" (unsubscribe) or "p" (preferences)."""
    return f"{settings.PUBLIC_URL}/{purpose}/{token(purpose, key)}"


def click_urls(key: str, number: int | None, count: int) -> list[str]:
    """`https://…/c/<token>` for each of the message's first `count` links; `number`: the key to sign with."""
    start = f"{settings.PUBLIC_URL}/c/"
    return [start + token for token in link_tokens.write_places(ring(), "c", key, count, number)]


def open_url(key: str, number: int | None = None) -> str:
    """`https://…/o/<token>`, the picture of a message."""
    return f"{settings.PUBLIC_URL}/o/{link_tokens.write(ring(), 'o', Named(key), number)}"


def read_click(written: str) -> tuple[str, int] | None:
    """The message's key, and the place of the link in it; None as for `read`."""
    named = link_tokens.read(ring(), "c", written)
    return (named.message, named.place) if named is not None and named.place is not None else None


def opens(purpose: str, written: str) -> bool:
    """Whether a link, written when it may be, still opens: it leads here, and its key is in the ring."""
    start = f"{settings.PUBLIC_URL}/{purpose}/"
    return written.startswith(start) and read(purpose, written.removeprefix(start)) is not None


def ring() -> Ring:
    """The keys as they are set."""
    return _ring(tuple(settings.LINK_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=8)
def _ring(written: tuple[str, ...], first: str) -> Ring:
    return link_tokens.parse(written, first)
