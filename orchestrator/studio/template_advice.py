"""Advice on a template in words: what it is, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator import registry
from orchestrator.messaging.content.advice.whole import GMAIL_BYTES, Adviser, size
from orchestrator.messaging.content.source import TemplateSource
from orchestrator.studio.numbers import grouped
from orchestrator.studio.template_mark import Mark
from orchestrator.studio.template_missing import Missing, missing

_WORDS: Mapping[str, Any] = {
    "empty_link": gettext_lazy("This link leads nowhere. Write its address, or take the link out."),
    "empty_picture": gettext_lazy("This picture has no address. Write one, or take it out."),
    "relative_link": gettext_lazy(
        "“%(address)s” has no beginning: in an email it leads nowhere. Write it whole, like {{ shop.url }}/%(path)s."
    ),
    "broken_link": gettext_lazy("“%(address)s” is no address. Write it like https://shop.com/page."),
    "example_link": gettext_lazy(
        "“%(address)s” leads to an example or to your own machine. Write the shop's address."
    ),
    "insecure_link": gettext_lazy(
        "“%(address)s” is not encrypted: mail programs warn of it. Write https://."
    ),
    "capitals": gettext_lazy("The subject is in capitals, as spam is. Write it as a sentence."),
    "exclamation": gettext_lazy("The subject shouts, as spam does. One exclamation mark at most."),
    "false_reply": gettext_lazy("The subject pretends to be a reply, which readers resent. Leave that out."),
    "bait": gettext_lazy("The subject uses words that filters know from spam. Say what is really inside."),
    "pictures": gettext_lazy("The subject has more than two pictograms, as spam has. One does it."),
    "long_subject": gettext_lazy("The subject is long: most readers see about 40 characters of it."),
    "only_pictures": gettext_lazy(
        "The email is pictures and hardly a word: filters distrust that, and many readers see no pictures. Add text."
    ),
    "no_way_out": gettext_lazy(
        "This marketing text tells no way out. Add {{ unsubscribe_url }}, or the number that takes a STOP."
    ),
}


def advice(source: TemplateSource, purpose: str) -> Iterator[Mark]:
    """All advice on a template, what customers lack included."""
    adviser = Adviser(source, purpose, registry.current().filters)
    for one in adviser.advise():
        address = str(one.facts.get("address", ""))
        told = {"address": address, "path": address.removeprefix("./").lstrip("/")}
        words = str(_WORDS[one.code])
        yield Mark(
            one.channel,
            one.language,
            one.field,
            one.line,
            words % told if one.facts else words,
            "warning",
        )
    for lack in missing(list(adviser.needs())):
        yield Mark(lack.channel, lack.language, lack.field, lack.line, _lacks(lack), "warning")


def clipped(channel: str, language: str, document: str) -> Iterator[Mark]:
    """Whether Gmail would show only the beginning of an email."""
    weight = size(document)
    if weight > GMAIL_BYTES:
        words = _(
            "With %(size)s kB this email is too long: Gmail shows the first 102 kB and hides the rest, with the link to"
            " unsubscribe. Shorten it."
        ) % {"size": grouped(weight // 1024)}
        yield Mark(channel, language, "html", 0, words, "warning")


def _lacks(lack: Missing) -> str:
    told = {
        "name": lack.name,
        "lack": grouped(lack.lack),
        "looked": grouped(lack.looked),
        "mend": f'{{{{ {lack.name}|default("…") }}}}',
    }
    return (
        ngettext(
            "%(name)s is missing for %(lack)s of the newest %(looked)s customers, who would not get this. Write"
            " %(mend)s, or put it behind an {%% if %%}.",
            "%(name)s is missing for %(lack)s of the newest %(looked)s customers, who would not get this. Write"
            " %(mend)s, or put it behind an {%% if %%}.",
            lack.lack,
        )
        % told
    )
