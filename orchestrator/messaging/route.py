"""ROUTE: the provider that a message goes to, now; or why it has to wait for one.

A message that may have left goes by the provider that may have it, or by none: another one would send it again. One
that certainly has not left may go by any, so where a provider is down the next one of its channel takes over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from orchestrator import registry
from orchestrator.domain.breaker import Standing
from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.outbound import host_of
from orchestrator.domain.policy import LOOK_AGAIN
from orchestrator.messaging.breakers import Breakers
from orchestrator.messaging.rows import Claimed

PROBE_TOLD = timedelta(
    seconds=10
)  # by then it is mostly known whether a provider that is being tried is back


def route_of(message: Claimed, address: str, breakers: Breakers, now: datetime) -> str | Verdict:
    """The provider's name, or the verdict that holds the message."""
    while True:
        name = _wanted(message, address, breakers)
        if not name:
            return _hold("no_provider", now + LOOK_AGAIN, message, {"channel": message.channel})
        if name in breakers.failing:
            until = breakers.until(name) or now + PROBE_TOLD
            return _hold("provider_down", until, message, {"provider": name})
        # One that is ready to be tried gets this message and no other; the rest find it failing and look further.
        if breakers.standing(name) is Standing.CLOSED or breakers.take_probe(name):
            return name


def _wanted(message: Claimed, address: str, breakers: Breakers) -> str:
    """The provider of the attempt before this one, as long as it may have the message or still may get it.

    One that has turned the message away and is down is not tried with it again while there is another one: a
    message's attempts are few, and whatever comes next will do to try it.
    """
    last = message.provider
    usable = last in registry.current().providers and (
        last.startswith(registry.MAILBOX) or allowed_out(address)
    )
    if message.maybe_sent:
        return last if usable else ""
    if usable and breakers.standing(last) is Standing.CLOSED:
        return last
    if usable:
        other = provider_for(message.channel, address, breakers.failing | {last})
        return other if other != last and other not in breakers.failing else last
    return provider_for(message.channel, address, breakers.failing)


def provider_for(channel: str, address: str, failing: frozenset[str] = frozenset()) -> str:
    """The provider for an address; the mailbox for every address that is not on the allow-list. "" if none.

    Where all are failing, the one that would be chosen if none were: its message waits for it.
    """
    known = registry.current()
    if not allowed_out(address):
        mailbox = f"{registry.MAILBOX}_{channel}"
        return mailbox if mailbox in known.providers else ""
    return known.choose_provider(channel, failing) or known.choose_provider(channel) or ""


def allowed_out(address: str) -> bool:
    """Whether the allow-list lets messages to this address leave the house: "*", the address, its domain or host."""
    if "*" in settings.DELIVERY_ALLOWLIST:
        return True
    allowed = {entry.strip().lower() for entry in settings.DELIVERY_ALLOWLIST}
    if host := host_of(address):
        return bool(allowed & {"*", address.lower(), host})
    domain = address.rpartition("@")[2].lower()
    return "*" in allowed or address.lower() in allowed or (domain in allowed and "@" in address)


def _hold(reason: str, until: datetime, message: Claimed, evidence: dict[str, str]) -> Verdict:
    # As every hold: at its deadline the message is looked at once more, and expires visibly.
    return Verdict(Outcome.HOLD, reason, min(until, message.expires_at), evidence)
