"""The rows that say who people are, what they ask for by right, and what files were brought in."""

from orchestrator.customers.models.address import Address
from orchestrator.customers.models.customer import Customer
from orchestrator.customers.models.identity import Identity
from orchestrator.customers.models.imported import Import, ImportPart, ImportProblem
from orchestrator.customers.models.privacy import PrivacyComment, PrivacyRequest

__all__ = [
    "Address",
    "Customer",
    "Identity",
    "Import",
    "ImportPart",
    "ImportProblem",
    "PrivacyComment",
    "PrivacyRequest",
]
