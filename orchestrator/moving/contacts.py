"""CONTACTS: one row of an old system's people, and what it says they allow. Reading is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.people import Person, check
from orchestrator.domain.systems import title
from orchestrator.domain.wording import Wrong, words_of


@dataclass(frozen=True, slots=True)
class Who:
    """By what somebody is named in a file. `own_id`: the company's own; `old_id`: the old system's; addresses normalised."""

    system: str
    own_id: str = ""
    old_id: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """As external ids, the best first. The old system's stand behind its name, so that those of two never meet."""
        old = f"{self.system}:{self.old_id}" if self.old_id else ""
        return tuple(one for one in (self.own_id, old) if one)

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The addresses by channel and hash."""
        return tuple((channel, digest(channel, value)) for channel, value in self.addresses.items())

    @property
    def new_id(self) -> str:
        """The external id of somebody new: the company's own, else the old system's, else one of the address's hash."""
        if self.ids:
            return self.ids[0]
        return f"{self.system}:{self.digests[0][1]}"

    def __str__(self) -> str:
        return f"{title(self.system)}'s contact"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What somebody said of one channel. `at` None: the file does not say when. `columns`: the cells that say so."""

    channel: str
    state: ConsentState
    at: datetime | None
    source: str
    columns: Mapping[str, str]
    text: str = ""
    listed: bool = False  # in a list of those who are out now, whatever the dates of other files


@dataclass(frozen=True, slots=True)
class Blocked:
    """An address that the old system writes to no more, and its reason."""

    channel: str
    reason: SuppressionReason
    detail: str


@dataclass(frozen=True, slots=True)
class Contact:
    """All that one row says. `problems`: values that are kept out of it. `since`: when the old system met them."""

    who: Who
    person: Person
    allowed: Sequence[Allowed] = ()
    blocked: Sequence[Blocked] = ()
    problems: Sequence[str] = ()
    since: datetime | None = None


@dataclass(slots=True)
class Found:
    """Addresses in their one spelling, and why others were left out."""

    addresses: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def addresses(given: Mapping[str, str], country: str) -> Found:
    """Each address by its channel; one that is none is left out of its row and named."""
    found = Found()
    for channel, value in given.items():
        if not value.strip():
            continue
        try:
            found.addresses[channel] = normalise(channel, value, country)
        except ValueError as error:
            found.problems.append(words_of(error))
    return found


def contact(who: Who, person: Person, problems: Sequence[str], **more: Any) -> Contact:
    """A checked contact; ValueError where it names nobody, or holds what no database keeps."""
    if not who.ids and not who.addresses:
        if problems:
            raise Wrong("the row names nobody: %(why)s; it needs an id or an address", why=problems[0])
        raise Wrong("the row names nobody; it needs an id or an address")
    checked, found = check(person)
    kept_out = [*problems, *(one.message for one in found)]
    return Contact(who, checked, problems=kept_out, **more)
