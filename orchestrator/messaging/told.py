"""TOLD: the ledger's rows and the events that follow from providers' reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.consents.record import Statement, default_brand_id
from orchestrator.customers.models import Customer
from orchestrator.domain.receipts import Effects
from orchestrator.events.record import NewEvent, record
from orchestrator.messaging.matching import Matched
from orchestrator.sdk.values import ReceiptKind

Decided = Sequence[tuple[Matched, Effects]]
_WORDS = {ReceiptKind.CLICKED: "link", ReceiptKind.REPLIED: "text"}


def statements(provider: str, channel: str, decided: Decided) -> list[Statement]:
    """The withdrawals of marketing consent, for everybody at the address; nobody who has withdrawn says it twice.

    They hold from now, not from when the provider says it was: a wrong clock there must not lose one. The price: a
    report that comes days late takes back what was given in between. A report that names no message counts for
    every brand that asked.
    """
    leaving = [(one, what.withdraw) for one, what in decided if what.withdraw]
    everybody = {person for one, _ in leaving for person in one.people}
    states = _states(channel, everybody)
    languages = _languages(everybody)
    found: dict[tuple[int, int], Statement] = {}
    for one, source in leaving:
        for person in sorted(one.people):
            for brand in [one.letter.brand_id] if one.letter else _brands(states, person):
                if states.get((person, brand)) != ConsentState.WITHDRAWN:
                    said = _statement(provider, channel, one, source, person, brand)
                    found.setdefault((person, brand), replace(said, language=languages.get(person, "")))
    return list(found.values())


def _statement(provider: str, channel: str, one: Matched, source: str, person: int, brand: int) -> Statement:
    text = one.receipt.detail if one.receipt.kind is ReceiptKind.REPLIED else ""
    proof = {"provider": provider, "reported_at": one.receipt.occurred_at.isoformat()}
    if one.letter is not None:
        proof["message"] = one.letter.key
    return Statement(person, channel, ConsentState.WITHDRAWN, source, brand_id=brand, text=text, proof=proof)


def _languages(people: set[int]) -> dict[int, str]:
    """The language each was written to in, and so understood the answer to be in; "" where none is known."""
    return dict(Customer.objects.filter(pk__in=people).values_list("pk", "language"))


def _states(channel: str, people: set[int]) -> dict[tuple[int, int], str]:
    rows = Consent.objects.filter(customer__in=people, channel=channel, purpose="marketing", topic="")
    return {
        (customer, brand): state for customer, brand, state in rows.values_list("customer", "brand", "state")
    }


def _brands(states: dict[tuple[int, int], str], person: int) -> list[int]:
    asked = sorted(brand for customer, brand in states if customer == person)
    return asked or [default_brand_id()]


def record_events(channel: str, decided: Decided, now: datetime) -> None:
    """Record what happened to messages as events of the customers they were for."""
    events = [event for one, what in decided if what.event for event in _events(channel, one, what)]
    if events:
        record(events, now)


def _events(channel: str, one: Matched, what: Effects) -> Iterator[NewEvent]:
    people = [one.customer] if one.customer is not None else sorted(one.people)
    for person in people:
        mark = f"{what.event}:{one.letter.key}" if what.once and one.letter else f"receipt:{one.key}:{person}"
        yield NewEvent(
            person, what.event, one.receipt.occurred_at, mark, properties=_properties(channel, one, what)
        )


def _properties(channel: str, one: Matched, what: Effects) -> dict[str, Any]:
    """What rules and waits ask for: `of` reads `enrollment` and `step`."""
    receipt, letter = one.receipt, one.letter
    properties: dict[str, Any] = {"channel": channel, "machine": receipt.machine}
    if letter is not None and one.customer is not None:
        properties |= {
            "journey": letter.journey,
            "step": letter.step,
            "enrollment": letter.enrollment_id,
            "message": letter.key,
        }
    if receipt.detail:
        properties[_WORDS.get(receipt.kind, "detail")] = receipt.detail
    if receipt.kind is ReceiptKind.REPLIED:
        properties["stop"] = bool(what.withdraw)
    return properties
