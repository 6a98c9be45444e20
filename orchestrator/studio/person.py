"""A customer as an agent on the phone needs them: who, how to reach them, and whether we may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.customers.models import Customer
from orchestrator.domain.zones import choose_zone
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


def describe(customer: Customer) -> Who:
    """Read a customer's addresses marketing consents and points: three queries."""
    consents = {
        consent.channel: consent.state
        for consent in Consent.objects.filter(customer=customer, purpose="marketing", topic="")
    }
    reach = [_reach(address, consents) for address in customer.addresses.order_by("channel", "-id")[:50]]
    named = {"first_name", "last_name", "loyalty_tier"}
    attributes = [
        (words.spaced(name), words.shown(value))
        for name, value in customer.attributes.items()
        if name not in named
    ]
    return Who(str(customer), _notice(customer), list(_facts(customer)), reach, attributes)


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
    """The zone that counts for them, and how we know it: the ladder that the gate climbs."""
    workspace = Workspace.get().time_zone
    found = choose_zone(customer.time_zone, customer.last_seen_zone, customer.country, workspace)
    return f"{found.zone.key} ({words.rung(found.rung)})"


def _club(customer: Customer) -> list[tuple[str, str]]:
    """Tier and points, where there is a club that knows them."""
    points = balances([customer.pk]).get(customer.pk)
    tier = customer.attributes.get("loyalty_tier")
    facts = [(_("Tier"), words.shown(tier))] if tier else []
    return facts + ([(_("Points"), grouped(points))] if points is not None else [])


def _facts(customer: Customer) -> list[tuple[str, str]]:
    return [
        (_("External id"), customer.external_id or "–"),
        (_("Language"), language(customer.language)),
        (_("Country"), customer.country or "–"),
        (_("Time zone"), _zone(customer)),
        *_club(customer),
        (_("Personalization"), str(customer.get_personalization_display())),
        (_("Customer since"), words.moment(customer.created_at)),
    ]


def language(code: str) -> str:
    """A language's name, or its code where there is none."""
    if not code:
        return _("not known: the workspace's first is used")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
