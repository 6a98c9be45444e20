"""WISHES: what somebody asks of us beside their consents: how often, how personal, in which language, a pause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestrator.customers.models import Customer
from orchestrator.domain.merging import OWN_LIMITS
from orchestrator.store import doorbells
from orchestrator.workspace.models import Workspace

PAUSE = timedelta(days=30)
START, END = "start", "end"
FIELDS = ("own_limit", "personalization", "language", "pause")
_PERSONALIZATION = ("full", "basic", "none")
# What segments, filters and templates ask of somebody: a change of it is looked at by the journeys.
_ASKED_ABOUT = frozenset({"personalization", "language"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody's wishes stand. `paused_until` None = no pause that still lasts; `languages` they can choose of."""

    own_limit: str
    personalization: str
    language: str
    paused_until: datetime | None
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was changed on the page, by field. `pause` is `start` or `end`."""

    changes: Mapping[str, str] = field(default_factory=dict)


NOTHING = Asked()


class UnknownWish(ValueError):
    """A value that the page does not offer."""


def read(customer: int, now: datetime) -> Standing:
    """How the wishes of this customer stand."""
    own_limit, personalization, language, until = Customer.objects.values_list(
        "own_limit", "personalization", "language", "paused_until"
    ).get(pk=customer)
    lasts = until if until is not None and until > now else None
    offered = dict.fromkeys([language, *Workspace.get().languages])
    return Standing(own_limit, personalization, language, lasts, tuple(offered))


def save(customer: int, asked: Asked, now: datetime) -> bool:
    """Write what was changed, whether anything is not as it was. The caller has locked the customer.

    UnknownWish for a value that the page does not offer; the caller's transaction must then store nothing else.
    Starting a pause again makes it last from now; what was put off until its end keeps waiting for that day.
    """
    if not asked.changes:
        return False
    standing = read(customer, now)
    wanted = {name: _value(name, text, standing, now) for name, text in asked.changes.items()}
    known = {"pause": standing.paused_until, **{name: getattr(standing, name) for name in FIELDS[:3]}}
    changed = {name: value for name, value in wanted.items() if value != known[name]}
    if not changed:
        return False
    fields: dict[str, Any] = {("paused_until" if name == "pause" else name): v for name, v in changed.items()}
    if _ASKED_ABOUT & changed.keys():
        fields["changed_pending"] = True
        doorbells.ring(doorbells.WALK)
    Customer.objects.filter(pk=customer).update(updated_at=now, **fields)
    return True


def _value(name: str, text: str, standing: Standing, now: datetime) -> str | datetime | None:
    if text not in _offered(standing)[name]:
        raise UnknownWish(name)
    if name != "pause":
        return text
    return now + PAUSE if text == START else None


def _offered(standing: Standing) -> dict[str, tuple[str, ...]]:
    return {
        "own_limit": OWN_LIMITS,
        "personalization": _PERSONALIZATION,
        "language": standing.languages,
        "pause": (START, END),
    }
