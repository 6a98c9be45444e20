"""The rows that say who people are."""

from orchestrator.customers.models.address import Address
from orchestrator.customers.models.customer import Customer

__all__ = ["Address", "Customer"]
