"""What may be sent at all: I6 to I8 and I10 to I12. Caps, withdrawals, erasures, nights, a journey that is stopped."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from tests.chaos.case import Case, Count
from tests.chaos.letters import LEFT
from tests.chaos.machine import FINAL, Audit
from tests.chaos.town import canary
from tests.chaos.truth import Row

FRESH = 2.0  # seconds between the gate and the first byte
SLACK = 1.0  # for a carrier that reads later than it was written to
_CANARIES = re.compile(r"canary\d{7}x")
_WITHDRAWN = """SELECT customer_id, channel, min(number) FROM consents_consentrecord WHERE state = 'withdrawn'
    GROUP BY 1, 2"""
_ERASED = "SELECT id, erased_number FROM customers_customer WHERE erased_at IS NOT NULL"


def caps(case: Case) -> Count:
    """I6: by customer and by address, distinct messages that left, against the cap; all of it is within its window."""
    theirs: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for one in case.truth.taken:
        row = case.row(one)
        if one.purpose == "marketing" and row is not None:
            theirs[row.customer,].add(one.token)
            theirs[one.carrier, one.address].add(one.token)
    sizes = [len(tokens) for tokens in theirs.values()]
    cap = case.campaign.cap
    return Count(sum(max(0, size - cap) for size in sizes), sum(size >= cap for size in sizes))


def after_withdrawal(case: Case) -> Count:
    """I7: by the numbers that both took under the same lock, and by the carriers' own clock."""
    withdrawn = {(customer, channel): number for customer, channel, number in case.ask(_WITHDRAWN)}
    marketing = [row for row in case.truth.rows if row.purpose == "marketing" and row.number]
    late = sum(
        (row.number or 0) > withdrawn.get((row.customer, row.channel), row.number or 0) for row in marketing
    )
    said = case.truth.diary.withdrawn
    by_clock = _after(
        case, lambda row: said.get((row.customer, row.channel)) if row.purpose == "marketing" else None
    )
    return Count(late + by_clock, len(withdrawn))


def after_erasure(case: Case) -> Count:
    """I8: the same, of erasures; and no trace of the erased in any column, nor of anybody at the broker."""
    erased: dict[int, int] = dict(case.ask(_ERASED))  # type: ignore[arg-type]
    late = sum((row.number or 0) > erased.get(row.customer, row.number or 0) for row in case.truth.rows)
    by_clock = _after(case, lambda row: case.truth.diary.erased.get(row.customer))
    return Count(late + by_clock + _traces(case, erased) + case.done.traces, len(erased))


def _after(case: Case, said: Callable[[Row], float | None]) -> int:
    """What a carrier took when its gate's word was no longer fresh; a worker that was stopped may have slept over."""
    slept = case.campaign.lease_lasts * 1.3 if case.sleeps else 0.0
    late = 0
    for one in case.truth.taken:
        row = case.row(one)
        at = said(row) if row is not None else None
        late += at is not None and one.at > at + FRESH + slept + SLACK
    return late


def _traces(case: Case, erased: Iterable[int]) -> int:
    """Customers were made in order, from the first id on, so that an id says which canary was theirs."""
    first = case.number("SELECT min(id) FROM customers_customer")
    gone = {canary(id_ - first) for id_ in erased}
    found = 0
    for (table,) in case.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        texts = case.ask(f"SELECT t::text FROM \"{table}\" t WHERE t::text LIKE '%canary%'")
        found += sum(bool(gone & set(_CANARIES.findall(text))) for (text,) in texts)
    return found


def reserved(case: Case) -> Count:
    """I10: what counts against the caps in the end is what left or may have left."""
    ended = [row for row in case.truth.rows if row.state in FINAL]
    return Count(sum(row.counted != (row.state in LEFT) for row in ended), len(ended))


def quiet(case: Case) -> Count:
    """I11: no marketing at night, by the customer's own clock."""
    marketing = [row for row in case.truth.rows if row.purpose == "marketing" and row.zone]
    moments = [
        row.handed_off_at.astimezone(ZoneInfo(row.zone)) for row in marketing if row.handed_off_at is not None
    ]
    return Count(sum(at.hour >= 21 or at.hour < 8 for at in moments), len(moments))


def stopped(case: Case, audit: Audit) -> Count:
    """I12: no gate that began after the stop was done lets anything of the journey out."""
    ids = {row.id for row in case.truth.rows if row.journey in case.truth.diary.stopped}
    at = min(case.truth.diary.stopped.values(), default=0.0)
    gates = [began for message, began in audit.gates if message in ids]
    return Count(sum(began > at for began in gates), len(gates))
