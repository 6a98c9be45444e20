"""The send gate: sixteen checks in one order, each a small pure function from facts to a verdict.

`decide` runs at hand-off, and again after every hold and every retry. `decide_all` runs it for a batch, best-ranked
first, so that messages of one batch count against each other exactly as if they had come one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from orchestrator.domain.catch_up import is_stale
from orchestrator.domain.consenting import about_consent
from orchestrator.domain.frequency import Candidate as CapCandidate
from orchestrator.domain.frequency import Counted, check_caps, check_gap, inside, window_name
from orchestrator.domain.gate_facts import Candidate, Evidence, Facts, Outcome, Verdict
from orchestrator.domain.money import tightest
from orchestrator.domain.on_cap import SKIPPING
from orchestrator.domain.quiet import next_allowed, quiet_stretches, release_at

LOOK_AGAIN = timedelta(minutes=15)  # for holds that end when somebody acts, not at a known time
RELEASE_SPREAD = timedelta(minutes=10)
HELD_AT_MOST = timedelta(days=7)  # by quiet hours; what would have to wait for longer expires at once
MARKETING = "marketing"
# A message to a system of the company's own, not to a person. The purpose alone sets it apart: it brings its own
# address, nobody's consent is asked, no quiet hours are kept for it, and it neither obeys caps nor counts toward them.
SYSTEM = "system"


Check = Callable[[Candidate, Facts, datetime], Verdict | None]


def decide(message: Candidate, facts: Facts, now: datetime) -> Verdict:
    """The verdict of the first check that has one; `allow`, or `ghost` for a held-out person, if none has."""
    for number, (_, check) in enumerate(CHECKS, start=1):
        verdict = check(message, facts, now)
        if verdict is not None:
            return Verdict(verdict.outcome, verdict.reason, verdict.until, verdict.evidence, number)
    if held_out(message, facts):
        return Verdict(
            Outcome.GHOST, "holdout", evidence={"of": "journey" if message.held_out else "workspace"}
        )
    return Verdict(Outcome.ALLOW, "allowed")


def decide_all(asked: Iterable[tuple[Candidate, Facts]], now: datetime) -> dict[int, Verdict]:
    """Decide a batch, best-ranked first; each one allowed is counted for the customer's and the address's next.

    What it costs is counted for all that are paid from the same budgets.
    """
    taken: dict[str, dict[int, Counted]] = defaultdict(dict)
    paid: dict[int, Decimal] = defaultdict(Decimal)
    verdicts: dict[int, Verdict] = {}
    for message, facts in sorted(asked, key=lambda pair: pair[0].rank):
        subjects = _subjects(message, facts)
        fresh = tuple({id_: one for subject in subjects for id_, one in taken[subject].items()}.values())
        rivals = tuple(rival for rival in facts.rivals if rival.id not in verdicts)
        purses = tuple(purse.with_more(paid[purse.budget.id]) for purse in facts.purses)
        if fresh or purses or len(rivals) < len(facts.rivals):  # of most, nothing has been decided yet
            facts = replace(facts, counted=facts.counted + fresh, rivals=rivals, purses=purses)
        verdict = decide(message, facts, now)
        verdicts[message.id] = verdict
        if verdict.outcome is Outcome.ALLOW and message.counts_toward_caps:
            for subject in subjects:
                taken[subject][message.id] = Counted(
                    now, message.channel, message.topic, str(message.brand_id)
                )
            for purse in purses:
                paid[purse.budget.id] += (facts.cost or Decimal(0)) - purse.own
    return verdicts


def held_out(message: Candidate, facts: Facts) -> bool:
    """Whether the person gets nothing from this journey, or no marketing at all, so that its worth can be measured."""
    return message.held_out or (facts.workspace_held_out and message.purpose == MARKETING)


def _subjects(message: Candidate, facts: Facts) -> list[str]:
    subjects = [f"customer:{message.customer_id}"]
    return [*subjects, f"address:{facts.address.digest}"] if facts.address else subjects


def _paused(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    paused = facts.paused or ("journey" if facts.passage.paused else "")
    if not paused:
        return None
    return Verdict(Outcome.HOLD, "paused", now + LOOK_AGAIN, {"what": paused})


def _person(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """Of somebody whose data may only be kept nothing is used, so nothing is sent, whatever its purpose.

    It is skipped and not held: what it was about is over when a restriction is lifted, and the next step decides anew.
    """
    if facts.person.gone:
        return Verdict(Outcome.CANCEL, f"customer_{facts.person.gone}")
    if facts.person.restricted and message.purpose != SYSTEM:
        return Verdict(Outcome.SKIP, "customer_restricted")
    return None


def _passage(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    return Verdict(Outcome.CANCEL, facts.passage.ended) if facts.passage.ended else None


def _expired(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if now < message.expires_at:
        return None
    return Verdict(Outcome.EXPIRE, "expired", evidence={"expires_at": message.expires_at.isoformat()})


def _stale(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    due_at = facts.passage.paused_at or message.due_at
    if not is_stale(due_at, facts.passage.stale_before):
        return None
    evidence = {"due_at": _written(due_at), "stale_before": _written(facts.passage.stale_before)}
    return Verdict(Outcome.SKIP, "stale", evidence=evidence)


def _expired_or_stale(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    return _expired(message, facts, now) or _stale(message, facts, now)


def _written(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _address(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if facts.address is None:
        return Verdict(Outcome.SKIP, "no_address", evidence={"channel": message.channel})
    if facts.address.invalid:
        return Verdict(Outcome.SKIP, "address_invalid", evidence={"why": facts.address.invalid})
    return None


def _suppressed(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    return (
        Verdict(Outcome.SKIP, "suppressed", evidence={"why": facts.suppressed}) if facts.suppressed else None
    )


def _complained_of(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """So many called the brand's marketing spam that it stopped; it waits until a person lets it go on."""
    if facts.stopped is None or message.purpose != MARKETING:
        return None
    return _hold("complaints", now + LOOK_AGAIN, message, dict(facts.stopped))


def _suppressed_or_complained_of(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    return _suppressed(message, facts, now) or _complained_of(message, facts, now)


def _consent(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    return about_consent(message, facts.consent) if message.purpose == MARKETING else None


def _guarded(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if not facts.guards or message.purpose != MARKETING:
        return None
    return Verdict(Outcome.SKIP, "guarded", evidence={"segments": list(facts.guards)})


def _asked_to_wait(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """Who asked for no marketing until a day gets what still makes sense on it; what would be too late is skipped now."""
    until = facts.person.paused_until
    if until is None or until <= now or message.purpose != MARKETING:
        return None
    evidence: Evidence = {"paused_until": until.isoformat()}
    if until >= message.expires_at:
        return Verdict(Outcome.SKIP, "own_pause", evidence=evidence)
    return _hold("own_pause", until, message, evidence)


def _allowed(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """What the person allows, then what the company itself forbids, then when the person wants it."""
    return (
        _consent(message, facts, now) or _guarded(message, facts, now) or _asked_to_wait(message, facts, now)
    )


def _holdout(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    # A held-out person passes through the remaining checks too, so that a ghost is dated when a message would be.
    return None


def _quiet(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    allowed = next_allowed(now, facts.quiet, facts.zone)
    if allowed == now:
        return None
    evidence: Evidence = {
        "hours": quiet_stretches(now, facts.quiet, facts.zone),
        "zone": facts.zone.key,
        "zone_known_by": facts.zone_rung,
    }
    if allowed is None or allowed > now + HELD_AT_MOST:
        return Verdict(Outcome.EXPIRE, "never_allowed", evidence=evidence)
    until = release_at(now, facts.quiet, facts.zone, message.key, RELEASE_SPREAD) or allowed
    return _hold("quiet_hours", until, message, evidence | {"opens_at": allowed.isoformat()})


def _gap(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if not message.obeys_caps or not facts.counted:
        return None
    last = max(facts.counted, key=lambda entry: entry.at)
    until = check_gap(last.at, facts.minimum_gap, now)
    if until is None:
        return None
    gap = int(facts.minimum_gap.total_seconds() // 60)
    evidence: Evidence = {"last_at": last.at.isoformat(), "gap_minutes": gap}
    if last.system:
        evidence["last_by"] = last.system
    return _hold("minimum_gap", until, message, evidence)


def _capped(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if not message.obeys_caps or not facts.counted:  # every cap lets one through
        return None
    asking = CapCandidate(message.channel, message.topic, str(message.brand_id))
    verdict = check_caps(facts.caps, facts.counted, asking, now, facts.zone)
    if verdict.capped_by is None:
        return None
    evidence: Evidence = {
        "cap": verdict.capped_by.key,
        "limit": verdict.capped_by.limit,
        "window": window_name(verdict.capped_by.window),
        "sent_at": [at.isoformat() for at in verdict.evidence],
    }
    if verdict.elsewhere:
        evidence["sent_by"] = dict(verdict.elsewhere)
    if message.on_cap in SKIPPING:  # which of them is the journey's to act upon
        return Verdict(Outcome.SKIP, "capped", evidence=evidence)
    return _hold("capped", verdict.until or message.expires_at, message, evidence)


def _outranked(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """Slots that are scarcer than the messages waiting for them go to the better-ranked."""
    if not message.obeys_caps:
        return None
    better = [rival for rival in facts.rivals if rival.rank < message.rank]
    if not better:
        return None
    slots = _scarcest(message, facts, better, now)
    if slots is None:
        return None
    free, waiting = slots
    winner = min(waiting, key=lambda rival: rival.rank)
    evidence = {
        "winner": winner.id,
        "winner_priority": winner.priority,
        "priority": message.priority,
        "slots": free,
    }
    return _hold("outranked", now + LOOK_AGAIN, message, evidence)


def _scarcest(
    message: Candidate, facts: Facts, better: Sequence[Candidate], now: datetime
) -> tuple[int, list[Candidate]] | None:
    if facts.minimum_gap:
        return 1, list(better)
    for rule in facts.caps:
        if not rule.applies(message.channel, message.topic, str(message.brand_id)):
            continue
        waiting = [rival for rival in better if rule.applies(rival.channel, rival.topic, str(rival.brand_id))]
        used = [one.at for one in facts.counted if rule.applies(one.channel, one.topic, one.brand)]
        free = rule.limit - len(inside(rule.window, used, now, facts.zone))
        if waiting and len(waiting) >= free:
            return free, waiting
    return None


def _rate_limited(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    until = facts.rate_limited_until
    return Verdict(Outcome.HOLD, "rate_limited", until) if until is not None and until > now else None


def _rendered(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    if not facts.render_error:
        return None
    return Verdict(Outcome.FAIL, "render_error", evidence={"error": facts.render_error})


def _reserve(message: Candidate, facts: Facts, now: datetime) -> Verdict | None:
    """Money is reserved here, once the rendered message's cost is known.

    Writing the reservation is the caller's: it stands in the same transaction as this verdict.
    """
    if not message.obeys_caps or facts.cost is None:
        return None
    empty = tightest(facts.purses, facts.cost)
    if empty is None:
        return None
    evidence: Evidence = {
        "budget": empty.budget.name,
        "amount": str(empty.budget.amount),
        "spent": str(empty.spent_by_others),
        "cost": str(facts.cost),
        "currency": facts.currency,
        "period": empty.budget.period,
    }
    if message.on_cap in SKIPPING:  # as with caps
        return Verdict(Outcome.SKIP, "over_budget", evidence=evidence)
    return _hold("over_budget", empty.renews_at or message.expires_at, message, evidence)


def _hold(reason: str, until: datetime, message: Candidate, evidence: Evidence) -> Verdict:
    # A hold never outlives the message: at its deadline it is looked at once more, and expires visibly.
    return Verdict(Outcome.HOLD, reason, min(until, message.expires_at), evidence)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("paused", _paused),
    ("customer", _person),
    ("passage", _passage),
    ("condition", lambda message, facts, now: None),
    ("expiry", _expired_or_stale),
    ("address", _address),
    ("suppression", _suppressed_or_complained_of),
    ("consent", _allowed),
    ("holdout", _holdout),
    ("quiet_hours", _quiet),
    ("minimum_gap", _gap),
    ("frequency_caps", _capped),
    ("arbitration", _outranked),
    ("rate_limit", _rate_limited),
    ("render", _rendered),
    ("reserve", _reserve),
)
