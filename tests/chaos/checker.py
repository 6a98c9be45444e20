"""The independent checker: every invariant with its violations, and on how many cases it was tried.

It reads the carriers' log, the diary, and the tables by SQL of its own; what it knows of a message's life (`MOVES`) is
written here once more, on purpose: a check that asks the engine what is right proves nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import psycopg

from tests.chaos import truth
from tests.chaos.campaign import Campaign
from tests.chaos.crew import Done
from tests.chaos.town import canary
from tests.chaos.truth import Row, Taken, Truth

FINAL = frozenset(
    [
        "accepted",
        "unknown",
        "rejected",
        "failed",
        "skipped",
        "ghost",
        "expired",
        "cancelled",
        "render_failed",
        "dead",
    ]
)
# How a message may end without having left, each with the reasons that explain it.
EXPLAINED = {
    "skipped": {"capped", "suppressed", "address_invalid", "consent_withdrawn", "no_address"},
    "cancelled": {"consent_withdrawn", "customer_erased", "erased", "journey_stopped", "version_stopped"},
    "rejected": {"invalid_address"},
    "failed": {"attempts_spent"},
}
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
GROUP = 50  # at most so many are left unknown by one death
DEEPEST = 2000  # doorbells that may wait at the broker, however many messages there are
FRESH = 2.0  # seconds between the gate and the first byte
_CANARIES = re.compile(r"canary\d{7}x")


@dataclass(frozen=True)
class Count:
    """Violations, of so many cases."""

    violations: int
    cases: int


class Checker:
    """One campaign, judged."""

    def __init__(self, campaign: Campaign, done: Done, own: psycopg.Connection) -> None:
        self._campaign, self._done, self._own = campaign, done, own
        self._truth: Truth = truth.read(campaign, own)
        self._row_of = self._truth.row_of
        # Whatever makes a worker forget what it did: deaths, leases slept over, connections cut in a commit.
        self._blows = sum(done.kills.values()) + done.stops + done.terminations
        self._audit()

    def _audit(self) -> None:
        """One pass over all moves."""
        self._illegal = self._fences = self._old_fences = self._moves = self._late = 0
        fence_in: dict[tuple[int, int], int] = {}
        stopped = {row.id for row in self._truth.rows if row.journey in self._truth.diary.stopped}
        stopped_at = min(self._truth.diary.stopped.values(), default=0.0)
        self._out_of_stopped = 0
        with self._own.transaction():
            for one in truth.moves(self._own):
                self._moves += 1
                if one.before != one.after and one.after not in MOVES.get(one.before, ()):
                    self._illegal += 1
                claimed = one.after == "leased" and one.before != "leased"
                if one.fence_after < one.fence_before or (claimed and one.fence_after <= one.fence_before):
                    self._fences += 1
                if one.before == "handing_off":
                    fence_in[one.message, one.txid] = one.fence_before
                if one.after == "handing_off" and one.before == "leased" and one.message in stopped:
                    self._out_of_stopped += 1
                    self._late += float(one.began) > stopped_at
        settled = self._own.execute("SELECT message, txid, fence FROM chaos_attempts")
        for message, txid, fence in settled:
            self._old_fences += fence_in.get((message, txid), fence) != fence

    def result(self) -> dict[str, Count]:
        """By the names of RELIABILITY's list; R is about receipts."""
        checks: dict[str, Callable[[], Count]] = {
            "I1": self._one_end,
            "I2": self._accepted_left,
            "I3": self._owned,
            "I4": lambda: self._twice("email"),
            "I4_queryable": self._twice_queryable,
            "I5_at_least_once": self._at_least_once,
            "I5_at_most_once": self._at_most_once,
            "I5_unknown": self._unknown,
            "I6": self._caps,
            "I7": self._after_withdrawal,
            "I8": self._after_erasure,
            "I9": self._fencing,
            "I10": self._reserved,
            "I11": self._quiet,
            "I12": lambda: Count(self._late, self._out_of_stopped),
            "I13": self._crashes,
            "I14": self._deadlocks,
            "I15": self._depth,
            "I16": self._paths,
            "R": self._receipts,
        }
        return {name: check() for name, check in checks.items()}

    # What happened to each message, once

    def _one_end(self) -> Count:
        """Whoever was let in has one message, which has ended, in a way that something explains."""
        (let_in,) = self._own.execute("SELECT count(*) FROM journeys_enrollment").fetchone() or (0,)
        (still,) = self._own.execute(
            "SELECT count(*) FROM journeys_enrollment WHERE status = 'active'"
        ).fetchone() or (0,)
        rows = self._truth.rows
        never = self._own.execute(
            "SELECT count(*) FROM journeys_enrollment e WHERE e.status = 'completed' AND NOT EXISTS"
            " (SELECT 1 FROM messaging_message m WHERE m.enrollment_id = e.id)"
        ).fetchone() or (0,)
        open_ = sum(row.state not in FINAL for row in rows)
        lost = sum(self._lost(row) for row in rows)
        return Count(still + int(never[0]) + open_ + lost + self._illegal, let_in)

    def _lost(self, row: Row) -> bool:
        if row.state in ("accepted", "unknown"):
            return False
        return row.reason not in EXPLAINED.get(row.state, ())

    def _accepted_left(self) -> Count:
        left = {one.key for one in self._truth.taken}
        accepted = [row for row in self._truth.rows if row.state == "accepted"]
        return Count(sum(row.key not in left for row in accepted), len(accepted))

    def _owned(self) -> Count:
        left = {one.key for one in self._truth.taken}
        owned = {row.key for row in self._truth.rows if row.state in ("accepted", "unknown")}
        return Count(len(left - owned), len(left))

    # By class of carrier

    def _more_than_once(self, carrier: str, purpose: str = "") -> dict[str, int]:
        """Token -> how often more than once it was taken."""
        times = Counter(one.token for one in self._of(carrier) if not purpose or one.purpose == purpose)
        return {token: count - 1 for token, count in times.items() if count > 1}

    def _of(self, carrier: str) -> Iterable[Taken]:
        return (one for one in self._truth.taken if one.carrier == carrier)

    def _twice(self, carrier: str) -> Count:
        return Count(
            sum(self._more_than_once(carrier).values()), len({one.token for one in self._of(carrier)})
        )

    def _twice_queryable(self) -> Count:
        """A worker that slept longer than its lease between the look and the first byte may have sent once more."""
        twice = self._twice("push")
        return Count(max(0, twice.violations - self._done.stops * GROUP), twice.cases)

    def _at_least_once(self) -> Count:
        """Each time more than once follows an answer that left doubt, or a blow; one for each blow at most."""
        by_blow = 0
        for token, more in self._more_than_once("sms", "transactional").items():
            by_blow += max(0, more - self._truth.doubted[self._row_of[token].id])
        cases = {one.token for one in self._of("sms") if one.purpose == "transactional"}
        return Count(max(0, by_blow - self._blows), len(cases))

    def _at_most_once(self) -> Count:
        cases = {one.token for one in self._of("sms") if one.purpose == "marketing"}
        return Count(sum(self._more_than_once("sms", "marketing").values()), len(cases))

    def unknown_by_blow(self) -> int:
        """Messages nobody knows about because a worker died; not those about which a carrier's answer left doubt."""
        return sum(row.state == "unknown" and not self._truth.doubted[row.id] for row in self._truth.rows)

    def _unknown(self) -> Count:
        return Count(max(0, self.unknown_by_blow() - GROUP * self._blows), self._blows)

    # The rules

    def _caps(self) -> Count:
        """By customer and by address, distinct messages that left, against the cap; all of it is within its window."""
        by_customer: dict[int, set[str]] = defaultdict(set)
        by_address: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self._truth.taken:
            row = self._row_of.get(one.token)
            if one.purpose == "marketing" and row is not None:
                by_customer[row.customer].add(one.token)
                by_address[one.carrier, one.address].add(one.token)
        sizes = [len(tokens) for tokens in (*by_customer.values(), *by_address.values())]
        over = sum(max(0, size - self._campaign.cap) for size in sizes)
        return Count(over, sum(size >= self._campaign.cap for size in sizes))

    def _after_withdrawal(self) -> Count:
        """By the numbers that both took under the same lock; and by the carriers' own clock."""
        withdrawn = {
            (customer, channel): number
            for customer, channel, number in self._own.execute(
                "SELECT customer_id, channel, min(number) FROM consents_consentrecord WHERE state = 'withdrawn'"
                " GROUP BY 1, 2"
            )
        }
        handed = [
            row
            for row in self._truth.rows
            if row.purpose == "marketing" and row.number and (row.customer, row.channel) in withdrawn
        ]
        late = sum((row.number or 0) > withdrawn[row.customer, row.channel] for row in handed)
        said = self._truth.diary.withdrawn
        by_clock = self._after(
            lambda row: said.get((row.customer, row.channel)) if row.purpose == "marketing" else None
        )
        return Count(late + by_clock, len(withdrawn))

    def _after(self, said: Callable[[Row], float | None]) -> int:
        """What a carrier took when its gate's word was no longer fresh; a worker that was stopped may have slept over."""
        slept = self._campaign.lease_lasts * 1.3 if self._done.stops else 0.0
        late = 0
        for one in self._truth.taken:
            row = self._row_of.get(one.token)
            at = said(row) if row is not None else None
            late += at is not None and one.at > at + FRESH + slept + 1.0
        return late

    def _after_erasure(self) -> Count:
        erased = dict(
            self._own.execute(
                "SELECT id, erased_number FROM customers_customer WHERE erased_at IS NOT NULL"
            ).fetchall()
        )
        late = sum(
            (row.number or 0) > erased[row.customer] for row in self._truth.rows if row.customer in erased
        )
        by_clock = self._after(lambda row: self._truth.diary.erased.get(row.customer))
        return Count(late + by_clock + self._traces(erased) + self._done.traces, len(erased))

    def _traces(self, erased: Iterable[int]) -> int:
        """Canaries of the erased in any column of any table. Customers were made in order, from the first id on."""
        (first,) = self._own.execute("SELECT min(id) FROM customers_customer").fetchone() or (1,)
        gone = {canary(id_ - first) for id_ in erased}
        tables = self._own.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = 0
        for (table,) in tables:
            texts = self._own.execute(f"SELECT t::text FROM \"{table}\" t WHERE t::text LIKE '%canary%'")
            found += sum(bool(gone & set(_CANARIES.findall(text))) for (text,) in texts)
        return found

    def _fencing(self) -> Count:
        return Count(self._fences + self._old_fences, self._moves)

    def _reserved(self) -> Count:
        ended = [row for row in self._truth.rows if row.state in FINAL]
        wrong = sum(row.counted != (row.state in ("accepted", "unknown")) for row in ended)
        return Count(wrong, len(ended))

    def _quiet(self) -> Count:
        """Marketing by the customer's own clock, as the gate's moment and as the carrier's."""
        wrong, cases = 0, 0
        for row in self._truth.rows:
            if row.purpose == "marketing" and row.handed_off_at and row.zone:
                cases += 1
                hour = row.handed_off_at.astimezone(ZoneInfo(row.zone)).hour
                wrong += hour >= 21 or hour < 8
        return Count(wrong, cases)

    # The machine

    def _crashes(self) -> Count:
        return Count(
            sum(row.crashes > 5 for row in self._truth.rows), sum(row.crashes > 0 for row in self._truth.rows)
        )

    def _deadlocks(self) -> Count:
        diary = self._truth.diary
        asked = len(diary.withdrawn) + len(diary.erased) + len(diary.receipts)
        reached = sum(diary.user_errors.values()) + diary.worker_errors["40P01"]
        return Count(reached + self._done.faults, asked)

    def _depth(self) -> Count:
        return Count(max(0, self._done.depth - DEEPEST), self._done.depth)

    def _paths(self) -> Count:
        """Each passage went through its one step once, in the version it began in."""
        wrong = self._own.execute(
            "SELECT count(*) FROM journeys_enrollment e LEFT JOIN (SELECT enrollment_id, array_agg(step ORDER BY id)"
            " AS steps FROM journeys_steprun GROUP BY 1) s ON s.enrollment_id = e.id"
            " WHERE e.status = 'completed' AND s.steps IS DISTINCT FROM ARRAY['tell']::varchar[]"
        ).fetchone() or (0,)
        pinned = self._own.execute(
            "SELECT count(*) FROM messaging_message m JOIN journeys_enrollment e ON e.id = m.enrollment_id"
            " JOIN journeys_journeyversion v ON v.id = e.version_id WHERE m.version <> v.number"
        ).fetchone() or (0,)
        return Count(int(wrong[0]) + int(pinned[0]), len(self._truth.rows))

    def _receipts(self) -> Count:
        told = [self._row_of[key] for key in self._truth.diary.receipts if key in self._row_of]
        return Count(sum(row.state != "accepted" for row in told), len(told))

    def exercised(self) -> Mapping[str, object]:
        """What there was, so that a zero means something."""
        rows, done = self._truth.rows, self._done
        kills = sum(done.kills.values())
        return {
            "messages": len(rows),
            "taken_by_carriers": len(self._truth.taken),
            "faulty_answers": Counter(
                one.how for one in self._truth.taken if one.how not in ("well", "slow")
            ),
            "states": Counter(row.state for row in rows),
            "reasons": Counter(f"{row.state}:{row.reason}" for row in rows if row.state != "accepted"),
            "kills": kills,
            "kills_by_point": done.kills,
            "stops": done.stops,
            "backends_terminated": done.terminations,
            "redis": {"flushes": done.flushes, "stopped_for_good": done.redis_stopped, "deepest": done.depth},
            "crashed_rows": sum(row.crashes > 0 for row in rows),
            "duplicates": {
                "I": sum(self._more_than_once("email").values()),
                "Q": sum(self._more_than_once("push").values()),
                "N_at_least_once": sum(self._more_than_once("sms", "transactional").values()),
                "N_at_most_once": sum(self._more_than_once("sms", "marketing").values()),
            },
            "unknown_by_crash": self.unknown_by_blow(),
            "unknown_per_kill": round(self.unknown_by_blow() / kills, 2) if kills else 0,
            "withdrawn": len(self._truth.diary.withdrawn),
            "erased": len(self._truth.diary.erased),
            "receipts": len(self._truth.diary.receipts),
            "worker_errors": self._truth.diary.worker_errors,
            "finished": done.finished,
        }
