"""What would become of a message that left now, in words: by which channel, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.ahead import Foreseen
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.studio import words
from orchestrator.studio.evidence import explain


@dataclass(frozen=True, slots=True)
class Message:
    """The gate's answer as of now. `closed`: the reason for each channel that was passed over."""

    channel: str
    outcome: str
    reason: str
    check: int
    until: datetime | None
    evidence: Mapping[str, Any]
    closed: Mapping[str, str]
    text: str

    @property
    def answer(self) -> str:
        """The answer in a word."""
        return words.outcome(self.outcome)

    @property
    def tone(self) -> str:
        """The colour of the answer."""
        return words.tone(self.outcome)


def say_foreseen(seen: Foreseen) -> Message:
    """The sentence, with its codes and evidence."""
    verdict = seen.verdict
    told = [_say(seen.channel, verdict), *(_passed(channel, why) for channel, why in seen.closed)]
    return Message(
        seen.channel,
        str(verdict.outcome),
        verdict.reason,
        verdict.check,
        verdict.until,
        verdict.evidence,
        {channel: why.reason for channel, why in seen.closed},
        " ".join(words.stopped(one) for one in told),
    )


def _say(channel: str, verdict: Verdict) -> str:
    told = {"channel": words.channel(channel), "when": words.moment(verdict.until)}
    told["why"] = explain(verdict.reason, verdict.evidence, channel)
    if verdict.outcome is Outcome.ALLOW:
        return _("As of now it would leave by %(channel)s: every check says yes") % told
    if verdict.outcome is Outcome.GHOST:
        return _("As of now it would not be sent by %(channel)s: held out, all else says yes") % told
    if verdict.outcome is Outcome.HOLD:
        return _("As of now it would be held by %(channel)s until %(when)s: %(why)s") % told
    return _("As of now it would not be sent by %(channel)s: %(why)s") % told


def _passed(channel: str, verdict: Verdict) -> str:
    told = {"channel": words.channel(channel), "why": explain(verdict.reason, verdict.evidence, channel)}
    return _("Not by %(channel)s: %(why)s") % told
