"""STORE: facts become customers, events, consents and products. Each finds done what was done before.

The order: who is meant, what happened, what they allowed, what is offered. What cannot be taken is answered with the reason,
and the rest is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from orchestrator.catalog.save import save as save_products
from orchestrator.consents.models import ConsentState
from orchestrator.consents.record import Statement, record
from orchestrator.consents.take_over import unknown
from orchestrator.customers.known import standing
from orchestrator.domain.wording import Words, words_of
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record_each
from orchestrator.sdk import Described, Fact, Happened, Offered, Said, Unread
from orchestrator.sources import tickets
from orchestrator.sources.people import Key, Naming, key_of, resolve

RETURNED, WHOLE = "order.returned", "all"


@dataclass(slots=True)
class Taken:
    """`counts`: what was stored. `left`: number of a fact -> (reason, words) of what of it was not taken."""

    counts: Counter[str] = field(default_factory=Counter)
    left: dict[int, tuple[str, str]] = field(default_factory=dict)


def take(facts: Sequence[Fact], naming: Naming, now: datetime, source: str) -> Taken:
    """Store these, some hundred to a few thousand a call; `source` names the connection in the consents' proof."""
    done = Taken()
    for number, fact in enumerate(facts):
        if isinstance(fact, Unread):
            done.left[number] = ("unreadable", fact.words)
    ids = _people(facts, naming, now, done)
    _events(facts, ids, now, done)
    _consents(facts, ids, now, done, source)
    _products(facts, now, done)
    return done


def _people(facts: Sequence[Fact], naming: Naming, now: datetime, done: Taken) -> Mapping[Key, int]:
    named = [fact.who for fact in facts if isinstance(fact, (Happened, Described, Said))]
    people = {key_of(who): who for who in named}
    if not people:
        return {}
    found = resolve(list(people.values()), naming, now)
    done.counts["people"] = len(found.ids)
    for number, fact in enumerate(facts):
        if isinstance(fact, (Happened, Described, Said)):
            who = key_of(fact.who)
            if who in found.refused:
                done.left[number] = found.refused[who]
            elif who in found.parts:
                done.left[number] = ("bad_address", found.parts[who])
    return found.ids


def _events(facts: Sequence[Fact], ids: Mapping[Key, int], now: datetime, done: Taken) -> None:
    happened = {
        number: fact
        for number, fact in enumerate(facts)
        if isinstance(fact, Happened) and key_of(fact.who) in ids
    }
    if not happened:
        return
    _drop_sums(happened, ids)
    if not happened:
        return
    with transaction.atomic():
        stand = standing({ids[key_of(fact.who)] for fact in happened.values()}, held=True)
        events, numbers = [], []
        for number, fact in happened.items():
            one = stand.get(ids[key_of(fact.who)])
            if one is None or one.erased:
                done.left[number] = ("erased", Words("this person was erased at their own wish"))
                continue
            properties = dict(fact.properties)
            events.append(NewEvent(one.id, fact.name, fact.occurred_at, fact.key, fact.amount, properties))
            numbers.append(number)
        problems = record_each(events, now)
    # After that transaction: whoever is held there is locked here, and two deliveries could wait in a circle.
    if any(fact.name in tickets.STEPS for fact in happened.values()):
        tickets.count({one.customer_id for one in events}, now)
    done.counts["events"] = len(events) - len(problems)
    done.left |= {numbers[index]: ("bad_value", words) for index, words in problems.items()}


def _drop_sums(happened: dict[int, Happened], ids: Mapping[Key, int]) -> None:
    """Leave out returns that a file tells as one sum, of orders whose returns are known one by one: else they count twice."""
    sums = {
        number: str(fact.properties.get("order_id"))
        for number, fact in happened.items()
        if fact.name == RETURNED and fact.key.endswith(f":{WHOLE}")
    }
    if not sums:
        return
    whose = {ids[key_of(happened[number].who)] for number in sums}
    rows = Event.objects.filter(customer__in=whose, name=RETURNED).values_list("key", "properties")
    told = {str(said.get("order_id")) for key, said in rows if not key.endswith(f":{WHOLE}")}
    for number, order_id in sums.items():
        if order_id in told:
            del happened[number]


def _consents(facts: Sequence[Fact], ids: Mapping[Key, int], now: datetime, done: Taken, source: str) -> None:
    """A statement that stands in the ledger with its moment and its words is not written a second time."""
    statements = [
        Statement(
            ids[key_of(fact.who)], fact.channel, ConsentState(fact.state), fact.source[:63],
            recorded_at=min(fact.at, now), text=fact.text, proof={"connection": source},
        )
        for fact in facts
        if isinstance(fact, Said) and key_of(fact.who) in ids
    ]  # fmt: skip
    if statements:
        fresh = unknown(statements)
        record(fresh, now)
        done.counts["consents"] = len(fresh)


def _products(facts: Sequence[Fact], now: datetime, done: Taken) -> None:
    offered = {number: fact for number, fact in enumerate(facts) if isinstance(fact, Offered)}
    if not offered:
        return
    latest = {fact.key: fact for fact in offered.values()}
    try:
        save_products(list(latest.values()), now)
    except ValueError:  # one of them cannot be stored, and then none is: the others are, one by one
        _one_by_one(offered, now, done)
    else:
        done.counts["products"] = len(latest)


def _one_by_one(offered: Mapping[int, Offered], now: datetime, done: Taken) -> None:
    for number, fact in offered.items():
        try:
            save_products([fact], now)
        except ValueError as error:
            done.left[number] = ("bad_value", words_of(error))
        else:
            done.counts["products"] += 1
