"""The independent checker: every invariant with its violations, and on how many cases it was tried.

It reads the carriers' log, the diary, and the tables by SQL of its own; of the engine nothing is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tests.chaos import letters, machine, rules
from tests.chaos.case import Case, Count


def judge(case: Case) -> dict[str, Count]:
    """By the names of docs/reliability.md."""
    audit = machine.Audit.of(case)
    return {
        "I1": letters.one_end(case),
        "I1_moves": machine.legal(audit),
        "I2": letters.accepted_left(case),
        "I3": letters.owned_up_to(case),
        "I4": letters.idempotent(case),
        "I4_queryable": letters.queryable(case),
        "I5_at_least_once": letters.at_least_once(case),
        "I5_at_most_once": letters.at_most_once(case),
        "I5_unknown": letters.unknown(case),
        "I6": rules.caps(case),
        "I7": rules.after_withdrawal(case),
        "I8": rules.after_erasure(case),
        "I9": machine.fencing(audit),
        "I10": rules.reserved(case),
        "I11": rules.quiet(case),
        "I12": rules.stopped(case, audit),
        "I13": machine.crashes(case),
        "I14": machine.deadlocks(case),
        "I15": machine.depth(case),
        "I16": machine.paths(case),
        "P": machine.poison(case),
        "R": letters.receipts(case),
    }


def exercised(case: Case) -> Mapping[str, object]:
    """What there was, so that a zero means something."""
    rows, done, diary = case.truth.rows, case.done, case.truth.diary
    unknown = len(letters.unknown_by_blow(case))
    return {
        "messages": len(rows),
        "taken_by_carriers": len(case.truth.taken),
        "broken_answers": Counter(one.how for one in case.truth.taken if one.how not in ("well", "slow")),
        "states": Counter(row.state for row in rows),
        "reasons": Counter(f"{row.state}:{row.reason}" for row in rows if row.state != "accepted"),
        "kills": case.kills,
        "kills_by_point": done.kills,
        "stops": done.stops,
        "turns_that_outlived_their_lease": diary.overslept,
        "backends_terminated": done.terminations,
        "postgresql_restarts": done.restarts,
        "poison": {"messages": case.campaign.poison, "workers_killed": done.poison_deaths},
        "beats": {f"beat {number}": rung for number, rung in sorted(diary.beats.items())},
        "redis": {"flushes": done.flushes, "stopped_for_good": done.redis_stopped, "deepest": done.depth},
        "crashed_rows": sum(row.crashes > 0 for row in rows),
        "duplicates": {
            "I": sum(letters.more_than_once(case, "email").values()),
            "Q": sum(letters.more_than_once(case, "push").values()),
            "N_at_least_once": sum(letters.more_than_once(case, "sms", "transactional").values()),
            "N_at_most_once": sum(letters.more_than_once(case, "sms", "marketing").values()),
        },
        "unknown_by_blow": unknown,
        "unknown_per_kill": round(unknown / case.kills, 2) if case.kills else 0,
        "withdrawn": len(diary.withdrawn),
        "withdrawn_by": dict(sorted(diary.ways.items())),
        "withdrawal_came_first": sum(row.reason == "consent_withdrawn" for row in rows),
        "hand_off_came_first": sum(
            bool(row.number) and row.purpose == "marketing" and (row.customer, row.channel) in diary.withdrawn
            for row in rows
        ),
        "erased": len(diary.erased),
        "receipts": len(diary.receipts),
        "worker_errors": diary.worker_errors,
        "finished": done.finished,
    }
