"""The rows that say what is allowed."""

from orchestrator.consents.models.consent import Consent, ConsentRecord, ConsentState
from orchestrator.consents.models.form import SignupForm
from orchestrator.consents.models.suppression import Suppression, SuppressionReason
from orchestrator.consents.models.text import ConsentText

__all__ = [
    "Consent",
    "ConsentRecord",
    "ConsentState",
    "ConsentText",
    "SignupForm",
    "Suppression",
    "SuppressionReason",
]
