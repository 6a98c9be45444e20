"""DELIVER: one turn of the delivery loop, from the claim to the settlement.

    claim -> clear up doubt -> look -> compose and render -> review -> (gate -> hand off -> settle) group by group

Read this file first; each step is a file of that name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import OperationalError, transaction

from orchestrator.domain.breaker import Standing
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.messaging import compose, halted
from orchestrator.messaging.breakers import Breakers
from orchestrator.messaging.claim import claim
from orchestrator.messaging.content.render import Rendered, RenderFailure
from orchestrator.messaging.doubt import clear_up
from orchestrator.messaging.facts import Loaded
from orchestrator.messaging.gate import Clock, Ready, gate
from orchestrator.messaging.groups import Group, Pace, groups
from orchestrator.messaging.handoff import boottime
from orchestrator.messaging.letting_go import let_go, put_back
from orchestrator.messaging.look import Hopeful, look
from orchestrator.messaging.parts import hand_off_in_parts
from orchestrator.messaging.prices import bill, read_prices
from orchestrator.messaging.review import review
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.settle import send_back, settle
from orchestrator.messaging.tokens import Tokens
from orchestrator.messaging.unrendered import judge
from orchestrator.messaging.verdicts import apply, hold
from orchestrator.store import deadlines

BATCH = 500
# Seconds after which a turn begins no further call: with the longest call it ends within the lease.
LONGEST_TURN = 15.0
WAITED = 1.0  # seconds for the other turn's calls, after which also the first group is asked whether it comes in time
_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one turn did: messages claimed, and handed to a provider."""

    claimed: int
    handed_off: int


@dataclass(frozen=True, slots=True)
class Turn:
    """When it began, by the machine's clock; what time it is; and whose turn it is at a provider."""

    began: float
    clock: Clock
    hands: Hands

    def over(self) -> bool:
        """Whether it must begin no further call."""
        return boottime() - self.began > LONGEST_TURN


class Hands:
    """Whose turn it is at a provider. Of a turn that is alone in its process: always its own."""

    alone = True

    @contextmanager
    def of(self, provider: str) -> Iterator[float]:
        """From the gate to the settlement; answers the seconds it was waited for."""
        yield 0.0


ALONE = Hands()


def deliver(now: datetime, limit: int = BATCH, clock: Clock | None = None, hands: Hands = ALONE) -> Delivered:
    """Deliver at most `limit` due messages. Nothing is lost wherever the process dies; `rescue` goes on from there.

    `clock` tells what time it has become when a group is gated and settled; without one it stands still at `now`.
    `hands`: of the turns of this process (`abreast`).
    """
    turn = Turn(boottime(), clock or (lambda: now), hands)
    tokens = Tokens()
    claimed = claim(now, limit, tokens, suspects=hands.alone)
    if not claimed:
        return Delivered(0, 0)
    try:
        breakers = Breakers.read(now)
        hopeful, loaded = look(clear_up(claimed, now, breakers.failing), now, breakers)
        ready = review(_render(_admitted(hopeful, loaded, tokens, now), loaded, now), loaded, now)
        sent = _send_all(ready, loaded, breakers, turn)
    except OperationalError as error:
        if deadlines.passed(error):
            let_go(claimed, turn.clock())  # not for `rescue`, which would charge them with a death
        raise
    tokens.give_back({one.message.id: one.provider for one in sent}, turn.clock())
    return Delivered(len(claimed), len(sent))


def _admitted(hopeful: list[Hopeful], loaded: Loaded, tokens: Tokens, now: datetime) -> list[Hopeful]:
    """Those that may go by their provider now; whoever lacks its token is held until there is one."""
    waits = tokens.admit({one.message.id: one.provider for one in hopeful}, now)
    if not waits:
        return hopeful
    held = [one.message for one in hopeful if one.message.id in waits]
    verdicts = {one.id: replace(waits[one.id], until=_within(waits[one.id], one)) for one in held}
    with transaction.atomic():
        apply(held, verdicts, loaded, now)
    return [one for one in hopeful if one.message.id not in waits]


def _within(verdict: Verdict, message: Claimed) -> datetime:
    # As every hold: at its deadline the message is looked at once more, and expires visibly.
    return min(verdict.until or message.expires_at, message.expires_at)


def _send_all(ready: Sequence[Ready], loaded: Loaded, breakers: Breakers, turn: Turn) -> list[Ready]:
    """Group by group; what is left when the turn is over, its provider has gone down, or all is halted, is for later."""
    sent, late = list[Ready](), list[Ready]()
    down: dict[str, list[Ready]] = defaultdict(list)
    for number, group in enumerate(groups(ready, _PACE)):
        with turn.hands.of(group.provider) as waited:
            stay = halted.waits([one.message.id for one in group.members])
            late += [one for one in group.members if one.message.id in stay]
            may_go = [one for one in group.members if one.message.id not in stay]
            if (number or waited > WAITED) and turn.over():
                late += may_go
            elif breakers.standing(group.provider) is Standing.OPEN:
                down[group.provider] += may_go
            elif may_go:
                sent += _send(replace(group, members=may_go), breakers, turn.clock)
    now = turn.clock()
    put_back([one.message for one in late], now)
    for provider, held in down.items():
        verdict = Verdict(Outcome.HOLD, "provider_down", now, {"provider": provider})
        hold([one.message for one in held], verdict, loaded, now)
    return sent


def _render(hopeful: Sequence[Hopeful], loaded: Loaded, now: datetime) -> list[Ready]:
    if not hopeful:
        return []
    drafts = compose.draft([one.message for one in hopeful], loaded, now)
    prices = read_prices(loaded.limits.workspace)
    ready: list[Ready] = []
    failed: dict[int, tuple[Claimed, RenderFailure]] = {}
    for one, draft, answer in zip(hopeful, drafts, compose.render(drafts), strict=True):
        address = loaded.facts[one.message.id].address
        if isinstance(answer, Rendered) and address is not None:
            country = loaded.people[one.message.customer_id].country
            cost = bill(prices, one.provider, answer.content, one.message.channel, address.value, country)
            ready.append(Ready(draft, answer, one.provider, address.value, address.digest, cost))
        elif not isinstance(answer, Rendered):
            failed[one.message.id] = (one.message, answer)
    with transaction.atomic():
        verdicts = judge([one.message for one in ready], failed, now)
        apply([message for message, _ in failed.values()], verdicts, loaded, now)
    return ready


def _send(group: Group, breakers: Breakers, clock: Clock) -> list[Ready]:
    # The clock starts before the gate: what the gate reads is at least that fresh.
    gated_at = boottime()
    going = gate(group.members, clock(), clock)
    if not going:
        return []
    began = boottime()
    told = hand_off_in_parts(group.provider, going, group.part, gated_at, clock)
    sent, left = going[: len(told.results)], going[len(told.results) :]
    _PACE.took(group.provider, len(sent), boottime() - began)
    if sent:
        settle(sent, told.results, clock(), told.noted)
    if left:
        send_back(left, clock())
    breakers.report(group.provider, told.calls)
    return sent
