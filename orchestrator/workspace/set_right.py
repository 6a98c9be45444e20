"""SET RIGHT the groups of the roles, and note which held something else. Those of a new installation are nobody's deed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from orchestrator.workspace import roles
from orchestrator.workspace.audit import Action, note


@transaction.atomic
def set_right(by: Any) -> list[str]:
    """Have the groups hold what the table of roles says; answers which did not."""
    late = roles.behind()
    known = set(Group.objects.filter(name__in=late).values_list("name", flat=True))
    roles.set_up()
    if known:
        note(Action.ROLE_CHANGED, by, roles=sorted(known))
    return late
