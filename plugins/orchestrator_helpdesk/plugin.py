"""What the orchestrator calls: the three sources. They need no settings; a connection brings its secret."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.sdk import Source, hookimpl
from orchestrator_helpdesk.freshdesk import Freshdesk
from orchestrator_helpdesk.standard import Tickets
from orchestrator_helpdesk.zendesk import Zendesk


@hookimpl
def register_sources() -> Sequence[Source]:
    """All three."""
    return (Zendesk(), Freshdesk(), Tickets())
