"""Who is connected, and what of theirs was not taken."""

from orchestrator.sources.models.connection import Connection
from orchestrator.sources.models.delivery import KeptDelivery

__all__ = ["Connection", "KeptDelivery"]
