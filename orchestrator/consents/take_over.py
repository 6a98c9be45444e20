"""TAKE OVER: statements that a file brings. A file is no consent: it never undoes what people said.

A statement with a time is held against what they said since, as ever. A grant without one counts only for people who
never said anything; a withdrawal always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.consents.models import Consent, ConsentRecord, ConsentState
from orchestrator.consents.record import Statement, default_brand_id, record


@dataclass(frozen=True, slots=True)
class Taken:
    """How many statements were new, and how many grants changed nothing since the person had withdrawn."""

    recorded: int
    kept: int


def take_over(statements: Sequence[Statement], now: datetime) -> Taken:
    """Record what is new of these, of marketing and the default brand; `recorded_at` None: the file does not say when.

    The same statement is recorded once, however often its file is read. The customers are locked by the caller.
    """
    standing = _load_standing(statements)
    dated = [replace(s, recorded_at=min(s.recorded_at, now)) for s in statements if s.recorded_at]
    undated = [s for s in statements if s.recorded_at is None and _counts(s, standing.get(_of(s), ""))]
    fresh = unknown(dated) + list({(_of(s), s.state): s for s in undated}.values())
    record(fresh, now)
    after = _load_standing(statements)
    withdrawn = {place for place, state in after.items() if state == ConsentState.WITHDRAWN}
    granted = {_of(s) for s in statements if s.state == ConsentState.GRANTED}
    return Taken(len(fresh), len(granted & withdrawn))


_Whose = tuple[int, str, str]  # customer, channel, topic


def _of(statement: Statement) -> _Whose:
    return statement.customer_id, statement.channel, statement.topic


def _load_standing(statements: Sequence[Statement]) -> dict[_Whose, str]:
    rows = Consent.objects.filter(
        customer__in={statement.customer_id for statement in statements},
        brand=default_brand_id(), purpose="marketing",
    ).values_list("customer", "channel", "topic", "state")  # fmt: skip
    return {row[:3]: row[3] for row in rows}


def _counts(statement: Statement, standing: str) -> bool:
    """Whether a statement without a time says anything new: a no always, a yes only where nothing was ever said."""
    if statement.state == ConsentState.WITHDRAWN:
        return standing != ConsentState.WITHDRAWN
    return standing == ""


def unknown(dated: Sequence[Statement]) -> list[Statement]:
    """These, each with its moment, without those that stand in the ledger already, and each once."""
    rows = ConsentRecord.objects.filter(
        customer__in={statement.customer_id for statement in dated},
        brand=default_brand_id(), purpose="marketing",
    ).values_list("customer", "channel", "topic", "state", "recorded_at", "source")  # fmt: skip
    known = set(rows)
    fresh = {(*_of(s), str(s.state), s.recorded_at, s.source): s for s in dated}
    return [statement for place, statement in fresh.items() if place not in known]
