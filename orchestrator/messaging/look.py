"""LOOK: drop the obvious without a lock, before anybody spends time on rendering it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from orchestrator import registry
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.outbound import host_of
from orchestrator.domain.policy import LOOK_AGAIN, decide
from orchestrator.messaging.facts import Loaded, load
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.verdicts import apply


@dataclass(frozen=True, slots=True)
class Hopeful:
    """A message that nothing obvious stands against, and the provider it would go to."""

    message: Claimed
    provider: str


def look(messages: Sequence[Claimed], now: datetime) -> tuple[list[Hopeful], Loaded]:
    """Decide each message on its own; write what is decided, answer the rest.

    Ghosts end here: they take no slot, so no lock is needed to be exact about them.
    """
    loaded = load(messages, now)
    verdicts: dict[int, Verdict] = {}
    hopeful: list[Hopeful] = []
    for message in messages:
        verdict = decide(message.candidate, loaded.facts[message.id], now)
        if verdict.outcome is Outcome.ALLOW:
            address = loaded.facts[message.id].address
            provider = _provider(message, address.value if address else "")
            if provider:
                hopeful.append(Hopeful(message, provider))
                continue
            verdict = Verdict(Outcome.HOLD, "no_provider", now + LOOK_AGAIN, {"channel": message.channel})
        verdicts[message.id] = verdict
    with transaction.atomic():
        apply([message for message in messages if message.id in verdicts], verdicts, loaded, now)
    return hopeful, loaded


def _provider(message: Claimed, address: str) -> str:
    """The provider of the attempt before this one, while the allow-list lets it; "" where there is none.

    One that may have sent the message already is the only one that may get it again.
    """
    if message.provider and (message.provider.startswith(registry.MAILBOX) or allowed_out(address)):
        return message.provider
    return "" if message.maybe_sent else provider_for(message.channel, address)


def provider_for(channel: str, address: str) -> str:
    """The provider for an address; the mailbox for every address that is not on the allow-list. "" if none."""
    known = registry.current()
    if not allowed_out(address):
        mailbox = f"{registry.MAILBOX}_{channel}"
        return mailbox if mailbox in known.providers else ""
    return known.choose_provider(channel) or ""


def allowed_out(address: str) -> bool:
    """Whether the allow-list lets messages to this address leave the house: "*", the address, its domain or host."""
    allowed = {entry.strip().lower() for entry in settings.DELIVERY_ALLOWLIST}
    if host := host_of(address):
        return bool(allowed & {"*", address.lower(), host})
    domain = address.rpartition("@")[2].lower()
    return "*" in allowed or address.lower() in allowed or (domain in allowed and "@" in address)
