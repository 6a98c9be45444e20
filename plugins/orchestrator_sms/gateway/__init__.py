"""Any HTTP gateway, described by settings: the provider `sms_gateway`."""

from orchestrator_sms.gateway.config import Config
from orchestrator_sms.gateway.provider import SmsGateway, from_environment
from orchestrator_sms.gateway.variables import VARIABLES

__all__ = ["VARIABLES", "Config", "SmsGateway", "from_environment"]
