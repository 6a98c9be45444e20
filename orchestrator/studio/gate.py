"""The gate as a list of its ticks: each check in order, with yes, no, or not asked, and the facts that are known of it.

A decision row holds the check that spoke and what it rests on. Those before it had said yes; those after it were not
asked. What a message that was let through keeps of itself (address, consent, zone, cost) is shown at the check it was for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.policy import CHECKS
from orchestrator.studio import amounts, words
from orchestrator.studio.evidence import explain
from orchestrator.workspace.models import Workspace

YES, NO, NOT_ASKED = "yes", "no", "not_asked"
THROUGH = frozenset({"allow", "ghost"})
AFTER = (
    len(CHECKS) + 1
)  # what stops a message that every check let through: a review, a provider that is down

_QUESTIONS = {
    "paused": gettext_lazy("Sending goes on: nothing is paused"),
    "customer": gettext_lazy("The customer is there"),
    "passage": gettext_lazy("Their passage through the journey goes on"),
    "condition": gettext_lazy("The step's own condition holds"),
    "expiry": gettext_lazy("It is still in time"),
    "address": gettext_lazy("There is an address"),
    "suppression": gettext_lazy("The address may be used, and complaints have not stopped marketing"),
    "consent": gettext_lazy("There is consent, no excluded group, and no pause they asked for"),
    "holdout": gettext_lazy("They are not held out"),
    "quiet_hours": gettext_lazy("It is outside quiet hours"),
    "minimum_gap": gettext_lazy("The last message is long enough ago"),
    "frequency_caps": gettext_lazy("No frequency cap is full"),
    "arbitration": gettext_lazy("Nothing more important waits for the same place"),
    "rate_limit": gettext_lazy("It is its turn"),
    "render": gettext_lazy("The template can be filled in"),
    "reserve": gettext_lazy("The budget has room"),
    "after": gettext_lazy("Nothing stopped it after the gate"),
}
# What is found while a message is prepared is written without a check of its own.
_BY_REASON = {
    "rate_limited": 14,
    "render_error": 15,
    "render_paused": 15,
    "over_budget": 16,
    "vetoed": AFTER,
    "review_failed": AFTER,
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One check. `said` is "yes", "no" or "not_asked"; `why` is the sentence of the one that spoke."""

    number: int
    code: str
    question: str
    said: str
    answer: str
    tone: str
    icon: str
    why: str
    facts: list[tuple[str, str]]


def ticks(
    outcome: str,
    reason: str,
    evidence: Mapping[str, Any],
    channel: str,
    kept: Mapping[int, Any] | None = None,
) -> list[Tick]:
    """A decision as its checks. `kept`: facts by the number of a check, of a message that was let through."""
    spoke = speaker(outcome, reason, evidence)
    found = {name: value for name, value in evidence.items() if name != "check"}
    names = [name for name, _check in CHECKS] + (["after"] if spoke == AFTER else [])
    answer = []
    for number, name in enumerate(names, start=1):
        held_out = outcome == "ghost" and name == "holdout"
        spoken = number == spoke or held_out
        why = explain(reason, found, channel) if spoken else ""
        facts = list(words.facts(found)) if spoken else (kept or {}).get(number, [])
        answer.append(_tick(number, name, _said(number, spoke, held_out), why, facts))
    return answer


def speaker(outcome: str, reason: str, evidence: Mapping[str, Any]) -> int | None:
    """The number of the check that spoke; None where all said yes."""
    if outcome in THROUGH:
        return None
    if reason in _BY_REASON:
        return _BY_REASON[reason]
    check = evidence.get("check")
    return check if isinstance(check, int) and 1 <= check < len(CHECKS) else AFTER


def _said(number: int, spoke: int | None, held_out: bool) -> str:
    if held_out or number == spoke:
        return NO
    return YES if spoke is None or number < spoke else NOT_ASKED


def _tick(number: int, name: str, said: str, why: str, facts: list[tuple[str, str]]) -> Tick:
    answer, tone, icon = {
        YES: (_("yes"), "success", "check"),
        NO: (_("no"), "danger", "close"),
        NOT_ASKED: (_("not asked"), "", "remove"),
    }[said]
    return Tick(number, name, str(_QUESTIONS[name]), said, answer, tone, icon, why, facts)


def kept_of(message: Any) -> dict[int, list[tuple[str, str]]]:
    """What a message that was let through keeps of what the checks looked at, by their numbers."""
    return {number: facts for number, facts in _kept(message) if facts}


def _kept(message: Any) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    if message.address:
        yield 6, [(_("address"), message.address)]
    if message.consent_as_stood:
        yield 8, list(words.facts(message.consent_as_stood))
    if message.zone:
        yield 10, list(words.facts({"zone": message.zone, "zone_known_by": message.zone_rung}))
    if message.provider:
        yield 14, [(_("provider"), message.provider)]
    if message.cost is not None:
        yield 16, [(_("cost of this one"), amounts.shown(message.cost, Workspace.get().currency))]
