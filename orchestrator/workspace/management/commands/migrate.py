"""`manage.py migrate`: Django's own, and after it the roles hold what their table says."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from orchestrator.workspace.set_right import set_right
from orchestrator.workspace.who import command


class Command(Migrate):
    """Groups follow the code as tables do, so that a new model's rights are nowhere missing after an upgrade."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Migrate; then set up the roles, where all tables are there."""
        answer = super().handle(*args, **options)
        looked_only = options["plan"] or options["check_unapplied"] or options["app_label"]
        if not looked_only and "auth_group" in connections[options["database"]].introspection.table_names():
            set_right(command())
        return answer
