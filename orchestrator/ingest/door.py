"""DOOR: calls come in, and each becomes an event, a change of somebody, or a dead letter. Nothing is lost, and nothing twice.

In the order: who is meant (customers/identify.py, where that is new or something is said of them), what happened (one insert),
what was not taken. Each finds done what a call before it did, so a client that got no answer simply sends again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from orchestrator.customers.identify import ERASED, TWO_USERS, Claim, identify
from orchestrator.customers.known import ANONYMOUS, EXTERNAL, Place, find
from orchestrator.customers.people import Person, check
from orchestrator.domain.wire import Call, Facts, Refusal, read
from orchestrator.domain.wire.traits import NOTHING
from orchestrator.events import straight
from orchestrator.events.record import NewEvent, record_each
from orchestrator.events.rows import Row, make_row
from orchestrator.ingest import letters, live
from orchestrator.ingest.arrivals import CHANGE, DEAD, EVENT, Arrival, Fate
from orchestrator.ingest.keys import Key
from orchestrator.store.again import again

TRIES = 3
NOBODY = 0  # stands for the customer of a row until the database has found them
_EVENT = Fate(EVENT)
_WORDS = {
    ERASED: "this person was erased at their own wish; nothing was stored",
    TWO_USERS: "both ids are known users; only a server's key may say that they are one person",
}


def take(arrivals: Sequence[Arrival], now: datetime) -> list[Fate]:
    """Take these in, some hundred to 5,000 a call; what became of each, in their order. Call it outside of a transaction.

    Raises what a database that is away raises, and MergeError `busy`: then nothing is promised, and the same calls again do
    what is left.
    """
    turn = _Turn(arrivals, now)
    turn.identify()
    turn.record()
    seen = [(one, turn.fate(at)) for at, one in enumerate(arrivals)]
    if dead := [(one, fate) for one, fate in seen if fate.reason]:
        letters.write(dead)
    if any(one.key.watched for one in arrivals):
        live.show(seen)
    return [fate for _, fate in seen]


class _Turn:
    """The calls of one turn. `fates` holds what is decided already; `parts` what of a call that was taken was not."""

    def __init__(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        self.now = now
        self.fates: dict[int, Fate] = {}
        self.parts: dict[int, Fate] = {}
        self.calls: dict[int, Call] = {}
        self.keys = {at: one.key for at, one in enumerate(arrivals)}
        for at, one in enumerate(arrivals):
            try:
                self.calls[at] = read(one.item, one.batch, one.received_at, one.kind)
            except Refusal as refusal:
                self.fates[at] = Fate(DEAD, refusal.code, refusal.words)

    def fate(self, at: int) -> Fate:
        """What became of a call."""
        return self.fates.get(at) or self.parts.get(at) or Fate(CHANGE)

    def identify(self) -> None:
        """Those who are said to be somebody, or something."""
        # A call that is found to be a dead letter on the way is one no more.
        claims = {at: claim for at, call in list(self.calls.items()) if (claim := self._claim(at, call))}
        if not claims:
            return
        done = identify(list(claims.values()), self.now)
        numbers = list(claims)
        for index, code in done.refused.items():
            self._refuse(numbers[index], code)

    def _refuse(self, at: int, code: str) -> None:
        self.fates[at] = Fate(DEAD, code, _WORDS.get(code, code))
        if code == ERASED:
            self.calls.pop(at, None)

    def _claim(self, at: int, call: Call) -> Claim | None:
        """What a call says of who somebody is; None where it only says what a person did who may be known."""
        person = self._person(at, call.facts) if call.facts is not NOTHING and call.facts else None
        if at in self.fates:
            return None
        if person is None and call.event and not (call.user_id and call.anonymous_id):
            return None
        return _claim_of(call, person, self.keys[at])

    def _person(self, at: int, facts: Facts) -> Person | None:
        """The facts that this key may say, as they can be stored; what cannot be is a dead letter, the rest is taken."""
        key = self.keys[at]
        said = {name: value for name, value in facts.attributes.items() if name not in key.refused}
        if len(said) < len(facts.attributes):
            self.parts[at] = Fate(
                CHANGE, "not_this_key", "it sets attributes that only a server's key may set"
            )
        person = Person(
            None, facts.language, facts.country, facts.time_zone, said, facts.addresses,
            facts.created_at, facts.last_seen_zone,
        )  # fmt: skip
        try:
            check(person)
        except ValueError as error:
            return self._without_addresses(at, person, error)
        return person

    def _without_addresses(self, at: int, person: Person, why: ValueError) -> Person | None:
        kept = replace(person, addresses=dict(_good(person)))
        try:
            check(kept)
        except ValueError as error:
            self.fates[at] = Fate(DEAD, "bad_value", str(error))
            del self.calls[at]
            return None
        self.parts[at] = Fate(CHANGE, "bad_address", str(why))
        return kept

    def record(self) -> None:
        """What happened, in one transaction in which nobody whom it happened to is merged or erased."""
        happened = {at: call for at, call in self.calls.items() if call.event}
        if not happened or (straight.can() and self._went_straight(happened)):
            return
        for _ in range(TRIES):
            unknown = again(lambda: self._record(happened))
            if not unknown:
                return
            claims = [_claim_of(happened[at], None, self.keys[at]) for at in unknown]
            identify(claims, self.now)
        raise RuntimeError("people vanish faster than they are added")

    def _went_straight(self, happened: dict[int, Call]) -> bool:
        """Whether all of these could be stored the short way: users whom we know did something new."""
        named: list[tuple[str, Row]] = []
        for call in happened.values():
            if not call.user_id:
                return False
            try:
                one = make_row(
                    NOBODY, call.event or "", call.at, call.key, call.amount, call.properties, False, self.now
                )
                named.append((call.user_id, one))
            except ValueError:
                return False
        if again(lambda: straight.store_named(named, self.now)) < len(named):
            return False
        for at in happened:
            self._taken(at)
        return True

    def _taken(self, at: int) -> None:
        part = self.parts.get(at)
        self.fates[at] = replace(part, became=EVENT) if part else _EVENT

    @transaction.atomic
    def _record(self, happened: dict[int, Call]) -> list[int]:
        """Store the events, or answer which of them happened to people who are not known yet; then none is stored."""
        known = find(dict.fromkeys(map(_place, happened.values())), held=True)
        if unknown := [at for at, call in happened.items() if _place(call) not in known]:
            return unknown
        events, numbers = [], []
        for at, call in happened.items():
            one = known[_place(call)]
            if one.erased:
                self._refuse(at, ERASED)
            else:
                events.append(_event(call, one.id))
                numbers.append(at)
        problems = record_each(events, self.now)
        for index, at in enumerate(numbers):
            self._taken(at)
            if why := problems.get(index):
                self.fates[at] = Fate(DEAD, "bad_value", why)
        return []


def _place(call: Call) -> Place:
    return (EXTERNAL, call.user_id) if call.user_id else (ANONYMOUS, call.anonymous_id or "")


def _claim_of(call: Call, person: Person | None, key: Key) -> Claim:
    return Claim(call.user_id, call.anonymous_id, call.previous_id, person, key.trusted)


def _event(call: Call, customer: int) -> NewEvent:
    return NewEvent(customer, call.event or "", call.at, call.key, call.amount, call.properties)


def _good(person: Person) -> Iterator[tuple[str, str]]:
    """The addresses that are some."""
    for channel, value in person.addresses.items():
        try:
            check(Person(country=person.country, addresses={channel: value}))
        except ValueError:
            continue
        yield channel, value
