"""RECTIFY: what is known of a person is wrong, and they say what is right (art. 16 RODO)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.customers.addresses import digest
from orchestrator.customers.audited import note_of_people
from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person, check
from orchestrator.workspace.audit import Action
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is right. `language`: None leaves it. `attributes`: None removes one. `addresses`: by the number of the row
    that is wrong, the address in any spelling; "" takes it away.
    """

    language: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: Mapping[int, str] = field(default_factory=dict)


@transaction.atomic
def rectify(customer_id: int, said: Corrections, now: datetime, by: Any = None) -> list[str]:
    """Write it; answers the names of what was changed: `language`, attributes, channels. ValueError with words, and then nothing.

    A corrected address is a new one: nobody has confirmed it, it is not written to where it is suppressed, and what is
    planned goes to it as far as the consent for its channel reaches. The wrong one goes.
    """
    person = Customer.objects.filter(id__in=lock([customer_id]), erased_at=None, merged_into=None).first()
    if person is None:
        raise ValueError("this customer was erased or merged meanwhile")
    sound = _sound(person, said)
    changed = [
        *_speak(person, sound, now),
        *sorted(name for name, value in sound.attributes.items() if person.attributes.get(name) != value),
        *_move(person, said, now),
    ]
    change([NewFacts(person.pk, sound.attributes)], now)
    if changed:
        Customer.objects.filter(pk=person.pk).update(updated_at=now, changed_pending=True)
        note_of_people(Action.RECTIFIED, by, [person.pk], now, 1, fields=changed)
    return changed


def _sound(person: Customer, said: Corrections) -> Person:
    """Checked as what comes by the API is; what would be kept out there is refused here."""
    wanted = Person(language=said.language or "", attributes=said.attributes, country=person.country)
    sound, problems = check(wanted)
    for problem in problems:
        raise ValueError(problem.message)
    return sound


def _speak(person: Customer, sound: Person, now: datetime) -> Iterator[str]:
    if sound.language and sound.language != person.language:
        Customer.objects.filter(pk=person.pk).update(language=sound.language, updated_at=now)
        yield "language"


def _move(person: Customer, said: Corrections, now: datetime) -> Iterator[str]:
    for row in person.addresses.filter(pk__in=said.addresses).order_by("pk"):
        value = _written(person, row.channel, said.addresses[row.pk])
        if value == row.value:
            continue
        row.delete()
        if value:
            known = {"customer": person, "channel": row.channel, "digest": digest(row.channel, value)}
            Address.objects.get_or_create(**known, defaults={"value": value, "created_at": now})
        yield row.channel


def _written(person: Customer, channel: str, written: str) -> str:
    """In the channel's one spelling."""
    country = person.country or Workspace.get().country
    sound, _problems = check(Person(country=country, addresses={channel: written}))
    return sound.addresses.get(channel, "")
