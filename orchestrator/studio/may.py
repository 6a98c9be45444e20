"""What a right alone does not say: rules about a thing and a person. Each page and each button asks here."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from orchestrator.journeys.approval import Drew, refusal
from orchestrator.journeys.models import Journey, PublishRequest
from orchestrator.workspace.models import Workspace
from orchestrator.workspace.roles import CHANGE, PUBLISH, SEE_PEOPLE

__all__ = ["CHANGE", "PUBLISH", "SEE_PEOPLE", "NotAllowed"]


class NotAllowed(PermissionDenied):
    """Refused; `rights`: any of these would do, so that the page can say whose role has one."""

    def __init__(self, *rights: str) -> None:
        super().__init__("this takes one of: " + ", ".join(rights))
        self.rights = rights


def demand(user: Any, *rights: str) -> None:
    """Go on with one of these rights, else NotAllowed."""
    if not any(user.has_perm(right) for right in rights):
        raise NotAllowed(*rights)


def see_people(user: Any) -> bool:
    """Whether somebody may see who a customer is."""
    return bool(user.has_perm(SEE_PEOPLE))


def run(user: Any) -> bool:
    """Whether somebody may pause, resume and stop journeys and move those inside: who draws them, and who publishes."""
    return bool(user.has_perm(CHANGE) or user.has_perm(PUBLISH))


def publish_alone(user: Any) -> bool:
    """Whether somebody may publish without asking: they have the right, and the workspace wants no second pair of eyes."""
    return bool(user.has_perm(PUBLISH)) and not Workspace.get().approval_needed


def decide(request: PublishRequest | None, user: Any, drew: Drew | None = None) -> bool:
    """Whether somebody may approve or decline this; the rule is `approval.refusal`, which the decision asks once more."""
    return request is not None and refusal(request, user, drew) is None


def delete_journey(user: Any, journey: Journey | None) -> bool:
    """Whether somebody may delete a journey: only a draft that never ran."""
    ran = journey is not None and journey.first_published_at is not None
    return not ran and bool(user.has_perm("journeys.delete_journey"))
