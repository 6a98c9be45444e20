"""The machine itself: legal moves, I9 and I13 to I16."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.chaos import truth
from tests.chaos.case import Case, Count
from tests.chaos.truth import Move

FINAL = frozenset(
    {
        "accepted", "unknown", "rejected", "failed", "skipped", "ghost", "expired", "cancelled", "render_failed", "dead",
    }
)  # fmt: skip
# A message's life, written down once more on purpose: a check that asks the engine what is right proves nothing.
MOVES = {
    "planned": {"leased", "cancelled", "expired"},
    "retry_wait": {"leased", "cancelled", "expired", "failed"},
    "leased": {
        "planned", "handing_off", "skipped", "expired", "cancelled", "render_failed", "ghost", "uncertain", "unknown",
        "dead", "accepted",
    },
    "handing_off": {"planned", "accepted", "rejected", "retry_wait", "uncertain", "failed", "unknown"},
    "uncertain": {"leased", "accepted", "unknown"},
    "unknown": {"accepted"},
}  # fmt: skip
DEEPEST = 2000  # doorbells that may wait at the broker, however many messages there are
MOST_CRASHES = 5
PARKED = {("dead", "crashes_workers"), ("unknown", "worker_died")}
_WRONG_PATH = """SELECT count(*) FROM journeys_enrollment e LEFT JOIN (SELECT enrollment_id,
    array_agg(step ORDER BY id) AS steps FROM journeys_steprun GROUP BY 1) s ON s.enrollment_id = e.id
    WHERE e.status = 'completed' AND s.steps IS DISTINCT FROM ARRAY['tell']::varchar[]"""
_WRONG_VERSION = """SELECT count(*) FROM messaging_message m JOIN journeys_enrollment e ON e.id = m.enrollment_id
    JOIN journeys_journeyversion v ON v.id = e.version_id WHERE m.version <> v.number"""


@dataclass
class Audit:
    """What the database's own record of all moves comes to."""

    moves: int = 0
    illegal: int = 0
    fences: int = 0
    gates: list[tuple[int, float]] = field(default_factory=list)  # message, when the gate's transaction began
    _fence_in: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> Audit:
        """One pass over all of it."""
        audit = cls()
        with case.own.transaction():
            for one in truth.moves(case.own):
                audit._read(one)
        for message, txid, fence in case.ask("SELECT message, txid, fence FROM chaos_attempts"):
            audit.fences += audit._fence_in.get((message, txid), fence) != fence
        return audit

    def _read(self, one: Move) -> None:
        self.moves += 1
        self.illegal += one.before != one.after and one.after not in MOVES.get(one.before, ())
        claimed = one.after == "leased" and one.before != "leased"
        self.fences += one.fence_after < one.fence_before + claimed
        if one.before == "handing_off":
            self._fence_in[one.message, one.txid] = one.fence_before
        if one.before == "leased" and one.after == "handing_off":
            self.gates.append((one.message, float(one.began)))


def legal(audit: Audit) -> Count:
    """I1: every move is one of those that there are."""
    return Count(audit.illegal, audit.moves)


def fencing(audit: Audit) -> Count:
    """I9: each claim has a larger fence, and no answer is written under another fence than its own."""
    return Count(audit.fences, audit.moves)


def crashes(case: Case) -> Count:
    """I13: nothing kills worker after worker."""
    counts = [row.crashes for row in case.truth.rows if row.crashes]
    return Count(sum(count > MOST_CRASHES for count in counts), len(counts))


def poison(case: Case) -> Count:
    """P: a message that kills whoever touches it ends as such, after five workers at most; nobody else does."""
    poisoned = case.campaign.poisoned
    spared = sum(row.token in poisoned and (row.state, row.reason) not in PARKED for row in case.truth.rows)
    lost = len(poisoned) - sum(row.token in poisoned for row in case.truth.rows)
    others = sum(row.state == "dead" and row.token not in poisoned for row in case.truth.rows)
    too_many = max(0, case.done.poison_deaths - MOST_CRASHES * len(poisoned))
    return Count(spared + lost + others + too_many, len(poisoned))


def deadlocks(case: Case) -> Count:
    """I14: none reaches a worker or somebody beside them, and no worker ends by an error."""
    diary = case.truth.diary
    asked = len(diary.withdrawn) + len(diary.erased) + len(diary.receipts)
    reached = sum(diary.user_errors.values()) + diary.worker_errors["40P01"]
    return Count(reached + case.done.faults, asked)


def depth(case: Case) -> Count:
    """I15: the broker's queue is bounded; a case is a doorbell of its greatest depth."""
    return Count(max(0, case.done.depth - DEEPEST), case.done.depth)


def paths(case: Case) -> Count:
    """I16: each passage went through its one step once, in the version it began in."""
    return Count(case.number(_WRONG_PATH) + case.number(_WRONG_VERSION), len(case.truth.rows))
