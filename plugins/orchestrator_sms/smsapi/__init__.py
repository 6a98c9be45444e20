"""SMSAPI (api.smsapi.pl, api.smsapi.com): the provider `smsapi`."""

from orchestrator_sms.smsapi.provider import VARIABLES, Account, Smsapi, from_environment

__all__ = ["VARIABLES", "Account", "Smsapi", "from_environment"]
