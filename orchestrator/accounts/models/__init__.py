"""Rows about signing in: of staff and of programs, never of customers."""

from orchestrator.accounts.models.answer import CallAnswer
from orchestrator.accounts.models.attempts import Attempts
from orchestrator.accounts.models.factor import Factor, RecoveryCode
from orchestrator.accounts.models.key import ApiKey
from orchestrator.accounts.models.link import IssuerLink

__all__ = ["ApiKey", "Attempts", "CallAnswer", "Factor", "IssuerLink", "RecoveryCode"]
