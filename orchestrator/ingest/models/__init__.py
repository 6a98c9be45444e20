"""Who may tell, what was not taken, and what is looked at while it comes."""

from orchestrator.ingest.models.kept import DeadLetter, LiveCall
from orchestrator.ingest.models.key import WriteKey

__all__ = ["DeadLetter", "LiveCall", "WriteKey"]
