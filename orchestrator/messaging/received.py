"""The rule `received:` as SQL; messages stand above segments, so its compiler is registered from here."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from orchestrator.domain.definition.rules import Received
from orchestrator.domain.outbox import SENT
from orchestrator.messaging.models import Message, PastMessage
from orchestrator.segments.compile import Scope
from orchestrator.segments.compile import register as register_compiler


def register() -> None:
    """Teach the rule compiler about messages."""
    register_compiler(Received, _received)


def _received(rule: Any, scope: Scope) -> Any:
    messages = Message.objects.filter(
        customer_id=OuterRef(scope.subject.customer), state__in=SENT, handed_off_at__lte=scope.now, test=False
    )
    if rule.journey:
        messages = messages.filter(journey=rule.journey)
    if rule.step:
        messages = messages.filter(step=rule.step)
    if rule.within:
        messages = messages.filter(handed_off_at__gte=scope.start_of(rule.within))
    if rule.journey or rule.step:
        return Exists(messages)
    return Exists(messages) | Exists(_before_us(rule, scope))


def _before_us(rule: Any, scope: Scope) -> Any:
    """Whoever asks for any message at all means those of the system before us too; it knew none of our journeys."""
    past = PastMessage.objects.filter(customer_id=OuterRef(scope.subject.customer), sent_at__lte=scope.now)
    return past.filter(sent_at__gte=scope.start_of(rule.within)) if rule.within else past
