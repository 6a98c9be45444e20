"""What the studio says of calls of webhooks: where each stands, what came of it, and what an endpoint was told lately."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.studio import words
from orchestrator.studio.numbers import grouped
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.models.endpoint import OFF_TITLES

NEWEST = 20
MOST = 10_000  # that are counted
_REASONS = {
    "no_secret": gettext_lazy("its secret cannot be read any more: give it a new one"),
    "no_connection": gettext_lazy("no connection could be made"),
    "no_answer": gettext_lazy("there was no answer in time"),
    "unfinished": gettext_lazy("nobody waited for the answer"),
}
Said = tuple[str, str]  # words, colour


@dataclass(frozen=True, slots=True)
class Line:
    """One call on the page of its endpoint. It names nobody: who sees endpoints need not see people."""

    kind: str
    key: str
    when: str
    state: str
    tone: str
    why: str
    took: str


def say_reason(code: int | None, reason: str) -> str:
    """Why a call did not succeed."""
    name, _space, said = reason.partition(" ")
    if name == "status":
        return _("the receiver answered %(status)s") % {"status": code}
    if name == "refused":
        return _("the address may not be called: %(why)s") % {"why": said}
    return str(_REASONS.get(name, reason))


def say_state(one: WebhookDelivery) -> Said:
    """Where a call stands, and its colour."""
    if one.state == WebhookDelivery.State.TOLD:
        return _("told %(when)s") % {"when": words.moment(one.final_at)}, "success"
    if one.state == WebhookDelivery.State.GIVEN_UP:
        return _("given up"), "danger"
    if one.reason:
        return _("tried again %(when)s") % {"when": words.moment(one.due_at)}, "warning"
    return _("on its way"), "info"


def say_endpoint(one: WebhookEndpoint) -> Said:
    """Whether it is on, and how it fares."""
    if not one.enabled:
        return _("off"), "danger"
    return (_("failing"), "warning") if one.failing_since else (_("on"), "success")


def why_off(one: WebhookEndpoint) -> str:
    """What has switched it off; "" where somebody did, or it is on."""
    return "" if one.enabled or not one.off_why else str(OFF_TITLES.get(one.off_why, one.off_why))  # type: ignore[call-overload]


def lines(one: WebhookEndpoint) -> list[Line]:
    """Its newest calls."""
    return [_line(row) for row in WebhookDelivery.objects.filter(endpoint=one.pk).order_by("-id")[:NEWEST]]


def _line(one: WebhookDelivery) -> Line:
    state, tone = say_state(one)
    took = _("%(ms)s ms") % {"ms": grouped(one.took_ms)} if one.took_ms is not None else ""
    why = say_reason(one.code, one.reason) if one.reason else str(one.code or "")
    return Line(one.kind, one.key, words.moment(one.happened_at), state, tone, why, took)


def counted(one: WebhookEndpoint) -> dict[str, str]:
    """How many wait and how many were given up, as far as they are counted."""
    return {name: _few(one, name) for name in ("due", "given_up")}


def _few(one: WebhookEndpoint, state: str) -> str:
    count = WebhookDelivery.objects.filter(endpoint=one.pk, state=state)[: MOST + 1].count()
    return grouped(count) if count <= MOST else _("more than %(count)s") % {"count": grouped(MOST)}
