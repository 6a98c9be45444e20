"""OUTBOUND: which URLs that somebody wrote into a form or a file this machine may call (RELIABILITY §4).

Pure: spelling and addresses only. Whoever connects resolves the name once, asks `is_public` of every address, and
connects to what was asked about; a second resolution could answer something else.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

LONGEST = 1000
LOWEST_OPEN_PORT = 1024
# Host and port are read by this expression alone: no user info, no percent signs, no letters but ASCII, no backslash.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][!-~]*)?",
    re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")
_GLOBAL_V6 = IPv6Network("2000::/3")
_NEVER_V4 = tuple(IPv4Network(one) for one in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3"))
_NEVER_V6 = tuple(IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


class Forbidden(ValueError):
    """A URL that may not be called: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}. {mend}".strip())
        self.what, self.mend = what, mend


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads. `host` is in lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int


def target(url: str) -> Target:
    """Where a URL leads, whatever the guard says of it. Raises Forbidden for one that could be read in two ways."""
    found = _URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        raise Forbidden(
            "this is no URL that can be called", "Write it like https://hooks.example.com/loyalty."
        )
    port = int(found["port"] or (443 if found["scheme"] == "https" else 80))
    return Target(found["scheme"], found["host"].lower().strip("[]"), port)


def check(url: str, allowed: Collection[str] = ()) -> Target:
    """Where a URL leads that may be called, as far as its spelling tells. Raises Forbidden.

    `allowed`: hosts, or `host:port`, of the operator's own choosing: they may be inside and need no https.
    """
    to = target(url)
    if allows(allowed, to.host, to.port):
        return to
    if to.scheme != "https":
        raise Forbidden("only https can be called", "Write https://, and give that server a certificate.")
    if to.port != 443 and not LOWEST_OPEN_PORT <= to.port <= 65_535:
        raise Forbidden(f"the port {to.port} cannot be called", "Use 443, or one from 1024 to 65535.")
    _check_host(to.host)
    return to


def host_of(url: str) -> str:
    """The host of a URL that can be called; "" for what is no such URL."""
    try:
        return target(url).host
    except Forbidden:
        return ""


def allows(allowed: Collection[str], host: str, port: int) -> bool:
    """Whether the operator has named this host, or this port of it."""
    named = {one.strip().lower() for one in allowed}
    return host in named or f"{host}:{port}" in named


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; False for what is no address in its plain spelling."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return _public_v4(ip) if isinstance(ip, IPv4Address) else _public_v6(ip)


def _check_host(host: str) -> None:
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        if not is_public(host):
            raise Forbidden(f"{host[:60]} is no public address", "Write the server's public name.")
        return
    labels = host.split(".")
    if len(labels) < 2 or any(host == name or host.endswith(f".{name}") for name in _INSIDE):
        raise Forbidden(f"{host[:60]} is a name inside a network", "Write the server's public name.")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Forbidden(f"{host[:60]} is no name of a server", "Write it like hooks.example.com.")


def _public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not any(ip in network for network in _NEVER_V4)


def _public_v6(ip: IPv6Address) -> bool:
    """What carries an IPv4 address inside is judged by that one; tunnels that end anywhere (Teredo) are refused."""
    if ip.scope_id is not None:
        return False
    inner = _inner(ip)
    if inner is not None:
        return _public_v4(inner)
    return ip in _GLOBAL_V6 and ip.is_global and not any(ip in network for network in _NEVER_V6)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached by way of this one: mapped, NAT64, 6to4 or ISATAP."""
    number = int(ip)
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    if ip in _NAT64 or (number >> 32 & 0xFFFFFFFF) in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    return None
