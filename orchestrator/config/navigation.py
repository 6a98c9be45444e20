"""How the admin looks and what stands in its sidebar: six rooms, in the order of a marketer's day."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _style(request: HttpRequest) -> str:
    from django.templatetags.static import static  # needs the settings, which import this module

    return static("studio/studio.css")


def _script(name: str) -> Any:
    """A script of every page, of those that sign in too; read in the head, before Alpine begins."""
    from django.templatetags.static import static

    return lambda request: static(f"studio/{name}.js")


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
    """Whether a journey is looked at, or their list: two pages lie below it that have entries of their own."""
    own = ("admin:journeys_journey_send_once", "admin:journeys_journey_calendar")
    return request.path not in {str(reverse_lazy(one)) for one in own} and request.path.startswith(
        str(reverse_lazy("admin:journeys_journey_changelist"))
    )


def _sees_requests(request: HttpRequest) -> bool:
    """Whoever may look at requests to publish, or decide them."""
    user = request.user
    return user.has_perm("journeys.view_publishrequest") or user.has_perm("journeys.approve_publishrequest")


def _sees_issuers(request: HttpRequest) -> bool:
    """Whoever may see users, where there is an issuer."""
    from django.conf import settings  # which import this module

    return settings.OIDC is not None and request.user.has_perm("accounts.view_issuerlink")


def _in_caps(request: HttpRequest) -> bool:
    """Whether a cap is looked at, or their list: "Pressure" lies below it and has an entry of its own."""
    pressure = str(reverse_lazy("admin:messaging_frequencycap_pressure"))
    return request.path != pressure and request.path.startswith(
        str(reverse_lazy("admin:messaging_frequencycap_changelist"))
    )


def _in_segments(request: HttpRequest) -> bool:
    """Whether a segment is looked at, or their list: "Ready segments" lies below it and has an entry of its own."""
    ready = str(reverse_lazy("admin:segments_segment_ready"))
    return request.path != ready and request.path.startswith(
        str(reverse_lazy("admin:segments_segment_changelist"))
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
            {
                "title": _("Calendar"),
                "icon": "calendar_month",
                "link": reverse_lazy("admin:journeys_journey_calendar"),
                "permission": lambda request: request.user.has_perm("journeys.view_journey"),
            },
            _list(_("People in journeys"), "directions_walk", "journeys.enrollment"),
            _list(_("Requests to publish"), "approval", "journeys.publishrequest")
            | {"permission": _sees_requests},
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
            _list(_("Imports"), "upload_file", "customers.import"),
            _list(_("Duplicates"), "join_inner", "duplicates.likelyduplicate"),
            _list(_("Identities"), "fingerprint", "customers.identity"),
            _list(_("Segments"), "group_work", "segments.segment") | {"active": _in_segments},
            {
                "title": _("Ready segments"),
                "icon": "library_add",
                "link": reverse_lazy("admin:segments_segment_ready"),
                "permission": lambda request: request.user.has_perm("segments.add_segment"),
            },
            _list(_("Scores"), "speed", "segments.score"),
            _list(_("Bases of scores"), "function", "segments.scorebasis"),
            _list(_("Events"), "bolt", "events.event"),
            _list(_("Calls not taken"), "move_to_inbox", "ingest.deadletter"),
            _list(_("Deliveries not taken"), "inventory", "sources.keptdelivery"),
            _list(_("Points"), "loyalty", "loyalty.pointsentry"),
        ],
    },
    {
        "title": _("Content"),
        "separator": True,
        "items": [
            _list(_("Templates"), "article", "messaging.template"),
            _list(_("Blocks"), "widgets", "messaging.block"),
            _list(_("Catalogue"), "inventory_2", "catalog.product"),
            _list(_("Brands"), "storefront", "workspace.brand"),
            _list(_("Topics"), "sell", "workspace.topic"),
        ],
    },
    {
        "title": _("Insights"),
        "separator": True,
        "items": [
            {
                "title": _("Pressure"),
                "icon": "compress",
                "link": reverse_lazy("admin:messaging_frequencycap_pressure"),
                "permission": lambda request: request.user.has_perm("messaging.view_frequencycap"),
            },
            _list(_("Decisions"), "gavel", "messaging.decision"),
            _list(_("Provider failures"), "electrical_services", "messaging.providerbreaker"),
            _list(_("Stops by complaints"), "front_hand", "messaging.complaintbreaker"),
            _list(_("Workers"), "monitor_heart", "workspace.heartbeat"),
            _list(_("Halts"), "pan_tool", "workspace.halt"),
            _list(_("Alarms"), "notification_important", "workspace.alarm"),
        ],
    },
    {
        "title": _("Trust"),
        "separator": True,
        "items": [
            _list(_("Requests of people"), "gavel", "customers.privacyrequest"),
            _list(_("Consents"), "verified_user", "consents.consent"),
            _list(_("Consent texts"), "contract", "consents.consenttext"),
            _list(_("Sign-up forms"), "dynamic_form", "consents.signupform"),
            _list(_("Consent ledger"), "receipt_long", "consents.consentrecord"),
            _list(_("Suppressions"), "block", "consents.suppression"),
            _list(_("Frequency caps"), "speed", "messaging.frequencycap") | {"active": _in_caps},
            _list(_("Rate limits"), "water_drop", "messaging.ratelimit"),
            _list(_("Quiet hours"), "bedtime", "messaging.quiethoursrule"),
            _list(_("Budgets"), "savings", "messaging.budget"),
            _list(_("Prices"), "payments", "messaging.price"),
            _list(_("Spending"), "receipt", "messaging.spending"),
            _list(_("Who is told of alarms"), "notifications_active", "workspace.alarmchannel"),
            _list(_("Retention"), "auto_delete", "workspace.retention"),
            _list(_("Audit log"), "history_edu", "workspace.auditentry"),
            _list(_("Write keys"), "vpn_key", "ingest.writekey"),
            _list(_("Connections"), "storefront", "sources.connection"),
            _list(_("Webhooks"), "webhook", "webhooks.webhookendpoint"),
            _list(_("Calls of webhooks"), "outbound", "webhooks.webhookdelivery"),
            _list(_("Users"), "badge", "auth.user"),
            _list(_("Second factors"), "phonelink_lock", "accounts.factor"),
            _list(_("API keys"), "vpn_key", "accounts.apikey"),
            _list(_("Attempts to sign in"), "lock_clock", "accounts.attempts"),
            _list(_("Accounts with an issuer"), "key", "accounts.issuerlink") | {"permission": _sees_issuers},
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
    "SCRIPTS": [_script("reach"), _script("keys")],
    "DASHBOARD_CALLBACK": "orchestrator.studio.today.dashboard",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": _ROOMS},
    # Links and hints in the dark: one step lighter than unfold's own, which is under AA on its background.
    "COLORS": {"font": {"subtle-light": "var(--color-base-600)", "subtle-dark": "var(--color-base-300)"}},
}
