"""A gateway as its settings describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from orchestrator.sdk import ReceiptKind
from orchestrator_sms.gateway.conditions import Condition


@dataclass(frozen=True, slots=True)
class Reports:
    """Where things stand in a gateway's later reports; `kinds` translates its statuses, the others are passed over.

    `items` is the path of the list of reports in a JSON body, "" where the body is one report, or a list of them.
    """

    status: str = ""
    kinds: Mapping[str, ReceiptKind] = field(default_factory=dict)
    items: str = ""
    id: str = ""
    key: str = ""
    reference: str = ""
    recipient: str = ""
    at: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """How reports are signed: the HMAC of the body in a header. Without a header the secret stands in the URL."""

    secret: str = field(default="", repr=False)
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"


@dataclass(frozen=True, slots=True)
class Config:
    """How to ask the gateway, how to read its answer, and how to read its reports. What may be secret is not shown."""

    url: str = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    form: bool = False
    sender: str = ""
    accepted: tuple[Condition, ...] = ()
    rejected: tuple[Condition, ...] = ()
    deferred: tuple[Condition, ...] = ()
    reference: str = ""
    idempotent: timedelta | None = None
    signature: Signature = field(default_factory=Signature)
    reports: Reports | None = None
    answer: str = "OK"
