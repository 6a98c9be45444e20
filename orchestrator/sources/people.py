"""PEOPLE: who is meant by those whom a shop or a helpdesk names, for a batch at once.

By the shop's number where there is one, and by the email address (or else the phone number) of a guest. A guest is whoever
alone has that address; where nobody has it, or several do, they are somebody of their own, by a keyed hash of it. Once a
shop names number and address together, the guest is merged into the number's person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.suppress import suppressed
from orchestrator.customers.addresses import digest
from orchestrator.customers.identify import Claim, identify
from orchestrator.customers.known import ANONYMOUS, EXTERNAL, Place, find
from orchestrator.customers.models import Address
from orchestrator.customers.people import Person, check
from orchestrator.customers.save import save_known
from orchestrator.domain.wording import Words, words_of
from orchestrator.events.models import Event
from orchestrator.sdk import Who

ERASED, NOBODY = "erased", "nobody"
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Naming:
    """How a connection names people: with what before its numbers, and whether by numbers at all.

    `joined`: whether a guest is merged into the number's person. Not within a transaction, where a merge cannot give way.
    """

    prefix: str = ""
    by_number: bool = True
    joined: bool = True


@dataclass(slots=True)
class Found:
    """`ids`: each person's customer. `refused`: why somebody is nobody. `parts`: what of somebody was not taken, in words."""

    ids: dict[Key, int] = field(default_factory=dict)
    refused: dict[Key, tuple[str, str]] = field(default_factory=dict)
    parts: dict[Key, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    who: Who
    person: Person
    external: Place | None
    guest: Place | None
    address: tuple[str, str] | None  # channel and digest


def key_of(who: Who) -> Key:
    """By what they are named."""
    return who.external_id, who.email.strip().lower(), who.phone, who.of


def resolve(people: Sequence[Who], naming: Naming, now: datetime) -> Found:
    """Find or add everybody and save what is said of them: the same few statements for one and for a thousand.

    Each person once, by `key_of`; of one named twice the later words win. Several transactions unless the caller has one.
    """
    found = Found()
    people = _of_events(people, found)
    asked = [one for who in people if (one := _asked(who, naming, found)) is not None]
    asked = _without_erased(asked, found)
    known = _by_address([one for one in asked if one.external is None])
    new = [one for one in asked if one.external is not None or key_of(one.who) not in known]
    done = identify([_claim(one, naming) for one in new], now) if new else None
    for one, id_ in zip(new, done.ids if done else (), strict=True):
        if id_ is None:
            found.refused[key_of(one.who)] = (ERASED, "this person was erased at their own wish")
        else:
            found.ids[key_of(one.who)] = id_
    old = [one for one in asked if one.external is None and key_of(one.who) in known]
    if old:
        save_known([(known[key_of(one.who)], one.person) for one in old], now)
    found.ids |= {key_of(one.who): known[key_of(one.who)] for one in old}
    return found


def _of_events(people: Sequence[Who], found: Found) -> list[Who]:
    """Find those who are named by what they did; answers the others."""
    named = {key_of(who): who for who in people if who.of and not (who.external_id or who.email or who.phone)}
    if not named:
        return list(people)
    rows = Event.objects.filter(key__in=[who.of for who in named.values()]).values_list("key", "customer")
    doers = dict(rows)
    for key, who in named.items():
        if who.of in doers:
            found.ids[key] = doers[who.of]
        else:
            found.refused[key] = (
                NOBODY,
                Words("it names an order that is not known yet; take it again once that is"),
            )
    return [who for who in people if key_of(who) not in named]


def _claim(one: _Asked, naming: Naming) -> Claim:
    if one.external is None:
        return Claim(anonymous_id=one.guest[1] if one.guest else None, person=one.person)
    guest = one.guest[1] if one.guest and naming.joined else None
    return Claim(one.external[1], guest, person=one.person)


def _asked(who: Who, naming: Naming, found: Found) -> _Asked | None:
    person = _person(who, found)
    if person is None:
        return None
    channel = next((one for one in ("email", "sms") if one in person.addresses), "")
    address = (channel, digest(channel, person.addresses[channel])) if channel else None
    guest = (ANONYMOUS, f"{channel}:{address[1]}") if address else None
    number = (
        f"{naming.prefix}{who.external_id}" if who.external_id and (naming.by_number or not guest) else ""
    )
    if not number and guest is None:
        found.refused[key_of(who)] = (
            NOBODY,
            Words("it names nobody: no number, no email address, no phone number"),
        )
        return None
    if len(number) > 100:
        found.refused[key_of(who)] = (
            "bad_id",
            Words("the number of the customer is longer than 100 letters"),
        )
        return None
    return _Asked(who, person, (EXTERNAL, number) if number else None, guest, address)


def _person(who: Who, found: Found) -> Person | None:
    """As it can be stored; an address that is none is left out, and said."""
    names = {"first_name": who.first_name, "last_name": who.last_name}
    said = {**{name: value for name, value in names.items() if value}, **who.attributes}
    person = Person(None, who.language, who.country, attributes=said)
    for channel, value in (("email", who.email), ("sms", who.phone)):
        if not value.strip():
            continue
        try:
            more = replace(person, addresses={**person.addresses, channel: value})
            person = check(more)[0]
        except ValueError as error:
            found.parts[key_of(who)] = words_of(error)
    try:
        return check(person)[0]
    except ValueError as error:
        found.refused[key_of(who)] = ("bad_value", words_of(error))
        return None


def _without_erased(asked: Sequence[_Asked], found: Found) -> list[_Asked]:
    """An old file, or an old order, must not bring back whoever was erased: their address is known by its hash."""
    marks = {one.address for one in asked if one.address}
    gone = {place for place, why in suppressed(marks).items() if why == SuppressionReason.ERASURE}
    for one in asked:
        if one.address in gone:
            words = Words("the owner of this address was erased at their own wish")
            found.refused[key_of(one.who)] = (ERASED, words)
    return [one for one in asked if one.address not in gone]


def _by_address(asked: Sequence[_Asked]) -> dict[Key, int]:
    """Guests who are known: as the guest they were before, else as whoever alone has their address."""
    if not asked:
        return {}
    guests = find([one.guest for one in asked if one.guest])
    alone = _owners({one.address for one in asked if one.address and one.guest not in guests})
    known = {}
    for one in asked:
        guest = guests.get(one.guest) if one.guest else None
        id_ = guest.id if guest and not guest.erased else alone.get(one.address) if not guest else None
        if id_ is not None:
            known[key_of(one.who)] = id_
    return known


def _owners(places: set[tuple[str, str]]) -> Mapping[tuple[str, str] | None, int]:
    """Each of these addresses that one living customer alone has -> who that is."""
    if not places:
        return {}
    rows = Address.objects.filter(
        digest__in={mark for _, mark in places}, customer__erased_at=None, customer__merged_into=None
    ).values_list("channel", "digest", "customer")
    owners: dict[tuple[str, str] | None, set[int]] = {}
    for channel, mark, id_ in rows:
        owners.setdefault((channel, mark), set()).add(id_)
    return {place: next(iter(ids)) for place, ids in owners.items() if len(ids) == 1 and place in places}
