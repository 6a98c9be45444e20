"""Whom and what somebody means: a customer by id or address, a journey by its key."""

from __future__ import annotations

from django.utils.translation import gettext as _

from orchestrator import registry
from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.models import Address, Customer
from orchestrator.journeys.models import Journey
from orchestrator.studio import words
from orchestrator.studio.titles import titled
from orchestrator.workspace.models import Workspace

MOST = 20


class NotFound(Exception):
    """Nobody, or more than one; the words say what was looked for and where."""


def find_customer(asked: str) -> Customer:
    """By external id, else by an address of any channel in any spelling, else by `#` and the number of a page."""
    given = asked.strip()
    found = Customer.objects.filter(external_id=given).first()
    if found is None and given[:1] == "#" and given[1:].isdecimal() and len(given) < 19:
        found = Customer.objects.filter(pk=int(given[1:])).first()
    if found is not None:
        return found
    searched = _spellings(given)
    people = list(_living_at(searched)[: MOST + 1])
    if len(people) > 1:
        told = {"address": given, "ids": ", ".join(one.external_id or f"#{one.pk}" for one in people[:MOST])}
        raise NotFound(
            _("Several customers have the address %(address)s: %(ids)s. Ask for one of them.") % told
        )
    if not people:
        raise NotFound(_nobody(given, searched))
    return people[0]


def _spellings(given: str) -> dict[str, str]:
    """The address in the one spelling of each channel that can read it."""
    answer = {}
    for channel in registry.current().channels:
        try:
            answer[channel] = normalise(channel, given, Workspace.get().country)
        except ValueError:
            continue
    return answer


def _living_at(spellings: dict[str, str]) -> list[Customer]:
    found: dict[int, Customer] = {}
    for channel, value in spellings.items():
        rows = Address.objects.filter(channel=channel, digest=digest(channel, value)).select_related(
            "customer"
        )
        found |= {row.customer_id: row.customer for row in rows.order_by("customer_id")[: MOST + 1]}
    return [found[key] for key in sorted(found)]


def _nobody(given: str, searched: dict[str, str]) -> str:
    told = {
        "asked": given,
        "channels": ", ".join(words.channel(channel) for channel in searched) or "–",
    }
    return (
        _("Nobody is known as “%(asked)s”: it is no external id, and no address (searched: %(channels)s).")
        % told
    )


def find_journey(asked: str) -> Journey:
    """By key."""
    found = titled(Journey.objects.filter(key=asked.strip())).first()
    if found is not None:
        return found
    keys = list(Journey.objects.order_by("key").values_list("key", flat=True)[:MOST])
    told = {"asked": asked, "keys": ", ".join(keys) or "–"}
    raise NotFound(_("There is no journey “%(asked)s”. There are: %(keys)s.") % told)
