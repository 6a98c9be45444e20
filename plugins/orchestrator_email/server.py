"""Where mail leaves: `EMAIL_URL`, read once, with errors in words that never repeat a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from orchestrator.sdk import PluginError

EXAMPLE = "Write it as smtp+tls://user:password@mail.example.com:587, special characters as %40 and the like."


class Security(StrEnum):
    """How the connection is protected; the value is the scheme of the URL."""

    NONE = "smtp"  # not at all: for a server on this machine or a private network
    STARTTLS = "smtp+tls"  # begins in the clear and refuses to go on without TLS
    TLS = "smtp+ssl"  # TLS from the first byte


PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and how to sign in.

    `timeout`: seconds that one answer of it may take. `connections`: at once, of each process that sends.
    """

    host: str
    port: int
    security: Security = Security.NONE
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout: float = 20.0
    connections: int = 4

    def __str__(self) -> str:
        protection = {"smtp": "unencrypted", "smtp+tls": "STARTTLS", "smtp+ssl": "TLS"}[self.security]
        login = ", signed in" if self.username else ""
        return f"{self.host}:{self.port} ({protection}{login})"


def parse_url(url: str) -> SmtpServer:
    """Read `EMAIL_URL`; raises PluginError saying what is wrong with it and how to write it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise _wrong("the host or port cannot be read.") from None
    security = _security(parts.scheme)
    if not parts.hostname:
        raise _wrong("the host is missing.")
    if port == 0:
        raise _wrong("port 0 does not exist.")
    if bool(parts.username) != bool(parts.password):
        raise _wrong("a user needs a password, and a password a user.")
    timeout, connections = _options(parts)
    return SmtpServer(
        host=parts.hostname,
        port=port or PORTS[security],
        security=security,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout=float(timeout),
        connections=connections,
    )


def _security(scheme: str) -> Security:
    if scheme == "smtps":
        return Security.TLS
    try:
        return Security(scheme)
    except ValueError:
        raise _wrong(f"{scheme or 'nothing'!r} is not one of smtp, smtp+tls, smtp+ssl.") from None


def _options(parts: SplitResult) -> tuple[int, int]:
    """`timeout` and `connections`."""
    if parts.path not in {"", "/"} or parts.fragment:
        raise _wrong(
            "nothing but ?timeout=…&connections=… may follow the port (is there a # or / in the password?)."
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    timeout = _number(options.pop("timeout", "20"), "timeout is a number of seconds", 300)
    connections = _number(options.pop("connections", "4"), "connections is a number", 32)
    if options:
        raise _wrong(f"the option {min(options)!r} is not known; there are timeout and connections.")
    return timeout, connections


def _number(written: str, what: str, most: int) -> int:
    if not (written.isascii() and written.isdecimal()) or not 1 <= int(written) <= most:
        raise _wrong(f"{what} from 1 to {most}.")
    return int(written)


def _wrong(what: str) -> PluginError:
    return PluginError("orchestrator_email", f"EMAIL_URL: {what}", EXAMPLE)
