"""What the workspace has declared sensitive, as templates are looked over by it."""

from __future__ import annotations

from orchestrator.messaging.content.sensitive import Sensitive
from orchestrator.workspace.models import Workspace


def declared(workspace: Workspace | None = None) -> Sensitive:
    """As it stands now: one query, or none where the workspace is at hand."""
    found = workspace or Workspace.get()
    return Sensitive(
        frozenset(found.sensitive_attributes),
        frozenset(found.sensitive_segments),
        frozenset(found.sensitive_events),
        frozenset(found.sensitive_topics),
    )
