"""GATE: the second of the three commits. Lock first, then load the facts in new statements, then decide.

After it the message is on its way: the cap and the money are reserved, the number taken, and `maybe_sent` says what a crash
from here on leaves in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from orchestrator.domain.gate_facts import Facts, Outcome, Verdict
from orchestrator.domain.policy import decide_all
from orchestrator.messaging.compose import Draft
from orchestrator.messaging.content.render import Rendered
from orchestrator.messaging.facts import Loaded, load
from orchestrator.messaging.locks import lock_people
from orchestrator.messaging.models import MessageBody
from orchestrator.messaging.prices import FREE, Bill
from orchestrator.messaging.purses import Purses, open_purses
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.verdicts import apply
from orchestrator.sdk.value import value
from orchestrator.store import bulk
from orchestrator.store.again import again

Clock = Callable[[], datetime]


@value
class Ready:
    """A rendered message before the gate: what it was composed from, and where it would go."""

    draft: Draft
    rendered: Rendered
    provider: str
    address: str
    digest: str
    bill: Bill = FREE

    @property
    def message(self) -> Claimed:
        """The claimed row."""
        return self.draft.message

    @property
    def attempt(self) -> int:
        """The number of the attempt that the gate lets it begin."""
        return self.message.attempts + 1


def gate(ready: Sequence[Ready], now: datetime, clock: Clock | None = None) -> list[Ready]:
    """Decide a group under its people's locks; answers those that must now be handed off, and are marked so.

    The clock is read once the locks are held; without one it is `now` still. What was claimed in the day is not sent
    in the night, and takes its slot when it leaves, however long its worker has stood still in between.
    """
    return again(lambda: _gate(ready, clock or (lambda: now)))


def _gate(ready: Sequence[Ready], clock: Clock) -> list[Ready]:
    messages = [one.message for one in ready]
    with transaction.atomic():
        lock_people((message.customer_id for message in messages), (one.digest for one in ready))
        now = clock()
        loaded = load(messages, now)
        costs = [(one.message, one.bill.cost) for one in ready]
        purses = open_purses(costs, loaded.limits.workspace, now)
        verdicts = _verdicts(ready, loaded, purses, now)
        providers = {one.message.id: one.provider for one in ready}
        bills = {one.message.id: _charged(one, purses) for one in ready}
        cleared = {message.id for message in apply(messages, verdicts, loaded, now, providers, bills)}
        going = [_with(one, bills[one.message.id]) for one in ready if one.message.id in cleared]
        _freeze(going)
    return going


def _charged(one: Ready, purses: Purses) -> Bill:
    mine = purses.of(one.message, one.bill.cost)
    return replace(one.bill, charged=purses.charged(mine)) if mine else one.bill


def _with(one: Ready, bill: Bill) -> Ready:
    return one if bill is one.bill else replace(one, bill=bill)


def _verdicts(ready: Sequence[Ready], loaded: Loaded, purses: Purses, now: datetime) -> Mapping[int, Verdict]:
    verdicts = decide_all(((one.message.candidate, _priced(one, loaded, purses)) for one in ready), now)
    for one in ready:
        # Rendered for an address that is no longer the one to use: prepare it anew, at once.
        address = loaded.facts[one.message.id].address
        if verdicts[one.message.id].outcome is Outcome.ALLOW and (
            address is None or address.value != one.address
        ):
            verdicts[one.message.id] = Verdict(Outcome.HOLD, "address_changed", now)
    return verdicts


def _priced(one: Ready, loaded: Loaded, purses: Purses) -> Facts:
    facts, cost = loaded.facts[one.message.id], one.bill.cost
    if cost is None:
        return facts
    return replace(facts, cost=cost, currency=purses.currency, purses=purses.of(one.message, cost))


def _freeze(going: Sequence[Ready]) -> None:
    rows = [
        (one.message.id, one.draft.composed_at, one.draft.context, list(one.draft.languages), _links(one))
        for one in going
        if not one.draft.frozen
    ]
    columns = ("message", "composed_at", "context", "languages", "links")
    bulk.insert(MessageBody, columns, rows, ignore_conflicts=True)


def _links(one: Ready) -> list[str]:
    """Where its counted links lead, each in the place that a token names."""
    return list(one.rendered.links) if (one.draft.context.get("tracked") or {}).get("clicks") else []
