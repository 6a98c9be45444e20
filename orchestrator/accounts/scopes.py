"""SCOPES: what a key of the API may be made for, a closed list, and the rights of Django that each stands for.

A door of the API asks for rights, whoever knocks: a key has those of its scopes, an account and a session their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

READ_PEOPLE = ("customers.view_customer", "customers.view_address")
WRITE_PEOPLE = (
    "customers.add_customer", "customers.change_customer", "customers.add_address", "customers.change_address",
)  # fmt: skip
READ_PRODUCTS = ("catalog.view_product",)
WRITE_PRODUCTS = ("catalog.add_product", "catalog.change_product")
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "customers:read": READ_PEOPLE,
    "customers:write": WRITE_PEOPLE,
    "consents:read": ("consents.view_consent", "consents.view_consentrecord"),
    "consents:write": ("consents.add_consentrecord",),
    "events:read": ("events.view_event",),
    "events:write": ("events.add_event",),
    "products:read": READ_PRODUCTS,
    "products:write": WRITE_PRODUCTS,
    "segments:read": ("segments.view_segment", "segments.view_membership"),
    "journeys:read": ("journeys.view_journey", "journeys.view_journeyversion"),
    "journeys:run": ("journeys.change_journey",),
    "enrollments:read": ("journeys.view_enrollment",),
    "enrollments:write": ("journeys.add_enrollment",),
    "messages:read": ("messaging.view_message", "messaging.view_decision"),
    "webhooks:read": ("webhooks.view_webhookendpoint", "webhooks.view_webhookdelivery"),
    "webhooks:write": (
        "webhooks.add_webhookendpoint", "webhooks.change_webhookendpoint", "webhooks.delete_webhookendpoint",
    ),
}  # fmt: skip
TITLES: Mapping[str, Any] = {
    "customers:read": _("see customers and their addresses"),
    "customers:write": _("add and change customers and their addresses"),
    "consents:read": _("see what customers allow, with its proof"),
    "consents:write": _("record what customers allow and withdraw"),
    "events:read": _("see what customers did"),
    "events:write": _("record what customers did"),
    "products:read": _("see products and their prices"),
    "products:write": _("add and change products, and withdraw them from sale"),
    "segments:read": _("see segments, and who is in them"),
    "journeys:read": _("see journeys and their versions"),
    "journeys:run": _("pause journeys and let them go on"),
    "enrollments:read": _("see who is in which journey"),
    "enrollments:write": _("let customers into journeys"),
    "messages:read": _("see messages, and why they were sent or not"),
    "webhooks:read": _("see which systems are told of what happens, and what they were told"),
    "webhooks:write": _("say which systems are told of what happens"),
}


def rights_of(scopes: Iterable[str]) -> frozenset[str]:
    """All rights of these scopes; a word that is none any more gives nothing."""
    return frozenset(right for scope in scopes for right in RIGHTS.get(scope, ()))


def scopes_for(rights: Iterable[str]) -> tuple[str, ...]:
    """The scopes that have any of these rights, in the list's order: what a key that is refused lacks."""
    wanted = set(rights)
    return tuple(scope for scope, given in RIGHTS.items() if not wanted.isdisjoint(given))


def beyond(user: Any, scopes: Iterable[str]) -> tuple[str, ...]:
    """Those scopes that would give a key more than this user may do: nobody makes a key that is more than they are."""
    return tuple(scope for scope in scopes if not user.has_perms(RIGHTS[scope]))
