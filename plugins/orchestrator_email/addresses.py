"""Addresses as the envelope wants them: nothing that could break a line or a command, the domain in ASCII."""

from __future__ import annotations

import re
from functools import lru_cache

import idna

from orchestrator.sdk import RejectReason

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*\Z")
BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
DOMAIN = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\Z")


class Unwritable(Exception):
    """A message that can never be an email: `reason` and `detail` go into its rejection."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def envelope_address(address: str, reason: RejectReason, what: str) -> str:
    """The address with its domain in ASCII; raises Unwritable naming `what`, never the address itself."""
    local, _, domain = address.rpartition("@")
    if not LOCAL.match(local) or BLANK.search(local) or len(local.encode()) > 64:
        raise Unwritable(reason, f"{what} is not an email address")
    ascii_domain = _ascii(domain)
    if not ascii_domain:
        raise Unwritable(reason, f"{what} has no usable domain")
    return f"{local}@{ascii_domain}"


@lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    """The domain as DNS knows it, or "". By IDNA 2008, for the older codec sends `straße.de` to `strasse.de`."""
    if domain.isascii():
        lowered = domain.lower()
        return lowered if len(lowered) <= 253 and DOMAIN.match(lowered) else ""
    try:
        return idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
