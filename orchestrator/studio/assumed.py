"""What a simulation takes for given, in words: what people do after a message, and how providers' limits meet its volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from orchestrator import registry
from orchestrator.domain.rates import SPANS
from orchestrator.messaging.models import RateLimit
from orchestrator.studio import words
from orchestrator.studio.numbers import grouped, share


def lines(rates: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Of each rate what people do, how many of them, and on how many messages it was measured."""
    for one in rates:
        told = {
            "what": one["what"],
            "channel": words.channel(one["channel"]) if one["channel"] else "",
            "share": share(one["share"], 10_000),
            "of": grouped(one["of"]),
        }
        if one["channel"]:
            yield _("After a message by %(channel)s, %(share)s do %(what)s, as after the last %(of)s.") % told
        elif one["share"]:
            yield (
                _("A message adds %(what)s for %(share)s of people, measured against %(of)s held back.")
                % told
            )
        else:
            yield (
                _(
                    "Nobody does %(what)s because of a message: what messages add has not been measured on enough people yet, or"
                    " is nothing."
                )
                % told
            )


def limits(told: Mapping[str, Any]) -> Iterator[str]:
    """The fullest hour of each provider, beside what it may be given in one."""
    allowed = _allowed(told.get("tick_minutes", 60))
    for one in told["busiest"]:
        about = {
            "provider": one["provider"],
            "count": grouped(one["messages"]),
            "when": words.moment(datetime.fromisoformat(one["at"])),
        }
        yield (
            _("In its fullest hour %(provider)s would have been given %(count)s messages (%(when)s).") % about
        )
        most = allowed.get(one["provider"])
        if most is not None and one["messages"] > most:
            yield _("That is more than its limit of %(most)s an hour: the rest would have waited.") % {
                "most": grouped(most)
            }
        elif most is not None:
            yield _("Its limit is %(most)s an hour, so none would have waited.") % {"most": grouped(most)}


def _allowed(tick_minutes: int) -> dict[str, int]:
    """By provider, how many messages it may be given in a tick: the tightest of its own limit and its channel's."""
    rates = [
        (one.channel, one.provider, int(one.messages * timedelta(minutes=tick_minutes) / SPANS[one.rate.per]))
        for one in RateLimit.objects.filter(enabled=True)
    ]
    found: dict[str, int] = {}
    for provider in registry.current().providers.values():
        mine = [
            most
            for channel, name, most in rates
            if channel == provider.channel and name in ("", provider.name)
        ]
        if mine:
            found[provider.name] = min(mine)
    return found
