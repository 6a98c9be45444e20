"""RECEIPTS: what follows from a provider's later report. Pure; the reports are matched and written elsewhere.

A report never brings a finished message back. What a person said of themselves (stop, spam) counts even where
the message that it names was never sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.stop_words import is_stop
from orchestrator.sdk.values import ReceiptKind


class About(StrEnum):
    """What a report turned out to be about."""

    MESSAGE = "message"  # a message of ours, to somebody who is still a customer
    ADDRESS = "address"  # it names no message, but an address that customers have
    NOBODY = "nobody"  # a message that is not ours, or a customer who is gone: it is counted, and that is all


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the decision sees it. `sent`: its message has left. `text`: what the person wrote.

    `leaving`: the link that was followed leads to our own page for unsubscribing or preferences.
    """

    kind: ReceiptKind
    about: About
    sent: bool
    machine: bool = False
    text: str = ""
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """What is to be written. `suppress` and `withdraw` are reasons; "" where nothing of the kind follows."""

    event: str = ""
    once: bool = False
    delivered: bool = False
    bounced: bool = False
    suppress: str = ""
    withdraw: str = ""


NOTHING = Effects()
# A reason for the ledger of consents, by kind.
_WITHDRAWALS = {
    ReceiptKind.COMPLAINED: "complaint",
    ReceiptKind.UNSUBSCRIBED: "provider_unsubscribe",
    ReceiptKind.REPLIED: "stop_word",
}
_SUPPRESSIONS = {ReceiptKind.BOUNCED: "bounce", ReceiptKind.COMPLAINED: "complaint"}
_MANY = frozenset({ReceiptKind.OPENED, ReceiptKind.CLICKED, ReceiptKind.REPLIED})


def effects(report: Report) -> Effects:
    """What follows from the report.

    A bounce for now changes nothing: the provider goes on trying. What a machine opened or followed is an event of
    its own name, so that nothing which waits for a person's click can take it for one.
    """
    if report.about is About.NOBODY or report.kind is ReceiptKind.SOFT_BOUNCED:
        return NOTHING
    told = report.sent or report.about is About.ADDRESS
    return Effects(
        event=_event(report) if told else "",
        once=report.kind not in _MANY,
        delivered=report.sent and report.kind is ReceiptKind.DELIVERED,
        bounced=report.sent and report.kind is ReceiptKind.BOUNCED,
        suppress=_SUPPRESSIONS.get(report.kind, ""),
        withdraw=_WITHDRAWALS.get(report.kind, "") if _withdraws(report) else "",
    )


def _withdraws(report: Report) -> bool:
    return report.kind is not ReceiptKind.REPLIED or is_stop(report.text)


def _event(report: Report) -> str:
    if report.leaving:
        return ""
    by_machine = report.machine and report.kind in {ReceiptKind.OPENED, ReceiptKind.CLICKED}
    return f"message.{report.kind.value}" + ("_by_machine" if by_machine else "")
