"""How the admin looks and what stands in its sidebar: six rooms, in the order of a marketer's day."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _style(request: HttpRequest) -> str:
    from django.templatetags.static import static  # needs the settings, which import this module

    return static("studio/studio.css")


def _list(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A link to a model's list, shown to those who may see it."""
    app, name = model.split(".")
    may_view = f"{app}.view_{name}"
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(may_view),
    }


def _in_journeys(request: HttpRequest) -> bool:
    """Whether a journey is looked at, or their list: "Send once" lies below it and has an entry of its own."""
    once = str(reverse_lazy("admin:journeys_journey_send_once"))
    return request.path != once and request.path.startswith(
        str(reverse_lazy("admin:journeys_journey_changelist"))
    )


_ROOMS: list[dict[str, Any]] = [
    {
        "title": _("Today"),
        "items": [
            {"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")},
            _list(_("Messages"), "outbox", "messaging.message"),
            _list(_("Mailbox"), "inbox", "messaging.mailboxmessage"),
        ],
    },
    {
        "title": _("Journeys"),
        "separator": True,
        "items": [
            _list(_("Journeys"), "route", "journeys.journey") | {"active": _in_journeys},
            {
                "title": _("Send once"),
                "icon": "send",
                "link": reverse_lazy("admin:journeys_journey_send_once"),
                "permission": lambda request: request.user.has_perm("journeys.add_journey"),
            },
            _list(_("People in journeys"), "directions_walk", "journeys.enrollment"),
            _list(_("Simulations"), "play_circle", "journeys.simulation"),
            _list(_("Launches"), "rocket_launch", "journeys.launch"),
            _list(_("At the door"), "door_front", "journeys.doorstep"),
            _list(_("Usual intervals"), "event_repeat", "journeys.usualinterval"),
            _list(_("Published versions"), "history", "journeys.journeyversion"),
        ],
    },
    {
        "title": _("Audience"),
        "separator": True,
        "items": [
            _list(_("Customers"), "group", "customers.customer"),
            _list(_("Segments"), "group_work", "segments.segment"),
            _list(_("Events"), "bolt", "events.event"),
            _list(_("Points"), "loyalty", "loyalty.pointsentry"),
        ],
    },
    {
        "title": _("Content"),
        "separator": True,
        "items": [
            _list(_("Templates"), "article", "messaging.template"),
            _list(_("Brands"), "storefront", "workspace.brand"),
            _list(_("Topics"), "sell", "workspace.topic"),
        ],
    },
    {
        "title": _("Insights"),
        "separator": True,
        "items": [
            _list(_("Decisions"), "gavel", "messaging.decision"),
            _list(_("Provider failures"), "electrical_services", "messaging.providerbreaker"),
            _list(_("Workers"), "monitor_heart", "workspace.heartbeat"),
            _list(_("Halts"), "pan_tool", "workspace.halt"),
        ],
    },
    {
        "title": _("Trust"),
        "separator": True,
        "items": [
            _list(_("Consents"), "verified_user", "consents.consent"),
            _list(_("Consent ledger"), "receipt_long", "consents.consentrecord"),
            _list(_("Suppressions"), "block", "consents.suppression"),
            _list(_("Frequency caps"), "speed", "messaging.frequencycap"),
            _list(_("Rate limits"), "water_drop", "messaging.ratelimit"),
            _list(_("Quiet hours"), "bedtime", "messaging.quiethoursrule"),
            _list(_("Budgets"), "savings", "messaging.budget"),
            _list(_("Prices"), "payments", "messaging.price"),
            _list(_("Spending"), "receipt", "messaging.spending"),
            _list(_("Retention"), "auto_delete", "workspace.retention"),
            _list(_("Users"), "badge", "auth.user"),
            _list(_("Settings"), "tune", "workspace.workspace"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Journeys"),
    "SITE_HEADER": _("Journeys"),
    "SITE_SYMBOL": "route",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [_style],
    "DASHBOARD_CALLBACK": "orchestrator.studio.today.dashboard",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": _ROOMS},
    # Links and hints in the dark: one step lighter than unfold's own, which is under AA on its background.
    "COLORS": {"font": {"subtle-light": "var(--color-base-600)", "subtle-dark": "var(--color-base-300)"}},
}
