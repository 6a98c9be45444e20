"""The rows that say who people are, and what they ask for by right."""

from orchestrator.customers.models.address import Address
from orchestrator.customers.models.customer import Customer
from orchestrator.customers.models.identity import Identity
from orchestrator.customers.models.privacy import PrivacyComment, PrivacyRequest

__all__ = ["Address", "Customer", "Identity", "PrivacyComment", "PrivacyRequest"]
