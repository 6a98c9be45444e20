"""Who falls into which arm, and who is held out: a stable hash, never a die.

Shares are in basis points (1 % = 100, all = 10,000). An assignment is stored at first exposure; these
functions only say what it is (SEMANTICS §6).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from orchestrator.domain.shown import shown

ALL = 10_000
_PERCENT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?\s*%", re.ASCII)


def bucket(salt: str, experiment: str, customer: str) -> int:
    """Answer 0..9999 for a customer in an experiment: SHA-256(salt:experiment:customer) mod 10,000."""
    spelled = f"{salt}:{experiment}:{customer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(spelled).digest()) % ALL


def choose_arm(shares: Mapping[str, int], bucket: int) -> str:
    """Answer the arm of a bucket; `shares` are basis points that add up to 10,000, else ValueError.

    Arms are laid out by name, so the order in which they are written or stored changes nobody's arm.
    """
    if any(share < 0 for share in shares.values()) or sum(shares.values()) != ALL:
        raise ValueError(f"the shares must add up to 100%, these give {percentage(sum(shares.values()))}")
    if not 0 <= bucket < ALL:
        raise ValueError(f"a bucket is a number from 0 to 9999, got {bucket}")
    end = 0
    for arm in sorted(shares):
        end += shares[arm]
        if bucket < end:
            return arm
    raise AssertionError("unreachable: the shares cover every bucket")


def held_out(salt: str, customer: str, basis_points: int) -> bool:
    """Whether a customer is in the holdout of this salt; who is held out at 5 % is held out at 10 % too."""
    return basis_points > 0 and bucket(salt, "holdout", customer) < basis_points


def parse_percentage(value: object, at_least: int = 0, at_most: int = ALL) -> int:
    """Read `10%` or `0.5%` as basis points; ValueError in words, also outside `at_least`..`at_most`."""
    written = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        raise ValueError(
            f"{shown(value)} is not a percentage; write a number with a percent sign,"
            " two decimals at most, such as `10%` or `0.5%`"
        )
    points = int(written[1]) * 100 + int((written[2] or "").ljust(2, "0"))
    if not at_least <= points <= at_most:
        bounds = f"{percentage(at_least)} to {percentage(at_most)}"
        raise ValueError(f"{shown(value)} is out of range; write a percentage from {bounds}")
    return points


def percentage(basis_points: int) -> str:
    """Spell basis points as people write them: 50 is `0.5%`, 1000 is `10%`."""
    sign, points = ("-" if basis_points < 0 else ""), abs(basis_points)
    decimals = f"{points % 100:02d}".rstrip("0")
    return f"{sign}{points // 100}" + (f".{decimals}" if decimals else "") + "%"
