"""Mutation controls: a guard is taken out of the workers of a small campaign, and an invariant must turn red.

Where one stayed green, either the guard would be idle or the checker blind. Guards overlap, so each campaign is made so
that its own guard is the only one: many workers on few people, pauses, faults or naps where they hurt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Control:
    """One guard: how it is removed, which invariant shows it, and what is special in its campaign."""

    words: str
    invariant: str
    remove: Callable[[], None]
    special: dict[str, Any] = field(default_factory=dict)


def remove(name: str) -> None:
    """Take this guard out of this process; "" leaves all in."""
    if name:
        CONTROLS[name].remove()


def unrank() -> None:
    """Slots go to whoever comes first: arbitration hides a missing lock, since only the best-ranked ask for a slot."""
    from orchestrator.domain import policy

    policy.CHECKS = tuple(one for one in policy.CHECKS if one[0] != "arbitration")


def _people() -> None:
    from orchestrator.messaging import gate

    gate.lock_people = lambda people, digests: None


def _addresses() -> None:
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


def _withdrawal() -> None:
    _gate_sees(lambda now, then: replace(now, consent=then.consent))


def _erasure() -> None:
    _gate_sees(lambda now, then: then if now.person.gone else now)


def _stop() -> None:
    _gate_sees(lambda now, then: replace(now, passage=then.passage))


def _withdrawal_lock() -> None:
    from orchestrator.consents import record

    record.lock_survivors = lambda ids: {id_: id_ for id_ in ids}


def _fence_at_settle() -> None:
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


def _fence_at_claim() -> None:
    from orchestrator.messaging import claim

    rise = claim.F
    claim.F = lambda name: rise(name) - 1  # type: ignore[assignment,misc]


def _sticky() -> None:
    from orchestrator.messaging import claim

    read = claim.read
    claim.read = lambda ids: [replace(one, maybe_sent=False) for one in read(ids)]


def _rescue() -> None:
    from orchestrator.domain.outbox import Move, State
    from orchestrator.messaging import rescue

    rescue._move = lambda row, now: Move(State.PLANNED, "", due_at=now, keeps_reservation=False)


def _at_most_once() -> None:
    from orchestrator.domain.outbox import Settle
    from orchestrator.messaging import rescue

    rescue.wish = lambda purpose: Settle.AT_LEAST_ONCE


def _key() -> None:
    from orchestrator.messaging import handoff

    message_of = handoff.message_of

    def by_attempt(ready: Any) -> Any:
        message = message_of(ready)
        return replace(message, key=f"{ready.message.attempts:02d}{message.key[2:]}")

    handoff.message_of = by_attempt


def _receipts() -> None:
    from orchestrator.messaging import receipts

    receipts.accept = lambda references, now: []


def _one_by_one() -> None:
    from orchestrator.domain.outbox import Settle
    from orchestrator.messaging import deliver

    deliver.wish = lambda purpose: Settle.AT_MOST_ONCE


def _group_of_fifty() -> None:
    from orchestrator.messaging import deliver
    from tests.chaos.lines import Line

    deliver.AT_MOST_ONCE_GROUP, Line.max_batch = 10**6, 10**6


def _quiet() -> None:
    from orchestrator.messaging import gate, look

    load = gate.load

    def loud(messages: Any, now: Any) -> Any:
        loaded = load(messages, now)
        return replace(loaded, facts={id_: replace(one, quiet=()) for id_, one in loaded.facts.items()})

    gate.load = look.load = loud


def _release() -> None:
    from orchestrator.messaging import settle

    settled = settle.settled
    settle.settled = lambda *args: replace(settled(*args), keeps_reservation=True)


def _look_up() -> None:
    from orchestrator.messaging import deliver

    deliver.clear_up = lambda messages, now, failing=frozenset(): list(messages)


def _doubt() -> None:
    from orchestrator.messaging import handoff
    from orchestrator.sdk.values import Accepted

    handoff.Unknown = lambda detail="": Accepted()  # type: ignore[assignment,misc]


_HOT: dict[str, Any] = {"pauses": 0.08, "faults": 0.0, "kills": 0}
_FIRST_COME = _HOT | {"ranked": False, "withdrawals": 0.0, "erasures": 0.0, "cap": 15}
_CRUEL: dict[str, Any] = {"faults": 0.4, "kills": 0}
_MARKETING = ("news", "offer", "nudge")
CONTROLS = {
    "people": Control("the gate locks nobody", "I6", _people, {**_FIRST_COME, "only": _MARKETING}),
    "addresses": Control("the gate locks no address", "I6", _addresses, {**_FIRST_COME, "only": ("news",)}),
    "withdrawal": Control(
        "the gate believes the look about consent", "I7", _withdrawal,
        {**_HOT, "withdrawals": 0.3, "only": ("digest", "coupon")},
    ),
    "erasure": Control(
        "the gate believes the look about the erased", "I8", _erasure,
        {**_HOT, "erasures": 0.1, "withdrawals": 0.0, "only": ("digest", "coupon")},
    ),
    "stop": Control(
        "the gate believes the look about a stop", "I12", _stop, {**_HOT, "pauses": 0.4, "only": ("flash", "invoice")}
    ),
    "withdrawal_lock": Control(
        "who withdraws does not lock", "I7", _withdrawal_lock,
        {**_HOT, "withdrawals": 0.3, "only": ("digest", "coupon")},
    ),
    "settle_fence": Control(
        "the settlement ignores the fence", "I9", _fence_at_settle,
        {"kills": 0, "nap": ("before_settle", 0.3), "only": ("invoice", "parcel")},
    ),
    "claim_fence": Control("a claim does not raise the fence", "I9", _fence_at_claim),
    "sticky": Control("that a message may have left is forgotten", "I4_queryable", _sticky, {**_CRUEL, "only": ("parcel",)}),
    "rescue": Control(
        "what a dead worker held is simply planned again", "I5_at_most_once", _rescue,
        {"points": ("in_call",), "doom": 1.0, "faults": 0.0, "only": ("coupon",)},
    ),
    "at_most_once": Control(
        "after a death, marketing is sent again", "I5_at_most_once", _at_most_once,
        {"points": ("in_call",), "doom": 1.0, "faults": 0.0, "only": ("coupon",)},
    ),
    "key": Control("each attempt has a key of its own", "I4", _key, {**_CRUEL, "only": ("invoice",)}),
    "receipts": Control("receipts prove nothing", "R", _receipts, {**_CRUEL, "only": ("coupon",)}),
    "one_by_one": Control(
        "at least once is settled in groups", "I5_at_least_once", _one_by_one,
        {"points": ("before_settle",), "doom": 1.0, "faults": 0.0, "only": ("code",)},
    ),
    "group_of_fifty": Control(
        "a group at most once has no limit", "I5_unknown", _group_of_fifty,
        {"points": ("before_settle",), "doom": 1.0, "faults": 0.0, "only": ("coupon",), "turn": 400},
    ),
    "quiet": Control("the night is not kept", "I11", _quiet, {"kills": 0}),
    "release": Control("a refusal keeps its place in the cap", "I10", _release, {"kills": 0, "only": ("invoice",)}),
    "look_up": Control("nobody is asked before a retry", "I4_queryable", _look_up, {**_CRUEL, "only": ("parcel",)}),
    "doubt": Control("a broken answer is read as a yes", "I2", _doubt, {**_CRUEL, "only": ("coupon",)}),
}  # fmt: skip
