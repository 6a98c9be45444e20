"""The guards, each with a function that takes it out of this process: what stands in its place does not guard.

They are patches of a campaign's own workers. Nothing in the product can be switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any


def unrank() -> None:
    """Slots go to whoever comes first: arbitration hides a missing lock, since only the best-ranked ask for a slot."""
    from orchestrator.domain import policy

    policy.CHECKS = tuple(one for one in policy.CHECKS if one[0] != "arbitration")


def lock_of_people() -> None:
    from orchestrator.messaging import gate

    gate.lock_people = lambda people, digests: None


def lock_of_addresses() -> None:
    from orchestrator.messaging import gate

    lock = gate.lock_people
    gate.lock_people = lambda people, digests: lock(people, ())


def _gate_sees(old: Callable[[Any, Any], Any]) -> None:
    """Change what the gate reads: `old` is given what it has read now and what the look had read."""
    from orchestrator.messaging import deliver, gate

    looked: dict[int, Any] = {}
    look, load = deliver.look, gate.load

    def remember(*args: Any) -> Any:
        hopeful, loaded = look(*args)
        looked.clear()
        looked.update(loaded.facts)
        return hopeful, loaded

    def stale(messages: Any, now: Any) -> Any:
        loaded = load(messages, now)
        facts = {id_: old(fact, looked.get(id_, fact)) for id_, fact in loaded.facts.items()}
        return replace(loaded, facts=facts)

    deliver.look, gate.load = remember, stale


def gate_about_withdrawals() -> None:
    _gate_sees(lambda now, then: replace(now, consent=then.consent))


def gate_about_erasures() -> None:
    _gate_sees(lambda now, then: then if now.person.gone else now)


def gate_about_stops() -> None:
    _gate_sees(lambda now, then: replace(now, passage=then.passage))


def lock_of_who_withdraws() -> None:
    from orchestrator.consents import record

    record.lock_survivors = lambda ids: {id_: id_ for id_ in ids}


def fence_at_settlement() -> None:
    from orchestrator.messaging import settle

    bulk = settle.bulk

    class Unfenced:
        insert = staticmethod(bulk.insert)

        @staticmethod
        def update(model: Any, columns: Any, rows: Sequence[Any], **given: Any) -> Any:
            if given.get("match") == settle.FENCE:
                rows, given = [(row[0], *row[2:]) for row in rows], {**given, "match": ("id",)}
            return bulk.update(model, columns, rows, **given)

    settle.bulk = Unfenced  # type: ignore[assignment]


def fence_at_claim() -> None:
    from orchestrator.messaging import claim

    rise = claim.F
    claim.F = lambda name: rise(name) - 1  # type: ignore[assignment,misc]


def doubt_that_stays() -> None:
    from orchestrator.messaging import claim

    read = claim.read
    claim.read = lambda ids: [replace(one, maybe_sent=False) for one in read(ids)]


def care_at_rescue() -> None:
    from orchestrator.domain.outbox import Move, State
    from orchestrator.messaging import rescue

    rescue._in_doubt = lambda one, now: Move(State.PLANNED, "", due_at=now, keeps_reservation=False)


def at_most_once() -> None:
    from orchestrator.domain.outbox import Settle
    from orchestrator.messaging import rescue

    rescue.wish = lambda purpose: Settle.AT_LEAST_ONCE


def one_key() -> None:
    from orchestrator.messaging import handoff

    message_of = handoff.message_of

    def by_attempt(ready: Any) -> Any:
        message = message_of(ready)
        return replace(message, key=f"{ready.message.attempts:02d}{message.key[2:]}")

    handoff.message_of = by_attempt


def receipts() -> None:
    from orchestrator.messaging import receipts

    receipts.accept = lambda references, now: []


def one_by_one() -> None:
    from orchestrator.domain.outbox import Settle
    from orchestrator.messaging import groups

    groups.wish = lambda purpose: Settle.AT_MOST_ONCE


def notes() -> None:
    from orchestrator.messaging import parts

    parts._note = lambda told, going, clock: None


def groups_of_fifty() -> None:
    from orchestrator.messaging import groups
    from tests.chaos.lines import Line

    groups.CLASS_N_PART, Line.max_batch = 10**6, 10**6


def night() -> None:
    from orchestrator.messaging import gate, look

    load = gate.load

    def loud(messages: Any, now: Any) -> Any:
        loaded = load(messages, now)
        return replace(loaded, facts={id_: replace(one, quiet=()) for id_, one in loaded.facts.items()})

    gate.load = look.load = loud


def release() -> None:
    from orchestrator.messaging import settle

    settled = settle.settled
    settle.settled = lambda *args: replace(settled(*args), keeps_reservation=True)


def look_up() -> None:
    from orchestrator.messaging import deliver

    deliver.clear_up = lambda messages, now, failing=frozenset(): list(messages)


def doubt() -> None:
    from orchestrator.messaging import handoff
    from orchestrator.sdk.values import Accepted

    handoff.Unknown = lambda detail="": Accepted()  # type: ignore[assignment,misc]
