"""Text messages through any HTTP gateway, SMSAPI or Twilio. Each is switched on by its settings."""

from orchestrator_sms import plugin

__all__ = ["plugin"]
