"""The Django app."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

# The rooms of the sidebar, in which the apps' pages stand.
ROOMS = {
    "workspace": _("Settings"),
    "customers": _("Audience"),
    "events": _("Audience"),
    "segments": _("Audience"),
    "consents": _("Trust"),
    "loyalty": _("Audience"),
    "messaging": _("Messages and content"),
    "journeys": _("Journeys"),
}


class StudioConfig(AppConfig):
    name = "orchestrator.studio"
    label = "studio"

    def ready(self) -> None:
        """Give the apps the names that marketers see above their pages; say what becomes of the log in an erasure."""
        from orchestrator.studio import erasing

        erasing.handle()
        for label, room in ROOMS.items():
            apps.get_app_config(label).verbose_name = room
