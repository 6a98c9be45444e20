"""WHO did something, as the audit log names them: once written, the name stays, whatever becomes of the account."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Who:
    """`kind`: user, system, command, key or nobody; `id`: an account's or key's, as text; `name`: what it was called."""

    kind: str
    id: str = ""
    name: str = ""


SYSTEM = Who("system")
# Who has not signed in.
NOBODY = Who("nobody")


def command() -> Who:
    """Whoever runs a command here, by the name the operating system knows."""
    try:
        return Who("command", "", getpass.getuser())
    except (KeyError, OSError):  # a container's user without a name
        return Who("command")


def key(number: str, name: str = "") -> Who:
    """A program with a key of the API."""
    return Who("key", number, name)


def named(by: Any) -> Who:
    """A `Who`, or one of a Django user; None is the system, and who has not signed in is nobody."""
    if by is None or isinstance(by, Who):
        return by or SYSTEM
    return Who("user", str(by.pk), by.get_username()) if by.is_authenticated else NOBODY
