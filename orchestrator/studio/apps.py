"""The Django app."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

# The rooms of the sidebar, in which the apps' pages stand.
ROOMS = {
    "accounts": _("Trust"),
    "workspace": _("Settings"),
    "customers": _("Audience"),
    "events": _("Audience"),
    "ingest": _("Trust"),
    "sources": _("Trust"),
    "webhooks": _("Trust"),
    "segments": _("Audience"),
    "duplicates": _("Audience"),
    "consents": _("Trust"),
    "loyalty": _("Audience"),
    "catalog": _("Messages and content"),
    "messaging": _("Messages and content"),
    "journeys": _("Journeys"),
}


class SiteConfig(AdminConfig):
    """Django's admin, with the studio's own site: its pages for signing in."""

    default = False
    default_site = "orchestrator.studio.site.StudioSite"


class StudioConfig(AppConfig):
    default = True
    name = "orchestrator.studio"
    label = "studio"

    def ready(self) -> None:
        """Give the apps the names that marketers see above their pages; say what becomes of the log in an erasure."""
        from orchestrator.studio import erasing, exporting, signing

        signing.handle()
        erasing.handle()
        exporting.handle()
        for label, room in ROOMS.items():
            apps.get_app_config(label).verbose_name = room
