"""Addresses on the web that somebody else has given us: which of them may be called at all.

A name can still lead to a machine inside: who connects looks at the address behind it too.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?\Z")
INSIDE = frozenset({"localhost", "local", "internal", "intranet", "lan", "arpa"})


def check_public(url: str) -> str:
    """Answer `url` if it is https and its host a full public name; raises ValueError with words.

    An IP address in any spelling (127.0.0.1, 127.1, 0x7f.1, [::1]) is refused, as are names without a dot, names
    that only a local network knows, and a user or password in the URL.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("the URL holds a letter that no URL has; write it percent-encoded")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("the URL cannot be read; write it like https://example.com/path") from None
    if parts.scheme != "https":
        raise ValueError("the URL must begin with https://")
    if not host or port == 0:
        raise ValueError("the URL has no host; write it like https://example.com/path")
    if "@" in parts.netloc:
        raise ValueError("the URL holds a user or password; leave them out")
    _check_host(host)
    return url


def _check_host(host: str) -> None:
    labels = host.removesuffix(".").split(".")
    # As browsers read it: where the last label is a number, the whole is an IPv4 address.
    if ":" in host or labels[-1].isdecimal() or labels[-1].startswith("0x"):
        raise ValueError("the URL's host is an IP address; use a name")
    if not NAME.match(host) or labels[-1] in INSIDE:
        raise ValueError("the URL's host is no public name; write it like https://example.com/path")
