"""Mutation controls: a guard is taken out of the workers of a small campaign, and an invariant must turn red.

Where one stayed green, either the guard would be idle or the checker blind. Guards overlap, so each campaign is made so
that its own guard is the only one: many workers on few people, pauses, faults or naps where they hurt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos import guards


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


_HOT: dict[str, Any] = {"pauses": 0.08, "faults": 0.0, "kills": 0}
_FIRST_COME = _HOT | {"ranked": False, "withdrawals": 0.0, "erasures": 0.0, "cap": 15}
_CRUEL: dict[str, Any] = {"faults": 0.4, "kills": 0}
_MARKETING = ("news", "offer", "nudge")
CONTROLS = {
    "people": Control("the gate locks nobody", "I6", guards.lock_of_people, {**_FIRST_COME, "only": _MARKETING}),
    "addresses": Control("the gate locks no address", "I6", guards.lock_of_addresses, {**_FIRST_COME, "only": ("news",)}),
    "withdrawal": Control(
        "the gate believes the look about consent", "I7", guards.gate_about_withdrawals,
        {**_HOT, "withdrawals": 0.3, "only": ("digest", "coupon")},
    ),
    "erasure": Control(
        "the gate believes the look about the erased", "I8", guards.gate_about_erasures,
        {**_HOT, "erasures": 0.1, "withdrawals": 0.0, "only": ("digest", "coupon")},
    ),
    "stop": Control(
        "the gate believes the look about a stop", "I12", guards.gate_about_stops,
        {**_HOT, "pauses": 0.4, "only": ("flash", "invoice")},
    ),
    "withdrawal_lock": Control(
        "who withdraws does not lock", "I7", guards.lock_of_who_withdraws,
        {**_HOT, "withdrawals": 0.3, "only": ("digest", "coupon")},
    ),
    "settle_fence": Control(
        "the settlement ignores the fence", "I9", guards.fence_at_settlement,
        {"kills": 0, "nap": ("before_settle", 0.3), "only": ("invoice", "parcel")},
    ),
    "claim_fence": Control("a claim does not raise the fence", "I9", guards.fence_at_claim),
    "sticky": Control(
        "that a message may have left is forgotten", "I4_queryable", guards.doubt_that_stays,
        {**_CRUEL, "only": ("parcel",)},
    ),
    "rescue": Control(
        "what a dead worker held is simply planned again", "I5_at_most_once", guards.care_at_rescue,
        {"points": ("in_call",), "doom": 1.0, "faults": 0.0, "only": ("coupon",)},
    ),
    "at_most_once": Control(
        "after a death, marketing is sent again", "I5_at_most_once", guards.at_most_once,
        {"points": ("in_call",), "doom": 1.0, "faults": 0.0, "only": ("coupon",)},
    ),
    "key": Control("each attempt has a key of its own", "I4", guards.one_key, {**_CRUEL, "only": ("invoice",)}),
    "receipts": Control("receipts prove nothing", "R", guards.receipts, {**_CRUEL, "only": ("coupon",)}),
    "one_by_one": Control(
        "at least once is settled in groups", "I5_at_least_once", guards.one_by_one,
        {"points": ("before_settle",), "doom": 1.0, "faults": 0.0, "only": ("code",)},
    ),
    "notes": Control(
        "a part leaves before the one before it is noted", "I5_at_most_once", guards.notes,
        {"points": ("before_settle",), "doom": 0.99, "faults": 0.0, "only": ("coupon",), "turn": 400, "part": 4, "cap": 1000},
    ),
    "group_of_fifty": Control(
        "a part at most once has no limit", "I5_unknown", guards.groups_of_fifty,
        {
            "points": ("before_settle",), "doom": 1.0, "faults": 0.0, "only": ("coupon",), "turn": 400, "receipts": 0.0,
            "withdrawals": 0.0, "cap": 1000, "kills": 4,
        },
    ),
    "quiet": Control("the night is not kept", "I11", guards.night, {"kills": 0}),
    "release": Control("a refusal keeps its place in the cap", "I10", guards.release, {"kills": 0, "only": ("invoice",)}),
    "look_up": Control("nobody is asked before a retry", "I4_queryable", guards.look_up, {**_CRUEL, "only": ("parcel",)}),
    "doubt": Control("a broken answer is read as a yes", "I2", guards.doubt, {**_CRUEL, "only": ("coupon",)}),
}  # fmt: skip
