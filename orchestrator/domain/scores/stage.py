"""STAGE: where somebody stands with the shop, by one question after the other; the first that is true decides."""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("abandoned", "dormant", "vip", "new", "returning", "active")
CART_FOR = 14  # days in which a cart that was left still is one
DORMANT_AFTER = 180  # days without an order; of who never ordered, since they are known
NEW_FOR = 30  # days since the first order, while it is the only one
PAUSE = 90  # days between two orders, after which the later one is a return


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stage goes by, in whole days before the look; None for what never was.

    `pause`: days between the last two purchases. `frequency`, `monetary`: fifths of the base, 0 before there are any.
    """

    known: int
    cart: int | None = None
    purchases: int = 0
    first: int | None = None
    last: int | None = None
    pause: int | None = None
    frequency: int = 0
    monetary: int = 0


def stage(seen: Seen) -> str:
    """One of STAGES."""
    if seen.cart is not None and seen.cart <= CART_FOR and (seen.last is None or seen.cart < seen.last):
        return "abandoned"
    if (seen.known if seen.last is None else seen.last) > DORMANT_AFTER:
        return "dormant"
    if seen.monetary == 5 and seen.frequency >= 4:
        return "vip"
    if seen.last is None or (seen.purchases == 1 and seen.first is not None and seen.first <= NEW_FOR):
        return "new"
    if seen.pause is not None and seen.pause > PAUSE and seen.last <= PAUSE:
        return "returning"
    return "active"
