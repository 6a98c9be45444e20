"""A customer as an agent on the phone needs them: who, how to reach them, and whether we may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.customers.models import Customer
from orchestrator.domain.zones import ZoneChoice, choose_zone
from orchestrator.loyalty.award import balances
from orchestrator.studio import words
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Reach:
    """One address with what the person said about its channel."""

    channel: str
    icon: str
    value: str
    mark: str
    tone: str
    problem: str


@dataclass(frozen=True, slots=True)
class Who:
    """The left column of the customer page."""

    name: str
    notice: str
    facts: list[tuple[str, str]]
    reach: list[Reach]
    attributes: list[tuple[str, str]]
    club: list[tuple[str, str]]
    # By channel, of those they have an address or a word for: what they said of marketing, "" for nothing.
    consents: dict[str, str]
    usable: frozenset[str]


def describe(customer: Customer) -> Who:
    """Read a customer's addresses marketing consents and points: three queries."""
    consents = {
        consent.channel: consent.state
        for consent in Consent.objects.filter(customer=customer, purpose="marketing", topic="")
    }
    addresses = list(customer.addresses.order_by("channel", "-id")[:50])
    reach = [_reach(address, consents) for address in addresses]
    usable = frozenset(address.channel for address in addresses if address.invalid_at is None)
    known = sorted({*consents, *(address.channel for address in addresses)})
    club = _club(customer)
    named = {"first_name", "last_name", "loyalty_tier"}
    attributes = [
        (words.spaced(name), words.shown(value))
        for name, value in customer.attributes.items()
        if name not in named
    ]
    facts = _facts(customer, club)
    said = {channel: consents.get(channel, "") for channel in known}
    return Who(str(customer), _notice(customer), facts, reach, attributes, club, said, usable)


def _reach(address: Any, consents: dict[str, str]) -> Reach:
    state = consents.get(address.channel, "")
    problem = ""
    if address.invalid_at is not None:
        why = words.reason(address.invalid_reason)
        problem = _("not usable since %(when)s") % {"when": words.moment(address.invalid_at)}
        problem += f": {why}" if why else ""
    mark = {
        ConsentState.GRANTED.value: _("marketing allowed"),
        ConsentState.WITHDRAWN.value: _("marketing withdrawn"),
        ConsentState.PENDING.value: _("asked, not confirmed"),
    }.get(state, _("no consent to marketing"))
    return Reach(
        words.channel(address.channel),
        words.icon(address.channel),
        address.value,
        mark,
        words.tone(state),
        problem,
    )


def _notice(customer: Customer) -> str:
    if customer.erased_at is not None:
        erased = _("Erased on %(when)s") % {"when": words.moment(customer.erased_at)}
        return " ".join((words.stopped(erased), _("What is left names nobody.")))
    if customer.merged_into_id is not None:
        return _("Merged into another customer, number %(id)s.") % {"id": customer.merged_into_id}
    return ""


def _zone(customer: Customer) -> str:
    """The zone that counts for them, and how we know it."""
    found = zone_of(customer)
    return f"{found.zone.key} ({words.rung(found.rung)})"


def zone_of(customer: Customer) -> ZoneChoice:
    """Their zone, by the ladder that the gate climbs."""
    workspace = Workspace.get().time_zone
    return choose_zone(customer.time_zone, customer.last_seen_zone, customer.country, workspace)


def _club(customer: Customer) -> list[tuple[str, str]]:
    """Tier and points, where there is a club that knows them."""
    points = balances([customer.pk]).get(customer.pk)
    tier = customer.attributes.get("loyalty_tier")
    facts = [(_("Tier"), words.shown(tier))] if tier else []
    return facts + ([(_("Points"), grouped(points))] if points is not None else [])


def _facts(customer: Customer, club: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (_("External id"), customer.external_id or "–"),
        (_("Language"), language(customer.language)),
        (_("Country"), customer.country or "–"),
        (_("Time zone"), _zone(customer)),
        *club,
        (_("Personalization"), str(customer.get_personalization_display())),
        *((_("Asked for"), wish) for wish in wishes(customer, timezone.now())),
        (_("Customer since"), words.moment(customer.created_at)),
    ]


def wishes(customer: Customer, now: datetime) -> Iterator[str]:
    """What they asked of us beside their consents, as far as it holds now; the strictest first."""
    if customer.restricted_at:
        yield _("only kept, not used, since %(when)s") % {"when": words.moment(customer.restricted_at)}
    if customer.paused_until and customer.paused_until > now:
        yield _("no marketing until %(when)s") % {"when": words.moment(customer.paused_until)}
    if customer.own_limit:
        often = str(customer.get_own_limit_display())
        yield _("at most one marketing message %(often)s") % {"often": often}


def language(code: str) -> str:
    """A language's name, or its code where there is none."""
    if not code:
        return _("not known: the workspace's first is used")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
