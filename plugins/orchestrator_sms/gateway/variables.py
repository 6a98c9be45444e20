"""The gateway's settings, read and tried at the start, so that a mistake is told before the first message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from orchestrator_sms import settings
from orchestrator_sms.gateway import conditions, template
from orchestrator_sms.gateway.config import Config
from orchestrator_sms.gateway.report_variables import read_reports, read_signature
from orchestrator_sms.settings import value, wrong

VARIABLES = (
    "SMS_GATEWAY_URL",
    "SMS_GATEWAY_METHOD",
    "SMS_GATEWAY_HEADERS",
    "SMS_GATEWAY_BODY",
    "SMS_GATEWAY_FORMAT",
    "SMS_GATEWAY_SENDER",
    "SMS_GATEWAY_ACCEPTED",
    "SMS_GATEWAY_REJECTED",
    "SMS_GATEWAY_DEFERRED",
    "SMS_GATEWAY_REFERENCE",
    "SMS_GATEWAY_IDEMPOTENT_HOURS",
    "SMS_GATEWAY_REPORTS",
    "SMS_GATEWAY_REPORT_SECRET",
    "SMS_GATEWAY_REPORT_SIGNATURE",
    "SMS_GATEWAY_REPORT_ANSWER",
)
METHODS = ("POST", "GET", "PUT")
FORMATS = ("json", "form")
HEADER = re.compile(r"[A-Za-z0-9-]+")
IN_HEADERS = frozenset({"to", "number", "key"})  # always plain; a text or a name may hold what no header can


def read() -> Config | None:
    """The gateway that the environment describes, or None while it says nothing; raises PluginError."""
    if not settings.any_of(*VARIABLES):
        return None
    config = Config(
        url=settings.address("SMS_GATEWAY_URL"),
        method=_one_of("SMS_GATEWAY_METHOD", METHODS),
        headers=_headers(),
        body=_body(),
        form=_one_of("SMS_GATEWAY_FORMAT", FORMATS) == "form",
        sender=value("SMS_GATEWAY_SENDER"),
        accepted=_conditions("SMS_GATEWAY_ACCEPTED"),
        rejected=_conditions("SMS_GATEWAY_REJECTED"),
        deferred=_conditions("SMS_GATEWAY_DEFERRED", "401; 403; 429"),
        reference=value("SMS_GATEWAY_REFERENCE"),
        idempotent=_hours(),
        signature=read_signature(),
        reports=read_reports(),
        answer=value("SMS_GATEWAY_REPORT_ANSWER", "OK"),
    )
    _check_request(config)
    _check_answers(config)
    return config


def _check_request(config: Config) -> None:
    """The message gets into the request, and the request can be made."""
    used = template.named_in([config.url, config.body, config.headers])
    if template.named_in(urlsplit(config.url).netloc):
        wrong("SMS_GATEWAY_URL", "a message cannot choose the host.", "Move the placeholder behind it.")
    if "text" not in used or not used & {"to", "number"}:
        mend = 'For example {"to": "{to}", "message": "{text}"}.'
        wrong("SMS_GATEWAY_BODY", "the number or the text of the message is nowhere in the request.", mend)
    if config.body is not None and config.method == "GET":
        wrong("SMS_GATEWAY_BODY", "a GET has no body.", "Put the placeholders into SMS_GATEWAY_URL.")
    if config.form and not isinstance(config.body, dict):
        wrong("SMS_GATEWAY_BODY", "a form is an object of names and texts.", 'For example {"to": "{to}"}.')
    if config.idempotent is not None and "key" not in used:
        mend = "Put {key} where the gateway reads it, or remove the hours."
        wrong("SMS_GATEWAY_IDEMPOTENT_HOURS", "the gateway gets no key to remember.", mend)


def _check_answers(config: Config) -> None:
    """A yes can be recognised, and a report proven."""
    if not config.accepted:
        mend = "For example `200 status=queued`, or `2xx` where the HTTP status says it all."
        wrong("SMS_GATEWAY_ACCEPTED", "it must say how the gateway says yes.", mend)
    if config.reports is not None and not config.signature.secret:
        mend = "Set a secret, for example the output of `openssl rand -hex 20`."
        wrong("SMS_GATEWAY_REPORT_SECRET", "reports are read only where they prove who sends them.", mend)


def _one_of(name: str, known: tuple[str, ...]) -> str:
    found = value(name, known[0])
    chosen = next((one for one in known if one.lower() == found.lower()), "")
    return chosen or wrong(name, "it is not known.", f"Write one of {', '.join(known)}.")


def _headers() -> Mapping[str, str]:
    mend = 'For example {"Authorization": "Bearer …"}; {to}, {number} and {key} may stand in it.'
    found = _json("SMS_GATEWAY_HEADERS", mend)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        wrong("SMS_GATEWAY_HEADERS", "it is not an object of names and texts.", mend)
    if not all(
        HEADER.fullmatch(name) and re.fullmatch(r"[\x20-\x7e]+", text) for name, text in found.items()
    ):
        wrong("SMS_GATEWAY_HEADERS", "a header holds a sign that no header can carry.", mend)
    _placeholders("SMS_GATEWAY_HEADERS", found, IN_HEADERS)
    return found


def _body() -> Any:
    mend = 'For example {"to": "{to}", "message": "{text}", "id": "{key}"}.'
    found = _json("SMS_GATEWAY_BODY", mend)
    if found is not None and not isinstance(found, (dict, list)):
        wrong("SMS_GATEWAY_BODY", "it is neither an object nor a list.", mend)
    _placeholders("SMS_GATEWAY_BODY", found, frozenset(template.NAMES))
    _placeholders("SMS_GATEWAY_URL", value("SMS_GATEWAY_URL"), frozenset(template.NAMES))
    return found


def _placeholders(name: str, written: Any, known: frozenset[str]) -> None:
    for other in sorted(template.named_in(written) - known):
        wrong(
            name,
            f"{{{other}}} cannot stand there.",
            f"There are {', '.join(f'{{{k}}}' for k in sorted(known))}.",
        )


def _conditions(name: str, default: str = "") -> tuple[conditions.Condition, ...]:
    try:
        return conditions.parse(value(name, default))
    except ValueError as error:
        wrong(name, f"{error}.", "For example `200 status=queued|sent; 202 id`.")


def _hours() -> timedelta | None:
    found = value("SMS_GATEWAY_IDEMPOTENT_HOURS", "0")
    if not re.fullmatch(r"\d{1,4}", found):
        wrong("SMS_GATEWAY_IDEMPOTENT_HOURS", "it is not a whole number of hours.", "For example 24.")
    return timedelta(hours=int(found)) or None


def _json(name: str, mend: str) -> Any:
    try:
        return json.loads(value(name, "null"))
    except ValueError as error:
        where = f" at sign {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        wrong(name, f"it is not JSON{where}.", mend)
