"""The rows that say what is allowed."""

from orchestrator.consents.models.consent import Consent, ConsentRecord, ConsentState
from orchestrator.consents.models.suppression import Suppression, SuppressionReason

__all__ = ["Consent", "ConsentRecord", "ConsentState", "Suppression", "SuppressionReason"]
