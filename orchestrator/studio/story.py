"""The story of one message: what became of it, what the gate said each time, what was tried and reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from orchestrator.messaging.models import Message
from orchestrator.messaging.turns import turn_of
from orchestrator.studio import amounts, words
from orchestrator.studio.evidence import explain
from orchestrator.studio.gate import Tick, kept_of, ticks
from orchestrator.studio.letters import say_letter
from orchestrator.workspace.models import Workspace

MOST = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, of the gate or of a provider, with what it rests on."""

    at: datetime
    outcome: str
    tone: str
    why: str
    until: datetime | None
    facts: list[tuple[str, str]]
    ticks: list[Tick] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Story:
    """All of it."""

    sentence: str
    tone: str
    facts: list[tuple[str, str]]
    decisions: list[Said]
    attempts: list[Said]
    receipts: list[Said]


def tell(message: Message) -> Story:
    """Read a message's decisions, attempts and receipts: three queries by its index (a withdrawal takes one more)."""
    decisions = list(message.decisions.order_by("-decided_at", "-id")[:MOST])
    attempts = list(message.delivery_attempts.order_by("-settled_at", "-id")[:MOST])
    receipts = message.receipts.order_by("-occurred_at", "-id")[:MOST]
    return Story(
        say_letter(message, decisions[::-1], attempts[::-1], turn_of(message, timezone.now())),
        words.tone("hold" if message.state == "planned" and message.first_held_at else message.state),
        [(name, value) for name, value in _facts(message) if value],
        [_decided(row, message) for row in decisions],
        [_tried(row) for row in attempts],
        [_reported(row) for row in receipts],
    )


def _facts(message: Message) -> Iterator[tuple[str, str]]:
    yield _("To"), message.address
    yield _("Journey"), f"{message.journey} (v{message.version})"
    yield _("Step"), message.step
    yield _("Purpose"), words.purpose(message.purpose)
    yield _("Topic"), message.topic
    yield _("Priority"), str(message.priority)
    yield _("Planned"), words.moment(message.created_at)
    yield _("First held"), words.moment(message.first_held_at)
    yield _("Looked at next"), "" if message.final_at else words.moment(message.due_at)
    yield _("Handed off"), words.moment(message.handed_off_at)
    yield _("Final"), words.moment(message.final_at)
    yield _("Delivered"), words.moment(message.delivered_at)
    yield _("Bounced"), words.moment(message.bounced_at)
    yield _("Expires"), words.moment(message.expires_at)
    yield _("Parts"), str(message.parts or "")
    yield _("Cost"), amounts.shown(message.cost, Workspace.get().currency) if message.cost is not None else ""
    yield _("Provider"), " · ".join(part for part in (message.provider, message.reference) if part)
    yield _("Time zone"), _zone(message)
    yield _("Consent as it stood"), words.shown(message.consent_as_stood) if message.consent_as_stood else ""
    yield _("Key"), message.key


def _zone(message: Message) -> str:
    if not message.zone:
        return ""
    return f"{message.zone} ({words.rung(message.zone_rung)})" if message.zone_rung else message.zone


def _decided(row: Any, message: Message) -> Said:
    channel = message.channel
    kept = kept_of(message) if row.outcome == "allow" else {}
    return Said(
        row.decided_at,
        words.outcome(row.outcome),
        words.tone(row.outcome),
        explain(
            row.reason, {name: value for name, value in row.evidence.items() if name != "check"}, channel
        ),
        row.until,
        list(words.facts(row.evidence)),
        ticks(row.outcome, row.reason, row.evidence, channel, kept),
    )


def _tried(row: Any) -> Said:
    facts = [(_("Attempt"), str(row.number)), (_("Provider"), row.provider)]
    facts += [
        (name, value)
        for name, value in ((_("Provider's id"), row.reference), (_("Answer"), row.detail))
        if value
    ]
    return Said(row.settled_at, words.outcome(row.outcome), words.tone(row.outcome), "", None, facts)


def _reported(row: Any) -> Said:
    why = _("by a machine, not by a person") if row.machine else ""
    title = str(row.get_kind_display())
    return Said(row.occurred_at, title, words.tone(row.kind), why, None, [(_("Provider"), row.provider)])


def table(values: Mapping[str, Any]) -> SafeString:
    """A mapping as a table of two columns."""
    rows = format_html_join(
        "",
        "<tr><th>{}</th><td>{}</td></tr>",
        ((words.spaced(key), words.shown(value)) for key, value in values.items()),
    )
    return mark_safe('<table class="st-pairs">') + rows + mark_safe("</table>")
