"""What happened to each message: I1 to I5, and receipts. The carriers' log is held against the table of messages."""

from __future__ import annotations

from collections import Counter

from tests.chaos.case import Case, Count
from tests.chaos.truth import Row

LEFT = frozenset({"accepted", "unknown"})
# How a message may end without having left, each with the reasons that explain it.
EXPLAINED = {
    "skipped": {"capped", "suppressed", "address_invalid", "consent_withdrawn", "no_address"},
    "cancelled": {"consent_withdrawn", "customer_erased", "erased", "journey_stopped", "version_stopped"},
    "rejected": {"invalid_address"},
    "failed": {"attempts_spent"},
}
GROUP = 50  # at most so many are left unknown by one blow
_STILL_WALKING = "SELECT count(*) FROM journeys_enrollment WHERE status = 'active'"
_NEVER_PLANNED = """SELECT count(*) FROM journeys_enrollment e WHERE e.status = 'completed' AND NOT EXISTS
    (SELECT 1 FROM messaging_message m WHERE m.enrollment_id = e.id)"""


def one_end(case: Case) -> Count:
    """I1: whoever was let in has one message, which has ended, in a way that something explains."""
    rows = [row for row in case.truth.rows if row.token not in case.campaign.poisoned]
    wrong = case.number(_STILL_WALKING) + case.number(_NEVER_PLANNED) + sum(map(_lost, rows))
    return Count(wrong, case.number("SELECT count(*) FROM journeys_enrollment"))


def _lost(row: Row) -> bool:
    return row.state not in LEFT and row.reason not in EXPLAINED.get(row.state, ())


def accepted_left(case: Case) -> Count:
    """I2: what we call accepted is in a carrier's log."""
    left = {one.key for one in case.truth.taken}
    accepted = [row for row in case.truth.rows if row.state == "accepted"]
    return Count(sum(row.key not in left for row in accepted), len(accepted))


def owned_up_to(case: Case) -> Count:
    """I3: what is in a carrier's log is accepted or unknown with us."""
    left = {one.key for one in case.truth.taken}
    owned = {row.key for row in case.truth.rows if row.state in LEFT}
    return Count(len(left - owned), len(left))


def more_than_once(case: Case, carrier: str, purpose: str = "") -> dict[str, int]:
    """Token -> how often more than once it was taken. A token is one message's, whatever key it came with."""
    times = Counter(one.token for one in case.by(carrier, purpose))
    return {token: count - 1 for token, count in times.items() if count > 1}


def _twice(case: Case, carrier: str, purpose: str = "") -> Count:
    cases = len({one.token for one in case.by(carrier, purpose)})
    return Count(sum(more_than_once(case, carrier, purpose).values()), cases)


def idempotent(case: Case) -> Count:
    """I4: of a carrier that drops keys it knows, nothing is taken twice."""
    return _twice(case, "email")


def queryable(case: Case) -> Count:
    """I4: nor of one that can be asked; but a worker stopped between the check and the first byte may send a group."""
    twice = _twice(case, "push")
    return Count(max(0, twice.violations - case.sleeps * GROUP), twice.cases)


def at_least_once(case: Case) -> Count:
    """I5: each time more than once follows an answer that left doubt, or a blow; one for each blow at most."""
    by_token = {one.token: case.row(one) for one in case.by("sms", "transactional")}
    by_blow = 0
    for token, more in more_than_once(case, "sms", "transactional").items():
        row = by_token[token]
        by_blow += max(0, more - (case.truth.doubted[row.id] if row else 0))
    return Count(max(0, by_blow - case.blows), len(by_token))


def at_most_once(case: Case) -> Count:
    """I5: marketing, never twice."""
    return _twice(case, "sms", "marketing")


def unknown_by_blow(case: Case) -> list[Row]:
    """Messages nobody knows about because a worker died; not those about which a carrier's answer left doubt."""
    return [row for row in case.truth.rows if row.state == "unknown" and not case.truth.doubted[row.id]]


def unknown(case: Case) -> Count:
    """I5: a blow leaves at most a group, and so does each claim, since its worker has one group in hand at a time."""
    rows = unknown_by_blow(case)
    by_claim = Counter(row.claim for row in rows).values()
    over = sum(max(0, size - GROUP) for size in by_claim)
    return Count(max(over, len(rows) - GROUP * case.blows, 0), case.blows)


def receipts(case: Case) -> Count:
    """R: what a receipt vouches for is accepted."""
    told = [case.truth.row_of[key] for key in case.truth.diary.receipts if key in case.truth.row_of]
    return Count(sum(row.state != "accepted" for row in told), len(told))
