"""A tale: people who come, and what they do, in the order of time. The demo lives it on a virtual clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.customers.people import Person


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody the shop gets to know. `consents`: channel -> what they said about marketing there.

    `bounced`: their email address has failed for good before.
    """

    at: datetime
    person: Person
    consents: Mapping[str, str] = field(default_factory=dict)
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody does."""

    at: datetime
    who: str
    name: str
    key: str
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tale:
    """What happens between `begins` and `ends`; whoever came and whatever was done before `begins` is history."""

    begins: datetime
    ends: datetime
    newcomers: Sequence[Newcomer]
    acts: Sequence[Act]
