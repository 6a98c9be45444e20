"""The Django app."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class AccountsConfig(AppConfig):
    name = "orchestrator.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Do not start with a role that does not exist: whoever should have it would be refused without a reason."""
        from orchestrator.workspace.roles import ROLES

        for role in settings.OIDC["roles"].values() if settings.OIDC else ():
            if role not in ROLES:
                raise ImproperlyConfigured(
                    f"OIDC_ROLES names the role {role!r}; there are: {', '.join(ROLES)}"
                )
