"""Twilio's Programmable Messaging: the provider `twilio`."""

from orchestrator_sms.twilio.provider import VARIABLES, Account, Twilio, from_environment

__all__ = ["VARIABLES", "Account", "Twilio", "from_environment"]
