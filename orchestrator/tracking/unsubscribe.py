"""UNSUBSCRIBE: a withdrawal by a link, for everybody at the address, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.consents.record import Statement
from orchestrator.customers.locks import lock
from orchestrator.messaging import withdraw
from orchestrator.tracking.letter import Letter, everyone

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """How somebody said it, for the ledger: the exact text they pressed, its language, and what else proves it."""

    text: str = ""
    language: str = ""
    source: str = "unsubscribe_link"
    text_version: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)


def unsubscribe(letter: Letter, topic: str, said: Said, now: datetime) -> int:
    """Withdraw the marketing consent of everybody at the address, for the letter's brand and channel; answers how
    many had not withdrawn it before. `topic` "" = all topics.

    Again changes nothing: whoever has withdrawn already gets no second row in the ledger.
    """

    def act(people: set[int]) -> int:
        statements = [
            statement(letter, customer, letter.channel, topic, ConsentState.WITHDRAWN, said)
            for customer in sorted(people - withdrawn(letter, people, topic))
        ]
        withdraw.record(statements, now)
        return len(statements)

    return locked(letter, act)


def locked(letter: Letter, act: Callable[[set[int]], int]) -> int:
    """Run `act` on everybody the letter speaks for, under their locks and in one transaction.

    Who they are is read again once they are locked; if an address or a merger has come in between, from the start.
    Somebody who gets the address after that is a new case, which their own consent decides.
    """
    for _ in range(_ATTEMPTS - 1):
        with transaction.atomic():
            people = set(lock(everyone(letter)))
            if everyone(letter) == people:
                return act(people)
    with transaction.atomic():
        return act(set(lock(everyone(letter))))


def withdrawn(letter: Letter, people: Collection[int], topic: str) -> set[int]:
    """Those of these people who have withdrawn already."""
    rows = Consent.objects.filter(
        customer__in=people,
        brand=letter.brand,
        channel=letter.channel,
        purpose="marketing",
        topic=topic,
        state=ConsentState.WITHDRAWN,
    )
    return set(rows.values_list("customer", flat=True))


def statement(
    letter: Letter, customer: int, channel: str, topic: str, state: ConsentState, said: Said
) -> Statement:
    """One row for the ledger. It names the message that brought the link."""
    return Statement(
        customer,
        channel,
        state,
        said.source,
        topic=topic,
        brand_id=letter.brand.pk,
        text=said.text,
        text_version=said.text_version,
        language=said.language,
        proof={"message": letter.key, **said.proof},
    )
