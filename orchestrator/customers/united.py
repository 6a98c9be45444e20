"""UNITED: the survivor's own row and addresses after a merge: their values hold, what they lack is filled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from orchestrator.customers.joining import Handler, Into, hand_over, register
from orchestrator.customers.models import Address, Customer, Identity, PrivacyRequest
from orchestrator.domain.merging import OWN_LIMITS, earlier, filled, later, stricter
from orchestrator.store import bulk

_PLAIN = ("language", "country", "time_zone", "last_seen_zone")
_WISHES = ("personalization", "own_limit", "paused_until", "restricted_at")
_FILLED = (*_PLAIN, "attributes", *_WISHES, "created_at", "updated_at", "changed_pending")
_ADDRESS = ("channel", "value", "digest", "verified_at", "invalid_at", "invalid_reason", "created_at")


def handle() -> None:
    """Have the customers' own rows joined, before any other room's."""
    models = ("customers.Customer", "customers.Address", "customers.Identity", "customers.PrivacyRequest")
    register("customers", Handler(models, join))


def join(into: Into, now: datetime) -> None:
    """Fill the survivors, mark who is merged, and let the addresses move."""
    people = Customer.objects.in_bulk({*into, *into.values()})
    fresh = {merged: to for merged, to in into.items() if people[merged].merged_into_id is None}
    for merged, survivor in fresh.items():
        _fill(people[survivor], people[merged])
    # Something of them has changed, or may have: their dates, waits and exits are looked at anew.
    rows = [_row(people[id_], now) for id_ in sorted(set(into.values()))]
    bulk.update(Customer, _FILLED, rows)
    gone = [(merged, survivor, now, False) for merged, survivor in fresh.items()]
    bulk.update(Customer, ("merged_into", "updated_at", "changed_pending"), gone)
    _move_addresses(into)
    hand_over(Identity, into)
    hand_over(PrivacyRequest, into)


def _fill(survivor: Customer, merged: Customer) -> None:
    for name in _PLAIN:
        setattr(survivor, name, getattr(survivor, name) or getattr(merged, name))
    survivor.attributes = filled(survivor.attributes, merged.attributes)
    survivor.personalization = stricter(survivor.personalization, merged.personalization)
    survivor.own_limit = stricter(survivor.own_limit, merged.own_limit, OWN_LIMITS)
    survivor.paused_until = later(survivor.paused_until, merged.paused_until)
    survivor.restricted_at = earlier(survivor.restricted_at, merged.restricted_at)
    survivor.created_at = min(survivor.created_at, merged.created_at)


def _row(one: Customer, now: datetime) -> tuple[Any, ...]:
    return (one.pk, *(getattr(one, name) for name in _FILLED[:-2]), now, True)


def _move_addresses(into: Into) -> None:
    """Each address once. They are written anew, the survivor's own last: the newest of a channel is the one used."""
    by_survivor: dict[int, list[Address]] = defaultdict(list)
    everybody = {*into, *into.values()}
    for address in Address.objects.filter(customer_id__in=everybody).order_by("id"):
        by_survivor[into.get(address.customer_id, address.customer_id)].append(address)
    getting = {
        survivor: addresses
        for survivor, addresses in by_survivor.items()
        if any(one.customer_id != survivor for one in addresses)
    }
    Address.objects.filter(id__in=[one.pk for addresses in getting.values() for one in addresses]).delete()
    rows = [
        (survivor, *(getattr(one, name) for name in _ADDRESS))
        for survivor, addresses in sorted(getting.items())
        for one in _each_once(survivor, addresses)
    ]
    bulk.insert(Address, ("customer", *_ADDRESS), rows)


def _each_once(survivor: int, addresses: Sequence[Address]) -> Iterator[Address]:
    """The merged ones' addresses, then the survivor's. What is known of one that both had is known of it."""
    own = [one for one in addresses if one.customer_id == survivor]
    others = [one for one in addresses if one.customer_id != survivor]
    known = {(one.channel, one.digest): one for one in [*reversed(others), *own]}
    for one in others:
        _learn(known[one.channel, one.digest], one)
    yield from (one for one in [*others, *own] if known[one.channel, one.digest] is one)


def _learn(address: Address, same: Address) -> None:
    address.verified_at = address.verified_at or same.verified_at
    if address.invalid_at is None:
        address.invalid_at, address.invalid_reason = same.invalid_at, same.invalid_reason
